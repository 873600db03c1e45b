"""The portal as somebody with one role sees it: to read only, and without records of one's own."""

from __future__ import annotations

from dataclasses import replace

import sqlalchemy as sa
from flask import session as browser
from flask_appbuilder.security.sqla.models import Role
from sqlalchemy.orm import Session

from ..process.turns import Function
from ..record import decisions
from ..text.wording import lazy_gettext as _l
from ..time import clock
from .people import in_locale
from .rights import PAIRS, Rights

FLAG = "seen_as"  # of the session: the role's number
SINCE = "seen_since"  # of the session: what the role is known under, and when it began
NOBODY = "0"  # whose pages a role's are: those of nobody in particular
THING = "Access"  # where it is written down
WORDS = {"seen_from": _l("The portal seen as this role from"), "seen_until": _l("The portal seen as this role until")}
WHO = ("can_edit", "Access")  # may see what those see whom one gives rights
LINES = sa.text("""
    SELECT d.line FROM department d JOIN ab_group_role gr ON gr.group_id = d.group_id
    WHERE d.active AND gr.role_id = :role UNION
    SELECT d.line FROM department d JOIN ab_user_group ug ON ug.group_id = d.group_id
    JOIN ab_user_role ur ON ur.user_id = ug.user_id WHERE d.active AND ur.role_id = :role""")


def through(session: Session, rights: Rights, role_id: int) -> Rights | None:
    """What a newcomer with this role alone would be given; None for whom it is not, or when the role is gone."""
    role = session.get(Role, role_id)
    if role is None or WHO not in rights.pairs:
        return None
    held = frozenset({role.id})
    function = session.scalar(sa.select(Function).where(Function.role_id == role.id))
    return replace(
        rights,
        user_id=0,
        pairs=frozenset((row[0], row[1]) for row in session.execute(PAIRS, {"roles": sorted(held)})),
        role_ids=held,
        roles=frozenset({function.code} if function else ()),
        department_ids=frozenset(),
        lines=frozenset(session.execute(LINES, {"role": role.id}).scalars()),
        own_keys=frozenset({f"role:{role.id}@0"}),
        absences=(),
        seen_as=words_of(role, function),
    )


def begin(session: Session, key: str, role: Role, user_id: int) -> None:
    """From now on this session sees the portal as a role; written down. The caller commits."""
    end(session, user_id)
    began = clock.now().isoformat(timespec="seconds")
    browser[FLAG], browser[SINCE] = role.id, [key, began]
    decisions.note(session, THING, key, {}, {"seen_from": began}, user_id)


def end(session: Session, user_id: int) -> None:
    """The person's own rights again; from when to when it was otherwise is written down. The caller commits."""
    browser.pop(FLAG, None)
    if (known := browser.pop(SINCE, None)) is None:
        return
    key, began = known
    until = {"seen_from": began, "seen_until": clock.now().isoformat(timespec="seconds")}
    decisions.note(session, THING, key, {}, until, user_id)


def words_of(role: Role, function: Function | None) -> str:
    """The bilingual name of the regulation, unless the administrator has chosen another."""
    if function is not None and role.name == function.name_en:
        return in_locale(function.name_zh, function.name_en)
    return str(role.name)
