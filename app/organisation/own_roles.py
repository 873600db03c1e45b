"""Roles of the company's own: made, copied, renamed, and deleted once nothing is left that uses them."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import Group, Role, User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.process.refused import Refused
from app.core.process.turns import Function
from app.core.rights.people import full_name
from app.core.text import cleaning
from app.core.text.wording import gettext as _

from . import access_changes, granting, roles
from .models import Department

NAMED = 5  # so many people a refusal names


def made(session: Session, typed: str) -> Role:
    """A role that may do nothing yet. Raises Refused; the caller commits."""
    role = Role(name=_free_name(session, typed))
    session.add(role)
    session.flush()
    access_changes.note_role(session, role.name, {}, {"name": role.name})
    return role


def copied(session: Session, number: str, typed: str) -> Role:
    """A role that may do whatever another may. Raises Refused; the caller commits."""
    key, original, _words = one(session, number)
    role = Role(name=_free_name(session, typed))
    session.add(role)
    session.flush()
    access_changes.note_role(session, role.name, {}, {"name": role.name, "copy_of": key})
    held = {(permission, thing) for holder, permission, thing in granting.granted(session) if holder == original.id}
    granting.change(session, set(), {(role.id, *pair) for pair in held}).settle(session)
    return role


def renamed(session: Session, number: str, typed: str) -> Role:
    """Another name; the function of the regulation stays. Raises Refused; the caller commits."""
    key, role, words = one(session, number)
    role.name = _free_name(session, typed)
    session.flush()
    access_changes.note_role(session, key, {"name": words}, {"name": role.name})
    return role


def deleted(session: Session, number: str) -> str:
    """Remove a role nobody uses; answers its name. Raises Refused; the caller commits."""
    key, role, words = one(session, number)
    if used := why_used(session, role):
        raise Refused(used)
    held = {grant for grant in granting.granted(session) if grant[0] == role.id}
    granting.change(session, held, set()).settle(session)
    session.refresh(role)
    session.delete(role)
    session.flush()
    access_changes.note_role(session, key, {"name": words}, {})
    return words


def why_used(session: Session, role: Role) -> str:
    """Why a role can't be deleted, as a sentence; nothing when it can."""
    words = {"role": role.name}
    if session.scalar(select(Function.code).where(Function.role_id == role.id)):
        return _("“%(role)s” is a function of the regulation: it can be renamed, not deleted.", **words)
    groups = select(Group.id).where(Group.roles.any(Role.id == role.id))
    carried = session.scalars(select(Department).where(Department.group_id.in_(groups)).order_by(Department.id)).all()
    if carried:
        names = _(", ").join(department.label for department in carried)
        return _("“%(role)s” is carried by %(names)s. Take it away from there first.", names=names, **words)
    holders = session.scalars(select(User).where(User.roles.any(Role.id == role.id)).order_by(User.id)).all()
    if holders:
        names = _(", ").join(map(full_name, holders[:NAMED])) + (" …" if len(holders) > NAMED else "")
        return _("“%(role)s” is held by %(names)s. Give them another role first.", names=names, **words)
    return ""


def one(session: Session, number: str) -> tuple[str, Role, str]:
    """Key, role and words of one role. Raises Refused."""
    for key, role, words in roles.known(session):
        if number == str(role.id):
            return key, role, words
    raise Refused(_("There is no such role or right. Load the page again; nothing was changed."))


def _free_name(session: Session, typed: str) -> str:
    name = cleaning.line(typed)
    taken = bool(name) and any(name in (key, role.name) for key, role, _words in roles.known(session))
    if not name or len(name) > 64 or taken or name in roles.NOT_GIVEN:
        raise Refused(_("A role needs a name of its own, at most 64 characters."))
    return name
