"""2.1 at the desk: a caller who is known is known by the telephone; the slip reaches QC in one act."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.customers.models import Contact, ProductUnit
from app.extensions import db

pytestmark = pytest.mark.browser
COUNT = """addEventListener('click', event => {
    if (event.isTrusted) sessionStorage.clicks = Number(sessionStorage.clicks || 0) + 1; }, true)"""
ENOUGH = 5  # of the workbench's button, the machine, two fields, and the one that hands over


def caller(app: Any) -> tuple[Contact, ProductUnit]:
    """Somebody at a customer with an address, who has a machine."""
    with app.app_context(), Session(db.engine, expire_on_commit=False) as session:
        contact = session.scalars(select(Contact).order_by(Contact.id)).first()
        unit = session.scalars(select(ProductUnit).order_by(ProductUnit.id)).first()
        assert contact and unit and contact.customer.region_code and contact.customer.address
        unit.customer = contact.customer
        session.commit()
        return contact, unit


@pytest.mark.parametrize(("locale", "width"), [("zh", 390), ("en", 1366)])
def test_a_refused_slip_comes_back_with_the_marks_of_what_is_to_be_checked(
    visit: Callable[..., Any], portal: Any, locale: str, width: int
) -> None:
    contact, _unit = caller(portal[0])
    with visit("reception", locale=locale, width=width) as window:
        page = window.page
        window.open("/complaint/add?channel=phone")
        page.fill("#contact_phone", str(contact.mobile))
        page.keyboard.press("Tab")
        page.wait_for_selector(".known #site_address")
        page.fill("#site_address", "新厂房 3 号门")
        marked = ".fld.known [name]", "fields => fields.map(field => field.name).sort()"
        before = page.eval_on_selector_all(*marked)
        assert {"contact_name", "site_region"} <= set(before) and "site_address" not in before
        page.click("button[name=then]")
        page.wait_for_selector(".fld.bad")
        page.wait_for_selector("#similar section")
        assert page.eval_on_selector_all(*marked) == before
        assert page.locator(".known .known-hint").count() == len(before)
        assert page.input_value("#site_address") == "新厂房 3 号门"
        page.fill("#contact_name", "另一位")
        with page.expect_navigation():
            page.click("button[name=then]")
        page.wait_for_selector(".fld.bad")
        assert page.eval_on_selector_all(*marked) == [name for name in before if name != "contact_name"]
        assert not window.trouble


@pytest.mark.parametrize(("locale", "width"), [("zh", 1366), ("en", 390)])
def test_2_1_a_known_caller_s_slip_is_filled_by_the_phone_and_handed_over_in_one_act(
    visit: Callable[..., Any], portal: Any, locale: str, width: int
) -> None:
    contact, unit = caller(portal[0])
    customer = contact.customer
    with visit("reception", locale=locale, width=width) as window:
        page = window.page
        page.add_init_script(COUNT)
        window.open("/")
        page.click("main a[href*='/complaint/add?channel=phone']")
        page.wait_for_selector("#contact_phone:focus")
        page.keyboard.type(str(contact.mobile))
        page.keyboard.press("Tab")
        page.wait_for_selector("[data-unit]")
        for name, known in {
            "customer": str(customer.id),
            "contact_name": contact.name,
            "site_region": str(customer.region_code),
            "site_address": customer.address or "",
        }.items():
            assert page.input_value(f"#{name}") == known, name
        page.click(f"[data-unit]:has-text('{unit.serial_no}')")
        page.click("#subject")
        page.keyboard.type("主轴异响")
        page.keyboard.press("Tab")
        page.keyboard.type("主轴高速运转异响")
        page.click("#solution_plan")
        page.keyboard.type("质检分析后派员处理")
        assert window.overflow() + window.barriers("main") == []
        page.click("[name=then][value=hand_over]")
        page.wait_for_selector(".beads")
        assert int(page.evaluate("sessionStorage.clicks")) <= ENOUGH
        assert not window.trouble
        number = int(page.url.partition("?")[0].rsplit("/", 1)[1])
    with portal[0].app_context(), Session(db.engine) as session:
        record = session.get_one(Complaint, number)
        assert (record.state, record.nature, record.customer_id) == ("handed_over", "quality", customer.id)
        assert (record.serial_no, record.product_id) == (unit.serial_no, unit.product_id)
        assert record.contact_phone == contact.mobile
        assert record.solution_plan == "质检分析后派员处理"


def test_2_1_what_is_judged_to_be_no_quality_problem_is_not_handed_over_against_the_judgement(
    visit: Callable[..., Any], portal: Any
) -> None:
    contact, _unit = caller(portal[0])
    with visit("reception") as window:
        page = window.page
        window.open("/complaint/add?channel=phone")
        page.fill("#contact_phone", str(contact.mobile))
        page.keyboard.press("Tab")
        page.wait_for_selector("[data-known]")
        page.fill("#subject", "缺说明书")
        page.fill("#description", "随机资料中没有中文说明书")
        page.select_option("#nature", "non_quality")
        page.click("[name=then][value=hand_over]")
        page.wait_for_selector(".fld.bad")
        assert page.inner_text(".fld.bad .err").startswith("仅质量问题移交质检部")
        assert page.input_value("#subject") == "缺说明书"
        page.click("main form button[type=submit] >> nth=0")
        page.wait_for_selector(".r-head .tag:text-is('协商中')")
        assert not window.trouble
