"""Seen as a role: what writes is shown, does nothing and says why; what was typed stays."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.core.process.turns import Function
from app.core.record.records import Record
from app.extensions import db

WAYS = [("zh", 1366), ("en", 390)]
WHY = {"zh": "不能更改任何内容", "en": "nothing can be changed"}
STILL = "[aria-disabled=true][aria-describedby=p-seen]"


def see_as(window: Any, app: Flask, code: str) -> None:
    with app.app_context():
        number = db.session.scalar(
            select(Role.id).join(Function, Function.role_id == Role.id).where(Function.code == code)
        )
    window.open("/access/")
    window.page.evaluate("document.querySelector('details.fold').open = true")
    window.page.select_option("#seen-role", str(number))
    window.page.click("form[action='/access/see'] button")
    window.page.wait_for_selector(".p-seen")


BEFORE_THE_VISIT = ("received", "negotiating", "pending_qc", "handed_over", "at_qc", "disposed")


@pytest.mark.parametrize(("locale", "width"), WAYS)
def test_a_form_is_shown_and_says_why_it_is_not_sent(visit: Any, portal: tuple[Flask, str], locale: str, width: int):
    app, _base = portal
    with app.app_context():
        open_ones = select(Record.id).where(Record.kind == "complaint", Record.state.in_(BEFORE_THE_VISIT))
        number = db.session.scalar(open_ones.order_by(Record.id))
    assert number
    with visit("admin", locale=locale, width=width) as window:
        page = window.page
        see_as(window, app, "reception")
        window.open("/complaint/add")
        assert WHY[locale] in page.get_attribute(f"main form {STILL}", "title")
        page.fill("[name=subject]", "夜班停机")
        page.press("[name=subject]", "Enter")
        page.wait_for_selector("main form [data-say]")
        assert WHY[locale] in page.inner_text("main form [data-say]") and window.in_view("main form [data-say]")
        assert page.input_value("[name=subject]") == "夜班停机" and page.url.endswith("/complaint/add")
        assert window.barriers() + window.overflow() + window.trouble == []
        window.open(f"/complaint/show/{number}")
        page.locator("[data-step]:visible").first.click()
        page.wait_for_selector(f"#dlg {STILL}")
        page.locator(f"#dlg {STILL}").first.click(force=True)
        assert WHY[locale] in page.inner_text("#dlg [data-say]") and window.in_view("#dlg [data-say]")
        page.click("#dlg [data-say] button")
        page.wait_for_url("**/access/**")
        assert not page.locator(".p-seen").count() and window.trouble == []
