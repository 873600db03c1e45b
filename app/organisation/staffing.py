"""Departments and people kept together: profile, login, group, roles, in one transaction."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from werkzeug.security import generate_password_hash

from app.core.awaited import waiting
from app.core.records import Record
from app.core.turns import user_turn
from app.core.workflow import Refused

from .models import Department, EmployeeProfile
from .people import create_person, move_to
from .roles import keys_of, roles_by_key, somebody_keeps

PERSON = ("first_name", "last_name", "email")
PROFILE = ("position", "employee_no", "mobile", "absent_from", "absent_to")
LINKS = ("leader", "deputy")
FLAGS = ("is_dedicated_intake", "is_dedicated_feedback")


# ---- departments


def department_fields(row: Department) -> dict[str, Any]:
    """A department as its form."""
    session = Session.object_session(row)
    assert session is not None
    return {
        "code": row.code,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "kind": row.kind,
        "line": row.line,
        "parent": row.parent_id,
        "manager": row.manager_id,
        "email": row.email,
        "active": row.active,
        "roles": keys_of(session, row.group.roles if row.group else []),
    }


def save_department(session: Session, row: Department | None, values: dict[str, Any]) -> Department:
    """A department and its group; the group's roles are those of everybody in it. The caller commits."""
    active = values.get("active") is not False
    if row is None:
        row = Department(code=values["code"])
        session.add(row)
    elif not active and row.active:
        _refuse_if_staffed(session, row)
    for name in ("name_zh", "name_en", "email"):
        setattr(row, name, values.get(name))
    row.kind, row.line = values.get("kind") or row.kind or "other", values.get("line") or row.line or "mf"
    row.parent_id, row.manager_id, row.active = values.get("parent"), values.get("manager"), active
    group = row.ensure_group(session)
    group.label, group.description = row.name_zh, row.name_en
    if values.get("roles") is not None:
        group.roles = roles_by_key(session, values["roles"])
    flag_modified(row, "name_zh")  # the version grows also when only the roles changed
    session.flush()
    refuse_if_locked_out(session)
    return row


def _refuse_if_staffed(session: Session, row: Department) -> None:
    staff = (
        session.scalar(
            select(func.count())
            .select_from(EmployeeProfile)
            .join(EmployeeProfile.user)
            .where(EmployeeProfile.department_id == row.id, User.active.is_(True))
        )
        or 0
    )
    if staff:
        raise Refused(_("%(n)s people still work in this department. Move them to another one first.", n=staff))


def refuse_if_locked_out(session: Session) -> None:
    """Somebody must stay who can undo a mistake."""
    if not (somebody_keeps(session, "can_edit", "Access") and somebody_keeps(session, "can_edit", "Employee")):
        raise Refused(
            _("Then nobody could manage people and rights any more. Give these rights to somebody else first.")
        )


# ---- people


def employee_fields(row: EmployeeProfile) -> dict[str, Any]:
    """A person as the form; the password is never shown."""
    session = Session.object_session(row)
    assert session is not None
    user = row.user
    return {
        "username": user.username,
        "last_name": user.last_name,
        "first_name": user.first_name,
        "email": user.email,
        "password": None,
        "department": row.department_id,
        "position": row.position,
        "employee_no": row.employee_no,
        "mobile": row.mobile,
        "roles": keys_of(session, user.roles),
        "locale": row.locale,
        "leader": row.leader_id,
        "is_dedicated_intake": row.is_dedicated_intake,
        "is_dedicated_feedback": row.is_dedicated_feedback,
        "absent_from": row.absent_from,
        "absent_to": row.absent_to,
        "deputy": row.deputy_id,
        "active": bool(user.active),
    }


def save_employee(session: Session, row: EmployeeProfile | None, values: dict[str, Any]) -> EmployeeProfile:
    """A person, new or changed; a new password ends every session. The caller commits."""
    department = session.get(Department, values["department"]) if values.get("department") else None
    if row is None:
        row = create_person(
            session,
            username=values["username"],
            first_name=values["first_name"],
            last_name=values["last_name"],
            email=values["email"],
            password=values["password"],
            department=department,
            locale=values.get("locale") or "zh",
        )
        session.refresh(row)
        values["employee_no"] = values.get("employee_no") or row.employee_no
    else:
        _change_person(session, row, values, department)
    for name in PROFILE:
        setattr(row, name, values.get(name))
    for name in LINKS:
        setattr(row, f"{name}_id", values.get(name))
    for name in FLAGS:
        setattr(row, name, bool(values.get(name)))
    row.locale = values.get("locale") or row.locale
    row.user.active = values.get("active") is not False
    if values.get("roles") is not None:
        row.user.roles = roles_by_key(session, values["roles"])
    flag_modified(row, "position")  # the version grows also when only the login or the roles changed
    session.flush()
    refuse_if_locked_out(session)
    return row


def _change_person(
    session: Session, row: EmployeeProfile, values: dict[str, Any], department: Department | None
) -> None:
    for name in PERSON:
        setattr(row.user, name, values[name])
    if values.get("password"):
        row.user.password = generate_password_hash(values["password"])
        row.session_epoch += 1
        row.failed_logins, row.locked_until = 0, None
    if row.department_id != (department.id if department else None):
        move_to(session, row.user, row, department)


def open_work(session: Session, user_id: int) -> int:
    """How many records wait for this very person."""
    return session.scalar(select(func.count()).select_from(Record).where(waiting([user_turn(user_id)]))) or 0


def members(session: Session, department: Department) -> list[EmployeeProfile]:
    """The active people of a department."""
    query = (
        select(EmployeeProfile)
        .join(EmployeeProfile.user)
        .where(EmployeeProfile.department_id == department.id, User.active.is_(True))
    )
    return list(session.scalars(query.order_by(User.username)))
