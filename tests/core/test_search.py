"""Search finds exactly what LIKE would find, two-character Chinese words included, on both databases."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.complaints.models import Complaint
from app.core.kind.facts import searched
from app.core.record.finding import RECORDS
from app.core.record.search import INDEXES, words_of
from app.core.text.sameness import code_key, searchable
from app.customers.models import Customer
from app.customers.searching import TEXT as CUSTOMERS
from app.extensions import db
from tests.complaints.conftest import Line, line

__all__ = ["line"]
ALPHABET = "主轴异响漏液泵机床电控柜误报过载精度AaBb01258-—_%Ｗ５ 　é\u200b"


@pytest.fixture
def portal(own_portal: Flask) -> Iterator[Flask]:
    with own_portal.app_context():
        yield own_portal


def word(chance: random.Random) -> str:
    return "".join(chance.choice(ALPHABET) for _turn in range(chance.randint(0, 14)))


def spelt(code: str | None) -> str:
    """A number as it is found: as written, and without its blanks."""
    return f"{searchable(code or '')} {code_key(code) or ''}"


def complaint(number: int, chance: random.Random, customer: Customer) -> Complaint:
    return Complaint(
        number=f"TS-{number:06d}",
        title=word(chance)[:200],
        description=word(chance),
        serial_no=word(chance) or None,
        state="received",
        channel="phone",
        site_region_code="330206",
        customer_id=customer.id,
    )


def test_random_words_after_random_changes_are_found_exactly_as_like_finds_them(portal: Flask):
    chance = random.Random(20261124)
    customer = db.session.scalars(sa.select(Customer).limit(1)).one()
    rows = [complaint(number, chance, customer) for number in range(150)]
    db.session.add_all(rows)
    db.session.commit()
    for row in chance.sample(rows, 60):
        row.title, row.description = word(chance), word(chance)
    for row in chance.sample(rows, 20):
        row.state = "closed"  # nothing searchable changes
    db.session.commit()
    _words, codes = searched(Complaint)
    shadow = {
        row.id: " ".join(
            [searchable(row.title), searchable(row.description), *(spelt(getattr(row, name)) for name in codes)]
        )
        for row in db.session.scalars(sa.select(Complaint))
    }
    asked = 0
    while asked < 400:
        text = chance.choice(list(shadow.values()))
        begin, length = chance.randrange(max(1, len(text))), chance.choice((2, 2, 2, 3, 4, 5, 8))
        typed = text[begin : begin + length] if chance.random() < 0.8 else word(chance)
        for each in words_of(typed):
            asked += 1
            wanted = {number for number, content in shadow.items() if each in content}
            kept = sa.select(RECORDS.table.c.id, RECORDS.table.c.text)
            assert {row.id for row in db.session.execute(kept) if each in row.text} == wanted, each
            like = sa.select(RECORDS.table.c.id).where(RECORDS.table.c.text.contains(each, autoescape=True))
            assert set(db.session.scalars(like)) == wanted, each
            assert set(db.session.scalars(sa.select(Complaint.id).where(RECORDS.has(db.session, each)))) == wanted, each


def test_what_was_there_before_the_index_is_filled_in(portal: Flask):
    for index in INDEXES:
        db.session.execute(index.table.delete())
        if db.engine.dialect.name == "sqlite":
            fts = f"{index.name}_fts"
            db.session.execute(sa.text(f"INSERT INTO {fts}({fts}) VALUES ('delete-all')"))
    db.session.commit()
    assert not db.session.scalars(sa.select(Customer.id).where(CUSTOMERS.has(db.session, "示例"))).all()
    filled = sum(index.fill_missing(db.session) for index in INDEXES)
    db.session.commit()
    assert filled >= 10
    assert len(db.session.scalars(sa.select(Customer.id).where(CUSTOMERS.has(db.session, "示例"))).all()) == 10
    assert sum(index.fill_missing(db.session) for index in INDEXES) == 0


def listed(browser: Any, kind: str, typed: str) -> str:
    return str(browser.get(f"/{kind}/list/", query_string={"q": typed}).get_data(as_text=True))


def test_a_complaint_is_found_by_everything_on_it(line: Line, as_role: Any):
    number = line.register(
        serial_no="SN-88321", batch_no="B2607", contact_phone="139-0000-1234", contract="XS-2026-077"
    )
    name = line.read(number)["number"]
    reception = as_role("reception", "zh")
    for typed in (name, name[-6:], "主轴", "轴异", "高速 异响", "苏州", "示例电梯", "szsl", "HT-850", "ht-85",
                  "加工中心", "SN-883", "b2607", "13900001234", "0000-1234", "xs-2026-0", "ＨＴ－８５０"):  # fmt: skip
        assert f"/complaint/show/{number}" in listed(reception, "complaint", typed), typed
        assert f"/complaint/show/{number}" in reception.get("/search/", query_string={"q": typed}).get_data(
            as_text=True
        ) or reception.get("/search/", query_string={"q": typed}).headers.get("Location"), typed
    for typed in ("主响", "无此", "SN-99", "zzz", "%%", "__"):
        assert f"/complaint/show/{number}" not in listed(reception, "complaint", typed), typed


def test_the_very_number_stands_first_then_the_newest(line: Line, as_role: Any):
    first = line.register(subject="主轴异响")
    number = line.read(first)["number"]
    later = [line.register(subject=f"{number} 之后又响", description="异响") for _each in range(6)]
    page = as_role("reception", "zh").get("/search/", query_string={"q": number.lower()}).get_data(as_text=True)
    shown = [int(found) for found in re.findall(r'href="/complaint/show/(\d+)"', page)]
    assert shown == [first, *later[:-5:-1]]
    page = as_role("reception", "zh").get("/search/", query_string={"q": "之后"}).get_data(as_text=True)
    assert [int(found) for found in re.findall(r'href="/complaint/show/(\d+)"', page)] == later[:-6:-1]


def test_the_kind_of_the_very_number_stands_before_the_others(line: Line, as_role: Any):
    head = {"responsible_department": "production", "problem": "预紧力矩不足", "requirement": "no repeat"}
    notice = line.by("qc").post("corrective_action/", head).json["id"]
    number = line.by("qc").get(f"corrective_action/{notice}").json["result"]["number"]
    complaint = line.register(subject=f"见 {number}")
    page = as_role("qc", "zh").get("/search/", query_string={"q": number}).get_data(as_text=True)
    assert page.index(f"/corrective_action/show/{notice}") < page.index(f"/complaint/show/{complaint}")
    page = as_role("qc", "zh").get("/search/", query_string={"q": number[-8:]}).get_data(as_text=True)
    assert page.index(f"/complaint/show/{complaint}") < page.index(f"/corrective_action/show/{notice}")


def test_one_character_is_answered_with_a_sentence(line: Line, as_role: Any):
    line.register()
    for kind in ("complaint", "customer", "corrective_action"):
        assert "至少输入两个字符" in listed(as_role("qc", "zh"), kind, "轴")


def test_search_never_reaches_beyond_what_one_may_see(line: Line, as_role: Any):
    mine = line.at("assigned", contact_phone="13900001234")
    other = line.register(subject="加工中心 HT-850 主轴异响", contact_phone="13900001234")
    technician = as_role("technician", "zh")
    page = listed(technician, "complaint", "主轴")
    assert f"/complaint/show/{mine}" in page
    assert f"/complaint/show/{other}" not in page
    assert f"/complaint/show/{mine}" not in listed(technician, "complaint", "13900001234")  # no probing for numbers
    found = technician.get("/search/", query_string={"q": "主轴"}).get_data(as_text=True)
    assert f"/complaint/show/{other}" not in found


def test_a_notice_is_found_by_its_words(line: Line, as_role: Any):
    head = {"responsible_department": "production", "problem": "预紧力矩不足\n压装工装磨损", "requirement": "no repeat"}
    number = line.by("qc").post("corrective_action/", head).json["id"]
    assert f"/corrective_action/show/{number}" in listed(as_role("qc", "zh"), "corrective_action", "工装")
    found = as_role("qc", "zh").get("/search/", query_string={"q": "力矩"}).get_data(as_text=True)
    assert f"/corrective_action/show/{number}" in found
    assert "力矩" not in as_role("technician", "zh").get("/search/", query_string={"q": "压装"}).get_data(as_text=True)
