"""Rights given and taken: only the differences are written, and the open records follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app
from flask_appbuilder.security.sqla.models import (
    Permission,
    PermissionView,
    ViewMenu,
    assoc_permissionview_role,
)
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.core.process import foresight, moving
from app.core.process.refused import Refused
from app.core.process.workflow import WORKFLOWS
from app.core.rights import seeding
from app.core.rights.people import turn_label
from app.core.text.wording import gettext as _

from . import access_changes, roles, staffing
from .plain_words import Grant, Pair, deed, steps_of, things


@dataclass(frozen=True)
class Change:
    """Rights that were given and taken in this transaction, and the open records that would move with them."""

    given: int
    taken: int
    places: list[moving.Place]  # the states whose turns depend on them
    moves: list[foresight.Move]
    left: list[foresight.Unheld]  # steps that nobody could take any more

    @property
    def seal(self) -> str:
        """By which exactly this is confirmed; empty when nothing moves and every step has somebody."""
        return foresight.seal(self.moves, self.left)

    def settle(self, session: Session) -> None:
        """Let the records follow; the engine does what takes longer. The caller commits."""
        moving.at_once(session, self.places)


def catalogue(session: Session) -> set[Pair]:
    """Every right there is: of the database, of the pages and of the processes."""
    known = {
        (row[0], row[1])
        for row in session.execute(
            select(Permission.name, ViewMenu.name)
            .join(PermissionView, PermissionView.permission_id == Permission.id)
            .join(ViewMenu, ViewMenu.id == PermissionView.view_menu_id)
            .where(ViewMenu.name.in_(list(things())))
        )
    }
    for view in current_app.appbuilder.baseviews:  # type: ignore[attr-defined]
        thing = str(view.class_permission_name)
        if thing in things():
            known |= {(verb, thing) for verb in view.base_permissions or ()}
    return known | {(name, thing) for thing in things() for name in steps_of(thing)}


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


def parse(values: Iterable[str], listed: list[str]) -> set[Grant]:
    """Ticks as they travel: `12.3` is the fourth of the listed rights for role 12. Raises Refused for what is none."""
    found = set()
    for value in values:
        role, _dot, row = value.partition(".")
        if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (role, row)):
            raise Refused(_("The page was not sent completely. Load it again; nothing was changed."))
        permission, _bar, thing = listed[int(row)].partition("|") if int(row) < len(listed) else ("", "", "")
        if not (permission and thing):
            raise Refused(_("The page was not sent completely. Load it again; nothing was changed."))
        found.add((int(role), permission, thing))
    return found


def change(session: Session, was: set[Grant], now: set[Grant]) -> Change:
    """Grant what is newly ticked, take away what was unticked; nothing else is touched. Raises Refused."""
    more, less = now - was, was - now
    rights, known_roles = catalogue(session), {role.id for _key, role, _words in roles.known(session)}
    if any((permission, thing) not in rights or role not in known_roles for role, permission, thing in more | less):
        raise Refused(_("There is no such role or right. Load the page again; nothing was changed."))
    held = granted(session)
    more, less = more - held, less & held
    touched = frozenset(thing for _role, _permission, thing in more | less)
    before, unheld = foresight.standing(session, touched), foresight.unheld(session, touched)
    _insert(session, more)
    _remove(session, less)
    session.flush()
    staffing.refuse_if_locked_out(session)
    access_changes.note(session, more, less)
    places = foresight.changed(session, touched, before)
    moves = foresight.ahead(session, places) if places else []
    left = [row for row in foresight.unheld(session, touched) if row not in unheld]
    return Change(len(more), len(less), places, moves, left)


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


def told(change: Change) -> list[str]:
    """Each move as a sentence, then the steps that nobody could take any more."""
    sentences = []
    for move in change.moves:
        workflow = WORKFLOWS[move.kind]
        words = {"n": move.n, "kind": workflow.title, "state": workflow.states[move.state].label}
        words |= {"old": turn_label(move.old) or _("nobody"), "new": turn_label(move.new)}
        sentence = _("%(kind)s, “%(state)s”: %(n)s from %(old)s to %(new)s.", **words)
        if move.left:
            sentence += " " + _("Nobody there could take “%(step)s” any more.", step=deed(move.step, workflow.thing))
        sentences.append(sentence)
    for row in change.left:
        words = {"kind": WORKFLOWS[row.kind].title, "step": deed(row.step, WORKFLOWS[row.kind].thing)}
        sentences.append(
            _(
                "Nobody could take “%(step)s” (%(kind)s) any more: what comes there waits for the department's "
                "manager or the Leader.",
                **words,
            )
        )
    return list(dict.fromkeys(sentences))


def warnings(session: Session) -> list[str]:
    """The steps that nobody can take: what waits there waits for the department's manager or the Leader."""
    return [
        _(
            "Nobody can take “%(step)s” (%(kind)s): %(n)s open records wait there. "
            "Give the step to a function that has people.",
            step=deed(row.step, WORKFLOWS[row.kind].thing),
            kind=WORKFLOWS[row.kind].title,
            n=row.n,
        )
        for row in foresight.unheld(session)
    ]
