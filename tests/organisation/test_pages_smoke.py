"""Every administration page opens, in both languages, for those who may see it and for nobody else."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.organisation.models import Department

PAGES = (
    "/department/list/",
    "/department/show/1",
    "/department/add",
    "/department/edit/1",
    "/employee/list/",
    "/employee/add",
    "/employee/show/1",
    "/employee/edit/1",
    "/competence/list/",
    "/competence/show/1",
    "/competence/add",
    "/competence/edit/1",
    "/employee_competence/list/",
    "/employee_competence/show/1",
    "/employee_competence/add?user=1",
    "/employee_competence/edit/1",
    "/region/list/",
    "/region/list/?province=330000&q=yz",
    "/region/show/330200",
    "/region/edit/540630",
    "/deadline_rule/list/",
    "/deadline_rule/show/1",
    "/deadline_rule/edit/1",
    "/settings/",
    "/calendar/",
    "/calendar/?year=2027",
    "/calendar/day/2026-10-10",
    "/access/",
    "/access/?group=organisation",
    "/product/list/",
    "/product/add",
    "/product/show/1",
    "/product_unit/list/",
    "/product_unit/show/1",
    "/product_category/list/",
    "/failure_mode/list/",
    "/customer/list/",
    "/customer/show/1",
    "/customer/edit/1",
    "/contact/list/",
    "/contact/show/1",
)


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_every_page_opens_for_the_administrator(as_role, locale):
    admin = as_role("admin", locale)
    for url in PAGES:
        assert admin.get(url).status_code == 200, url


def test_the_departments_are_listed_in_words(as_role, session):
    codes = set(session.scalars(select(Department.code)))
    for locale in ("zh", "en"):
        page = as_role("admin", locale).get("/department/list/").text
        cells = {re.sub(r"<[^>]+>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", page, re.S)}
        assert cells and not cells & codes


def test_nobody_else_manages_people_rights_or_settings(as_role):
    qc = as_role("qc")
    for url in (
        "/employee/list/",
        "/employee/add",
        "/access/",
        "/settings/",
        "/department/add",
        "/calendar/day/2026-10-10",
        "/deadline_rule/edit/1",
        "/region/edit/540630",
    ):
        assert qc.get(url).status_code in (302, 403), url
    for url in (
        "/access/save",
        "/settings/save",
        "/calendar/import",
        "/calendar/day/2026-10-10/restore",
        "/access/role",
    ):
        assert qc.post(url, {}).status_code in (302, 403), url


@pytest.mark.parametrize(
    "url",
    [
        "/region/show/nope",
        "/employee/show/99999",
        "/calendar/?year=9999",
        "/calendar/day/2026-13-40",
        "/customer/show/abc",
        "/department/edit/0",
        "/deadline_rule/show/99999999999",
    ],
)
def test_what_does_not_exist_is_not_found(as_role, url):
    assert as_role("admin").get(url).status_code == 404


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_lists_are_exported(as_role, kind):
    answer = as_role("sales_manager").get(f"/customer/export.{kind}")
    assert answer.status_code == 200
    answer.close()
