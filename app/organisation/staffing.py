"""Departments and people kept together: profile, login, group, roles, in one transaction."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Boolean, func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified
from werkzeug.security import generate_password_hash

from app.core.kind.facts import column_of, facts_of, name_in_forms
from app.core.process.also_waiting import waiting
from app.core.process.refused import Refused
from app.core.process.turns import user_turn
from app.core.record.records import Record
from app.core.rights import counting
from app.core.text.wording import gettext as _

from .models import Department, EmployeeProfile
from .people import create_person, move_to
from .roles import keys_of, roles_by_key, somebody_keeps

PERSON = ("first_name", "last_name", "email")
BEGUN = {"kind": "other", "line": "mf"}  # what a department is where nobody says otherwise
MOVED = ("department_id", "locale")  # what is not simply written


# ---- departments


def roles_of(row: Department) -> list[str]:
    """The roles of everybody in a department, as its form asks for them."""
    session = Session.object_session(row)
    assert session is not None
    return keys_of(session, row.group.roles if row.group else [])


def save_department(session: Session, row: Department | None, values: dict[str, Any]) -> Department:
    """A department and its group; the group's roles are those of everybody in it. The caller commits."""
    active = values.get("active") is not False
    if row is not None and row.active and not active:
        _refuse_if_staffed(session, row)
    kept = {"active": active} | {
        name: values.get(name) or (getattr(row, name) if row else default) for name, default in BEGUN.items()
    }
    row = Department() if row is None else row
    for fact in facts_of(Department):
        name = name_in_forms(fact)
        setattr(row, fact.key, kept.get(name, values.get(name)))
    session.add(row)
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


def person_fields(row: EmployeeProfile) -> dict[str, Any]:
    """Whose profile it is, as the form asks for it; the password is never shown."""
    session = Session.object_session(row)
    assert session is not None
    user = row.user
    return {
        "username": user.username,
        **{name: getattr(user, name) for name in PERSON},
        "password": None,
        "roles": keys_of(session, user.roles),
        "active": bool(user.active),
    }


def save_employee(session: Session, row: EmployeeProfile | None, values: dict[str, Any]) -> EmployeeProfile:
    """A person, new or changed; a new password ends every session. The caller commits."""
    department = session.get(Department, values["department"]) if values.get("department") else None
    if row is None:
        row = create_person(
            session,
            username=values["username"],
            first_name=values.get("first_name") or "",
            last_name=values.get("last_name") or "",
            email=values["email"],
            password=values["password"],
            department=department,
            locale=values.get("locale") or "zh",
        )
        session.refresh(row)
        values["employee_no"] = values.get("employee_no") or row.employee_no
    else:
        _change_person(session, row, values, department)
    for fact in facts_of(EmployeeProfile):
        if fact.key not in MOVED:
            value = values.get(name_in_forms(fact))
            setattr(row, fact.key, bool(value) if isinstance(column_of(fact).type, Boolean) else value)
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
        setattr(row.user, name, values[name] or "")
    if values.get("password"):
        row.user.password = generate_password_hash(values["password"])
        row.session_epoch += 1
        row.failed_logins, row.locked_until = 0, None
        counting.forget(session, row.user.username, row.user.email)
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
    return list(session.scalars(query.order_by(EmployeeProfile.reading, User.id)))
