"""Text is cleaned at the door, whichever door: what nobody sees is no text, blanks are blanks, breaks are breaks."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from app.core.fields.fields import BusinessField, RowsField, TextField
from app.core.fields.forms import StepForm
from app.core.pages.views import BaseView
from app.core.record.attachments import Attachment
from app.core.record.records import Comment
from app.core.rest.api import BaseApi
from app.core.text import cleaning
from app.customers.models import Contact, Customer, Product
from app.organisation.settings_page import form_class
from tests.complaints.conftest import Line, line, png

__all__ = ["line"]

NOTHING = [
    "\u200b",
    "\u2060",
    "\ufeff",
    "\u00ad",
    "\u202a\u202c",
    "\u2066\u2069",
    "\u200e",
    "\u200d",
    "\u3164",
    "\u2800",
]
NOTHING += [
    "\u115f",
    "\u1160",
    "\uffa0",
    "\u00a0\u3000",
    "\u2028\u2029",
    "\v\f\u0085",
    "\ufe0f",
    "\u115f\u1160",
    " \t\r\n",
]


# --- one line, several lines, marks ---------------------------------------------------------------------------


@pytest.mark.parametrize("sign", NOTHING, ids=ascii)
def test_what_nobody_sees_is_empty(sign: str):
    assert cleaning.line(sign) == cleaning.lines(sign) == cleaning.typed(sign) == ""


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("李\u200b明", "李明"),
        ("\u202d13800001234\u202c", "13800001234"),
        ("e\u0301cole", "école"),
        ("李\u3000明\u00a0先生", "李 明 先生"),
        ("  a\u2009b  ", "a b"),
        ("a\r\nb", "a b"),
        ("a\vb\u2028c\u0085d", "a b c d"),
        ("a\tb", "a b"),
        ("so\u00adft", "soft"),
        ("（滨江）", "（滨江）"),
        ("½ ² ①", "½ ² ①"),
        ("👩\u200d🔧 👍🏽 ❤\ufe0f", "👩\u200d🔧 👍🏽 ❤\ufe0f"),
        ("क्\u200dष می\u200cخواهم", "क्\u200dष می\u200cخواهم"),
        ("a\u200db", "ab"),
        ("葛\U000e0100城", "葛\U000e0100城"),
    ],
    ids=ascii,
)
def test_a_line_is_kept_as_it_is_read(written: str, kept: str):
    assert cleaning.line(written) == kept


def test_every_kind_of_line_break_is_one_in_a_long_text():
    assert cleaning.lines("a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h\n\ti") == "a\nb\nc\nd\ne\nf\ng\nh\n\ti"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("ＨＴ－８５０", "HT-850"),
        ("B2026—X2", "B2026-X2"),
        ("０５７４－８８８８　１２３４", "0574-8888 1234"),
        ("￥3，600", "¥3,600"),
        ("m²", "m²"),
    ],
)
def test_a_mark_is_kept_in_the_common_width(written: str, kept: str):
    assert cleaning.typed(written) == kept


PRINTED = {0x6DD, 0x70F, 0x8E2, 0x890, 0x891, 0x110BD, 0x110CD, *range(0x600, 0x606), *range(0x13430, 0x13440)}
JOINERS = "\u200c\u200d\u180e"


@settings(max_examples=400, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
@example("e\u200b\u0301")
@example("\u200b\u00a0\u3164x\u2060")
def test_what_was_cleaned_is_clean(text: str):
    for clean in (cleaning.line, cleaning.lines, cleaning.typed):
        once = clean(text)
        assert clean(once) == once == once.strip()
        assert unicodedata.is_normalized("NFC", once)
        left = [char for char in once if unicodedata.category(char) in ("Cc", "Cf") and ord(char) not in PRINTED]
        assert all(char in "\n\t" + JOINERS or ord(char) >= 0xE0000 for char in left)
    assert "\n" not in cleaning.line(text)


# --- every form there is --------------------------------------------------------------------------------------


def every_form() -> list[type[StepForm]]:
    """All forms of steps, kinds, rows, customers' links, pages and settings."""
    form_class()
    found, todo = [], [StepForm]
    while todo:
        below = [form for form in todo.pop().__subclasses__() if form.__module__.startswith("app.")]
        found += below
        todo += below
    return found


def asks(form: Any) -> list[Any]:
    """The fields of words that must be filled in."""
    return [field for field in form if isinstance(field, TextField) and field.required]


def test_every_required_text_filled_with_what_nobody_sees_is_refused_as_empty(app: Flask):
    asked = 0
    with app.test_request_context("/", headers={"Accept-Language": "en"}):
        for form_type in every_form():
            for field in asks(form_type()):
                for sign in ("\u200b\u00a0", "\u3164", "\u2028"):
                    for raw in (MultiDict({field.name: sign}), {field.name: sign}):
                        form = form_type.of(raw)
                        assert not StepForm.validate(form)
                        assert form.sentences()[field.name][0] == field.wanted(), (form_type, field.name)
                asked += 1
    assert asked > 60


def test_every_text_of_every_form_is_cleaned(app: Flask):
    def cleaned(form_type: type[StepForm]) -> None:
        for field in form_type():
            if not isinstance(field, TextField) or field.__class__.__name__ in ("PasswordField", "SecretField"):
                continue
            for raw in (MultiDict({field.name: "\ufeff12\u200b:30 "}), {field.name: "\ufeff12\u200b:30 "}):
                form = form_type.of(raw)
                StepForm.validate(form)
                assert form[field.name].data in ("12:30", None), (form_type, field.name)

    with app.test_request_context("/"):
        for form_type in every_form():
            cleaned(form_type)


def test_a_row_in_which_nothing_is_seen_is_no_row(app: Flask):
    with app.test_request_context("/"):
        fields = [(form, field) for form in every_form() for field in form() if isinstance(field, RowsField)]
        assert fields
        for form_type, field in fields:
            column = next(iter(field.row())).name
            form = form_type.of(MultiDict({f"{field.name}-0-{column}": "\u200b\u3000"}))
            StepForm.validate(form)
            assert form[field.name].data in ([], None)


# --- every page and every resource ----------------------------------------------------------------------------


def declared(app: Flask, kind: type) -> list[Any]:
    return [
        view for view in app.appbuilder.baseviews if isinstance(view, kind) and view.form  # type: ignore[attr-defined]
        and "can_add" in view.base_permissions
    ]  # fmt: skip


def invisible(app: Flask, form: type[StepForm]) -> dict[str, str]:
    with app.test_request_context("/"):
        return {field.name: "\u200b\u3000" for field in form() if isinstance(field, BusinessField)}


CLERKS = {"complaint": "reception", "customer": "reception", "contact": "reception", "corrective_action": "qc"}
CLERKS |= {"product": "qc", "product_unit": "qc", "product_category": "qc", "failure_mode": "qc"}
OPENED_BESIDE = ("consultation", "gm_report")  # another record


def test_by_page_nothing_new_comes_of_what_nobody_sees(app: Flask, as_role):
    people = {login: as_role(login) for login in {"admin", *CLERKS.values()}}
    tried = set()
    for view in declared(app, BaseView):
        name = view.route_base.strip("/")
        if name not in OPENED_BESIDE:
            answer = people[CLERKS.get(name, "admin")].post(f"/{name}/add", invisible(app, view.form))
            assert answer.status_code == 422, name
            tried.add(name)
    assert tried >= {*CLERKS, "department", "employee", "competence"}


def test_by_rest_nothing_new_comes_of_what_nobody_sees(app: Flask, rest):
    people = {login: rest(login) for login in {"admin", *CLERKS.values()}}
    tried = set()
    for api in declared(app, BaseApi):
        name = api.resource_name
        if "post" in api.writes and name not in OPENED_BESIDE:
            answer = people[CLERKS.get(name, "admin")].post(f"{name}/", invisible(app, api.form))
            assert answer.status_code == 422, (name, answer.json)
            with app.test_request_context("/"):
                assert {field.name for field in asks(api.form())} <= set(answer.json["message"])
            tried.add(name)
    assert tried >= {"complaint", "customer", "contact", "department", "employee", "product_unit"}


def test_texts_come_in_by_the_fields_or_by_the_cleaning_alone():
    codes = {
        *("page", "check", "clause", "order", "group", "complete", "was", "role", "seen", "row_version", "then", "as"),
        *("lang", "only", "tab", "of", "done", "digest", "id", "customer", "product", "channel", "locale", "theme"),
        *(
            "next",
            "category",
            "entry",
            "rights",
            "show",
            "small",
            "ready",
            "FIELD",
            "BY",
            "held.BY",
            "act",
            "moves",
            "read",
            "number",
            "before",
            "after",
        ),
    }
    beside = []
    for file in Path("app").rglob("*.py"):
        tree = ast.parse(file.read_text())
        inside = {
            id(part)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call) and ast.unparse(call.func).startswith("cleaning.")
            for part in ast.walk(call)
        }
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and ast.unparse(call.func) in ("request.args.get", "request.form.get"):
                key = ast.unparse(call.args[0]).strip("'")
                if id(call) not in inside and key not in codes:
                    beside.append((file.name, key))
    assert set(beside) == {("cleaning.py", "name"), ("listing.py", "name"), ("query.py", "q")}  # itself, numbers, rison


# --- the small doors ------------------------------------------------------------------------------------------


def test_a_note_of_nothing_is_no_note_and_another_is_clean(line: Line, as_role, session):
    number = line.at("received")
    reception = as_role("reception")
    reception.post(f"/complaint/{number}/comment", {"comment": "\u200b\u3164"})
    assert session.scalars(select(Comment)).all() == []
    reception.post(f"/complaint/{number}/comment", {"comment": "\u202a先生\u00a0来电\u2028明天\u202c"})
    assert [note.text for note in session.scalars(select(Comment))] == ["先生 来电\n明天"]


def test_the_reason_of_a_delay_is_more_than_nothing(line: Line, as_role, session, at):
    number = line.at("pending_qc")
    at("2026-11-26 09:00")
    (late,) = line.deadlines(number, "HAND_TO_QC")
    answer = line.by("reception").post(f"complaint/{number}/deadlines/{late['id']}", {"reason": "\u2060\u3000"})
    assert answer.status_code == 422
    assert line.deadlines(number, "HAND_TO_QC")[0]["reason"] is None


def test_a_file_is_called_as_it_is_read_and_keeps_its_ending(line: Line, session):
    number = line.at("received")
    for name in ("照\u202e片\u200b.png", "x" * 300 + ".png", "C:/temp/扫\u00a0描.png"):
        answer = line.by("reception").upload(f"complaint/{number}/attachments", file=(png(), name), category="photo")
        assert answer.status_code == 201, answer.json
    first, second, third = session.scalars(select(Attachment.name).order_by(Attachment.id)).all()
    assert (first, third) == ("照片.png", "扫 描.png")
    assert len(second) == 200 and second.endswith("x.png")


def test_what_is_looked_for_is_cleaned_too(line: Line, as_role, rest):
    line.at("received")
    reception = as_role("reception")
    assert "苏州示例电梯部件有限公司" in reception.get("/customer/list/", query_string={"q": "苏州\u200b示例"}).text
    assert "HT-850" in reception.get("/search/", query_string={"q": "\u202d主轴\u200b异响\u202c"}).text
    found = reception.get("/lookup/customer", query_string={"term": "\ufeff苏州"}).json["results"]
    assert [row["text"] for row in found] == ["苏州示例电梯部件有限公司"]
    query = "(filters:!((col:name,opr:ct,value:'苏州\u200b示例')))"
    assert rest("reception").get("customer/", query_string={"q": query}).json["count"] == 1


def test_a_name_from_the_customers_link_is_more_than_nothing(line: Line, as_role):
    from app.core.kind.customer_page import PAGES

    with line.rest("reception").client.application.test_request_context("/"):
        for form in (act.form for page in PAGES.values() for act in page.acts.values()):
            for field in asks(form()):
                assert form.of({field.name: "\u3164"})[field.name].data is None


def test_who_signs_in_may_type_the_login_in_any_width_but_the_password_as_it_is(app: Flask):
    from tests.support import PASSWORD

    for login, password, inside in (("ｑｃ\u200b ", PASSWORD, True), ("qc", f"{PASSWORD}\u200b", False)):
        client = app.test_client()
        client.post("/login/", data={"username": login, "password": password})
        assert (client.get("/profile/").status_code == 200) is inside


def test_a_new_password_is_kept_as_it_was_typed(app: Flask, as_role):
    secret = "Pass\u00a0word ２０２６!x"
    from tests.support import PASSWORD

    form = {"present": PASSWORD, "password": secret, "again": secret}
    assert as_role("qc").post("/profile/password", form).status_code == 302
    client = app.test_client()
    client.post("/login/", data={"username": "qc", "password": secret})
    assert client.get("/profile/").status_code == 200


def test_a_role_has_a_name_that_is_seen(as_role):
    page = as_role("admin").post("/access/role", {"name": "\u200b\u3164"}, follow_redirects=True)
    assert "A role needs a name of its own" in page.text


def test_a_year_may_be_typed_in_full_width(as_role):
    assert "2027" in as_role("admin").get("/calendar/", query_string={"year": "２０２７"}).text


def test_marks_are_kept_in_the_common_width(rest, session):
    product = session.scalars(select(Product.id)).first()
    marks = {"serial_no": "ＨＴ８５０－００１", "batch_no": "Ｂ１"}
    answer = rest("qc").post("product_unit/", {**marks, "product": product})
    assert answer.status_code == 201, answer.json
    assert (answer.json["result"]["serial_no"], answer.json["result"]["batch_no"]) == ("HT850-001", "B1")


def test_a_phone_call_in_full_width_is_matched(as_role, session):
    customer = session.scalars(select(Customer).where(Customer.phone.is_not(None))).first()
    wide = "".join(chr(ord(char) + 0xFEE0) if char.isdigit() else char for char in customer.phone)
    found = as_role("reception").get("/customer/match", query_string={"phone": f"\u202d{wide}\u202c"}).json["customers"]
    assert customer.id in [row["id"] for row in found]
    assert session.scalars(select(Contact)).first() is not None
