"""The administrator makes a field of the company's own; the colleagues concerned see it at once; then it is retired."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.browser
WORDS = {"zh": ("新闻关注度", "有媒体到场"), "en": ("Attention of the press", "Press was there")}
ADDED = {"zh": "自定义字段", "en": "Custom fields"}


def make(window: Any, code: str) -> str:
    """A field on reports to the general manager, as the administrator makes it; the address of its page."""
    page = window.page
    window.open("/custom_field/list/")
    page.click("a[href='/custom_field/add']")
    page.click("a[href$='kind=gm_report']")
    page.fill("#code", code)
    page.select_option("#type", "choice")
    for name, words in (("label_zh", WORDS["zh"][0]), ("label_en", WORDS["en"][0])):
        page.fill(f"#{name}", words)
    for at, option in enumerate((("there", WORDS["zh"][1], WORDS["en"][1]), ("none", "没有", "None"))):
        for name, text in zip(("code", "label_zh", "label_en"), option, strict=True):
            page.fill(f"[name=choices-{at}-{name}]", text)
    for place in ("create", "report"):
        page.check(f"[name=asked_in][value={place}]")
    for switch in ("required", "in_list", "in_search", "on_paper"):
        page.check(f"[name={switch}][value=true]")
    assert window.overflow() + window.barriers("main") == []
    page.click(".p-bar [type=submit]")
    page.wait_for_selector("[name=read]", state="attached")  # what is open has no value yet: read, then saved again
    page.click(".p-bar [type=submit]")
    page.wait_for_url("**/custom_field/show/*")
    assert WORDS["zh"][0] in page.inner_text("main")
    return str(page.url).removeprefix(window.base)


@pytest.mark.parametrize(("locale", "width"), [("zh", 1366), ("en", 390)])
def test_a_field_is_made_filled_in_seen_and_retired(visit: Any, locale: str, width: int):
    label, value = WORDS[locale]
    code, name = f"press_{locale}", f"[name='extra.press_{locale}']"
    with visit("admin", locale=locale, width=width) as window:
        there = make(window, code)
        window.sign_in("sales_manager", locale)
        page = window.page
        window.open("/gm_report/add")
        page.select_option("[name=reason]", "other")
        page.fill("[name=subject]", f"罢工 {locale}")
        page.click(".p-bar [type=submit]")
        page.wait_for_selector(".fld.bad")
        assert label in page.inner_text(".fld.bad")
        page.select_option(name, "there")
        page.click(".p-bar [type=submit]")
        page.wait_for_url("**/gm_report/show/*")
        assert label in page.inner_text("#c-own >> xpath=..  >> xpath=..") and value in page.inner_text("main")
        number = page.url.rsplit("/", 1)[-1]
        page.click("[data-step=report]")
        page.wait_for_selector("#dlg[open] form")
        assert page.input_value(f"#dlg {name}") == "there"
        assert window.overflow() + window.barriers("#dlg") + window.trouble == []
        window.open(f"/gm_report/list/?q={value.split()[0]}")
        assert value in page.inner_text("table.rows")
        window.sign_in("admin", locale)
        window.open(there.replace("show", "edit"))
        page.check("[name=active][value=false]")
        page.click(".p-bar [type=submit]")
        page.wait_for_selector("[name=read]", state="attached")
        page.click(".p-bar [type=submit]")
        page.wait_for_url("**/custom_field/show/*")
        window.sign_in("sales_manager", locale)
        window.open("/gm_report/add")
        assert page.locator(name).count() == 0
        window.open(f"/gm_report/show/{number}")
        assert value in page.inner_text("main")
        assert window.trouble == []
