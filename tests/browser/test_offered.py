"""What is offered, who is picked and what adds itself up, on the desk and on a phone, in both languages."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.test_phone import live

from .conftest import EVERYWHERE

__all__ = ["live"]
WAYS = [("zh", 1366), ("en", 390)]
LACKING = {"zh": "缺少有效资质", "en": "Without a valid competence"}


@pytest.mark.parametrize(("locale", "width"), EVERYWHERE)
def test_a_greyed_step_is_readable_by_eye_and_by_keyboard(live: Any, visit: Any, locale: str, width: int):
    number = live.at("returned")
    with visit("qc_manager", locale=locale, width=width) as window:
        window.open(f"/complaint/show/{number}")
        button = window.page.locator(".r-acts [aria-disabled=true]").first
        button.focus()
        why = window.page.locator("#" + str(button.get_attribute("aria-describedby")))
        assert why.is_visible()
        assert "2.6" in why.inner_text()
        assert not window.page.locator(".r-acts .main").count()
        assert window.page.locator(".turn dd").first.is_visible()
        assert window.overflow() + window.barriers(".r-head") + window.trouble == []


@pytest.mark.parametrize(("locale", "width"), EVERYWHERE)
def test_a_reason_is_asked_for_only_where_somebody_without_the_competence_is_picked(
    live: Any, visit: Any, locale: str, width: int
):
    number = live.at("disposed")
    with visit("qc_manager", locale=locale, width=width) as window:
        page = window.page
        window.open(f"/complaint/show/{number}")
        page.click(".r-acts .main")
        page.wait_for_selector("#dlg[open] .pick")
        reason, send = page.locator("#dlg [name=override_reason]"), "#dlg [type=submit]"
        page.click(send)
        page.wait_for_selector("#dlg .fld.bad")
        assert window.in_view("#dlg .fld.bad .err") and window.in_view("#dlg h2") and window.in_view(send)
        assert not reason.is_visible()
        page.check("#dlg [name=technician][value=technician]")
        assert not reason.is_visible()
        page.check("#dlg [name=co_workers][value=technician2]")  # the certificate has ended
        assert reason.is_visible()
        page.uncheck("#dlg [name=co_workers][value=technician2]")
        assert not reason.is_visible()
        page.check("#dlg [name=technician][value=technician2]")
        page.click(send)
        page.wait_for_selector("#dlg .note.red[role=alert]:not([hidden])")
        assert window.in_view("#dlg .note.red[role=alert]:not([hidden])") and reason.is_visible()
        assert LACKING[locale] in page.inner_text("#dlg .note.red[role=alert]:not([hidden])")
        assert window.overflow() + window.barriers("#dlg") + window.trouble == []


@pytest.mark.parametrize(("locale", "width"), WAYS)
def test_a_free_repair_is_not_asked_for_its_charge(live: Any, visit: Any, locale: str, width: int):
    number = live.at("on_site")
    with visit("technician", locale=locale, width=width) as window:
        page = window.page
        window.open(f"/complaint/show/{number}")
        page.locator("[data-step=complete]").first.evaluate("link => link.click()")
        page.wait_for_selector("#dlg[open] [name=remedy]")
        charge, why = page.locator("#dlg [name=charge]"), page.locator("#dlg [name=free_reason]")
        for name in ("phenomenon", "investigation", "work_done"):
            page.fill(f"#dlg [name={name}]", "已处理")
        page.select_option("#dlg [name=cause_category]", "assembly")
        for responsibility, remedy, charged, free in (
            ("misuse", "paid_repair", True, True),
            ("misuse", "free_repair", False, True),
            ("third_party", "explain", True, False),
            ("own_quality", "exchange", False, False),
        ):
            page.select_option("#dlg [name=responsibility]", responsibility)
            page.select_option("#dlg [name=remedy]", remedy)
            assert (charge.is_visible(), why.is_visible()) == (charged, free), (responsibility, remedy)
        page.click("#dlg [type=submit]")
        page.wait_for_selector("#dlg[open]", state="detached")
        assert not window.trouble
    assert live.read(number)["charge"] == "0.00"


@pytest.mark.parametrize(("locale", "width"), WAYS)
def test_the_person_is_picked_in_the_table_by_keyboard(live: Any, visit: Any, locale: str, width: int):
    number = live.at("disposed")
    with visit("qc_manager", locale=locale, width=width) as window:
        window.open(f"/complaint/show/{number}")
        window.page.click(".r-acts .main")
        window.page.wait_for_selector("#dlg[open] .pick")
        assert window.overflow() + window.barriers("#dlg") + window.trouble == []
        window.page.focus("#dlg [name=technician][value=inspector]")
        window.page.keyboard.press("Space")
        window.page.click("#dlg [type=submit]")
        window.page.wait_for_selector("#dlg[open]", state="detached")
    assert live.read(number)["state"] == "assigned"


@pytest.mark.parametrize(("locale", "width"), WAYS)
def test_a_total_adds_itself_up_and_the_pad_waits_for_its_method(live: Any, visit: Any, locale: str, width: int):
    quoted, done = live.at("on_site"), live.at("awaiting_confirmation")
    with visit("technician", locale=locale, width=width) as window:
        page = window.page
        window.open(f"/complaint/show/{quoted}")
        page.click(".r-acts a[href$='/step/quote']")
        page.wait_for_selector("#dlg[open] .rowset")
        for row, (quantity, price) in enumerate((("2", "1800"), ("0.5", "12.50"))):
            page.fill(f"#dlg [name=lines-{row}-quantity]", quantity)
            page.fill(f"#dlg [name=lines-{row}-price]", price)
        assert page.input_value("#dlg [name=amount]") == "3606.25"
        window.open(f"/complaint/show/{done}")
        page.click(".r-acts a[href$='/step/confirm']")
        page.wait_for_selector("#dlg[open] form")
        assert not page.locator("#dlg canvas").is_visible()
        page.select_option("#dlg [name=method]", "onscreen")
        assert page.locator("#dlg canvas").is_visible()
        assert not page.locator("#dlg [name=scan]").is_visible()
        page.select_option("#dlg [name=method]", "paper_scan")
        assert page.locator("#dlg [name=scan]").is_visible()
        assert window.trouble == []
