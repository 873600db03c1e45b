"""Customers, contacts, products and units: who sees what, and what is checked."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import insert, select

from app.core.text.phones import digits, is_regular, masked
from app.customers.models import Contact, Customer, Product, ProductUnit
from app.customers.names import initials, masked_email
from app.extensions import db

PHONE = "19900010001"


def row(session, model=Customer, number=1):
    session.expire_all()
    return session.get(model, number)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("0574-8888 1234", "57488881234"),
        ("+86 138 0000 1234", "13800001234"),
        ("138-0000-1234转8", "13800001234"),
        ("12345", "12345"),
        ("+49 30 123456", "4930123456"),
        ("", ""),
        (None, ""),
        ("400-820-8820 ext. 12", "4008208820"),
    ],
)
def test_phone_numbers_are_kept_as_digits_too(typed, kept):
    assert digits(typed) == kept


def test_names_are_found_by_their_initials():
    assert initials("宁波示例精密机械有限公司") == "nbsljmjxyxgs"
    assert initials("单芳") == "sf" and initials("曾国") == "zg"


def test_signs_of_a_name_are_no_initials():
    assert initials("宁波（滨江）示例—阀门") == initials("宁波(滨江)示例阀门") == "nbbjslfm"
    assert initials("李　明") == "lm" and initials("ＡＢＣ Pump 公司") == "apgs"


def test_a_name_typed_in_another_way_is_a_hint(as_role, session):
    clerk = as_role("reception")
    clerk.post("/customer/quick", {"name": "温州（鹿城）示例　阀门"})
    for name in ("温州(鹿城)示例阀门", "温州【鹿城】 示例阀门", "温州（鹿城）示\u200b例阀门"):
        assert clerk.post("/customer/quick", {"name": name}).json["hints"], name
        assert clerk.get("/customer/match", query_string={"name": name}).json["customers"], name
    assert clerk.post("/customer/quick", {"name": "温州（瓯海）示例阀门"}).json["hints"] == []


def test_a_colleague_is_chosen_by_a_name_set_wide(as_role, app):
    with app.app_context():
        person = db.session.scalars(select(User).where(User.username == "technician2")).one()
        person.last_name, person.first_name = "李", "明"
        db.session.commit()
    for typed in ("李明", "李　明", "李 明", "ＴＥＣＨＮＩＣＩＡＮ２"):
        found = as_role("reception").get("/lookup/employee", query_string={"term": typed}).json["results"]
        assert "technician2" in [item["id"] for item in found], typed


def test_what_is_masked_is_recognised_but_not_called():
    assert masked("13812345678") == "138****5678" and masked("12345") == "****" and masked(None) == ""
    assert masked_email("anna@example.com") == "a****@example.com"


def test_a_hotline_is_no_regular_number_and_still_one():
    assert digits("12345") == "12345" and not is_regular("12345")
    assert digits("0574-8888 1234转8") == "57488881234" and is_regular("057488881234")
    assert not digits("ask Mr Wang") and not digits("1")


def test_a_customer_is_kept_with_what_searching_needs(as_role, session):
    clerk = as_role("reception")
    answer = clerk.post(
        "/customer/add",
        {
            "name": "温州示例阀门有限公司",
            "phone": "0577-8888 1234",
            "region": "330302",
            "kind": "enterprise",
            "level": "normal",
            "active": "true",
        },
        follow_redirects=True,
    )
    assert "was saved" in answer.text
    kept = session.scalars(select(Customer).where(Customer.name == "温州示例阀门有限公司")).one()
    assert (kept.pinyin, kept.phone_digits, kept.line, kept.region_code) == (
        "wzslfmyxgs",
        "57788881234",
        "mf",
        "330302",
    )
    find = lambda term: [item["id"] for item in clerk.get(f"/lookup/customer?term={term}").json["results"]]  # noqa: E731
    for term in ("温州示例", "wzslf", "WZSLF", "0577-8888", "57788881234"):
        assert find(term) == [kept.id], term
    assert find("%") == [] and find("_____") == []


def test_a_number_copied_from_a_link_is_kept_without_its_tel(rest, as_role, session):
    tool = rest("reception")
    made = tool.post("customer/", {"name": "单氏示例阀门", "phone": "tel:0574-88881234"})
    assert made.status_code == 201, made.json
    as_role("reception").post(
        "/customer/add",
        {"name": "双氏示例阀门", "phone": "Tel: 0574-88881235", "region": "330302", "kind": "enterprise",
         "level": "normal", "active": "true"},
    )  # fmt: skip
    kept = session.execute(select(Customer.phone, Customer.phone_digits).where(Customer.name.like("_氏示例阀门"))).all()
    assert sorted(map(tuple, kept)) == [("0574-88881234", "57488881234"), ("0574-88881235", "57488881235")]


def test_initials_follow_the_name_unless_they_were_typed(rest):
    tool = rest("reception")
    made = tool.post("customer/", {"name": "单氏示例"}).json
    number, version = made["id"], made["result"]["version"]
    assert made["result"]["pinyin"] == "sssl"
    renamed = tool.put(f"customer/{number}", {"name": "乐清示例"}, headers={"If-Match": str(version)}).json["result"]
    assert renamed["pinyin"] == "yqsl"
    typed = tool.put(f"customer/{number}", {"pinyin": "LQSL"}, headers={"If-Match": str(renamed["version"])}).json[
        "result"
    ]
    assert typed["pinyin"] == "lqsl"


def test_the_same_phone_and_a_hotline_are_hints_not_refusals(as_role):
    clerk = as_role("reception")
    answer = clerk.post("/customer/add", {"name": "新示例公司", "phone": PHONE}, follow_redirects=True)
    assert answer.status_code == 200 and "also belongs to" in answer.text and "苏州示例电梯部件有限公司" in answer.text
    assert (
        "not a regular phone number"
        in clerk.post("/customer/add", {"name": "热线示例", "phone": "12345"}, follow_redirects=True).text
    )
    assert clerk.post("/customer/add", {"name": "无效示例", "phone": "call me"}).status_code == 422


def test_who_is_calling_is_found_by_phone_also_through_a_contact(as_role):
    clerk = as_role("reception")
    assert [item["text"] for item in clerk.get(f"/customer/match?phone={PHONE}").json["customers"]] == [
        "苏州示例电梯部件有限公司"
    ]
    assert [item["text"] for item in clerk.get("/customer/match?phone=1990-002-0002").json["customers"]] == [
        "宁波示例精密机械有限公司"
    ]
    assert clerk.get("/customer/match?phone=99").json == {"customers": []}


def test_a_new_customer_is_made_in_the_middle_of_an_intake(as_role, session):
    clerk = as_role("reception")
    made = clerk.post(
        "/customer/quick", {"name": "嘉兴示例泵业", "phone": "13800001234", "contact": "沈工", "region": "330402"}
    )
    assert made.status_code == 201 and made.json["text"] == "嘉兴示例泵业"
    assert (
        session.scalars(select(Contact).where(Contact.customer_id == made.json["id"])).one().phone_digits
        == "13800001234"
    )
    wrong = clerk.post("/customer/quick", {"name": "", "region": "朝阳区"})
    assert wrong.status_code == 422 and set(wrong.json["message"]) == {"name", "region"}
    assert as_role("technician").post("/customer/quick", {"name": "x"}).status_code in (302, 403)


def test_phone_numbers_are_masked_for_those_who_only_read(as_role, rest, session, app):
    with app.app_context():
        db.session.execute(
            Customer.__table__.update().values(
                sales_owner_id=select(User.id).where(User.username == "finance").scalar_subquery()
            )
        )
        db.session.commit()
    reader, clerk = as_role("finance"), as_role("reception")
    assert PHONE in clerk.get("/customer/show/1").text and PHONE in clerk.get("/customer/list/").text
    for url in ("/customer/show/1", "/customer/list/", "/contact/list/", "/contact/show/1"):
        page = reader.get(url)
        assert page.status_code == 200 and "1990001000" not in page.text and "1990002000" not in page.text, url
    assert "199****0001" in reader.get("/customer/show/1").text
    assert rest("finance").get("customer/1").json["result"]["phone"] == "199****0001"
    assert rest("finance").get("contact/1").json["result"]["mobile"] == "199****0001"
    assert rest("reception").get("customer/1").json["result"]["phone"] == PHONE


MASKED = {
    "customer": ("phone", "fax", "email"),
    "contact": ("mobile", "email"),
}
PLANTED = {"phone": "13805741111", "fax": "05748888777", "mobile": "13905742222", "email": "planted@example.com"}


@pytest.mark.parametrize(("thing", "name"), [(thing, name) for thing, names in MASKED.items() for name in names])
def test_what_is_masked_is_masked_behind_every_door(as_role, rest, app, thing, name):
    """List, page, file, REST, filter and search, in the page of the customer too."""
    with app.app_context():
        finance = select(User.id).where(User.username == "finance").scalar_subquery()
        db.session.execute(Customer.__table__.update().values(sales_owner_id=finance))
        db.session.commit()
    value, admin, clerk = PLANTED[name], rest("admin"), rest("reception")
    right = {"function": "finance", "thing": thing.capitalize(), "permission": "can_export", "granted": True}
    assert admin.put("access/", right).status_code == 200
    seen = {"If-Match": str(clerk.get(f"{thing}/1").json["result"]["version"])}
    assert clerk.put(f"{thing}/1", {name: value}, headers=seen).json["result"][name] == value
    reader, tool = as_role("finance"), rest("finance")
    doors = (f"/{thing}/list/", f"/{thing}/show/1", f"/{thing}/export.csv", f"/{thing}/list/?q={value}")
    for url in (*doors, "/customer/show/1"):
        page = reader.get(url)
        assert page.status_code == 200 and value not in page.text.replace(f'value="{value}"', ""), url
    for url in (f"{thing}/", f"{thing}/1"):
        assert value not in tool.get(url).text and tool.get(url).status_code == 200
    asked = f"{thing}/?q=(filters:!((col:{name},opr:eq,value:'{value}')))"
    assert tool.get(asked).status_code == 400 and clerk.get(asked).json["ids"] == [1]
    assert tool.get(f"{thing}/?q=(order_column:{name})").status_code == 400


def test_a_field_with_a_word_of_the_companys_own_is_called_so_everywhere(as_role, rest):
    admin, clerk = rest("admin"), as_role("reception")
    word = {"label_zh": "主要联系电话", "label_en": "Main line"}
    assert admin.post("label/", {"thing": "Contact", "field": "mobile", **word}).status_code == 201
    for url in ("/contact/list/", "/contact/show/1", "/contact/add", "/customer/show/1"):
        assert "Main line" in clerk.get(url).text, url


def test_who_may_not_see_a_number_cannot_find_it_digit_by_digit(as_role, rest, app):
    with app.app_context():
        db.session.execute(
            Customer.__table__.update().values(
                sales_owner_id=select(User.id).where(User.username == "finance").scalar_subquery()
            )
        )
        db.session.commit()
    assert "苏州示例" not in as_role("finance").get("/customer/list/?q=19900010001").text
    assert "苏州示例" in as_role("reception").get("/customer/list/?q=19900010001").text
    asked = rest("finance").get("customer/?q=(filters:!((col:phone,opr:sw,value:'199')))")
    assert asked.status_code == 400


def test_row_scopes_hold_everywhere(as_role, rest, session, app):
    """An agent sees own customers; manufacturing never sees real estate; a technician only those worked for."""
    with app.app_context():
        agent = db.session.scalars(select(User.id).where(User.username == "agent")).one()
        db.session.add(
            Customer(name="业主示例", line="re", kind="individual", sales_owner_id=agent, phone="13900005678")
        )
        db.session.add(Customer(name="邻居示例", line="re", kind="individual", phone="13900005679"))
        db.session.commit()
    own, other = (
        session.scalars(select(Customer.id).where(Customer.name == name)).one() for name in ("业主示例", "邻居示例")
    )
    agent, qc, marketing, technician = as_role("agent"), as_role("qc"), as_role("marketing"), as_role("technician")
    assert (
        agent.get(f"/customer/show/{own}").status_code == 200
        and agent.get(f"/customer/show/{other}").status_code == 404
    )
    assert (
        marketing.get(f"/customer/show/{other}").status_code == 200
        and marketing.get("/customer/show/1").status_code == 404
    )
    assert qc.get(f"/customer/show/{own}").status_code == 404 and "示例" in qc.get("/customer/list/").text
    assert technician.get("/customer/show/1").status_code == 404
    assert rest("agent").get(f"customer/{other}").status_code == 404
    assert rest("agent").get("customer/").json["ids"] == [own]
    assert qc.get("/lookup/customer?term=业主").json["results"] == []
    assert rest("reception").post("contact/", {"customer": own, "name": "x"}).status_code == 422
    assert rest("reception").post("customer/", {"name": "x", "line": "re"}).status_code == 422
    made = rest("agent").post("customer/", {"name": "新业主示例"})
    assert made.status_code == 201 and made.json["result"]["line"] == "re"
    assert rest("agent").get(f"customer/{made.json['id']}").status_code == 200


def test_the_customers_page_tells_contacts_units_and_complaints(as_role, rest, session):
    product = session.scalars(select(Product.id).limit(1)).one()
    assert rest("qc").post("product_unit/", {"serial_no": "SN-1", "product": product, "customer": 1}).status_code == 201
    made = rest("reception").post(
        "complaint/",
        {"channel": "phone", "customer": 1, "site_region": "320583", "subject": "主轴异响", "description": "x"},
    )
    assert made.status_code == 201
    page = as_role("reception").get("/customer/show/1").text
    for words in ("钱经理", "SN-1", made.json["result"]["number"], "主轴异响", "/complaint/add?customer=1"):
        assert words in page
    assert made.json["result"]["number"] not in as_role("finance").get("/customer/show/1").text


def test_names_are_text_never_markup(as_role, rest):
    evil = "<script>alert(1)</script>"
    made = rest("reception").post("customer/", {"name": evil, "short_name": evil, "address": evil, "note": evil})
    number = made.json["id"]
    rest("reception").post("contact/", {"customer": number, "name": evil, "position": evil})
    clerk = as_role("reception")
    for url in (f"/customer/show/{number}", "/customer/list/", "/contact/list/", f"/customer/edit/{number}"):
        assert evil not in clerk.get(url).text, url


def test_a_customer_is_chosen_by_the_phone_of_a_contact(as_role):
    found = as_role("reception").get("/lookup/customer?term=1990-002-0002").json["results"]
    assert [item["text"] for item in found] == ["宁波示例精密机械有限公司"]


def test_two_clerks_never_overwrite_each_other(as_role, session):
    first, second = as_role("reception"), as_role("sales")
    version = row(session).version
    form = {
        "name": "苏州示例电梯部件有限公司",
        "kind": "enterprise",
        "level": "key",
        "phone": PHONE,
        "row_version": version,
    }
    assert first.post("/customer/edit/1", {**form, "address": "新路 1 号"}).status_code == 302
    answer = second.post("/customer/edit/1", {**form, "note": "typed with care"})
    assert answer.status_code == 409 and "typed with care" in answer.text
    assert row(session).address == "新路 1 号" and row(session).note is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"name": "a", "email": "x"}, "email"),
        ({"name": "a", "kind": "king"}, "kind"),
        ({"name": ["a"]}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"name": "a", "sales_owner": "nobody"}, "sales_owner"),
    ],
)
def test_wrong_fields_are_said_one_by_one(rest, body, field):
    answer = rest("reception").post("customer/", body)
    assert answer.status_code == 422 and field in answer.json["message"]


def test_products_and_units(as_role, rest, session):
    tool = rest("qc")
    made = tool.post(
        "product/",
        {"model": "ZZ-1", "name_zh": "示例", "name_en": "Example", "category": "pump", "warranty_months": 18},
    )
    assert made.status_code == 201
    unit = tool.post("product_unit/", {"serial_no": "ZZ-1-001", "product": made.json["id"], "shipped_on": "2026-08-31"})
    assert unit.json["result"]["warranty_until"] == "2028-02-29"  # 18 months, clamped to the month's end
    assert tool.post("product_unit/", {"serial_no": "ZZ-1-001", "product": made.json["id"]}).status_code == 422
    assert (
        tool.post(
            "product_unit/", {"serial_no": "ZZ-2", "product": 1, "made_on": "2026-02-02", "shipped_on": "2026-02-01"}
        ).status_code
        == 422
    )
    assert tool.post("product/", {"model": "ZZ-1", "name_zh": "a", "name_en": "b"}).status_code == 422
    assert rest("sales").post("product/", {"model": "ZZ-3", "name_zh": "a", "name_en": "b"}).status_code == 403
    admin = as_role("admin")
    assert admin.post("/product/add", {"model": "ZZ-1", "name_zh": "a", "name_en": "b"}).status_code == 422
    assert session.scalars(select(ProductUnit.batch_no).where(ProductUnit.serial_no == "ZZ-1-001")).one() is None


def test_many_customers_do_not_slow_a_form(as_role, app):
    """The forms ship no customer but the chosen one, and a select asks for twenty."""
    clerk = as_role("reception")
    sizes = {
        url: len(clerk.get(url).data) for url in ("/contact/add?customer=1", "/product_unit/list/", "/customer/add")
    }
    with app.app_context():
        db.session.execute(
            insert(Customer),
            [
                {"name": f"批量示例{number:05d}有限公司", "pinyin": "plsl", "phone_digits": f"1980000{number:04d}"}
                for number in range(5000)
            ],
        )
        db.session.commit()
    for url, size in sizes.items():
        assert abs(len(clerk.get(url).data) - size) < 200, url
    answer = clerk.get("/lookup/customer?term=批量示例").json
    assert len(answer["results"]) == 20 and answer["pagination"]["more"] is True
    page = clerk.get("/customer/list/").text
    assert "1000+" in page and page.count("data-href") == 20


def test_what_is_taken_is_refused_at_its_field_in_every_spelling(rest, as_role, session):
    clerk = rest("qc_manager", "en")
    unit = session.scalars(select(ProductUnit).order_by(ProductUnit.id)).first()
    same = {"serial_no": f" {unit.serial_no.lower()} ", "product": unit.product_id}
    refused = clerk.post("product_unit/", same)
    assert refused.status_code == 422 and list(refused.json["message"]) == ["serial_no"], refused.json
    page = as_role("qc_manager", "en").post("/product_unit/add", same)
    assert page.status_code == 422 and re.search(r'id="serial_no-e"[^>]*>There is another entry', page.text)
    own = clerk.get(f"product_unit/{unit.id}").json["result"]
    seen = {"If-Match": str(own["version"])}
    kept = clerk.put(f"product_unit/{unit.id}", {"serial_no": unit.serial_no}, headers=seen)
    assert kept.status_code == 200, kept.json
