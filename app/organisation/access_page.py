"""Who may do what: roles × rights in plain words. Saving writes only what was ticked or unticked on the page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_appbuilder.security.sqla.models import (
    Group,
    Permission,
    PermissionView,
    Role,
    ViewMenu,
    assoc_permissionview_role,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session, selectinload

from app.core import seeding
from app.core.security import current_rights
from app.core.turns import Function
from app.core.workflow import Refused
from app.extensions import db

from . import roles, staffing
from .models import Department
from .plain_words import GROUPS, THINGS, deed, rank, sentence, steps_of

Pair = tuple[str, str]  # permission, thing
Grant = tuple[int, str, str]  # role, permission, thing


@dataclass(frozen=True)
class Column:
    """One role of the matrix, and the departments whose people all have it."""

    role_id: int
    label: str
    departments: str
    own: bool  # made by the company, not one of the regulation's functions


def catalogue(session: Session) -> set[Pair]:
    """Every right there is: of the database, of the pages and of the processes."""
    known = {
        (row[0], row[1])
        for row in session.execute(
            select(Permission.name, ViewMenu.name)
            .join(PermissionView, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .where(ViewMenu.name.in_(list(THINGS)))
        )
    }
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        thing = str(view.class_permission_name)
        if thing in THINGS:
            known |= {(verb, thing) for verb in view.base_permissions or ()}
    return known | {(name, thing) for thing in THINGS for name in steps_of(thing)}


def granted(session: Session) -> set[Grant]:
    """What each role may do now."""
    link = assoc_permissionview_role.c
    rows = session.execute(
        select(link.role_id, Permission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.id == link.permission_view_id)
        .join(Permission, Permission.id == PermissionView.permission_id)
        .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
    )
    return {(row[0], row[1], row[2]) for row in rows}


def columns(session: Session) -> list[Column]:
    """The roles, with the departments that carry them."""
    carried: dict[int, list[str]] = {}
    query = select(Department).where(Department.active.is_(True)).order_by(Department.id)
    for department in session.scalars(query.options(selectinload(Department.group).selectinload(Group.roles))):
        for role in department.group.roles if department.group else []:
            carried.setdefault(role.id, []).append(department.label)
    functions = set(session.scalars(select(Function.role_id)))
    return [
        Column(role.id, words, ", ".join(carried.get(role.id, [])), role.id not in functions)
        for _key, role, words in roles.known(session)
    ]


def parse(values: Iterable[str]) -> set[Grant]:
    """Ticks as they travel, `12|can_list|Complaint`. Raises Refused for what is none."""
    found = set()
    for value in values:
        role, _bar, rest = value.partition("|")
        permission, _bar, thing = rest.partition("|")
        if not (role.isascii() and role.isdigit() and len(role) < 10 and permission and thing):
            raise Refused(_("The page was not sent completely. Load it again; nothing was changed."))
        found.add((int(role), permission, thing))
    return found


def save(session: Session, was: set[Grant], now: set[Grant]) -> tuple[int, int]:
    """Grant what is newly ticked, take away what was unticked; nothing else is touched. Raises Refused."""
    more, less = now - was, was - now
    rights, known_roles = catalogue(session), {role.id for _key, role, _words in roles.known(session)}
    if any((permission, thing) not in rights or role not in known_roles for role, permission, thing in more | less):
        raise Refused(_("There is no such role or right. Load the page again; nothing was changed."))
    held = granted(session)
    _insert(session, more - held)
    _remove(session, less & held)
    session.flush()
    staffing.refuse_if_locked_out(session)
    return len(more - held), len(less & held)


def _insert(session: Session, grants: set[Grant]) -> None:
    if not grants:
        return
    numbers = seeding.pairs(session, {(permission, thing) for _role, permission, thing in grants})
    session.execute(
        insert(assoc_permissionview_role),
        [
            {"role_id": role, "permission_view_id": numbers[permission, thing]}
            for role, permission, thing in sorted(grants)
        ],
    )


def _remove(session: Session, grants: set[Grant]) -> None:
    numbers = seeding.pairs(session, {(permission, thing) for _role, permission, thing in grants}) if grants else {}
    link = assoc_permissionview_role.c
    for role, permission, thing in sorted(grants):
        session.execute(
            delete(assoc_permissionview_role).where(
                link.role_id == role, link.permission_view_id == numbers[permission, thing]
            )
        )


class AccessView(Page):
    """The matrix; its effect is there at everybody's next click."""

    route_base = "/access"
    default_view = "list"
    class_permission_name = "Access"
    base_permissions = ["can_list", "can_edit"]

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._page(request.args.get("group", ""))

    @expose("/save", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> Any:
        group = request.form.get("group", "")
        try:
            if request.form.get("complete") != "yes":
                raise Refused(_("The page was not sent completely. Load it again; nothing was changed."))
            was = parse(request.form.get("was", "").split())
            more, less = save(db.session, was, parse(request.form.getlist("on")))
            db.session.commit()
        except Refused as refused:
            db.session.rollback()
            return self._page(group, str(refused)), 409
        flash(
            _(
                "%(more)s rights granted, %(less)s taken away. It holds from everybody's next click.",
                more=more,
                less=less,
            ),
            "success",
        )
        for warning in roles.warnings(db.session):
            flash(warning, "warning")
        return redirect(url_for("AccessView.list", group=group))

    @expose("/role", methods=["POST"])
    @has_access
    @permission_name("edit")
    def role(self) -> Any:
        """A new role of the company's own, or another name for one."""
        name = request.form.get("name", "").replace("\0", "").strip()
        number = request.form.get("role", "")
        taken = db.session.scalar(select(Role).where(Role.name == name))
        if not name or len(name) > 64 or taken is not None:
            flash(_("A role needs a name of its own, at most 64 characters."), "danger")
        elif number:
            self._rename(number, name)
        else:
            db.session.add(Role(name=name))
            db.session.commit()
            flash(_("The role “%(name)s” was made. Tick what it may do.", name=name), "success")
        return redirect(url_for("AccessView.list", group=request.form.get("group", "")))

    def _rename(self, number: str, name: str) -> None:
        offered = {column.role_id for column in columns(db.session)}
        role = (
            db.session.get(Role, int(number))
            if number.isascii() and number.isdigit() and int(number) in offered
            else None
        )
        if role is None:
            flash(_("There is no such role or right. Load the page again; nothing was changed."), "danger")
            return
        role.name = name
        db.session.commit()
        flash(_("The role is called “%(name)s” now; its function in the processes stays.", name=name), "success")

    def _page(self, group: str, refused: str = "") -> str:
        group = group if group in GROUPS else next(iter(GROUPS))
        held, rights = granted(db.session), catalogue(db.session)
        things = [
            (
                THINGS[thing],
                [
                    (permission, thing, deed(permission, thing), sentence(permission, thing))
                    for permission, _thing in sorted(
                        (pair for pair in rights if pair[1] == thing), key=lambda pair: rank(*pair)
                    )
                ],
            )
            for thing in GROUPS[group][1]
        ]
        page: str = self.render_template(
            "portal/organisation/access.html",
            title=_l("Who may do what"),
            group=group,
            groups=GROUPS,
            refused=refused,
            things=[item for item in things if item[1]],
            columns=columns(db.session),
            held=held,
            may=current_rights().may("can_edit", "Access"),
            warnings=roles.warnings(db.session),
        )
        return page
