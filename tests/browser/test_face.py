"""Gates of the face: no other host, no script error, no barrier, no sideways scroll, a language and a title."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access import FUNCTIONS
from app.core.record.records import Record
from app.demo.staff import PEOPLE
from app.extensions import db

from .words import Speech

pytestmark = pytest.mark.browser
WINDOWS = pytest.mark.parametrize(("locale", "width"), [("zh", 390), ("en", 1366)])
CONCERNED = {  # who looks at a record that waits for nobody, or for a whole department
    "received": "reception",
    "negotiating": "reception",
    "pending_qc": "reception",
    "handed_over": "qc",
    "form_returned": "qc",
    "answered": "qc",
}
PAGES = {  # beside the menu
    "": ("/login/", "/nowhere"),
    "reception": (
        "/work/", "/work/?only=overdue", "/complaint/add?channel=letter", "/complaint/list/?tab=todo&chip=mine",
        "/complaint/list/?q=9999999", "/search/", "/search/?q=TS", "/search/?q=9999999", "/notices/",
        "/profile/", "/customer/show/1", "/customer/add", "/customer/edit/1", "/complaint/12/customer-links",
        "/employee/list/", "/regulation/2.1",
    ),
    "qc_manager": (
        "/corrective_action/add", "/compliance/2.1", "/product/show/1", "/product_unit/show/1", "/product_unit/add",
        "/contact/list/", "/product_category/list/", "/failure_mode/list/", "/gm_report/list/", "/outbox/show/1",
    ),
    "sales_manager": ("/gm_report/add",),
    "admin": (
        "/employee/show/6", "/employee/edit/6", "/employee/add", "/employee/hand_over/6", "/department/show/1",
        "/department/edit/1", "/competence/add", "/region/show/330106", "/deadline_rule/show/1",
        "/deadline_rule/edit/1", "/calendar/day/2026-11-30", "/access/?group=organisation",
    ),
}  # fmt: skip
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


ALL_ROUND = ("/", "/complaint/list/", "/corrective_action/add", "/complaint/show/1", "/compliance/", "/search/?q=TS")
EMPTIED = """() => [...document.querySelector('#dlg form').elements].filter(field => field.type !== 'hidden')
    .forEach(field => { if (/radio|checkbox/.test(field.type)) field.checked = false;
        else if (field.type !== 'submit') field.value = ''; })"""
LANGUAGE = {"zh": "zh-CN", "en": "en"}
REFUSED = {"/nowhere": 404, "/employee/list/": 403}


def record_in(app: Any, state: str, kind: str = "complaint") -> int:
    with app.app_context(), Session(db.engine) as session:
        return (
            session.scalars(
                select(Record.id).where(Record.state == state, Record.kind == kind).order_by(Record.id)
            ).first()
            or 0
        )


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_menu_entry_of_every_role_opens_cleanly(visit: Callable[..., Any], portal: Any, locale: str) -> None:
    assert FUNCTIONS
    speech = Speech(portal[0], locale)
    with visit(locale=locale) as window:
        for login, *_rest in PEOPLE:
            window.sign_in(login, locale)
            entries = window.page.eval_on_selector_all(
                ".p-side a", "links => links.map(link => link.getAttribute('href'))"
            )
            for path in entries:
                answer = window.open(path)
                assert answer.status == 200, (login, path)
                window.page.wait_for_selector(f"html[lang={LANGUAGE[locale]}]")  # the phone asks first whose it is
                assert not speech.strange(window.page), login
                assert window.page.title(), path
            assert not window.trouble, (login, window.trouble)


def flaws(window: Any, speech: Speech, part: str = "") -> list[str]:
    """What the gates find on the page as it stands."""
    found: list[str] = window.overflow() + speech.strange(window.page, part or "body")
    if not part or speech.locale == "zh":  # a dialog's structure is the same in both languages
        found += window.barriers(part)
    if window.page.viewport_size["width"] < 500:
        found += window.targets()
    return found


def of_every_kind(app: Any) -> dict[str, list[str]]:
    """The newest record of every kind in every state, for the person it waits for."""
    found: dict[str, list[str]] = {}
    with app.app_context(), Session(db.engine) as session:
        newest = select(func.max(Record.id)).group_by(Record.kind, Record.state)
        logins = {f"user:{number}": login for number, login in session.execute(select(User.id, User.username))}
        query = select(Record.id, Record.kind, Record.state, Record.owner).where(Record.id.in_(newest))
        for number, kind, state, owner in session.execute(query.order_by(Record.id)):
            login = logins.get(owner or "") or CONCERNED.get(state, "gm" if kind == "gm_report" else "qc_manager")
            found.setdefault(login, []).append(f"/{kind}/show/{number}")
    return found


@WINDOWS
def test_records_in_every_state_and_the_dialog_of_every_step(
    visit: Callable[..., Any], portal: Any, locale: str, width: int
) -> None:
    speech, seen, found = Speech(portal[0], locale), set(), []
    with visit(locale=locale, width=width) as window:
        page = window.page
        for login, paths in of_every_kind(portal[0]).items():
            window.sign_in(login, locale)
            for path in paths:
                assert window.open(path).status == 200, (login, path)
                found += flaws(window, speech)
                for link in page.query_selector_all("[data-step]"):
                    step = (path.split("/")[1], link.get_attribute("data-step"))
                    if step not in seen:
                        seen.add(step)
                        found += dialog(window, link, speech)
        assert not window.trouble
    assert not found, "\n".join(found)
    assert len(seen) > 40


def dialog(window: Any, link: Any, speech: Speech) -> list[str]:
    """A step's dialog takes the focus, has one filled button, passes the gates and goes away by Esc."""
    page = window.page
    link.evaluate("link => link.click()")
    page.wait_for_selector("#dlg[open] form")
    found = flaws(window, speech, "#dlg")
    focus = page.evaluate("(document.activeElement.closest('#dlg') && document.activeElement.tagName) || 'outside'")
    if focus in ("outside", "A", "DIALOG"):
        found.append(f"{page.url}: focus on {focus} in the dialog of {link.get_attribute('href')}")
    if page.locator("#dlg .btn-primary, #dlg .btn-danger").count() != 1:
        found.append(f"{page.url}: not one filled button in the dialog of {link.get_attribute('href')}")
    if page.viewport_size["width"] < 500 and page.locator("#dlg .req").count():
        found += refused(window, str(link.get_attribute("href")))
    page.keyboard.press("Escape")
    if page.locator("#ask[open]").count():  # it came back refused, and something is chosen in it
        page.click("#ask [data-yes]")
    page.wait_for_selector("#dlg:not([open])", state="attached")
    return found


def refused(window: Any, step: str) -> list[str]:
    """A dialog sent empty comes back with its refusal in view, between what it is about and what can be done."""
    field, note = "#dlg .fld.bad .err", "#dlg .note[role=alert]:not([hidden])"
    window.page.evaluate(EMPTIED)
    window.page.click("#dlg [type=submit]")
    window.page.wait_for_selector(f"{field}, {note}")
    wrong = field if window.page.locator(field).count() else note
    seen = window.in_view(wrong) and window.in_view("#dlg h2") and window.in_view("#dlg [type=submit]")
    return [] if seen else [f"{window.page.url}: the refusal of {step} is out of view"]


@WINDOWS
def test_the_pages_beside_the_menu(visit: Callable[..., Any], portal: Any, locale: str, width: int) -> None:
    speech, found = Speech(portal[0], locale), []
    with visit(locale=locale, width=width) as window:
        for login, paths in PAGES.items():
            if login:
                window.sign_in(login, locale)
            for path in paths:
                answer = window.open(path)
                assert answer.status == REFUSED.get(path, 200), (login, path)
                assert window.page.title(), path
                found += flaws(window, speech)
        assert not window.trouble
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("locale", "width"), [("zh", 1366), ("en", 390)])
def test_the_essential_pages_in_the_other_language_at_each_width(
    visit: Callable[..., Any], portal: Any, locale: str, width: int
) -> None:
    speech, found = Speech(portal[0], locale), []
    with visit("qc_manager", locale=locale, width=width) as window:
        for path in (*ALL_ROUND, f"/complaint/show/{record_in(portal[0], 'returned')}"):
            window.open(path)
            found += flaws(window, speech)
        assert not window.trouble
    assert not found, "\n".join(found)


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
