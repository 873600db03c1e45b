"""Whose turn it is: one text per record, `user:17` or `role:5@3` (role 5 in department 3, 0 = any)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import Group, PermissionView, Role, User
from sqlalchemy import ColumnElement, ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship


class Function(Model):
    """A function of the regulation (Reception, QC …) and the role that holds it; roles may be renamed."""

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
    if not owner:
        return []
    kind, _, rest = owner.partition(":")
    if kind == "user":
        return _active(session, User.id == int(rest))
    role_id, _, department_id = rest.partition("@")
    found = _with_role(int(role_id))
    return _active(session, found & _in_department(int(department_id)) if int(department_id) else found)


def users_with_role(session: Session, code: str) -> list[int]:
    """The active persons who hold a function, directly or through their department."""
    function = session.get(Function, code)
    return _active(session, _with_role(function.role_id)) if function and function.role_id else []


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
