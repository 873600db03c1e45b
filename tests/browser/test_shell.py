"""The shell: what is printed, where one is in the menu, rows that stay readable."""

from __future__ import annotations

import pytest

from .test_face import record_in

pytestmark = pytest.mark.browser


def test_paper_shows_neither_addresses_nor_boxes(visit):
    with visit("qc_manager") as window:
        window.open("/complaint/list/")
        window.page.emulate_media(media="print")
        shown = window.page.evaluate(
            """() => [...document.querySelectorAll('main a[href]')]
                .map(link => getComputedStyle(link, '::after').content)
                .filter(text => text !== 'none' && text !== 'normal')"""
        )
        assert shown == []
        assert window.page.locator("main input[type=checkbox]:visible").count() == 0
        assert window.page.locator("main table .num").first.is_visible()


@pytest.mark.parametrize("width", [1366])
def test_the_menu_entry_one_is_on_is_in_view(visit, width):
    with visit("admin", width=width) as window:
        window.open("/outbox/list/")
        assert window.page.evaluate(
            """() => { const on = document.querySelector('.p-side .on').getBoundingClientRect();
                return on.top >= 0 && on.bottom <= innerHeight; }"""
        )


def test_a_plan_stays_readable_after_its_owner_is_chosen(visit, portal):
    """The description of an action keeps most of the dialog's width, whoever is chosen."""
    with visit("production_manager") as window:
        window.open("/corrective_action/list/?tab=")
        window.page.click("tr:has-text('JZ-2026-004') a.num")
        window.page.click("[data-step=acknowledge]")
        window.page.click("#dlg button[type=submit]")
        window.page.click("[data-step=analyse]")
        window.page.select_option("#dlg [name=method]", "five_why")
        window.page.fill("#dlg [name=whys-0-why]", "主轴为何异响？")
        window.page.fill("#dlg [name=root_cause]", "轴承装配不当")
        window.page.click("#dlg button[type=submit]")
        window.page.wait_for_selector("[data-step=plan]")  # a plan follows the known cause
        window.open(window.page.url.removeprefix(window.base).replace("/show/", "/").split("?")[0] + "/step/plan")
        row = window.page.locator(".rowset tbody tr").first
        window.page.evaluate(
            """() => { const owner = document.querySelector('.rowset select[name$=owner]');
                const long = new Option('欧阳一位名字很长很长的同事 · 生产部、质检部、技术部', 'x', true, true);
                jQuery(owner).append(long).trigger('change'); }"""
        )
        box, line = row.locator("textarea").bounding_box(), row.bounding_box()
        assert box["width"] >= 0.6 * line["width"]
        assert window.overflow() == []


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_what_lies_in_the_menu_of_a_record_is_read_whole_on_a_phone(visit, portal, locale):
    """The menu opens under the buttons and keeps within the window, wherever its own button has come to stand."""
    with visit("qc_manager", locale=locale, width=390) as window:
        for state in ("received", "at_qc", "confirmed", "closed"):
            window.open(f"/complaint/show/{record_in(portal[0], state)}")
            window.page.click(".r-acts .menu > summary")
            left, right = window.page.locator(".r-acts .menu > ul").evaluate(
                "list => { const box = list.getBoundingClientRect(); return [box.left, box.right]; }"
            )
            assert left >= 0 and right <= 390, state
            assert window.overflow() == []


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_name_stands_beside_its_words_not_over_them(visit, locale):
    with visit("admin", locale=locale, width=390) as window:
        for event in ("complaint_created", "deadline_three_days_late"):
            window.open(f"/mail_text/{event}/{locale}")
            over = window.page.evaluate(
                """() => [...document.querySelectorAll('main .dl dt')]
                    .filter(name => name.scrollWidth > name.clientWidth).map(name => name.innerText)"""
            )
            assert over == []
