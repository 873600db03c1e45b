"""The department concerned: whose turn a record of a department is, and who may act for it."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session, object_session

from app.core.turns import role_turn, user_turn
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


def in_department(record: Any, actor: Actor) -> bool:
    """A member of the record's department."""
    return record.department_id in actor.departments


def leads_department(record: Any, actor: Actor) -> bool:
    """The manager of the record's department or that person's deputy; else a member who holds the step."""
    if record.department_id is None:
        return False
    department = object_session(record).get_one(Department, record.department_id)  # type: ignore[union-attr]
    return department.manager_id in actor.stands_for or record.department_id in actor.departments
