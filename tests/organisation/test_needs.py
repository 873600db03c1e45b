"""What a right is worth nothing without is told where it is given, and given along."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select

from app.core.fields.lookups import LOOKUPS
from tests.organisation.test_access import Matrix
from tests.support import counted

CREATE = {"function": "Warehouse", "thing": "Complaint", "permission": "can_add", "granted": True}


@pytest.fixture
def desk(as_role: Any, session: Any) -> str:
    """A role of the company's own that may create complaints, and nothing else."""
    admin = as_role("admin")
    admin.post("/access/role", {"name": "Warehouse"})
    number = session.scalars(select(Role.id).where(Role.name == "Warehouse")).one()
    page = Matrix(admin, "complaints")
    page.on.add(f"{number}|can_add|Complaint")
    assert page.save().status_code == 302
    return str(number)


def test_a_desk_that_may_create_complaints_is_told_what_it_can_not_look_up(as_role: Any, desk: str):
    text = html.unescape(as_role("admin").get("/access/?group=complaints").text)
    assert "Warehouse: for “create” (Complaint) this is missing:" in text
    assert "Customer – see the list" in text and "Tick these too" in text
    chinese = html.unescape(as_role("admin", "zh").get("/access/?group=complaints").text)
    assert "Warehouse：要“新建”（投诉），还缺少：" in chinese and "一并勾选" in chinese
    assert "Tick these too" not in as_role("auditor").get("/access/?group=complaints").text


def test_what_is_missing_is_ticked_along(as_role: Any, desk: str, rest: Any):
    admin = as_role("admin")
    text = admin.get("/access/?group=complaints").text
    form = text[text.index('aria-label="What rights lack"') :].partition("</form>")[0]
    assert text.index("What rights lack") < text.index("<table>")
    hidden = re.findall(r'name="(group|rights|was)" value="([^"]*)"', form)
    sent: dict[str, Any] = {name: html.unescape(value) for name, value in hidden}
    sent |= {"on": re.findall(r'name="on" value="([\d.]+)"', form), "complete": "yes"}
    answer = admin.post("/access/save", sent)
    assert answer.status_code == 302
    assert "Warehouse: for" not in admin.get("/access/?group=complaints").text
    found = [row for row in rest("admin").get("access/").json if row["function"] == "Warehouse"]
    rows = {(row["thing"], row["permission"]): row for row in found}
    assert rows["Complaint", "can_add"]["granted"] and not rows["Complaint", "can_add"]["needs"]
    assert rows["Customer", "can_list"]["granted"]


def test_rest_names_what_else_the_function_would_need(as_role: Any, rest: Any):
    as_role("admin").post("/access/role", {"name": "Warehouse"})
    answer = rest("admin").put("access/", CREATE)
    assert answer.status_code == 200 and answer.json["granted"] is True
    needed = {(need["thing"], need["permission"]) for need in answer.json["needs"]}
    assert {("Complaint", "can_list"), ("Customer", "can_list"), ("Region", "can_list")} <= needed
    for need in answer.json["needs"]:
        rest("admin").put("access/", {"function": "Warehouse", **need, "granted": True})
    assert rest("admin").put("access/", CREATE).json["needs"] == []


def test_a_step_needs_the_record_and_the_record_the_list(as_role: Any, rest: Any):
    as_role("admin").post("/access/role", {"name": "Warehouse"})
    close = {"function": "Warehouse", "thing": "Complaint", "permission": "close"}
    rows = rest("admin").get("access/").json
    row = next(row for row in rows if {name: row[name] for name in close} == close)
    assert row["granted"] is False
    assert {"thing": "Complaint", "permission": "can_show"} in row["needs"]
    assert {"thing": "Complaint", "permission": "can_list"} in row["needs"]


def test_every_function_of_a_new_portal_has_what_its_rights_need(rest: Any):
    """Marketing reports to the General Manager about what it can't look up: the field may stay empty."""
    lacking = {
        (row["function"], row["thing"], row["permission"])
        for row in rest("admin").get("access/").json
        if row["granted"] and row["needs"]
    }
    assert lacking == {("marketing", "GmReport", "can_add"), ("marketing_manager", "GmReport", "can_add")}


def test_the_list_of_all_rights_costs_few_questions(app: Any, rest: Any):
    admin = rest("admin")
    assert admin.get("access/").status_code == 200
    with counted() as statements:
        rows = admin.get("access/").json
    assert len(statements) <= 20, "\n".join(statements)
    assert {row["function"] for row in rows} >= {"reception", "admin"}
    named = {pair for lookup in LOOKUPS.values() for pair in [lookup.permission]}
    assert named <= {(row["permission"], row["thing"]) for row in rows}
