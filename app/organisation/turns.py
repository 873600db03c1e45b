"""The department concerned: whose turn a record of a department is, and who may act for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session, object_session

from app.core.turns import holders, role_turn, user_turn, users_who_may
from app.core.workflow import Actor

from .models import Department

MANAGERS = ("department_manager", "qc_manager", "sales_manager", "marketing_manager", "reception_lead")


def manager_turn(session: Session, record: Any) -> str:
    """The manager of the record's department, else whoever holds the function there."""
    return leader_of(session, session.get_one(Department, record.department_id))


def leader_of(session: Session, department: Department) -> str:
    """The turn of a department's manager, else of whoever holds the function there."""
    if department.manager_id:
        return user_turn(department.manager_id)
    return role_turn(session, "department_manager", department.id)


def unanswering(session: Session, departments: Iterable[Department], step: str, thing: str) -> str | None:
    """The sentence that names the departments in which nobody may take a step; None when somebody may in each."""
    able = set(users_who_may(session, step, thing))
    mute = [row for row in departments if row.line == "re" or not able & set(holders(session, leader_of(session, row)))]
    if not mute:
        return None
    return _(
        "Nobody in %(departments)s can answer. Choose others, or have the administrator name a manager there.",
        departments="、".join(row.label for row in mute),
    )


def in_department(record: Any, actor: Actor) -> bool:
    """A member of the record's department."""
    return record.department_id in actor.departments


def leads_department(record: Any, actor: Actor) -> bool:
    """The manager of the record's department or that person's deputy; else a member who holds the step."""
    if record.department_id is None:
        return False
    department = object_session(record).get_one(Department, record.department_id)  # type: ignore[union-attr]
    return department.manager_id in actor.stands_for or record.department_id in actor.departments
