"""What a person may do: one snapshot per person, good for as long as nobody changes a right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..process.turns import Function, left_to, user_turn
from ..time import clock
from .actor import Actor


class RightsVersion(Model):
    """One row, drawn anew by triggers on whatever decides who may do what."""

    __tablename__ = "rights_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(default=1)


Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Absence:
    """A colleague this person deputises for, and when."""

    user_id: int
    begin: date
    end: date
    pairs: Pairs
    owner_keys: frozenset[str]

    @property
    def now(self) -> bool:
        return self.begin <= clock.today() <= self.end


@dataclass(frozen=True)
class Rights:
    """Who this is and what the administrator has granted."""

    version: int
    user_id: int
    username: str
    full_name: str
    user: User | None
    pairs: Pairs
    role_ids: frozenset[int]
    roles: frozenset[str]  # codes of the functions held
    department_ids: frozenset[int]
    lines: frozenset[str]
    own_keys: frozenset[str]
    locale: str
    absences: tuple[Absence, ...] = ()
    seen_as: str = ""  # the role through whose eyes an administrator looks; nothing is changed meanwhile

    @property
    def away(self) -> list[Absence]:
        """Those this person stands in for today."""
        return [absence for absence in self.absences if absence.now]

    @property
    def stands_for(self) -> frozenset[int]:
        return frozenset({self.user_id, *(absence.user_id for absence in self.away)})

    @property
    def owner_keys(self) -> list[str]:
        """Every name under which work waits for this person."""
        return sorted(self.own_keys.union(*(absence.owner_keys for absence in self.away)))

    def may(self, permission: str, thing: str) -> bool:
        return (permission, thing) in self.pairs or self.for_whom(permission, thing) is not None

    def for_whom(self, permission: str, thing: str) -> int | None:
        """The absent colleague by whose right this would be done; None when it is one's own."""
        pair = (permission, thing)
        if pair in self.pairs:
            return None
        return next((absence.user_id for absence in self.away if pair in absence.pairs), None)

    def sees_line(self, line: str) -> bool:
        return line in self.lines or "both" in self.lines or (not self.lines and line == "mf")

    def actor(self, thing: str) -> Actor:
        """This person as one who takes steps on a kind of thing."""
        return Actor(
            self.user_id,
            self.username,
            lambda permission: self.may(permission, thing),
            self.roles,
            self.department_ids,
            self.stands_for,
            lambda permission: self.for_whom(permission, thing),
        )


NOBODY = Rights(0, 0, "", "", None, frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), frozenset(), "")
KNOWN: dict[tuple[str, int], Rights] = {}  # (database, user) → the latest snapshot, replaced when the version moves

PAIRS = sa.text("""
    SELECT DISTINCT p.name, v.name FROM ab_permission_view_role r
    JOIN ab_permission_view pv ON pv.id = r.permission_view_id
    JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id
    WHERE r.role_id IN :roles""").bindparams(sa.bindparam("roles", expanding=True))
ROLES = sa.text("""
    SELECT role_id FROM ab_user_role WHERE user_id = :user
    UNION SELECT gr.role_id FROM ab_group_role gr JOIN ab_user_group ug ON ug.group_id = gr.group_id
    WHERE ug.user_id = :user""")
DEPARTMENTS = sa.text("""
    SELECT d.id, d.line FROM department d JOIN ab_user_group ug ON ug.group_id = d.group_id
    WHERE ug.user_id = :user AND d.active""")
STOOD_IN_FOR = sa.text("""
    SELECT p.user_id, p.absent_from, p.absent_to, u.active FROM employee_profile p JOIN ab_user u ON u.id = p.user_id
    WHERE p.deputy_id = :user AND (NOT u.active OR (p.absent_from IS NOT NULL AND p.absent_to >= :today))
    """).columns(absent_from=sa.Date, absent_to=sa.Date, active=sa.Boolean)
LOCALE = sa.text("SELECT locale FROM employee_profile WHERE user_id = :user")


def rights_of(session: Session, user_id: int, version: int | None = None) -> Rights | None:
    """What anybody may do now; None when there is no such person."""
    version = session.scalar(sa.select(RightsVersion.n)) or 0 if version is None else version
    key = (current_app.config["SQLALCHEMY_DATABASE_URI"], user_id)
    rights = KNOWN.get(key)
    if rights is None or rights.version != version:
        rights = snapshot(session, user_id, version)
        if rights is not None:
            KNOWN[key] = rights
    return rights


def snapshot(session: Session, user_id: int, version: int) -> Rights | None:
    """Load everything about a person's rights in a handful of questions."""
    user = session.get(User, user_id)
    if user is None:
        return None
    pairs, role_ids, keys, departments = _reach(session, user_id)
    functions = session.execute(sa.select(Function.code).where(Function.role_id.in_(role_ids))).scalars()
    locale = session.execute(LOCALE, {"user": user_id}).scalar() or ""
    absences = list(_absences(session, user_id, date.min, date.max, frozenset({user_id})))
    roles = frozenset(functions)
    session.expunge(user)
    first, last = user.first_name or "", user.last_name or ""
    chinese = any("\u4e00" <= char <= "\u9fff" for char in first + last)
    return Rights(
        version,
        user_id,
        user.username,
        f"{last}{first}" if chinese else f"{first} {last}".strip(),
        user,
        pairs,
        role_ids,
        roles,
        frozenset(departments),
        frozenset(departments.values()),
        keys,
        locale,
        tuple(absences),
    )


def _absences(session: Session, deputy: int, first: date, last: date, chain: frozenset[int]) -> Iterator[Absence]:
    """Whom somebody stands in for: who is away, and, while a deputy is away or has left, whom that one does."""
    for row in session.execute(STOOD_IN_FOR, {"user": deputy, "today": clock.today()}).all():
        begin, end = (row.absent_from, row.absent_to) if row.active else (date.min, date.max)
        begin, end = max(begin, first), min(end, last)
        if begin > end or row.user_id in chain:
            continue
        if row.active:
            their_pairs, _roles, their_keys, _departments = _reach(session, row.user_id)
            yield Absence(row.user_id, begin, end, their_pairs, their_keys)
        yield from _absences(session, row.user_id, begin, end, chain | {row.user_id})


def _reach(session: Session, user_id: int) -> tuple[Pairs, frozenset[int], frozenset[str], dict[int, str]]:
    role_ids = frozenset(session.execute(ROLES, {"user": user_id}).scalars())
    pairs: Pairs = frozenset()
    if role_ids:
        pairs = frozenset((row[0], row[1]) for row in session.execute(PAIRS, {"roles": sorted(role_ids)}))
    departments = {row[0]: row[1] for row in session.execute(DEPARTMENTS, {"user": user_id})}
    keys = {f"user:{user_id}", *(f"role:{role}@{place}" for role in role_ids for place in (0, *departments))}
    keys |= {user_turn(gone) for gone in left_to(session, user_id)}
    return pairs, role_ids, frozenset(keys), departments
