"""Gates of the face: no other host, no script error, no barrier, no sideways scroll, a language and a title."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access import FUNCTIONS
from app.core.records import Record
from app.demo.staff import PEOPLE
from app.extensions import db

pytestmark = pytest.mark.browser
DAILY = (
    "/",
    "/complaint/list/",
    "/complaint/add",
    "/corrective_action/list/",
    "/customer/list/",
    "/customer/add",
    "/customer/show/1",
    "/notices/",
    "/search/?q=TS",
    "/nowhere",
    "/profile/",
)


def record_in(app: Any, state: str, kind: str = "complaint") -> int:
    with app.app_context(), Session(db.engine) as session:
        return (
            session.scalars(
                select(Record.id).where(Record.state == state, Record.kind == kind).order_by(Record.id)
            ).first()
            or 0
        )


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_menu_entry_of_every_role_opens_cleanly(visit: Callable[..., Any], locale: str) -> None:
    assert FUNCTIONS
    with visit(locale=locale) as window:
        for login, *_rest in PEOPLE:
            window.sign_in(login, locale)
            entries = window.page.eval_on_selector_all(
                ".p-side a", "links => links.map(link => link.getAttribute('href'))"
            )
            for path in entries:
                answer = window.open(path)
                assert answer.status == 200, (login, path)
                assert window.page.title(), path
                assert window.page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[locale], path
            assert not window.trouble, (login, window.trouble)


@pytest.mark.parametrize(("width", "dark"), [(1366, False), (390, False), (1366, True), (390, True)])
def test_daily_pages_have_no_barrier_and_no_sideways_scroll(
    visit: Callable[..., Any], portal: Any, width: int, dark: bool
) -> None:
    app, _base = portal
    records = [f"/complaint/show/{record_in(app, state)}" for state in ("closed", "received", "at_qc", "assigned")]
    steps = [f"/complaint/{record_in(app, 'received')}/step/mark_major"]
    notice = f"/corrective_action/show/{record_in(app, 'issued', 'corrective_action')}"
    found: list[str] = []
    with visit("reception", width=width, dark=dark) as window:
        for path in (*DAILY, *records, *steps, notice):
            window.open(path)
            found += window.barriers() + window.overflow()
        assert not window.trouble
    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [1366, 390])
def test_pages_of_the_administrator_have_no_barrier(visit: Callable[..., Any], width: int) -> None:
    found: list[str] = []
    with visit("admin", width=width) as window:
        for path in window.page.eval_on_selector_all(
            ".p-side a", "links => links.map(link => link.getAttribute('href'))"
        ):
            window.open(path)
            found += window.barriers() + window.overflow()
    assert not found, "\n".join(found)


def test_an_expired_session_loses_nothing_typed(visit: Callable[..., Any], portal: Any) -> None:
    number = record_in(portal[0], "received")
    with visit("reception") as window:
        page = window.page
        window.open(f"/complaint/show/{number}")
        page.click(".r-head .btn-primary")
        page.wait_for_selector("#dlg[open]")
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg .err")
        assert page.evaluate("document.activeElement.name") == "solution_plan"
        assert not window.barriers()
        page.fill("#dlg [name=solution_plan]", "更换轴承")
        page.context.clear_cookies()
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg [data-say]:not([hidden])")
        assert page.input_value("#dlg [name=solution_plan]") == "更换轴承"
        second = type(window)(page.context.new_page(), window.base)
        second.sign_in("reception", "zh")
        page.click("#dlg [type=submit]")
        page.wait_for_selector(".toast-p")
        assert page.locator(".r-head .btn-primary").get_attribute("data-step") == "hand_over"


def test_without_a_script_a_step_is_a_page(visit: Callable[..., Any], portal: Any) -> None:
    number = record_in(portal[0], "handed_over")
    with visit("qc", script=False) as window:
        window.open(f"/complaint/show/{number}")
        window.page.click(".r-head .btn-primary")
        window.page.click("main [type=submit]")
        assert window.page.url.endswith(f"/complaint/show/{number}")


def test_keys_and_the_kept_draft(visit: Callable[..., Any]) -> None:
    with visit("reception") as window:
        page = window.page
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "p-q"
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("n")
        page.wait_for_selector("#subject")
        page.fill("#subject", "半张单子")
        page.click("#customer + .select2 .select2-selection")
        page.keyboard.type("苏州")
        page.wait_for_selector(".select2-results__option--highlighted:has-text('苏州')")
        page.keyboard.press("Enter")
        window.open("/")
        window.open("/complaint/add")
        assert page.input_value("#subject") == "半张单子"
        assert "苏州" in page.inner_text("#customer + .select2 .select2-selection__rendered")
        page.click("[data-draft-drop]")
        page.wait_for_selector("#subject")
        assert page.input_value("#subject") == ""
