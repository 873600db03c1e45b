"""Who holds which right now: read at once, asked for many records."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..rights.actor import Actor

GRANTED = sa.text("""
    SELECT v.name AS thing, p.name AS right_, r.role_id, f.code FROM ab_permission_view_role r
    JOIN ab_permission_view pv ON pv.id = r.permission_view_id
    JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id
    LEFT JOIN function f ON f.role_id = r.role_id
    WHERE v.name IN :things ORDER BY r.role_id""").bindparams(sa.bindparam("things", type_=sa.String, expanding=True))
CARRIED = sa.text("""
    SELECT ur.role_id, u.id AS user_id, u.active FROM ab_user_role ur JOIN ab_user u ON u.id = ur.user_id
    UNION SELECT gr.role_id, u.id, u.active FROM ab_group_role gr
    JOIN ab_user_group ug ON ug.group_id = gr.group_id JOIN ab_user u ON u.id = ug.user_id""")
MEMBERS = sa.text("""
    SELECT d.id, ug.user_id FROM department d JOIN ab_user_group ug ON ug.group_id = d.group_id""")
VERSION = sa.text("SELECT n FROM rights_version WHERE id = 1")  # drawn anew by every change of the tables above
KNOWN: dict[str, dict[tuple[str, ...], tuple[int, Holding]]] = {}  # database → things → version, and what it says


class Holding:
    """The roles that hold the rights on some things, and the people behind them."""

    def __init__(self, session: Session, things: Iterable[str]) -> None:
        self._session = session
        self.code: dict[int, str] = {}  # of a role that is a function
        self._roles: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._rights: dict[tuple[str, int], set[str]] = defaultdict(set)
        asked = sorted(set(things))
        for row in session.execute(GRANTED, {"things": asked}) if asked else ():
            self._roles[row.thing, row.right_].append(row.role_id)
            self._rights[row.thing, row.role_id].add(row.right_)
            if row.code:
                self.code[row.role_id] = row.code

    @classmethod
    def latest(cls, session: Session, *things: str) -> Holding:
        """The same, read again only when a right or a person has changed."""
        known, version = KNOWN.setdefault(str(session.get_bind().engine.url), {}), session.scalar(VERSION)
        if things not in known or known[things][0] != version:
            found = cls(session, things)
            found.departments, found._carried  # noqa: B018 (read now: this session ends)
            known[things] = version, found
        return known[things][1]

    def roles(self, right: str, thing: str) -> list[int]:
        """The roles that hold a right."""
        return self._roles.get((thing, right), [])

    def rights(self, role: int, thing: str) -> frozenset[str]:
        """All that a role may do with a thing."""
        return frozenset(self._rights.get((thing, role), ()))

    def actor(self, role: int, thing: str, departments: frozenset[int] = frozenset()) -> Actor:
        """Somebody of whom no more is known than this role, and perhaps the department."""
        rights, code = self.rights(role, thing), self.code.get(role, "")
        return Actor(None, code, lambda right: right in rights, frozenset({code}), departments)

    def people(self, role: int) -> frozenset[int]:
        """The active persons with a role."""
        return frozenset(user for user, active in self._carried.get(role, ()) if active)

    def able(self, right: str, thing: str) -> frozenset[int]:
        """The active persons who hold a right."""
        return frozenset().union(*(self.people(role) for role in self.roles(right, thing)))

    def has(self, user_id: int, right: str, thing: str) -> bool:
        """Whether a person holds a right, also while the person is not active."""
        carried = (self._carried.get(role, ()) for role in self.roles(right, thing))
        return any(user == user_id for people in carried for user, _active in people)

    def members(self, department_id: int) -> frozenset[int]:
        """Everybody of a department."""
        return frozenset(self._members.get(department_id, ()))

    @cached_property
    def departments(self) -> list[int]:
        return sorted(self._members)

    @cached_property
    def _carried(self) -> dict[int, set[tuple[int, bool]]]:
        found: dict[int, set[tuple[int, bool]]] = defaultdict(set)
        for row in self._session.execute(CARRIED):
            found[row.role_id].add((row.user_id, bool(row.active)))
        return found

    @cached_property
    def _members(self) -> dict[int, set[int]]:
        found: dict[int, set[int]] = defaultdict(set)
        for row in self._session.execute(MEMBERS):
            found[row.id].add(row.user_id)
        return found
