"""Whose turn it is: one text per record, `user:17` or `role:5@3` (role 5 in department 3, 0 = any)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from flask_appbuilder.security.sqla.models import Group, PermissionView, Role, User
from sqlalchemy import ColumnElement, ForeignKey, String, or_, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ..model import Model
from ..remembered import learn, once_a_batch


class Function(Model):
    """A function of the regulation and the role that holds it; roles may be renamed."""

    __tablename__ = "function"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    role_id: Mapped[int | None] = mapped_column(ForeignKey("ab_role.id", ondelete="SET NULL"), unique=True)
    name_zh: Mapped[str] = mapped_column(String(60))
    name_en: Mapped[str] = mapped_column(String(60))

    role: Mapped[Role | None] = relationship()


def user_turn(user_id: int) -> str:
    """This person's turn."""
    return f"user:{user_id}"


def role_turn(session: Session, code: str, department_id: int = 0) -> str:
    """The turn of everybody with a function, in one department or anywhere."""
    function = session.get(Function, code)
    return f"role:{(function and function.role_id) or 0}@{department_id}"


def holders(session: Session, owner: str | None) -> list[int]:
    """The active persons behind a turn."""
    return once_a_batch(("holders", owner), lambda: _holders(session, owner)) if owner else []


def learn_holders(session: Session, owners: Iterable[str | None]) -> None:
    """The active persons among the turns of a batch, in one question; the other turns are asked for one by one."""
    persons = {int(owner[5:]) for owner in owners if owner and owner.startswith("user:")}
    learn({("holders", user_turn(person)): [person] for person in _active(session, User.id.in_(persons))})


def _holders(session: Session, owner: str) -> list[int]:
    kind, _, rest = owner.partition(":")
    if kind == "user":
        return _active(session, User.id == int(rest)) or successor(session, int(rest))
    role_id, _, department_id = rest.partition("@")
    found = _with_role(int(role_id))
    return _active(session, found & _in_department(int(department_id)) if int(department_id) else found)


LEFT = text("""
    SELECT p.user_id, p.department_id, p.leader_id FROM employee_profile p JOIN ab_user u ON u.id = p.user_id
    WHERE NOT u.active AND (:user = 0 OR p.user_id = :user)""")
LED = text("""
    SELECT d.id, d.parent_id, CASE WHEN u.active THEN d.manager_id END AS manager_id
    FROM department d LEFT JOIN ab_user u ON u.id = d.manager_id""")


def successor(session: Session, user_id: int) -> list[int]:
    """To whom the work of somebody inactive falls: the department's manager, the one above, else the executive."""
    return [heir for gone, heir in _heirs(session, user_id) if gone == user_id]


def left_to(session: Session, user_id: int) -> list[int]:
    """The inactive persons whose work falls to this one."""
    return [gone for gone, heir in _heirs(session, 0) if heir == user_id]


def _heirs(session: Session, user_id: int) -> list[tuple[int, int]]:
    gone = session.execute(LEFT, {"user": user_id}).all()
    departments = _led(session) if gone else {}
    heirs = ((row.user_id, _manager(departments, row.department_id) or row.leader_id) for row in gone)
    return [(gone_id, heir) for gone_id, heir in heirs if heir]


class _Department(NamedTuple):
    id: int
    parent_id: int | None
    manager_id: int | None


def _led(session: Session) -> dict[int, _Department]:
    """Every department by its number, with its manager where that one is active."""
    return {row.id: _Department(*row) for row in session.execute(LED)}


def _manager(departments: dict[int, _Department], department_id: int | None) -> int | None:
    """The manager of a department, else of the one above."""
    place, above = departments.get(department_id or 0), set[int]()
    while place is not None and place.manager_id is None and place.id not in above:
        above.add(place.id)
        place = departments.get(place.parent_id or 0)
    return place.manager_id if place is not None else None


HOME = text("""
    SELECT d.id FROM department d JOIN ab_group_role r ON r.group_id = d.group_id
    JOIN function f ON f.role_id = r.role_id WHERE f.code = :code ORDER BY d.id""")
WORKS_IN = text("SELECT department_id FROM employee_profile WHERE user_id = :user")


def answerable(session: Session, department_id: int | None, persons: Iterable[int], functions: Iterable[str]) -> str:
    """Whose turn it is when nobody can take a step: the department's manager, the one above, else the Leader.

    The department is the record's, that of the person it lies with, or the one that carries the function.
    """
    asked = [(WORKS_IN, {"user": person}) for person in persons] + [(HOME, {"code": code}) for code in functions]
    departments = _led(session)
    places = (session.execute(*question).scalar() for question in asked)
    for place in (department_id, *places) if department_id else places:
        if manager := _manager(departments, place):
            return user_turn(manager)
    return role_turn(session, "leader")


def members(session: Session, department_id: int) -> list[int]:
    """The active persons of a department."""
    return _active(session, _in_department(department_id))


def users_with_role(session: Session, code: str) -> list[int]:
    """The active persons who hold a function, directly or through their department."""

    def ask() -> list[int]:
        function = session.get(Function, code)
        return _active(session, _with_role(function.role_id)) if function and function.role_id else []

    return once_a_batch(("function", code), ask)


def users_who_may(session: Session, permission: str, thing: str) -> list[int]:
    """The active persons to whom the portal grants a right, whatever their role is called."""
    granting = select(Role.id).where(
        Role.permissions.any(PermissionView.permission.has(name=permission) & PermissionView.view_menu.has(name=thing))
    )
    return _active(
        session, or_(User.roles.any(Role.id.in_(granting)), User.groups.any(Group.roles.any(Role.id.in_(granting))))
    )


def _with_role(role_id: int) -> ColumnElement[bool]:
    return or_(User.roles.any(Role.id == role_id), User.groups.any(Group.roles.any(Role.id == role_id)))


def _in_department(department_id: int) -> ColumnElement[bool]:
    department = Model.metadata.tables["department"]
    inside: ColumnElement[bool] = User.groups.any(
        Group.id.in_(select(department.c.group_id).where(department.c.id == department_id))
    )
    return inside


def _active(session: Session, condition: ColumnElement[bool]) -> list[int]:
    found: Sequence[int] = session.scalars(
        select(User.id).where(User.active.is_(True), condition).order_by(User.id)
    ).all()
    return list(found)
