"""The newest rows that hold a word: exactly those LIKE finds, in every scope, and never more work for more rows."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import pytest
import sqlalchemy as sa
from flask import Flask

from app.complaints.models import Complaint
from app.complaints.searching import COMPLAINTS
from app.core.record import grams, newest, shadows
from app.core.record.finding import RECORDS
from app.core.record.search import too_short, words_of
from app.customers.models import Contact, Customer, Product
from app.customers.searching import CONTACTS, CUSTOMERS, PRODUCTS, TEXT
from app.extensions import db
from tests.support import Asked, counted

NOUNS, FAULTS, TOWNS, FIRMS = (
    words.split()
    for words in (
        "主轴 电柜 机封 轴承 导轨 丝杠 刀库 油箱 说明书 发票抬头 离心泵 减速机 leak valve cnc M8-20 spindle",
        "异响 漏液 过载 误报 磨损 松脱 开裂 缺页 noise worn alarm E-017",
        "苏州 宁波 台州 杭州 温州 无锡",
        "示例电梯 精密机械 泵业 包装 JadeWorks 钢构",
    )
)
FIRST = (1 << grams.BLOCK) - 1_500  # the rows lie on both sides of the border between two blocks
Text = Mapping[int, str]
Scope = Callable[[Complaint], bool]


@pytest.fixture
def portal(own_portal: Flask) -> Iterator[Flask]:
    with own_portal.app_context():
        yield own_portal


def lay(chance: random.Random, first: int, count: int) -> None:
    """Complaints of many customers, as a company keeps them; what they say, and how often, is drawn."""
    customers = [
        {"id": first + n, "name": f"{chance.choice(TOWNS)}{chance.choice(FIRMS)}{n}有限公司", "pinyin": f"q{n % 30}z"}
        for n in range(count // 10)
    ]
    db.session.execute(sa.insert(Customer), customers)
    products = list(db.session.scalars(sa.select(Product.id)))
    rows = [
        {
            "id": first + n,
            "number": f"TS-{20261100 + n % 30}-{first + n:06d}",
            "title": f"{chance.choice(NOUNS)}{chance.choice(FAULTS)}",
            "description": " ".join(chance.choices(NOUNS + FAULTS + TOWNS, k=3)),
            "state": ("closed", "at_qc", "received")[min(n % 10, 2)],
            "channel": "phone",
            "site_region_code": "330206",
            "customer_id": chance.choice(customers)["id"],
            "product_id": chance.choice([None, *products]),
        }
        for n in range(count)
    ]
    db.session.execute(sa.insert(Complaint), rows)
    db.session.commit()


# ---- exactly what LIKE finds


def texts(table: sa.Table) -> Text:
    return {row.id: row.text for row in db.session.execute(sa.select(table.c.id, table.c.text))}


class Truth:
    """What LIKE would find, over the texts as they are kept now."""

    def __init__(self) -> None:
        own, of_customer, of_product = map(texts, (RECORDS.table, TEXT.table, PRODUCTS.table))
        pinyin = {row.id: row.pinyin for row in db.session.execute(sa.select(Customer.id, Customer.pinyin))}
        self.rows = db.session.scalars(sa.select(Complaint)).all()
        self.said = {
            row.id: (own[row.id], of_customer[row.customer_id], of_product.get(row.product_id or 0, ""))
            for row in self.rows
        }
        self.initials = {row.id: pinyin[row.customer_id or 0] for row in self.rows}

    def found(self, typed: str, sees: Scope) -> list[int]:
        held = [row.id for row in self.rows if sees(row) and all(self._holds(row.id, w) for w in words_of(typed))]
        return sorted(held, reverse=True)

    def _holds(self, row: int, word: str) -> bool:
        begins = word.isascii() and word.isalpha() and self.initials[row].startswith(word)
        return begins or any(word in text for text in self.said[row])


def scopes(mine: set[int]) -> list[tuple[sa.ColumnElement[bool], Scope]]:
    """All rows, a tab, the customers of somebody, and the few rows that are somebody's own."""
    few = range(FIRST, FIRST + 3_000, 70)
    return [
        (sa.true(), lambda row: True),
        (Complaint.state == "closed", lambda row: row.state == "closed"),
        (
            sa.and_(Complaint.state != "closed", Complaint.customer_id.in_(sorted(mine))),
            lambda row: row.state != "closed" and row.customer_id in mine,
        ),
        (Complaint.id.in_(few), lambda row: row.id in few),
    ]


def pages(typed: str, visible: sa.ColumnElement[bool], most: int) -> list[int]:
    """All that is found, page by page."""
    found = COMPLAINTS.newest(db.session, typed, visible, most)
    last = found
    while len(last) == most:
        last = COMPLAINTS.newest(db.session, typed, visible, most, before=found[-1])
        found += last
    return found


def typed_words(chance: random.Random, truth: Truth, count: int) -> Iterator[str]:
    """Pieces of one to six characters of what is kept, whole names, two at once, and what nobody wrote."""
    said = list(truth.said.values())
    for _each in range(count):
        words = []
        for _word in range(chance.choice((1, 1, 1, 2))):
            text = chance.choice(chance.choice(said)) or "主轴"
            begin, length = chance.randrange(len(text)), chance.randint(1, 6)
            words.append(text[begin : begin + length])
        yield " ".join(words) if chance.random() < 0.95 else chance.choice(("鲸鱼", "zzz", "主响", "q7z", "%%", "__"))


def change(chance: random.Random, turn: int) -> None:
    """Some words are corrected, a customer and a product are renamed, and there are new complaints."""
    some = chance.sample(range(FIRST, FIRST + 900), 9)
    for row in db.session.scalars(sa.select(Complaint).where(Complaint.id.in_(some))):
        row.title, row.description = chance.choice(FAULTS), chance.choice(NOUNS) + str(turn)
    customer = db.session.get_one(Customer, FIRST + turn)
    customer.name, customer.pinyin = f"新名{turn}{chance.choice(FIRMS)}", "xm"
    product = db.session.scalars(sa.select(Product).order_by(Product.id)).first()
    assert product is not None
    product.name_zh = f"龙门{turn}加工中心"
    db.session.commit()
    lay(chance, FIRST + 10_000 * (turn + 1), 20)


@pytest.mark.parametrize("steps", ["as they are", "in small steps"])
def test_a_thousand_words_are_found_as_like_finds_them(portal: Flask, steps: str, monkeypatch: pytest.MonkeyPatch):
    if steps == "in small steps":  # every limit is met with these few rows, too
        limits = {"LEAST": 7, "MOST": 60, "PATIENCE": 20, "FEW": 9, "MANY": 50, "ONE_BY_ONE": 2, "COMMON": 3}
        for name, value in limits.items():
            monkeypatch.setattr(newest, name, value)
        monkeypatch.setattr("app.core.record.finder.MANY", 40)
    chance = random.Random(20261129)
    lay(chance, FIRST, 3_000)
    met = 0
    for turn in range(5):
        truth = Truth()
        mine = set(chance.sample(sorted({row.customer_id or 0 for row in truth.rows}), 60))
        for typed in typed_words(chance, truth, 100):
            visible, sees = chance.choice(scopes(mine))
            expected = [] if too_short(typed) else truth.found(typed, sees)
            met += bool(expected)
            most = max(len(expected) // chance.choice((1, 2, 3)), 5)
            assert pages(typed, visible, most) == expected, (typed, str(visible))
        change(chance, turn)
    assert met > 300


# ---- no more work for more rows


def steps_of_sqlite(search: Callable[[], object]) -> int:
    """What SQLite does, in hundreds of steps."""
    done = []
    connection = db.session.connection().connection.dbapi_connection
    assert connection is not None
    connection.set_progress_handler(lambda: done.append(1), 100)
    try:
        search()
    finally:
        connection.set_progress_handler(None, 0)
    return len(done)


def statements_of(search: Callable[[], object]) -> list[Asked]:
    with counted() as asked:
        search()
    return asked


def pages_of_postgresql(search: Callable[[], object]) -> int:
    """The pages PostgreSQL looks at."""
    connection, looked = db.session.connection(), 0
    for statement in statements_of(search):
        explained = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        plan = connection.exec_driver_sql(explained, statement.parameters).scalar()
        looked += plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    return looked


def tidied() -> None:
    """As a database keeps itself in time."""
    db.session.commit()
    words = ["VACUUM ANALYZE"] if db.engine.dialect.name == "postgresql" else ["ANALYZE"]
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for word in words:
            connection.exec_driver_sql(word)


def laid_again(chance: random.Random, first: int, count: int) -> dict[str, str]:
    """More rows, and what is looked for among them: one has a word of its own, in the midst."""
    lay(chance, first, count)
    rare = db.session.get_one(Complaint, first + count // 2)
    rare.description, rare.serial_no = "漏电", f"SN{first}"
    db.session.commit()
    tidied()
    customer = db.session.get_one(Customer, rare.customer_id)
    return {
        "rare": "漏电",
        "common": "主轴",
        "in every row": "ts2026",
        "absent": "鲸鱼",
        "number": rare.number,
        "customer": customer.name,
        "two words": "主轴 漏液",
        "never together": "鲸鱼 主轴",
    }


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Limits that the smaller of two portals reaches, too: its newest block is full, its patience ends."""
    for module in (grams, shadows):
        monkeypatch.setattr(module, "BLOCK", 11)
    monkeypatch.setattr(newest, "PATIENCE", 200)
    shadows._in_blocks.cache_clear()
    yield 1 << 11
    shadows._in_blocks.cache_clear()


BEGIN = 20 << 11  # the first row of a block
PER_BLOCK = 16  # pages PostgreSQL looks at to learn that a block has none


def test_a_search_does_not_grow_with_the_rows(portal: Flask, small_blocks: int):
    """Beyond a look into the index for each block of PostgreSQL's."""
    chance = random.Random(20261129)
    measure = pages_of_postgresql if db.engine.dialect.name == "postgresql" else steps_of_sqlite
    see: Mapping[str, sa.ColumnElement[bool]] = {
        "all": sa.true(),
        "a tab": Complaint.state.in_(("closed", "at_qc")),
        "a few": Complaint.id.in_(range(BEGIN, BEGIN + 1_000, 20)),
    }
    done: list[dict[tuple[str, str], tuple[int, int]]] = []
    few_rows, many_rows = 2 * small_blocks, 12 * small_blocks
    for first, count in ((BEGIN, few_rows), (BEGIN + few_rows, many_rows - few_rows)):
        words = laid_again(chance, first, count)
        done.append({})
        for who, visible in see.items():
            for kind, typed in words.items():

                def search(typed: str = typed, visible: sa.ColumnElement[bool] = visible) -> Sequence[int]:
                    return COMPLAINTS.newest(db.session, typed, visible, 10)

                search()
                done[-1][who, kind] = measure(search), len(statements_of(search))
    for asked, (few, statements) in done[0].items():
        many, more = done[1][asked]
        assert many <= 2 * few + PER_BLOCK * 10 + 200, (asked, few, many)  # of six times the rows
        assert max(statements, more) <= 8, asked


def test_what_customers_and_their_people_are_found_by(portal: Flask):
    lay(random.Random(1), FIRST, 400)
    customer = db.session.get_one(Customer, FIRST + 7)
    customer.name, customer.pinyin, customer.phone = "无锡示例重工", "wxslzg", "0510-8888 1234"
    contact = Contact(customer_id=customer.id, name="欧阳娜", mobile="138 0000 1234")
    db.session.add(contact)
    db.session.commit()
    complaints = list(
        db.session.scalars(
            sa.select(Complaint.id).where(Complaint.customer_id == customer.id).order_by(Complaint.id.desc())
        )
    )
    assert complaints
    for typed in ("示例重工", "wxsl", "88881234", "051088881234", "13800001234", "0000-1234", "无锡示例 重工"):
        assert CUSTOMERS.newest(db.session, typed, sa.true(), 5) == [customer.id], typed
        assert COMPLAINTS.newest(db.session, typed, sa.true(), 99) == complaints, typed
    assert CONTACTS.newest(db.session, "欧阳", sa.true(), 5) == [contact.id]
    assert CONTACTS.newest(db.session, "重工", sa.true(), 5) == [contact.id]
    assert CUSTOMERS.newest(db.session, "slzg", sa.true(), 5) == [], "initials from the name's beginning"
    assert CUSTOMERS.newest(db.session, "", sa.true(), 1) == [FIRST + 39], "nothing typed: the newest"
    assert CUSTOMERS.among(db.session, "重工", sa.true(), [customer.id, FIRST]) == [customer.id]


def test_a_statement_is_the_same_for_any_number_of_grams_and_things(portal: Flask):
    """SQLAlchemy compiles it once."""
    lay(random.Random(1), FIRST, 400)
    plain = {
        re.sub(r"__\[POSTCOMPILE.*?\]|\d+", "", statement)
        for typed in ("台州", "温州精密机械", "无锡钢构")
        for statement in statements_of(lambda typed=typed: COMPLAINTS.newest(db.session, typed, sa.true(), 50))  # type: ignore[misc]
    }
    assert len(plain) <= 5
