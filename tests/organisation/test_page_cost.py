"""Lists ask the database as often for twenty rows as for one."""

from __future__ import annotations

import pytest

from tests.support import counted

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


@pytest.mark.parametrize("url", LISTS)
def test_a_page_costs_few_questions(app, as_role, url):
    admin = as_role("admin")
    assert admin.get(url).status_code == 200  # rights and catalogues are known from here on
    with counted() as statements:
        admin.get(url)
    assert len(statements) <= LISTS[url], "\n".join(statements)
