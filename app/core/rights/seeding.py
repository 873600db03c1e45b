"""Rights a new portal starts with. What an administrator takes away is never brought back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..process.turns import Function


class SeededRight(Model):
    """The ledger of what was ever granted by the program itself."""

    __tablename__ = "seeded_right"

    function: Mapped[str] = mapped_column(String(40), primary_key=True)
    permission: Mapped[str] = mapped_column(String(100), primary_key=True)
    thing: Mapped[str] = mapped_column(String(100), primary_key=True)


def seed_functions(session: Session, functions: Mapping[str, tuple[str, str]]) -> None:
    """A role for every function of the regulation; from then on the administrator's to rename."""
    known = set(session.scalars(select(Function.code)))
    roles = {role.name: role for role in session.scalars(select(Role))}
    if "Public" not in roles:
        session.add(Role(name="Public"))
    for code, (zh, en) in functions.items():
        if code not in known:
            role = roles.get(en) or Role(name=en)
            session.add_all([role, Function(code=code, role=role, name_zh=zh, name_en=en)])
    session.flush()


def seed_rights(session: Session, cells: Iterable[tuple[str, str, str]]) -> int:
    """Grant what was never granted before; answers how many rights are new."""
    wanted = set(cells)
    once = {(row.function, row.permission, row.thing) for row in session.scalars(select(SeededRight))}
    roles = {row.code: row.role_id for row in session.scalars(select(Function))}
    numbers = pairs(session, {(permission, thing) for _function, permission, thing in wanted})
    held = {
        tuple(row)
        for row in session.execute(
            select(assoc_permissionview_role.c.role_id, assoc_permissionview_role.c.permission_view_id)
        )
    }
    fresh = sorted(wanted - once)
    grants = {
        (roles[function], numbers[permission, thing]) for function, permission, thing in fresh if roles.get(function)
    }
    if new := sorted(grants - held):
        session.execute(
            insert(assoc_permissionview_role), [{"role_id": role, "permission_view_id": pair} for role, pair in new]
        )
    session.add_all(
        SeededRight(function=function, permission=permission, thing=thing) for function, permission, thing in fresh
    )
    session.flush()
    return len(fresh)


def pairs(session: Session, wanted: set[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """The permission-view rows, made where they are missing."""
    permissions = {row.name: row for row in session.scalars(select(Permission))}
    things = {row.name: row for row in session.scalars(select(ViewMenu))}
    for permission, thing in sorted(wanted):
        if permission not in permissions:
            permissions[permission] = Permission(name=permission)
            session.add(permissions[permission])
        if thing not in things:
            things[thing] = ViewMenu(name=thing)
            session.add(things[thing])
    session.flush()
    known = {(row.permission_id, row.view_menu_id): row for row in session.scalars(select(PermissionView))}
    for permission, thing in sorted(wanted):
        key = (permissions[permission].id, things[thing].id)
        if key not in known:
            known[key] = PermissionView(permission_id=key[0], view_menu_id=key[1])
            session.add(known[key])
    session.flush()
    return {(permission, thing): known[permissions[permission].id, things[thing].id].id for permission, thing in wanted}
