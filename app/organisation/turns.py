"""The department concerned: whose turn a record of a department is, and who may act for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy.orm import Session, object_session

from app.core.process.turns import holders, members, role_turn, user_turn, users_who_may
from app.core.remembered import once_a_request
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _

from .models import Department

MANAGERS = ("department_manager", "qc_manager", "sales_manager", "marketing_manager", "reception_lead")


def manager_turn(session: Session, record: Any) -> str:
    """The manager of the record's department, else whoever holds the function there."""
    return leader_of(session, session.get_one(Department, record.department_id))


def named_manager(session: Session, record: Any) -> list[int]:
    """The manager of the record's department, where one is named."""
    department = session.get(Department, record.department_id) if record.department_id else None
    return [department.manager_id] if department and department.manager_id else []


def leader_of(session: Session, department: Department) -> str:
    """The turn of a department's manager, else of whoever holds the function there."""
    if department.manager_id:
        return user_turn(department.manager_id)
    return role_turn(session, "department_manager", department.id)


def department_manager(session: Session, record: Any) -> list[int]:
    """Whoever leads the department concerned."""
    return holders(session, manager_turn(session, record))


def unanswering(session: Session, departments: Iterable[Department], step: str, thing: str) -> str | None:
    """The sentence that names the departments in which nobody may take a step; None when somebody may in each."""
    able = once_a_request(("able", step, thing), lambda: set(users_who_may(session, step, thing)))
    mute = [row for row in departments if row.line == "re" or not able & _concerned(session, row)]
    if not mute:
        return None
    return _(
        "Nobody in %(departments)s can answer. Choose others, or have the administrator name a manager there.",
        departments="、".join(row.label for row in mute),
    )


def _concerned(session: Session, row: Department) -> set[int]:
    """The persons behind a department's turn: its manager, and its people as far as they hold the step."""
    manager = user_turn(row.manager_id) if row.manager_id else None
    return once_a_request(("concerned", row.id), lambda: {*holders(session, manager), *members(session, row.id)})


def in_department(record: Any, actor: Actor) -> bool:
    """A member of the record's department."""
    return record.department_id in actor.departments


def leads_department(record: Any, actor: Actor) -> bool:
    """The manager of the record's department or that person's deputy; else a member who holds the step."""
    if record.department_id is None:
        return False
    department = object_session(record).get_one(Department, record.department_id)  # type: ignore[union-attr]
    return department.manager_id in actor.stands_for or record.department_id in actor.departments
