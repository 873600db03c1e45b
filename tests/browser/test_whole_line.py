"""The pages of the whole line in a real browser: no barrier, no sideways scroll; the customer signs by link."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.complaints.customer_acts import Purpose
from app.core.process.workflow import WORKFLOWS
from app.core.record import links
from app.core.record.records import Record
from app.extensions import db

from .test_face import record_in

pytestmark = pytest.mark.browser


def pages(app: Any) -> dict[str, list[str]]:
    """Who looks at which pages."""
    shown = [
        f"/{kind}/show/{number}"
        for kind in ("consultation", "corrective_action", "gm_report")
        for state in WORKFLOWS[kind].states
        if (number := record_in(app, str(state), kind))
    ]
    lists = ["/consultation/list/", "/corrective_action/list/", "/gm_report/list/", "/major/"]
    reports = ["/compliance/", "/compliance/2.1", "/regulation/", "/regulation/2.4"]
    at_qc, on_site = record_in(app, "at_qc"), record_in(app, "on_site")
    implementing = record_in(app, "implementing", "corrective_action")
    return {
        "gm": [*lists, *reports, *shown, f"/complaint/show/{record_in(app, 'merged')}"],
        "qc": [
            "/return_slips/",
            f"/complaint/{at_qc}/step/consult",
            f"/complaint/{on_site}/step/quote",
            f"/complaint/{on_site}/step/answer_quote",
            f"/complaint/{record_in(app, 'awaiting_confirmation')}/customer-links",
            f"/complaint/{record_in(app, 'returned')}/step/amend",
        ],
        "production_manager": [f"/corrective_action/{implementing}/step/finish_action", "/"],
        "admin": ["/employee/hand_over/5"],
    }


@pytest.mark.parametrize(("width", "locale"), [(1366, "en"), (390, "zh")])
def test_every_page_of_the_line_is_without_barrier(visit: Callable[..., Any], portal: Any, width: int, locale: str):
    found: list[str] = []
    with visit(width=width, locale=locale) as window:
        for login, paths in pages(portal[0]).items():
            window.sign_in(login, locale if width > 400 else "")
            for path in paths:
                answer = window.open(path)
                assert answer.status == 200, (login, path)
                found += window.barriers() + window.overflow()
        assert not window.trouble, window.trouble
    assert not found, "\n".join(found)


def address(app: Any, number: int, purpose: Purpose) -> str:
    with app.app_context():
        url = links.address(db.session, number, purpose)
        db.session.remove()
    return "/" + url.split("/", 3)[3] if url else ""


def waiting(app: Any) -> int:
    """A complaint whose customer holds a link that can still be used."""
    with app.app_context():
        numbers = db.session.scalars(select(Record.id).where(Record.state == "awaiting_confirmation")).all()
        db.session.remove()
    return next(number for number in numbers if address(app, number, Purpose.confirm))


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_customer_s_pages_are_without_barrier(visit: Callable[..., Any], portal: Any, locale: str):
    app, _base = portal
    number = waiting(app)
    found: list[str] = []
    with visit(width=390, locale=locale) as window:
        for path in (address(app, number, Purpose.confirm), address(app, number, Purpose.track), "/t/" + "x" * 43):
            window.open(path)
            found += window.barriers() + window.overflow()
            assert window.page.get_attribute("html", "lang")
        assert not window.trouble, window.trouble
    assert not found, "\n".join(found)


def test_the_customer_signs_with_a_finger_and_sees_that_it_is_saved(visit: Callable[..., Any], portal: Any):
    app, _base = portal
    number = waiting(app)
    with visit(width=390) as window:
        page = window.page
        window.open(address(app, number, Purpose.confirm))
        page.check("[name=solved][value=true]")
        assert page.locator("[name=reason]").is_hidden()
        page.check("[name=satisfaction][value='5']")
        page.fill("[name=remark]", "仍未解决")
        box = page.locator("canvas").bounding_box()
        page.locator("canvas").scroll_into_view_if_needed()
        box = page.locator("canvas").bounding_box()
        page.mouse.move(box["x"] + 20, box["y"] + 40)
        page.mouse.down()
        page.mouse.move(box["x"] + 120, box["y"] + 80)
        page.mouse.up()
        page.click("button.btn-primary")
        page.wait_for_selector("[name=confirm_negative]")  # negative words ask once more, what was typed is kept
        assert page.input_value("[name=remark]") == "仍未解决"
        page.check("[name=confirm_negative][value=true]")
        page.click("button.btn-primary")
        page.wait_for_selector("[role=status]")
        assert "/t/" in page.url
        assert not window.trouble, window.trouble
    with app.app_context():
        from app.complaints.models import Complaint

        record = db.session.get_one(Complaint, number)
        assert record.state == "confirmed"
        assert record.confirmation is not None
        assert record.confirmation.method == "link"
        db.session.remove()
