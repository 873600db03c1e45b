"""What the first pages read does not grow: no statement of theirs walks a table that grows, and they are as many."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.engine import Engine

from app.core.tally.folding import fold_all
from app.extensions import db
from tests.complaints.conftest import Line, line

__all__ = ["line"]
GROWING = "record|complaint|deadline|history|assignment|site_service|disposition|negotiation|quote|attachment|head"
WALKED = re.compile(rf"SCAN ({GROWING})\b")
PAGES = ("/", "/work/", "/major/", "/compliance/", "/compliance/2.1?show=all", "/compliance/2.2", "/compliance/2.4")
ROLES = ("qc_manager", "gm", "technician", "reception", "sales", "production_manager")


def asked(browser: Any, url: str) -> list[tuple[str, Any]]:
    """The questions of a page that a person may open, and what they are asked with."""
    found: list[tuple[str, Any]] = []
    note = lambda _connection, _cursor, statement, parameters, *_rest: found.append((statement, parameters))  # noqa: E731
    browser.get(url)  # rights, words and calendar are known from here on
    event.listen(Engine, "before_cursor_execute", note)
    try:
        browser.get(url)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return [(statement, parameters) for statement, parameters in found if statement.lstrip().startswith("SELECT")]


def walked(database: Path, statements: list[tuple[str, Any]]) -> Iterator[str]:
    look = sqlite3.connect(database)
    look.create_function("portal_sha256", 1, lambda text: text)
    for statement, parameters in statements:
        for *_numbers, step in look.execute(f"EXPLAIN QUERY PLAN {statement}", parameters):
            if WALKED.match(step):
                yield f"{step}: {statement}"
    look.close()


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
