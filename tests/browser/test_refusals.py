"""A refusal is seen, understood and costs nothing typed: dialogs, full pages and look-ups in a real browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from app.core.time import clock
from tests.complaints.conftest import Line, png
from tests.support import PASSWORD, Rest

from .conftest import EVERYWHERE, OFFICE_HOURS

pytestmark = pytest.mark.browser
WINDOWS = [("zh", 1366), ("en", 390)]
SCANNED = {
    "zh": "请附上有顾客签名的扫描件（制度 2.5）。",
    "en": "Attach the scan with the customer's signature (clause 2.5).",
}


@pytest.fixture(scope="module")
def line(portal: tuple[Any, str]) -> Iterator[Line]:
    from sqlalchemy.orm import Session

    from app.extensions import db

    app, _base = portal
    with app.app_context():
        engine = db.engine
    with Session(engine) as look:
        yield Line(lambda login, locale="en": Rest(app, login, PASSWORD, locale), look)


def opened(window: Any, number: int, step: str) -> Any:
    window.open(f"/complaint/show/{number}")
    window.page.locator(f"[data-step={step}]").evaluate("link => link.click()")  # it may lie in the menu
    window.page.wait_for_selector("#dlg[open] form")
    return window.page


@pytest.mark.parametrize(("locale", "width"), EVERYWHERE)
def test_a_paper_signature_without_its_scan_is_refused_in_view_and_the_chosen_scan_is_kept(
    visit: Callable[..., Any], line: Line, tmp_path: Path, locale: str, width: int
):
    number = line.at("awaiting_confirmation")
    scan = tmp_path / "扫描件.png"
    scan.write_bytes(png().read())
    with visit("technician", locale=locale, width=width) as window:
        page = opened(window, number, "confirm")
        page.fill("#dlg [name=signer_name]", "王签收")
        page.select_option("#dlg [name=method]", "paper_scan")
        page.select_option("#dlg [name=satisfaction]", "5")
        page.fill("#dlg [name=remark]", "已修好。\n" * 6)
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg .fld.bad")
        assert page.inner_text("#dlg .fld.bad .err") == SCANNED[locale]
        assert window.in_view("#dlg .fld.bad .err")
        assert page.evaluate("document.activeElement.id") == "scan"
        assert page.get_attribute("#scan", "aria-invalid") == "true"
        assert window.in_view("#dlg h2") and window.in_view("#dlg [type=submit]")
        page.set_input_files("#scan", scan)
        assert page.locator("#dlg .err").count() == 0, "the message goes when the field is filled"
        page.select_option("#dlg [name=satisfaction]", "")
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg .fld.bad")
        assert page.evaluate("document.activeElement.id") == "satisfaction"
        assert "扫描件.png" in page.inner_text("#dlg [data-kept]")
        assert page.input_value("#dlg [name=remark]").startswith("已修好")
        assert not window.barriers("#dlg") and not window.overflow()
        page.select_option("#dlg [name=satisfaction]", "5")
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg[open]", state="detached")
        assert not window.trouble
    line.session.expire_all()
    assert "扫描件.png" in [item["name"] for item in line.by("qc").get(f"complaint/{number}/attachments").json]


@pytest.mark.parametrize(("locale", "width"), WINDOWS)
def test_closing_with_typed_text_asks_and_a_draft_comes_back_to_its_writer_alone(
    visit: Callable[..., Any], line: Line, locale: str, width: int
):
    number = line.at("on_site")
    with visit("technician", locale=locale, width=width) as window:
        page = opened(window, number, "reschedule")
        page.keyboard.press("Escape")
        page.wait_for_selector("#dlg[open]", state="detached")
        page = opened(window, number, "reschedule")
        page.fill("#dlg [name=reason]", "顾客改期")
        for close in (lambda: page.keyboard.press("Escape"), lambda: page.click("#dlg [data-close]")):
            close()
            page.wait_for_selector("#ask[open]")
            page.keyboard.press("Enter")  # without looking
            page.wait_for_selector("#ask[open]", state="detached")
            assert page.input_value("#dlg [name=reason]") == "顾客改期"
        page = opened(window, number, "reschedule")  # the tab was closed meanwhile
        assert page.input_value("#dlg [name=reason]") == "顾客改期"
        assert page.locator("#dlg [data-draft-drop]").count() == 1
        kept = page.evaluate("JSON.stringify(localStorage)")
        page.click("#dlg [data-draft-drop]")
        assert page.input_value("#dlg [name=reason]") == ""
        page.fill("#dlg [name=reason]", "再次改期")
        page.click("#dlg [type=submit]")  # the new date is missing
        page.wait_for_selector("#dlg .fld.bad")
        page.keyboard.press("Escape")
        page.wait_for_selector("#ask[open]")
        page.click("#ask [data-yes]")
        page.wait_for_selector("#dlg[open]", state="detached")
        page = opened(window, number, "reschedule")
        assert page.input_value("#dlg [name=reason]") == "", "what was discarded is gone"
        window.sign_in("qc_manager", locale)
        page.evaluate(
            "kept => Object.entries(JSON.parse(kept)).forEach(([key, value]) => localStorage.setItem(key, value))", kept
        )
        page = opened(window, number, "reassign")
        assert "顾客改期" not in page.inner_html("#dlg")
        assert not window.trouble


@pytest.mark.parametrize(("locale", "width"), EVERYWHERE)
def test_an_intake_refused_or_sent_too_late_loses_nothing(
    visit: Callable[..., Any], line: Line, locale: str, width: int
):
    with visit("reception", locale=locale, width=width) as window:
        page = window.page
        window.open("/complaint/add?channel=phone")
        page.fill("[name=subject]", "主轴异响")
        page.fill("[name=description]", "高速运转时异响")
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_selector(".fld.bad")
        assert window.in_view(".fld.bad .err")
        assert page.input_value("[name=subject]") == "主轴异响"
        cookies = page.context.cookies()
        page.context.clear_cookies()  # the session ends while the page is open
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_selector("main form [data-say]")
        assert window.in_view("main form [data-say]")
        assert page.input_value("[name=description]") == "高速运转时异响"
        window.open(page.get_attribute("[data-say] a", "href"))
        page.context.add_cookies(cookies)  # signed in again
        window.open("/complaint/add?channel=visit")
        assert page.input_value("[name=description]") == "高速运转时异响"
        page.locator("select:visible:near(#site_address)").first.wait_for()
        page.evaluate(f"""() => {{
            $('#customer').append(new Option('x', '{line.customer()}', true, true)).trigger('change');
            $('#site_region').append(new Option('北仑', '330206', true, true)).trigger('change'); }}""")
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_selector(".beads")
        window.open("/complaint/add?channel=phone")
        assert page.input_value("[name=description]") == "", "the draft went with the registered slip"
        assert not window.trouble


@pytest.mark.parametrize(("locale", "width"), WINDOWS)
def test_what_the_server_refuses_a_dialog_and_a_look_up_is_said_in_words(
    visit: Callable[..., Any], line: Line, locale: str, width: int
):
    number = line.at("at_qc")
    busy = {"zh": "系统繁忙", "en": "The portal is busy"}[locale]
    with visit("qc", locale=locale, width=width) as window:
        page = opened(window, number, "consult")
        page.fill("#dlg [name=question]", "是否批量问题？")
        told = {"zh": "您无权查询", "en": "You may not look this up"}[locale]
        page.route("**/lookup/department*", lambda route: route.fulfill(status=403, json={"message": f"{told}."}))
        page.click("#departments + .select2 .select2-selection")
        page.wait_for_selector(f".select2-results__message:has-text('{told}')")
        page.keyboard.press("Escape")
        assert page.locator("#dlg[open]").count() == 1
        for status in (403, 404, 429, 503):
            told = {"status": status, "json": {"message": f"{busy} {status}."}}
            page.route("**/step/consult", lambda route, _request, told=told: route.fulfill(**told))
            page.click("#dlg [type=submit]")
            page.wait_for_selector(f"#dlg [data-say]:has-text('{busy} {status}.')")
            assert window.in_view("#dlg [data-say]")
            assert page.input_value("#dlg [name=question]") == "是否批量问题？"
            page.unroute("**/step/consult")


@pytest.mark.parametrize(("locale", "width"), WINDOWS)
def test_an_empty_pad_says_so_at_once_and_is_silent_when_it_is_signed(
    visit: Callable[..., Any], line: Line, locale: str, width: int
):
    number = line.at("awaiting_confirmation")
    said = {"zh": "请在框内签名。", "en": "Please sign in the box."}[locale]
    with visit("technician", locale=locale, width=width) as window:
        page, sent = opened(window, number, "confirm"), []
        page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
        page.fill("#dlg [name=signer_name]", "王签收")
        page.select_option("#dlg [name=method]", "onscreen")
        page.select_option("#dlg [name=satisfaction]", "5")
        page.click("#dlg [type=submit]")
        assert page.inner_text("#dlg .fld.bad .err") == said and not sent
        assert window.in_view("#dlg .fld.bad .err")
        pad = page.locator("#dlg [data-signature] canvas")
        pad.scroll_into_view_if_needed()
        box = pad.bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 40)
        page.mouse.down()
        page.mouse.up()
        assert page.input_value("#dlg [name=signature]") == "", "a tap is no signature"
        page.mouse.down()
        page.mouse.move(box["x"] + 160, box["y"] + 80, steps=4)
        page.mouse.up()
        assert page.locator("#dlg .err").count() == 0
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg[open]", state="detached")
    assert line.read(number)["state"] == "confirmed"


def test_the_summary_names_what_is_still_missing_and_goes_with_the_last(visit: Callable[..., Any], line: Line):
    number = line.at("awaiting_confirmation")
    with visit("technician", locale="en") as window:
        page = opened(window, number, "confirm")
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg [data-trouble]")
        named = page.locator("#dlg [data-trouble] a").all_inner_texts()
        assert len(named) > 1
        for missing in range(len(named), 0, -1):
            assert page.locator("#dlg [data-trouble] a").count() == missing
            assert page.inner_text("#dlg [data-trouble]").count(", ") == missing - 1
            field = page.locator("#dlg .fld.bad [name]").first
            if field.evaluate("field => field.tagName") == "SELECT":
                field.select_option(index=1)
            else:
                field.fill("王")
        assert page.locator("#dlg [data-trouble]").count() == 0
        assert not window.trouble


def test_on_paper_stands_what_there_is_and_nothing_to_fill_in(visit: Callable[..., Any], line: Line):
    number = line.at("assigned")
    clock.set_frozen(OFFICE_HOURS + timedelta(days=20))
    with visit("qc", locale="en") as window:
        page = window.page
        window.open(f"/complaint/show/{number}")
        screen = ".deadlines form, details.fold.void, .r-why"
        assert page.locator(screen).filter(visible=True).count() >= 2
        page.emulate_media(media="print")
        assert page.locator(screen).filter(visible=True).count() == 0
        assert page.locator("main form").filter(visible=True).count() == 0
        assert page.locator("#c-deadlines").is_visible()
