"""Lists are paged along an index: every row once, in the same order, forward, backward and to the last page."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.complaints.workflow import COMPLAINT
from app.core.pages import listing, paging
from app.core.pages.paging import Order
from app.core.record.records import Record
from app.core.time import clock
from app.extensions import db
from benchmarks.data import fill

from ..complaints.conftest import Line, line
from ..support import Rest

__all__ = ["line"]
LIST = "/complaint/list/"
SIZE = 20
OF_RECORDS = Record.__table__.c


@pytest.fixture
def many(app: Any) -> list[int]:
    """More than four pages: some without a deadline, some that end at the same moment, three states."""
    with app.app_context():
        fill(db.session, 90, 5)
        now = clock.now()
        for place, record in enumerate(db.session.scalars(sa.select(Record).order_by(Record.id))):
            record.due_at = None if place % 4 == 0 else now + timedelta(hours=place % 7)
            record.state = "closed" if place % 4 == 0 else ("received" if place % 2 else "at_qc")
            record.changed_at = now - timedelta(minutes=place % 11)
        db.session.commit()
        return list(db.session.scalars(sa.select(OF_RECORDS.id).order_by(OF_RECORDS.id)))


def shown(page: str) -> list[int]:
    """The records of a page, in its order."""
    return [int(number) for number in dict.fromkeys(re.findall(r'data-href="/complaint/show/(\d+)"', page))]


def walked(browser: Any, url: str, towards: str) -> list[list[int]]:
    """Page after page, as whoever presses the arrow sees them."""
    pages = []
    while url:
        text = browser.get(url).text
        pages.append(shown(text))
        found = re.search(rf'<a href="([^"]*)" rel="{towards}"', text)
        url = LIST + found[1].replace("&amp;", "&") if found else ""
    return pages


def expected(session: Session, *where: Any, by: str = "due_at", down: bool = False) -> list[int]:
    """By plain sorting: what has no value comes last, the newest first."""
    rows = session.execute(sa.select(OF_RECORDS.id, OF_RECORDS[by]).where(OF_RECORDS.kind == "complaint", *where))
    known = list(rows)
    filled = sorted((row for row in known if row[1] is not None), key=lambda row: (row[1], row[0]), reverse=down)
    return [row[0] for row in filled] + sorted((row[0] for row in known if row[1] is None), reverse=True)


@pytest.mark.parametrize("tab", ["", *COMPLAINT.tabs])
def test_every_record_of_a_tab_stands_on_one_page(as_role: Any, many: list[int], session: Session, tab: str):
    states = [state.value for state in COMPLAINT.tabs[tab][1]] if tab else list(COMPLAINT.states)
    pages = walked(as_role("qc_manager"), f"{LIST}?tab={tab}&size={SIZE}", "next")
    assert [number for page in pages for number in page] == expected(session, OF_RECORDS.state.in_(states))


@pytest.mark.parametrize(("by", "down"), [("changed_at", True), ("changed_at", False), ("due_at", True)])
def test_in_any_order(as_role: Any, many: list[int], session: Session, by: str, down: bool):
    url = f"{LIST}?order={'-' if down else ''}{by}"
    pages = walked(as_role("qc_manager"), url, "next")
    assert [number for page in pages for number in page] == expected(session, by=by, down=down)


def test_the_last_page_is_one_click_away_and_leads_back(as_role: Any, many: list[int], session: Session):
    pages = walked(as_role("qc_manager"), f"{LIST}?before=end", "prev")
    assert [number for page in reversed(pages) for number in page] == expected(session)
    assert len(pages[0]) == SIZE


def test_a_new_complaint_in_front_moves_nobody_over_the_edge(app: Any, as_role: Any, many: list[int], session: Session):
    """The next page begins behind the last row one has seen, not at a count of rows."""
    person = as_role("qc_manager")
    first = person.get(LIST).text
    following = re.search(r'<a href="([^"]*)" rel="next"', first)
    assert following
    last = expected(session)[-1]
    session.execute(sa.update(Record.__table__).where(OF_RECORDS.id == last).values(due_at=clock.now() - timedelta(9)))
    session.commit()
    second = person.get(LIST + following[1].replace("&amp;", "&")).text
    assert shown(second) == [number for number in expected(session)[1:] if number not in shown(first)][:SIZE]


def test_what_is_mine_is_paged_too(as_role: Any, many: list[int], session: Session, app: Any):
    wanted = expected(session, OF_RECORDS.owner.startswith("user:"))
    assert len(wanted) > SIZE
    pages = walked(as_role("reception"), f"{LIST}?chip=mine", "next")
    assert [number for page in pages for number in page] == wanted


def test_nonsense_is_refused_and_a_row_that_is_gone_leads_to_the_beginning(
    as_role: Any, many: list[int], session: Session
):
    person = as_role("qc_manager")
    assert person.get(f"{LIST}?after=x").status_code == 400
    assert person.get(f"{LIST}?before=-1").status_code == 400
    assert shown(person.get(f"{LIST}?after=987654321").text) == shown(person.get(LIST).text)


def test_rest_goes_on_behind_a_row(rest: Callable[[str], Rest], many: list[int], session: Session):
    who, ids, after = rest("qc_manager"), [], ""
    while page := who.get(f"complaint/?q=(page_size:25{after})").json["ids"]:
        ids += page
        after = f",after:{page[-1]}"
    assert ids == sorted(ids, reverse=True)
    assert len(ids) == len(set(ids)) == who.get("complaint/").json["count"]
    assert who.get("complaint/?q=(after:987654321)").status_code == 400
    assert who.get("complaint/?q=(after:nobody)").status_code == 400


def test_rest_says_where_its_count_stops(
    rest: Callable[[str], Rest], many: list[int], session: Session, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.core.rest.api.CAP", 50)
    who = rest("qc_manager")
    some, every = who.get("complaint/").json, who.get("complaint/?q=(exact_count:!t)").json
    assert (some["count"], some["count_capped"]) == (50, True)
    assert every["count"] >= 90
    assert not every["count_capped"]


def test_pages_by_number_agree_with_pages_behind_a_row(app: Any, many: list[int], session: Session):
    """Also where one leg ends within the rows that are skipped."""
    with app.app_context():
        query = db.session.query(Complaint).select_from(Complaint)
        order = Order(Complaint.due_at, OF_RECORDS.id, nullable=True)
        every = paging.numbers(query, order, 1000)
        assert every == expected(session)
        for skipped in range(0, len(every) + 3, 7):
            assert paging.numbers(query, order, 5, skipped=skipped) == every[skipped : skipped + 5]
            if skipped < len(every):
                place = order.place(query, every[skipped])
                assert paging.numbers(query, order, 5, place=place) == every[skipped + 1 : skipped + 6]
                assert paging.numbers(query, order, 5, place=place, back=True) == every[max(skipped - 5, 0) : skipped]


def test_the_deepest_page_by_its_number_is_bounded(as_role: Any, many: list[int], session: Session):
    assert as_role("qc_manager").get(f"{LIST}?page={listing.DEEPEST + 7}").status_code == 200


@pytest.mark.parametrize("login", ["technician", "production_manager", "sales", "finance"])
def test_whoever_sees_few_finds_in_the_list_what_the_rights_say(
    app: Any, as_role: Any, line: Line, login: str, monkeypatch: pytest.MonkeyPatch
):
    """Also where they are many, and in every tab: the same records, the same counts."""
    for state in ("received", "at_qc", "assigned", "returned"):
        line.at(state)
    person = as_role(login)
    urls = [f"{LIST}?tab={tab}" for tab in ("", *COMPLAINT.tabs)] + [f"{LIST}?chip=mine", f"{LIST}?q=TS"]
    few = {url: person.get(url).text for url in urls}
    monkeypatch.setattr("app.core.pages.record_list.FEW", 0)
    many = {url: person.get(url).text for url in urls}
    assert {url: (shown(few[url]), told(few[url])) for url in urls} == {
        url: (shown(many[url]), told(many[url])) for url in urls
    }
    if login not in ("finance", "production_manager"):
        assert shown(few[LIST + "?tab="])


def told(page: str) -> list[str]:
    """The counts of the tabs, and of the list."""
    return re.findall(r"<b>(\d+)</b></a>|(\d+) records", page)
