"""The administrator at the screen: pages to read, and a mail's words changed, looked at, sent and brought back."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.extensions import db
from app.notifications.engine import run_once
from app.notifications.models import OutboxMail

WAYS = [("zh", 1366), ("en", 390)]
PAGES = (
    "/mail_text/",
    "/mail_text/complaint_created/zh",
    "/told_beside/",
    "/told_beside/complaint/register",
    "/settings/",
    "/decision/list/",
    "/deadline_rule/list/",
)


@pytest.mark.parametrize(("locale", "width"), WAYS)
def test_the_administrators_pages_are_read_by_eye_and_by_ear(visit: Any, locale: str, width: int):
    with visit("admin", locale=locale, width=width) as window:
        for page in PAGES:
            assert window.open(page).status == 200
            assert window.overflow() + window.barriers() + window.trouble == [], page


@pytest.mark.parametrize(("locale", "width"), WAYS)
def test_a_mails_words_are_changed_looked_at_sent_and_brought_back(
    visit: Any, portal: tuple[Flask, str], locale: str, width: int
):
    app, _base = portal
    with visit("admin", locale=locale, width=width) as window:
        page, url = window.page, f"/mail_text/complaint_created/{locale}"
        window.open(url)
        page.fill("[name=subject]", "OK {number}")
        page.fill("[name=body]", "{nobody}")
        page.click("[name=act][value=save]")
        page.wait_for_selector(".fld.bad .err")
        assert "{nobody}" in page.inner_text(".fld.bad .err")
        page.fill("[name=body]", "{customer} {number}")
        page.click("[name=act][value=preview]")
        page.wait_for_selector("#h-shown")
        frame = page.frame_locator("iframe.mail-page")
        assert page.input_value("[name=number]") in frame.locator(".text").inner_text()
        page.click("[name=act][value=test]")
        page.wait_for_selector("text=admin@example.com")
        page.click("[name=act][value=save]")
        page.wait_for_selector("#h-original")
        assert window.overflow() + window.barriers() + window.trouble == []
        run_once(app)
        with app.app_context():
            tried = select(OutboxMail.state).where(OutboxMail.event == "mail_test").order_by(OutboxMail.id.desc())
            assert db.session.scalars(tried).first() == "written"
            db.session.remove()
        window.open(url)
        page.click(f"form[action='{url}/restore'] button")
        page.click("#ask[open] [data-yes]")
        page.wait_for_selector("#h-original", state="detached")
        assert page.input_value("[name=subject]").startswith("{company}")
