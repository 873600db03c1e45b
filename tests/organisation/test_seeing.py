"""The portal as a role sees it: everywhere a banner, nowhere a change, and an end."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select, text

from app.core.process.turns import Function
from tests.complaints.conftest import Line, line
from tests.support import Browser

__all__ = ["line"]
SENTENCE = "You see the portal as %s; nothing can be changed."


def role_of(session: Any, code: str) -> int:
    return int(session.scalars(select(Function.role_id).where(Function.code == code)).one())


@pytest.fixture
def seeing(as_role: Any, session: Any) -> Callable[..., Browser]:
    """seeing("sales") is the administrator's browser, seeing the portal as Sales."""

    def start(code: str, locale: str = "en") -> Browser:
        browser: Browser = as_role("admin", locale)
        assert browser.post("/access/see", {"role": role_of(session, code)}).status_code == 302
        return browser

    return start


@pytest.mark.parametrize(
    ("locale", "sentence", "end"),
    [("en", SENTENCE % "Sales", "End"), ("zh", "您正以“销售员”的身份查看系统，不能更改任何内容。", "结束")],
)
def test_every_page_says_as_which_role_and_offers_to_end(seeing: Any, locale: str, sentence: str, end: str):
    browser = seeing("sales", locale)
    for url in ("/", "/customer/list/", "/complaint/list/", "/notices/", "/profile/", "/nowhere"):
        page = browser.get(url).text
        assert sentence in page and f">{end}</button>" in page, url


def test_what_is_seen_is_what_the_role_may(seeing: Any, as_role: Any):
    browser = seeing("sales")
    assert browser.get("/customer/list/").status_code == 200
    assert browser.get("/employee/list/").status_code in (302, 403)
    assert browser.get("/access/").status_code in (302, 403)
    menu = set(re.findall(r'href="(/\w+/(?:list/)?)"', browser.get("/").text))
    assert menu == set(re.findall(r'href="(/\w+/(?:list/)?)"', as_role("sales").get("/").text))


@pytest.mark.parametrize(
    "code",
    ["reception", "qc", "technician", "sales", "marketing", "department_manager", "finance", "leader", "gm", "auditor"],
)
def test_every_page_of_the_menu_opens_for_every_role(seeing: Any, code: str):
    browser = seeing(code)
    for url in set(re.findall(r'href="(/\w+/(?:list/)?)"', browser.get("/").text)):
        answer = browser.get(url, follow_redirects=True)
        assert answer.status_code == 200 and "You see the portal as" in answer.text, url


def test_rows_are_those_of_somebody_without_records_of_their_own(seeing: Any, line: Line):
    number = line.at("pending_qc")
    assert seeing("qc_manager").get(f"/complaint/show/{number}").status_code == 200
    assert seeing("sales").get(f"/complaint/show/{number}").status_code == 404


def test_nothing_is_changed_by_page(seeing: Any, line: Line, session: Any):
    number = line.at("pending_qc")
    browser = seeing("reception")
    before = session.scalar(text("SELECT count(*) FROM record"))
    step = f"/complaint/{number}/step/hand_over"
    for url in ("/complaint/add", step, "/customer/edit/1", "/language", "/access/save"):
        answer = browser.post(url, {"locale": "zh", "name": "x"})
        assert answer.status_code == 403 and SENTENCE.split(";")[0] % "Reception" in answer.text, url
    session.rollback()
    assert session.scalar(text("SELECT count(*) FROM record")) == before
    assert session.scalar(text("SELECT state FROM record WHERE id = :id"), {"id": number}) == "pending_qc"


def test_nothing_is_changed_by_rest_of_that_session_and_a_program_goes_on(seeing: Any, rest: Any):
    browser = seeing("reception_lead")
    row = browser.get("/api/v1/customer/1")
    assert row.status_code == 200
    for method in ("post", "put", "delete", "patch"):
        answer = getattr(browser.client, method)("/api/v1/customer/1", json={"name": "x"})
        assert answer.status_code == 403
        assert answer.json["message"].startswith("Nothing can be changed. You see the portal as Reception lead.")
    right = {"function": "gm", "thing": "Customer", "permission": "can_list", "granted": True}
    assert rest("admin").put("access/", right).status_code == 200


def test_it_ends(seeing: Any):
    browser = seeing("sales")
    assert browser.post("/see/end").headers["Location"] == "/access/"
    page = browser.get("/access/")
    assert page.status_code == 200 and "You see the portal as" not in page.text


def test_it_ends_with_the_session(seeing: Any):
    browser = seeing("sales")
    assert browser.post("/sign-out").status_code == 302
    browser.post("/login/", {"username": "admin", "password": "Test-Password-2026!"})
    assert browser.get("/access/").status_code == 200


def test_only_who_gives_rights_sees_as_a_role(as_role: Any, session: Any):
    for login in ("auditor", "gm", "leader", "qc_manager"):
        browser = as_role(login)
        assert browser.post("/access/see", {"role": role_of(session, "admin")}).status_code in (302, 403)
        assert "You see the portal as" not in browser.get("/").text


def test_it_ends_when_the_role_is_gone_or_the_right_to_give_rights(seeing: Any, as_role: Any, session: Any):
    as_role("admin").post("/access/role", {"name": "Warehouse"})
    number = session.scalars(select(Role.id).where(Role.name == "Warehouse")).one()
    browser = as_role("admin")
    browser.post("/access/see", {"role": number})
    assert SENTENCE % "Warehouse" in browser.get("/").text
    as_role("admin").post("/access/role/delete", {"role": number})
    assert "You see the portal as" not in browser.get("/").text
    browser.post("/access/see", {"role": 99999})
    assert "You see the portal as" not in browser.get("/").text


TYPED = "Z 轴在夜班反复报警，复位后仍然报警。顾客要求今天之内答复，" * 3
HERE = {"headers": {"Origin": "http://localhost"}}


def typed_by(page: Any) -> str:
    return str(re.findall(r'name="typed_by" value="(\d*)"', page.text)[0])


def test_what_was_typed_before_is_refused_with_a_sentence_and_kept(as_role: Any, session: Any):
    browser = as_role("admin")
    mine = typed_by(browser.get("/competence/add"))
    browser.post("/access/see", {"role": role_of(session, "sales")})
    form = {"name_zh": "新资格", "note": TYPED, "typed_by": mine}
    refused = browser.post("/competence/add", form, **HERE)
    assert refused.status_code == 403 and "Nothing can be changed. You see the portal as Sales." in refused.text
    assert TYPED in refused.text and 'action="/see/end"' in refused.text
    sealed = re.findall(r'name="held" value="([^"]*)"', refused.text)[0]
    again = browser.post("/see/end", {"held": sealed}, **HERE)
    assert again.status_code == 200 and TYPED in again.text and 'action="/competence/add"' in again.text
    assert "You see the portal as" not in again.text


def test_a_page_of_the_role_is_not_sent_with_ones_own_rights(seeing: Any, session: Any):
    browser = seeing("sales_manager")
    theirs = typed_by(browser.get("/customer/add"))
    browser.post("/see/end")  # in another tab
    before = session.scalar(text("SELECT count(*) FROM customer"))
    form = {"name": "新顾客", "note": TYPED, "typed_by": theirs}
    refused = browser.post("/customer/add", form, **HERE)
    assert refused.status_code == 409 and TYPED in refused.text
    assert "This page was opened while you saw the portal as a role." in refused.text
    assert 'action="/customer/add"' in refused.text
    fragment = browser.post("/customer/add", form, headers={"X-Fragment": "1"})
    assert fragment.status_code == 409 and "while you saw the portal as a role" in fragment.json["message"]
    session.rollback()
    assert session.scalar(text("SELECT count(*) FROM customer")) == before


@pytest.mark.parametrize("way", ["/see/end", "/sign-out"])
def test_who_looked_as_which_role_from_when_to_when_is_written_down(seeing: Any, as_role: Any, at: Any, way: str):
    at("2026-11-24 10:00")
    browser = seeing("reception_lead")
    begun = as_role("auditor").get("/decision/list/?thing=Access").text
    assert "Reception lead" in begun and "The portal seen as this role from: — → 2026-11-24 10:00" in begun
    at("2026-11-24 10:25")
    browser.post(way)
    ended = as_role("auditor", "zh").get("/decision/list/?thing=Access").text
    assert "2026-11-24 10:25" in ended and "以此角色查看系统，直到" in ended
    rows = as_role("auditor").get("/api/v1/decision/?q=(filters:!((col:thing,opr:eq,value:Access)))").json["result"]
    assert {row["by"] for row in rows} == {"admin"} and {row["key"] for row in rows} == {"reception_lead"}


def test_every_writing_form_of_a_role_says_whose_page_it_is(seeing: Any):
    assert typed_by(seeing("sales").get("/customer/add")) == "0"
