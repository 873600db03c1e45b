"""The demo of a million, laid smaller: whole, numbered without a gap, found, and the same every time."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.complaints import searching
from app.complaints.models import Complaint
from app.complaints.workflow import COMPLAINT
from app.core import settings
from app.core.record import numbers
from app.core.record.audit import faults
from app.core.record.numbers import NumberSeries
from app.core.record.records import Record
from app.core.record.signatures import Confirmation
from app.core.time import clock
from app.core.time.deadlines import Deadline
from app.customers.models import Customer
from app.demo import full, million
from app.demo.million import tables
from app.demo.million.words import RARE, TIMES
from app.extensions import db
from app.health import problems
from app.setup import initialise

from .conftest import NOW, portal_at
from .support import PASSWORD, Browser, staff

COMPLAINTS, CUSTOMERS = 2_000, 400


def _laid(folder: Path, url: str, workers: int) -> Flask:
    app = portal_at(folder, url)
    with app.app_context(), clock.frozen(NOW):
        initialise()
        staff(db.session)
        full.staff(db.session, PASSWORD)
        db.session.commit()
        assert list(million.lay(db.session, COMPLAINTS, CUSTOMERS, workers))
    return app


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder = tmp_path_factory.mktemp("million")
    return _laid(folder, f"sqlite:///{folder / 'portal.db'}", workers=1)


@pytest.fixture(scope="module")
def on_postgresql(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Flask:
    return _laid(tmp_path_factory.mktemp("million"), postgres_url, workers=2)


@pytest.fixture(params=["on_sqlite", pytest.param("on_postgresql", marks=pytest.mark.postgresql)])
def portal(request: pytest.FixtureRequest) -> Iterator[Flask]:
    """A portal with two thousand complaints, at the moment they were laid."""
    app: Flask = request.getfixturevalue(request.param)
    with clock.frozen(NOW):
        yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(portal: Flask) -> Iterator[Session]:
    """A look at what was laid."""
    with portal.app_context():
        yield db.session  # type: ignore[misc]


def test_the_history_is_whole_and_nothing_is_wrong(session: Session):
    assert list(faults(session)) == []
    assert list(problems()) == []


def test_it_has_so_many_complaints_in_every_state_most_of_them_closed(session: Session):
    states = dict(session.execute(select(Complaint.state, func.count()).group_by(Complaint.state)).all())
    assert sum(states.values()) == COMPLAINTS
    assert set(states) == set(COMPLAINT.states)
    over = sum(count for state, count in states.items() if COMPLAINT.states[state].turn is None)
    assert 0.65 < over / COMPLAINTS < 0.75
    mine = select(func.count()).select_from(Customer).where(Customer.email.like("m%"))
    assert session.scalar(mine) == CUSTOMERS


def test_whoever_has_an_open_one_has_a_deadline_that_runs(session: Session):
    running = (Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None))
    ends = select(func.min(Deadline.due_at)).where(Deadline.record_id == Record.id, *running).scalar_subquery()
    count = session.scalar(select(func.count()).select_from(Record).where(Record.due_at.is_not(None)))
    assert count and 0.25 < count / COMPLAINTS < 0.35
    differing = sa.or_(Record.due_at != ends, Record.due_at.is_(None) != ends.is_(None))
    assert session.scalar(select(func.count()).select_from(Record).where(differing)) == 0
    late = select(func.count()).select_from(Deadline).where(*running, Deadline.tell_at <= NOW)
    assert session.scalar(late) == 0, "nobody is told of what has long been told"


def test_the_numbers_of_a_day_have_no_gap_and_the_next_complaint_gets_the_next(session: Session):
    pattern = str(settings.get(session, "number_complaint"))
    given: dict[str, list[int]] = defaultdict(list)
    for number, made in session.execute(select(Record.number, Record.created_at).where(Record.kind == "complaint")):
        series = numbers.series_of(pattern, clock.local(made).date())
        assert number.startswith(series)
        given[series].append(int(number.removeprefix(f"{series}-")))
    for series, counts in given.items():
        assert sorted(counts) == list(range(1, len(counts) + 1))
        assert session.get_one(NumberSeries, series).last == len(counts)


def test_a_seldom_word_is_found_where_it_stands_and_nowhere_else(session: Session):
    for word in (*RARE, "鲸鱼"):
        found = set(session.scalars(select(Complaint.id).where(searching.COMPLAINTS(session, word))))
        like = set(session.scalars(select(Complaint.id).where(Complaint.description.contains(word))))
        assert found == like
        assert len(found) == (TIMES if word in RARE else 0)


def test_every_signature_holds(session: Session):
    signed = session.scalars(select(Confirmation)).all()
    assert signed and all(each.holds and each.frozen_id for each in signed)


PAGES = {
    "reception": ("/", "/work/", "/complaint/list/", "/customer/list/", "/search/?q=TS", "/notices/"),
    "qc": ("/", "/work/", "/complaint/list/", "/corrective_action/list/", "/consultation/list/"),
    "technician": ("/", "/complaint/list/", "/m/"),
    "sales": ("/", "/complaint/list/", "/customer/list/"),
    "gm": ("/", "/compliance/", "/compliance/2.2", "/regulation/", "/major/", "/gm_report/list/"),
    "auditor": ("/", "/complaint/list/", "/outbox/list/", "/product_unit/list/"),
}
SEES_ALL = ("reception", "qc", "gm", "auditor")


@pytest.mark.parametrize("login", PAGES)
def test_every_page_opens(portal: Flask, login: str):
    browser = Browser(portal, login, PASSWORD)
    for page in PAGES[login]:
        assert browser.get(page).status_code == 200, page
    with portal.app_context():
        newest = db.session.scalars(select(func.max(Complaint.id)).group_by(Complaint.state)).all()
    answers = {browser.get(f"/complaint/show/{number}").status_code for number in newest}
    assert answers == {200} if login in SEES_ALL else answers <= {200, 404}


def test_a_technician_and_a_salesperson_see_their_own(portal: Flask):
    for login in ("technician", "sales"):
        shown = Browser(portal, login, PASSWORD).get("/complaint/list/").text
        assert len(set(re.findall(r"TS-\d{8}-\d+", shown))) >= 10, login


def test_the_same_comes_out_whoever_tells_it(on_sqlite: Flask, tmp_path: Path):
    again = _laid(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}", workers=2)
    assert _digest(on_sqlite) == _digest(again)


def _digest(app: Flask) -> dict[str, str]:
    """A fingerprint of all rows of each table."""
    with app.app_context():
        names = [*tables.ways(), "record_witness", "record_search", "number_series", "customer", "contact"]
        metadata = db.metadata.tables
        rows = {
            name: db.session.execute(select(metadata[name]).order_by(*metadata[name].primary_key)) for name in names
        }
        return {
            name: hashlib.sha256(repr([tuple(row) for row in found]).encode()).hexdigest()
            for name, found in rows.items()
        }
