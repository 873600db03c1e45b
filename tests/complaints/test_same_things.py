"""One idea of sameness on the complaint line: batches, machines, customers and callers, however they were typed."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert, select

from app.complaints.models import Complaint
from app.customers.models import Customer
from app.gm.models import GmReport

from .conftest import Line

# ---- 4.4: what marks itself major


def test_4_4_one_batch_counts_together_however_it_was_typed(line: Line):
    one, two = line.register(batch_no="B2026-X2"), line.register(batch_no="ｂ2026 x2")
    assert line.read(one)["major_criteria"] == [] and line.read(two)["major_criteria"] == ["batch"]


@pytest.mark.parametrize("nothing", ["无", "-", "—", "/", "不详", "N/A", "none", "nil", "0000"])
def test_4_4_no_batch_is_no_batch(line: Line, session, nothing):
    assert not [line.read(line.register(batch_no=nothing))["is_major"] for _turn in range(2)][1]
    assert session.scalars(select(GmReport.id)).all() == []


def test_4_4_a_batch_counts_within_its_product(line: Line):
    line.register(batch_no="B-77")
    other = line.register(batch_no="B-77", product=line.product("LX-200"))
    unknown = [line.register(batch_no="B-77", product=None) for _turn in range(2)]
    assert [line.read(number)["is_major"] for number in (other, *unknown)] == [False] * 3


def test_4_4_a_corrected_batch_counts_too(line: Line):
    line.register(batch_no="B-77")
    two = line.register(batch_no="无")
    tool, row = line.by("reception"), line.read(two)
    body = {name: row[name] for name in ("channel", "subject", "description", "product")} | {"batch_no": "b—77"}
    answer = tool.put(f"complaint/{two}", body, headers={"If-Match": str(row["version"])})
    assert answer.status_code == 200, answer.json
    assert line.read(two)["major_criteria"] == ["batch"]


# ---- machines

SPELLINGS = ("SN-88321", "sn 88321", "ＳＮ８８３２１")


def test_2_4_one_machine_in_three_spellings_has_one_warranty(line: Line, as_role):
    body = {"serial_no": SPELLINGS[0], "product": line.product(), "warranty_until": "2099-01-01"}
    assert line.by("qc").post("product_unit/", body).status_code == 201
    for spelling in SPELLINGS:
        number = line.register(serial_no=spelling)
        assert "Under warranty until 2099-01-01" in as_role("qc").get(f"/complaint/show/{number}").text, spelling


def test_one_machine_is_entered_once_and_found_in_every_spelling(line: Line, as_role):
    qc = line.by("qc")
    made = qc.post("product_unit/", {"serial_no": SPELLINGS[0], "product": line.product(), "batch_no": "B 1-2"})
    for spelling in SPELLINGS:
        assert qc.post("product_unit/", {"serial_no": spelling, "product": line.product()}).status_code == 422
        found = as_role("qc").get("/lookup/product_unit", query_string={"term": spelling}).json["results"]
        assert [item["id"] for item in found] == [made.json["id"]], spelling
        listed = as_role("qc").get("/product_unit/list/", query_string={"q": spelling}).text
        assert f"/product_unit/show/{made.json['id']}" in listed
    assert f"/product_unit/show/{made.json['id']}" in as_role("qc").get("/product_unit/list/?q=b12").text
    assert qc.post("product/", {"model": "ht 850", "name_zh": "甲", "name_en": "A"}).status_code == 422


def test_2_1_a_repeat_is_known_by_its_machine_in_every_spelling(line: Line):
    first = line.register(serial_no=SPELLINGS[0])
    other = line.register(serial_no="SN-99999")
    assert line.read(other)["recurrence_of"] is None
    for spelling in SPELLINGS[1:]:
        assert line.read(line.register(serial_no=spelling))["recurrence_of"] in range(first, 99)
        assert line.read(line.register(serial_no=spelling))["recurrence_of"] != other


# ---- customers entered twice


def twins(line: Line) -> tuple[int, int]:
    made = [
        line.by("reception").post("customer/", {"name": name}) for name in ("示例（滨江）公司", "示例 【滨江】公司")
    ]
    return made[0].json["id"], made[1].json["id"]


def test_2_1_a_customer_entered_twice_is_one_customer(line: Line, as_role):
    first, second = twins(line)
    one = line.register(customer=first)
    similar = as_role("reception").get(f"/complaint/similar?customer={second}&product={line.product()}").text
    assert f"/complaint/show/{one}" in similar
    two = line.register(customer=second)
    assert line.read(two)["recurrence_of"] == one
    line.must("reception", two, "merge", into=one)
    assert line.read(two)["merged_into"] == one


def test_2_1_two_people_of_one_name_are_two_customers_unless_they_share_a_phone(line: Line, session):
    people = [
        line.by("reception").post("customer/", {"name": name, "kind": "individual", "phone": phone}).json["id"]
        for name, phone in (("李明", "13800001234"), ("李　明", "13900001234"), ("李 明", "+86 138-0000-1234"))
    ]
    one, stranger, same = (line.register(customer=number) for number in people)
    assert line.take("reception", stranger, "merge", into=one).status_code == 409
    line.must("reception", same, "merge", into=one)


def test_a_complaint_is_named_by_its_number_in_any_spelling(line: Line):
    one, two = line.register(), line.register()
    number = line.read(one)["number"]
    line.must("reception", two, "merge", into=number.lower().replace("-", " "))
    assert line.read(two)["merged_into"] == one


# ---- phones

TAKEN = (
    "(0574)8888 1234", "0574-88881234*8012", "0574-88881234 转8012", "+86 574 8888 1234", "400-820-8820", "12345",
    "13800001234/13900001234", "\u202d138 0000 1234\u202c", "０５７４－８８８８１２３４", "13800001234（王工）",
)  # fmt: skip


@pytest.mark.parametrize("typed", TAKEN)
def test_2_1_every_legitimate_number_of_a_caller_is_taken(line: Line, as_role, session, typed):
    page = as_role("reception").post("/complaint/add", line.slip(contact_phone=typed))
    assert page.status_code == 302
    row = session.scalars(select(Complaint)).one()
    assert row.contact_phone and row.phone_digits and "\u202d" not in row.contact_phone
    shown = as_role("reception").get(f"/complaint/show/{row.id}").text
    links = re.findall(r'href="tel:([^"]*)"', shown)
    assert links and all(re.fullmatch(r"\+?\d+(,\d+)?", link) for link in links), links


def test_2_1_what_holds_no_digits_is_refused_with_a_sentence(line: Line, as_role, session):
    page = as_role("reception", "zh").post("/complaint/add", line.slip(contact_phone="打给王工"))
    assert page.status_code == 422 and "的格式填写电话" in page.text and "打给王工" in page.text
    answer = line.by("reception").post("complaint/", line.slip(contact_phone="call me"))
    assert answer.status_code == 422 and "contact_phone" in answer.json["message"]
    assert session.scalars(select(Complaint)).all() == []


def test_each_number_is_a_link_of_its_own(line: Line, as_role):
    number = line.register(contact_phone="0574-88881234转8012 / 13900001234")
    shown = as_role("reception").get(f"/complaint/show/{number}").text
    assert '<a href="tel:057488881234,8012">0574-88881234转8012</a>' in shown
    assert '<a href="tel:13900001234">13900001234</a>' in shown


def test_the_technicians_phone_dials_one_number_after_the_other(line: Line):
    number = line.at("assigned", contact_phone="0574-88881234转8012 / 13900001234")
    job = line.by("technician").get("visit/").json["result"]
    mine = next(item for item in job if item["id"] == number)
    assert [call["href"] for call in mine["calls"]] == ["tel:057488881234,8012", "tel:13900001234"]


def test_2_1_a_caller_is_matched_in_every_spelling(line: Line, as_role, session):
    clerk = as_role("reception")
    for name, phone in (
        ("有区号示例", "（0574）8888 1234转8012"),
        ("无区号示例", "66667777"),
        ("手机示例", "13800001234"),
    ):
        assert clerk.post("/customer/quick", {"name": name, "phone": phone}).status_code == 201
    clerk.post("/customer/quick", {"name": "外地示例", "phone": "0755-88881234"})
    asked = {
        "有区号示例": (
            "0574-88881234",
            "+86 574 88881234",
            "0086-574-8888-1234",
            "0574-88881234-8015",
            "０５７４８８８８１２３４",
        ),
        "无区号示例": ("66667777", "0574-6666 7777", "+86 574 66667777", "6666-7777转3"),
        "手机示例": ("138 0000 1234", "+8613800001234", "86-138-0000-1234", "\u202d138 0000 1234\u202c"),
    }
    for name, spellings in asked.items():
        for typed in spellings:
            found = clerk.get("/customer/match", query_string={"phone": typed}).json["customers"]
            assert [item["text"] for item in found] == [name], typed
    both = clerk.get("/customer/match", query_string={"phone": "88881234"}).json["customers"]
    assert {item["text"] for item in both} == {"有区号示例", "外地示例"}


# ---- finding


def seen(browser, typed: str, number: int) -> list[bool]:
    """Whether a complaint is found by the list, by the search of the top bar, by the select."""
    there = f"/complaint/show/{number}"
    top = browser.get("/search/", query_string={"q": typed})
    picked = browser.get("/lookup/complaint", query_string={"term": typed}).json["results"]
    return [
        there in browser.get("/complaint/list/", query_string={"q": typed}).text,
        there in top.text or top.headers.get("Location") == there,
        number in [item["id"] for item in picked],
    ]


def test_a_complaint_is_found_by_its_people_and_its_phone(line: Line, as_role):
    number = line.register(
        contact_name="李　明", complainant="王（代理）", contact_phone="0574-8888 1234转8012 / 13912345678"
    )
    line.register(contact_name="张三", contact_phone="13700000000")
    reception = as_role("reception", "zh")
    people = ("李明", "李　明", "李 明", "王(代理)", "王【代理】", "代理", "主轴 李明")
    landline = ("057488881234", "0574 8888 1234", "(0574)8888-1234", "88881234", "8888 1234", "+86 574 8888 1234",
                "0086 574 88881234", "0574-88881234转8012")  # fmt: skip
    mobile = ("139 1234 5678", "+86-139-1234-5678", "5678", "１３９１２３４５６７８")
    for typed in (*people, *landline, *mobile):
        assert seen(reception, typed, number) == [True] * 3, typed
    for typed in ("0755-88881234", "138 0000 5678", "8888 9999", "李鸣"):
        assert seen(reception, typed, number) == [False] * 3, typed


def test_a_number_is_one_number_and_not_its_parts(line: Line, as_role):
    parts = line.register(description="1号机 138，2号机 0000，3号机 1234")
    whole = line.register(contact_phone="13800001234")
    reception = as_role("reception")
    assert seen(reception, "138 0000 1234", whole) == [True] * 3
    assert seen(reception, "138 0000 1234", parts) == [False] * 3


def test_names_and_codes_are_found_in_every_spelling(line: Line, as_role):
    customer = line.by("reception").post("customer/", {"name": "宁波（滨江）示例阀门"}).json["id"]
    number = line.register(customer=customer, serial_no="SN 88-321", contract="甬合〔2026〕12号", batch_no="B—9 9")
    reception = as_role("reception", "zh")
    names = ("(滨江)", "（滨江）", "[滨江]")
    codes = ("SN88321", "sn-88321", "sn 88321", "甬合(2026)12号", "(2026)12", "b99", "ht850", "HT 850", "ＨＴ－８５０")
    for typed in (*names, *codes):
        assert seen(reception, typed, number) == [True] * 3, typed
    for where in ("/customer/list/", "/lookup/customer"):
        answer = reception.get(where, query_string={"q": "( 滨江 )", "term": "( 滨江 )"}).text
        assert "宁波（滨江）示例阀门" in answer or "\\uff08\\u6ee8" in answer
    made = line.by("reception").post("contact/", {"customer": customer, "name": "欧阳　娜"}).json["id"]
    assert f"/contact/show/{made}" in reception.get("/contact/list/?q=欧阳娜").text
    assert [item["id"] for item in reception.get("/lookup/contact?term=欧阳娜").json["results"]] == [made]


def test_a_single_character_beside_other_words_is_looked_for(line: Line, as_role):
    pump, spindle = line.register(subject="漏液 泵", description="x"), line.register(subject="漏液 轴", description="y")
    reception = as_role("reception")
    assert seen(reception, "漏液 泵", pump) == [True] * 3 and seen(reception, "漏液 泵", spindle) == [False] * 3
    assert seen(reception, "漏液 y", spindle) == [True] * 3 and seen(reception, "漏液 y", pump) == [False] * 3


def test_words_that_are_not_looked_for_are_named(line: Line, as_role):
    line.register()
    many = " ".join(f"词语{number}" for number in range(12))
    for page in ("/complaint/list/", "/search/", "/customer/list/"):
        answer = as_role("reception", "zh").get(page, query_string={"q": many}).text
        assert "词语10 词语11" in answer.replace("+", " ").split('role="status">')[1].split("</p>")[0], page


def test_the_keys_follow_every_way_of_writing(line: Line, session):
    session.execute(
        insert(Customer), [{"name": f"批量（{number}）示例", "phone": f"0574-8888{number:04d}"} for number in (1, 2)]
    )
    kept = session.execute(select(Customer.name_key, Customer.phone_digits).where(Customer.name.like("批量%"))).all()
    assert sorted(map(tuple, kept)) == [("批量(1)示例", "57488880001"), ("批量(2)示例", "57488880002")]
    row = session.scalars(select(Customer).where(Customer.name.like("批量%"))).first()
    assert row is not None
    row.phone, row.name = "138 0000 1234", "新　名"
    session.commit()
    assert (row.phone_digits, row.name_key) == ("13800001234", "新名")
    row.phone = None
    session.commit()
    assert row.phone_digits == ""
