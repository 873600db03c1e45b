"""Lists ask the database as often for twenty rows as for one."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlalchemy import event

from app.extensions import db

LISTS = {
    "/employee/list/": 14,
    "/department/list/": 14,
    "/region/list/": 10,
    "/competence/list/": 14,
    "/customer/list/": 10,
    "/contact/list/": 9,
    "/product_unit/list/": 9,
    "/deadline_rule/list/": 9,
    "/access/": 16,
    "/settings/": 12,
    "/calendar/": 12,
    "/customer/show/1": 16,
    "/employee/show/6": 20,
}


@contextmanager
def counted(app):
    """The statements that are sent meanwhile."""
    statements = []

    def note(_connection, _cursor, statement, *_rest):
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("url", LISTS)
def test_a_page_costs_few_questions(app, as_role, url):
    admin = as_role("admin")
    assert admin.get(url).status_code == 200  # rights and catalogues are known from here on
    with counted(app) as statements:
        admin.get(url)
    assert len(statements) <= LISTS[url], "\n".join(statements)
