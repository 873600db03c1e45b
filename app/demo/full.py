"""The full demo: eighteen months of a company, made up by one seed; the edge cases of the regulation among them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.process.turns import Function
from app.core.time import clock
from app.customers.models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from app.organisation.models import Competence, Department, EmployeeCompetence, Region
from app.organisation.people import create_person

from .edges import mishaps
from .plots import (
    TO_QC,
    Plot,
    Scene,
    agreed,
    arrived,
    back,
    closed,
    corrected,
    done,
    drafted,
    filed,
    issued,
    notice,
    quoted,
    rejected,
    sent,
    signed,
)

SEED, COMPLAINTS, MONTHS = 20261124, 240, 18
TRADES = ("精密机械", "泵业", "阀门", "电梯部件", "包装设备", "纺织机械", "汽车零部件", "水务")
FAMILIES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨", ("建军", "丽", "强", "敏", "国华", "秀英", "志刚", "晓燕")
REMOTE = ("540630", "653131", "150784", "632701", "542523", "533422", "232701", "460300")
MORE_PRODUCTS = (
    ("HT-1000", "龙门加工中心", "Gantry machining centre", "cnc"),
    ("HT-320", "数控车床", "CNC lathe", "cnc"),
    ("LX-350", "多级泵", "Multistage pump", "pump"),
    ("LX-80", "计量泵", "Metering pump", "pump"),
    ("DN80-Q", "球阀", "Ball valve", "valve"),
    ("DN25-J", "截止阀", "Globe valve", "valve"),
    ("DK-60", "变频柜", "Inverter cabinet", "electric"),
)
TROUBLES = (  # subject, description, failure mode
    ("主轴异响", "主轴高速运转异响，Z轴定位误差0.03mm。", "noise"),
    ("精度超差", "连续加工两小时后定位误差超出合同精度。", "accuracy"),
    ("机封漏液", "离心泵机封漏液，现场积水。", "leak"),
    ("误报过载", "电控柜误报过载，停机4小时。", "alarm"),
    ("频繁停机", "每班停机两到三次，需断电重启。", "stall"),
    ("壳体开裂", "壳体连接处出现裂纹。", "crack"),
)
NOT_QUALITY = (
    ("交货晚于合同12天", "合同约定交货期已过12天。"),
    ("说明书缺中文版第4章", "随机说明书缺页，无法培训操作工。"),
    ("发票抬头错误", "发票抬头少一个字，财务无法入账。"),
    ("配件报价迟迟未回复", "一周前询价，至今未回复。"),
)
STREETS = ("人民路", "中山路", "工业大道", "科技路")
CHANNELS = (("phone", 50), ("visit", 15), ("fax", 10), ("letter", 5), ("portal", 20))
AT_HOME, ELSEWHERE = 36, 26  # customers beside the ten of the small demo
WATCHED = 260  # days without a second complaint of the same kind


def staff(session: Session, password: str) -> None:
    """A twelfth department, six technicians, eighty customers, twelve products, 300 units in 30 batches."""
    random = Random(SEED)  # noqa: S311 (the same company every time)
    session.add(
        Department(code="warehouse", name_zh="仓储物流部", name_en="Warehouse and Logistics", kind="other", line="mf",
                   email="warehouse@example.com")
    )  # fmt: skip
    _technicians(session, password)
    _products(session, random)
    _customers(session, random)


def _technicians(session: Session, password: str) -> None:
    tech = session.scalars(select(Department).where(Department.code == "tech")).one()
    competences = session.scalars(select(Competence)).all()
    for number in range(3, 9):
        person = create_person(
            session, username=f"technician{number}", first_name=GIVEN[number - 3], last_name=FAMILIES[number],
            email=f"technician{number}@example.com", password=password, functions=("technician",), department=tech,
            position="技术员", mobile=f"1990009{number:04d}",
        )  # fmt: skip
        for item in competences:
            session.add(
                EmployeeCompetence(
                    user_id=person.user_id, competence_id=item.id, certificate_no=f"ZS-{item.code}-{number}",
                    valid_from=date(2024, 6, 1), valid_to=date(2026, 10, 31) if number == 8 else date(2028, 5, 31),
                )
            )  # fmt: skip
    assert session.get(Function, "technician")


def _products(session: Session, random: Random) -> None:
    categories = {row.code: row for row in session.scalars(select(ProductCategory))}
    for model, zh, en, category in MORE_PRODUCTS:
        session.add(
            Product(model=model, name_zh=zh, name_en=en, category_id=categories[category].id, warranty_months=18)
        )
    session.flush()
    products = session.scalars(select(Product).order_by(Product.id)).all()
    for number in range(270):
        product, batch = products[number % len(products)], number % 30
        made = date(2025, 1, 6) + timedelta(days=batch * 14)
        session.add(
            ProductUnit(
                product_id=product.id, serial_no=f"{product.model}-F{number:04d}", batch_no=f"P{batch:02d}",
                made_on=made, shipped_on=made + timedelta(days=random.randint(10, 60)),
            )
        )  # fmt: skip


def _customers(session: Session, random: Random) -> None:
    leaves = session.scalars(select(Region.adcode).where(Region.level == "county").order_by(Region.adcode)).all()
    at_home = [code for code in leaves if code.startswith("33")]
    others = [code for code in leaves if not code.startswith("33") and code not in REMOTE]
    far = [code for code in REMOTE if session.get(Region, code)]
    places = random.sample(at_home, AT_HOME) + random.sample(others, ELSEWHERE) + far
    for number, adcode in enumerate(places, 101):
        region = session.get_one(Region, adcode)
        name = f"{region.name[:2]}示例{TRADES[number % len(TRADES)]}{number - 100}有限公司"
        customer = Customer(
            name=name, level="normal", kind="enterprise", region_code=adcode,
            address=f"{random.choice(STREETS)} {random.randint(1, 300)} 号", line="mf",
            phone=f"1990000{number:04d}", email=f"customer{number}@example.com", language="zh",
        )  # fmt: skip
        session.add(customer)
        session.flush()
        contact = random.choice(FAMILIES) + random.choice(("经理", "工", "主任", "女士"))
        session.add(Contact(customer_id=customer.id, name=contact, mobile=f"1990003{number:04d}", is_signatory=True))


def plots(session: Session, told: int) -> Iterator[Plot]:
    """Complaints of eighteen months, in the exact shares of the demo scheme, and the fixed edge cases."""
    names = session.scalars(
        select(Customer.name).where(Customer.email.like("customer1__@%")).order_by(Customer.id)
    ).all()
    products = session.scalars(select(Product.model).order_by(Product.id)).all()
    assert session.scalars(select(FailureMode.id)).first()
    edges = [
        plot for plot in mishaps(clock.today(), names[0], names[AT_HOME], names[-len(REMOTE)]) if plot.days_ago >= 0
    ]
    yield from edges
    company = Company(list(names), list(products), COMPLAINTS - told - len(edges))
    for number in range(company.size):
        days_ago = MONTHS * 30 - number * MONTHS * 30 // company.size
        yield company.plot(number, days_ago)


class Company:
    """What the year brings: every share is dealt out exactly, in an order that chance decides once."""

    def __init__(self, customers: list[str], products: list[str], size: int) -> None:
        self.random = Random(SEED)  # noqa: S311 (the same company every time)
        self.customers, self.products, self.size = customers, products, size
        self.channels = self._dealt(dict(CHANNELS), size)
        self.quality = self._dealt({True: 65, False: 35}, size)
        self.many = sum(self.quality)
        self.blames = self._dealt({"own_quality": 60, "misuse": 25, "third_party": 10, "unclear": 5}, self.many)
        self.late = self._dealt({True: 11, False: 89}, self.many)
        self.again = self._dealt({True: 7, False: 93}, self.many)
        ours = [turn for turn, blame in enumerate(self.blames) if blame == "own_quality"]
        self.ineffective = self.random.sample(ours[5 : len(ours) * 2 // 3], 2)
        self.major = self._dealt({True: 4, False: 96}, self.many)
        self.seen: dict[tuple[str, str], int] = {}
        self.turn = 0

    def _dealt(self, shares: dict[Any, int], size: int) -> list[Any]:
        """A hand of cards with these shares, as near as whole numbers come."""
        total = sum(shares.values())
        cards = [card for card, share in shares.items() for _time in range(round(size * share / total))]
        cards = (cards + [next(iter(shares))] * size)[:size]
        self.random.shuffle(cards)
        return cards

    def plot(self, number: int, days_ago: int) -> Plot:
        random = self.random
        clock_time = f"{random.randint(8, 10):02d}:{random.randint(0, 59):02d}"
        customer, contact = random.choice(self.customers), random.choice(FAMILIES) + "工"
        channel = self.channels[number]
        if not self.quality[number]:
            subject, text = random.choice(NOT_QUALITY)
            return Plot(days_ago, clock_time, channel, customer, "", contact, subject, text, "", "minor",
                        _talks(random))  # fmt: skip
        product, (subject, text, mode) = random.choice(self.products), random.choice(TROUBLES)
        return Plot(
            days_ago, clock_time, channel, customer, product, contact, f"{product} {subject}", text, "尽快处理",
            random.choice(("minor", "serious", "serious", "critical")), self._repair(),
            mode if self._news(product, mode, days_ago) else "",
        )  # fmt: skip

    def _news(self, product: str, mode: str, days_ago: int) -> bool:
        """Nothing of the kind in the last months: what comes back is told by the bad batch."""
        before = self.seen.get((product, mode))
        self.seen[product, mode] = days_ago
        return before is None or before - days_ago > WATCHED

    def _repair(self) -> tuple[Scene, ...]:
        """A quality complaint: one visit or two, and whatever the cause brings with it."""
        turn, self.turn = self.turn, self.turn + 1
        day, blame = (14 if self.late[turn] else 3), self.blames[turn]
        reason = {"late_reason": "备件未到"} if self.late[turn] else {}
        told = (Scene(0, "14:30", "qc", "mark_major", {"criteria": ["safety"]}),) if self.major[turn] else ()
        way = (*TO_QC, *told, drafted("现场检查并更换组件"), issued(), sent(), arrived(day, **reason))
        if self.again[turn]:
            way = (*way, done(day, "unclear", "explain"), rejected(day), *_second(day + 3))
            day += 8
        score = self.random.choice((3, 4, 4, 5, 5, 5))
        end = (signed(day, satisfaction=score), back(day + 1), filed(day + 2))
        if blame == "own_quality":
            result, alone = ("not", True) if turn in self.ineffective else ("effective", False)
            paper = (notice(day + 3, alone=alone), closed(day + 4))
            return (*way, done(day), *end, *paper, *corrected(day + 3, "closed", result))
        if blame == "misuse":
            return (*way, *self._charged(day, end))
        return (*way, done(day, blame, "explain"), *end, closed(day + 4))

    def _charged(self, day: int, end: tuple[Scene, ...]) -> tuple[Scene, ...]:
        amount = f"{self.random.randint(5, 80) * 100}.00"
        paid = {"amount": amount, "receipt_no": f"SJ-{self.random.randint(1000, 9999)}", "paid_on": "today"}
        charged = done(day, "misuse", "paid_repair", charge=amount)
        payment = Scene(day + 3, "10:00", "finance", "record_payment", paid)
        return (quoted(day, amount=amount), agreed(day), charged, *end, payment, closed(day + 4))


def _talks(random: Random) -> tuple[Scene, ...]:
    talks = [
        Scene(day + 1, "10:00", "reception", "negotiate", {"content": "电话说明并道歉", "satisfied": False})
        for day in range(random.choice((0, 0, 0, 1)))
    ]
    settled = {"content": "顾客接受说明与补偿", "satisfied": True}
    return (
        Scene(0, "11:00", "reception", "classify_non_quality"),
        *talks,
        Scene(3, "10:00", "reception", "negotiate", settled),
        Scene(3, "10:10", "reception", "settle"),
    )


def _second(day: int) -> tuple[Scene, ...]:
    """The second round, up to the arrival."""
    return (drafted("复检并更换总成", day), issued(day), sent(day=day), arrived(day + 5))
