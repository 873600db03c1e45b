"""Roles of the company's own: copied whole, deleted when nobody uses them, and every change of rights is readable."""

from __future__ import annotations

from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select, text

from app.core.process.turns import Function

FOLLOW: dict[str, Any] = {"follow_redirects": True}


def role_of(session: Any, code: str) -> int:
    return int(session.scalars(select(Function.role_id).where(Function.code == code)).one())


def own(session: Any, name: str) -> int | None:
    session.rollback()
    found: int | None = session.scalar(select(Role.id).where(Role.name == name))
    return found


def pairs(session: Any, role: int | None) -> set[int]:
    session.rollback()
    query = text("SELECT permission_view_id FROM ab_permission_view_role WHERE role_id = :role")
    return set(session.scalars(query, {"role": role}))


def made(as_role: Any, session: Any, name: str = "Night desk", of: str = "reception") -> int:
    as_role("admin").post("/access/role/copy", {"role": role_of(session, of), "name": name})
    number = own(session, name)
    assert number is not None
    return number


def test_a_copied_role_may_what_the_original_may_and_whoever_gets_it_too(as_role: Any, session: Any, rest: Any):
    number = made(as_role, session)
    assert pairs(session, number) == pairs(session, role_of(session, "reception")) != set()
    assert rest("property").get("complaint/").status_code == 403
    admin = rest("admin")
    everybody = admin.get("employee/?q=(page_size:100)").json["result"]
    person = next(row for row in everybody if row["username"] == "property")
    changed = admin.put(
        f"employee/{person['id']}", {"roles": [*person["roles"], "Night desk"]}, headers={"If-Match": person["version"]}
    )
    assert changed.status_code == 200, changed.json
    assert rest("property").get("complaint/").status_code == 200


def test_a_copy_goes_its_own_way(as_role: Any, session: Any):
    number, original = made(as_role, session), role_of(session, "reception")
    before = pairs(session, original)
    as_role("admin").post("/access/role/delete", {"role": number})
    assert own(session, "Night desk") is None and pairs(session, number) == set()
    assert pairs(session, original) == before


@pytest.mark.parametrize("name", ["", "Reception", "reception", "Public", "x" * 65])
def test_a_copy_needs_a_name_of_its_own(as_role: Any, session: Any, name: str):
    before = session.scalars(select(Role.name)).all()
    sent = {"role": role_of(session, "reception"), "name": name}
    assert "name of its own" in as_role("admin").post("/access/role/copy", sent, **FOLLOW).text
    session.rollback()
    assert session.scalars(select(Role.name)).all() == before


def test_a_function_of_the_regulation_is_not_deleted(as_role: Any, session: Any):
    number = role_of(session, "qc")
    answer = as_role("admin").post("/access/role/delete", {"role": number}, **FOLLOW).text
    assert "function of the regulation" in answer
    assert pairs(session, number)


def test_a_role_somebody_holds_is_not_deleted(as_role: Any, session: Any):
    number = made(as_role, session)
    held = text("INSERT INTO ab_user_role (user_id, role_id) SELECT id, :r FROM ab_user WHERE username = 'gm'")
    session.execute(held, {"r": number})
    session.commit()
    assert "is held by" in as_role("admin").post("/access/role/delete", {"role": number}, **FOLLOW).text
    assert own(session, "Night desk") == number


def test_a_role_a_department_carries_is_not_deleted(as_role: Any, session: Any):
    number = made(as_role, session)
    carried = "INSERT INTO ab_group_role (group_id, role_id) SELECT group_id, :r FROM department WHERE code = 'finance'"
    session.execute(text(carried), {"r": number})
    session.commit()
    assert "is carried by" in as_role("admin").post("/access/role/delete", {"role": number}, **FOLLOW).text
    assert own(session, "Night desk") == number


def test_nobody_else_copies_or_deletes(as_role: Any, session: Any):
    number = made(as_role, session)
    for login in ("auditor", "gm", "qc_manager"):
        assert as_role(login).post("/access/role/copy", {"role": number, "name": "Mine"}).status_code in (302, 403)
        assert as_role(login).post("/access/role/delete", {"role": number}).status_code in (302, 403)
    assert own(session, "Night desk") == number and own(session, "Mine") is None
    assert "Mine" not in as_role("admin").get("/access/").text


def test_deleting_asks_first(as_role: Any, session: Any):
    made(as_role, session)
    assert 'data-confirm="Really delete the role and all its rights?"' in as_role("admin").get("/access/").text


def test_every_change_of_rights_is_readable_with_who_and_when(as_role: Any, rest: Any, session: Any):
    number = made(as_role, session)
    right = {"thing": "Customer", "permission": "can_export"}
    rest("admin").put("access/", {**right, "function": "finance", "granted": True})
    as_role("admin").post("/access/role", {"role": number, "name": "Late desk"})
    as_role("admin").post("/access/role/delete", {"role": number})
    told = rest("auditor").get("decision/?q=(filters:!((col:thing,opr:eq,value:Access)),page_size:100)").json["result"]
    assert {row["by"] for row in told} == {"admin"} and all(row["at"] for row in told)
    found = [(row["key"], row["before"], row["after"]) for row in told]
    assert ("finance", {"Customer.can_export": False}, {"Customer.can_export": True}) in found
    assert ("Night desk", {}, {"name": "Night desk", "copy_of": "reception"}) in found
    assert ("Night desk", {"name": "Night desk"}, {"name": "Late desk"}) in found
    assert ("Late desk", {"name": "Late desk"}, {}) in found
    listed = as_role("auditor").get("/decision/list/?thing=Access").text
    assert "export to Excel and CSV" in listed and "Customer" in listed
    assert "/decision/list/?thing=Access" in as_role("admin").get("/access/").text
