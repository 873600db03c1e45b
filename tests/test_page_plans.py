"""What the first pages read does not grow: no statement of theirs walks a table that grows, and they are as many."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.complaints.workflow import COMPLAINT
from app.core.kind.registry import KINDS, things
from app.core.tally.folding import fold_all
from app.extensions import db
from tests.complaints.conftest import Line, line
from tests.support import Asked, counted

__all__ = ["line"]
GROWING = "record|complaint|deadline|history|assignment|site_service|disposition|negotiation|quote|attachment|head"
FEW = "ix_complaint_major"  # the index of the few that are major may be read whole
WALKED = re.compile(rf"SCAN ({GROWING})\b(?!.* INDEX {FEW})")
PAGES = ("/", "/work/", "/major/", "/compliance/", "/compliance/2.1?show=all", "/compliance/2.2", "/compliance/2.4")
SORTED = re.compile("USE TEMP B-TREE FOR ORDER BY")
LISTS = (
    "/complaint/list/",
    *(f"/complaint/list/?tab={tab}" for tab in COMPLAINT.tabs),
    *(f"/complaint/list/?chip={chip}" for chip in KINDS["complaint"].page.chips),
    *(
        f"/complaint/list/?{asked}"
        for asked in ("before=end", "after=2&page=9", "order=-changed_at", "q=主轴", "q=TS-2026")
    ),
    *(f"/{kind}/list/" for kind in KINDS),
    "/api/v1/history/",
    *sorted({f"/api/v1/{page.resource.resource_name}/" for page in things() if page.resource}),
)
ROLES = ("qc_manager", "gm", "technician", "reception", "sales", "production_manager")


def asked(browser: Any, url: str) -> list[Asked]:
    """The questions of a page that a person may open."""
    browser.get(url)  # rights, words and calendar are known from here on
    with counted() as found:
        browser.get(url)
    return [statement for statement in found if statement.lstrip().startswith("SELECT")]


def plans(database: Path, statements: list[Asked]) -> Iterator[tuple[str, list[str]]]:
    """Each statement, and what the database does for it."""
    look = sqlite3.connect(database)
    look.create_function("portal_sha256", 1, lambda text: text)
    for statement in statements:
        plan = look.execute(f"EXPLAIN QUERY PLAN {statement}", statement.parameters)
        yield statement, [step for *_numbers, step in plan]
    look.close()


def walked(database: Path, statements: list[Asked]) -> Iterator[str]:
    for statement, steps in plans(database, statements):
        yield from (f"{step}: {statement}" for step in steps if WALKED.match(step))


def walked_to_the_end(database: Path, statements: list[Asked]) -> Iterator[str]:
    """A list may walk a table from its newest row on: as long as it stops when it has enough, and sorts nothing."""
    for statement, steps in plans(database, statements):
        stops = "LIMIT" in statement and not any(SORTED.match(step) for step in steps)
        yield from (f"{step}: {statement}" for step in steps if WALKED.match(step) and not stops)


@pytest.fixture
def worked(line: Line, app: Any) -> Line:
    """A few complaints on their way."""
    for state in ("received", "at_qc", "assigned", "returned"):
        line.at(state)
    return line


@pytest.mark.parametrize("kept", (False, True), ids=("counted from the rows", "kept"))
@pytest.mark.parametrize("login", ROLES)
def test_no_page_walks_a_table_that_grows(worked: Line, app: Any, as_role: Any, login: str, kept: bool):
    if kept:
        with app.app_context():
            fold_all(db.session)
    browser = as_role(login)
    for url in PAGES:
        statements = asked(browser, url)
        assert list(walked(Path(app.config["DATA_DIR"]) / "portal.db", statements)) == [], url


def test_as_many_questions_are_asked_of_many_records_as_of_few(worked: Line, app: Any, as_role: Any):
    with app.app_context():
        fold_all(db.session)
    few = {(login, url): len(asked(as_role(login), url)) for login in ROLES for url in PAGES}
    for state in ("received", "at_qc", "assigned", "returned"):
        for _each in range(3):
            worked.at(state)
    with app.app_context():
        fold_all(db.session)
    assert {(login, url): len(asked(as_role(login), url)) for login in ROLES for url in PAGES} == few


@pytest.mark.parametrize("login", ("qc_manager", "auditor"))
def test_a_list_stops_when_it_has_enough(worked: Line, app: Any, as_role: Any, login: str):
    browser = as_role(login)
    for url in LISTS:
        statements = asked(browser, url)
        assert list(walked_to_the_end(Path(app.config["DATA_DIR"]) / "portal.db", statements)) == [], url


def test_a_list_of_many_asks_no_more_than_one_of_few(worked: Line, app: Any, as_role: Any):
    browser = as_role("qc_manager")
    few = {url: len(asked(browser, url)) for url in LISTS}
    for state in ("received", "at_qc", "assigned", "returned"):
        for _each in range(3):
            worked.at(state)
    assert {url: count for url in LISTS if (count := len(asked(browser, url))) > few[url]} == {}
