"""Roles as people know them: by the function of the regulation they hold, under the administrator's name for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.fields.fields import ChoicesField
from app.core.process.holding import Holding
from app.core.process.turns import Function, users_who_may
from app.core.rights.seeing import words_of as words_of_role
from app.core.text.wording import gettext as _
from app.extensions import db

NOT_GIVEN = ("Public",)  # nobody works without signing in


def known(session: Session) -> list[tuple[str, Role, str]]:
    """Key, role and words of every role: the function's code, or the role's own name when it is the company's."""
    if not has_request_context():
        return _known(session)
    if "roles_known" not in g:
        g.roles_known = _known(session)  # a list asks for every row
    found: list[tuple[str, Role, str]] = g.roles_known
    return found


def forget() -> None:
    """The roles have changed: they are asked for anew."""
    if has_request_context():
        g.pop("roles_known", None)


def _known(session: Session) -> list[tuple[str, Role, str]]:
    held = Function.role_id == Role.id
    query = select(Role, Function).outerjoin(Function, held).where(Role.name.not_in(NOT_GIVEN))
    found = session.execute(query.order_by(Function.code.is_(None), Role.id)).all()  # the regulation's first
    return [(function.code if function else role.name, role, words_of_role(role, function)) for role, function in found]


def choices() -> dict[str, str]:
    """Roles for check boxes."""
    return {key: words for key, _role, words in known(db.session)}


def roles_by_key(session: Session, keys: Iterable[str] | None) -> list[Role]:
    wanted = set(keys or ())
    return [role for key, role, _words_ in known(session) if key in wanted]


def keys_of(session: Session, roles: Iterable[Role]) -> list[str]:
    held = {role.id for role in roles}
    return [key for key, role, _words_ in known(session) if role.id in held]


def words_of(session: Session, roles: Iterable[Role]) -> list[str]:
    held = {role.id for role in roles}
    return [words for _key, role, words in known(session) if role.id in held]


class RolesField(ChoicesField):
    """Check boxes for the roles there are now."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, choices=choices(), **kw)


def warnings(session: Session) -> list[str]:
    """What the regulation asks of the staffing and is missing."""
    found, held = [], Holding(session, ())
    staffed = {row.code for row in session.scalars(select(Function)) if row.role_id and held.people(row.role_id)}
    if "reception" not in staffed:
        found.append(
            _("2.1 asks for a dedicated person for complaints: nobody active is Reception now. Give somebody the role.")
        )
    if not staffed & {"qc", "qc_manager"}:
        found.append(
            _("Nobody active works in Quality Control: complaints that are handed over would wait for nobody.")
        )
    if "gm" not in staffed:
        found.append(_("4.4 has major complaints reported to the General Manager: nobody active has this role."))
    return found


def somebody_keeps(session: Session, permission: str, thing: str) -> bool:
    """Whether anybody active still holds a right; the caller has flushed."""
    return bool(users_who_may(session, permission, thing))
