"""Somebody leaves: all open work goes to colleagues in one deed. Each domain says what its work is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.fields.fields import LongTextField, PersonField
from app.core.fields.forms import StepForm
from app.core.process.also_waiting import waiting
from app.core.process.locking import locked
from app.core.process.refused import Invalid
from app.core.process.turns import user_turn, users_with_role
from app.core.process.workflow import WORKFLOWS
from app.core.record.records import Record
from app.core.rights.actor import Actor
from app.core.rights.people import full_name
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l

from .models import Department, EmployeeProfile
from .people import Person, find_login
from .turns import MANAGERS

Able = Callable[[Session], list[int]]


@dataclass(frozen=True)
class Deal:
    """Somebody's work given to a colleague: by whom, why, and why although a competence is missing (2.3)."""

    user_id: int
    to: Person
    actor: Actor
    reason: str
    override: str = ""


@dataclass(frozen=True)
class Candidate:
    """A colleague who could take over, and what of the competence that work asks for is missing."""

    name: str
    missing: str


@dataclass(frozen=True)
class Work:
    """A kind of open work: how much a person has of it, how it is given to another, and who can do it."""

    code: str
    label: Any
    count: Callable[[Session, int], int]
    give: Callable[[Session, Deal], None]
    able: Able | None = None  # None: anybody
    lacking: Callable[[Session, int, Person], str] | None = None  # what a colleague is not competent for (2.3)
    candidates: Callable[[Session, int], list[Candidate]] | None = None


@dataclass(frozen=True)
class Share:
    """What of somebody's work goes to whom."""

    work: Work
    number: int
    to: Person


KINDS: list[Work] = []


class HandOver(StepForm):
    """To whom, and why."""

    to = PersonField(_l("Handed to"), lookup="employee", required=True)
    reason = LongTextField(_l("Reason"), required=True)


def form_class(session: Session, user_id: int) -> type[StepForm]:
    """To whom, and for each kind of work there is another colleague if wanted."""

    class Divided(HandOver):
        pass

    mine = [kind for kind in KINDS if kind.count(session, user_id)]
    for kind in mine:
        setattr(Divided, f"to_{kind.code}", PersonField(_("%(work)s: to", work=kind.label), lookup="employee"))
    if any(kind.lacking for kind in mine):
        Divided.override_reason = LongTextField(_l("Reason for assigning without the competence"))
    return Divided


def candidates(session: Session, user_id: int) -> list[Candidate]:
    """Who is competent for what this person leaves behind, where that is asked for (2.3)."""
    asked = (kind.candidates for kind in KINDS if kind.candidates and kind.count(session, user_id))
    return [row for rows in asked for row in rows(session, user_id)]


def amounts(session: Session, user_id: int) -> list[tuple[Any, int]]:
    """What waits for a person, kind by kind."""
    every = [(kind.label, kind.count(session, user_id)) for kind in KINDS]
    every.append((_l("Records waiting for this person"), len(_waiting(session, user_id))))
    return [(label, number) for label, number in every if number]


def shares(session: Session, user_id: int, values: dict[str, Any]) -> list[Share]:
    """Who gets what, before anything is given. Raises Invalid."""
    everything = _colleague(session, user_id, "to", values["to"])
    found = []
    for kind in KINDS:
        if number := kind.count(session, user_id):
            field = f"to_{kind.code}" if values.get(f"to_{kind.code}") else "to"
            to = everything if field == "to" else _colleague(session, user_id, field, values[field])
            if kind.able is not None and to.user_id not in kind.able(session):
                sentence = _("%(name)s can't do this: %(work)s.", name=full_name(to.user), work=kind.label)
                raise Invalid({field: [sentence + " " + _("Choose another active colleague.")]})
            _competent(session, user_id, kind, field, to, values.get("override_reason"))
            found.append(Share(kind, number, to))
    return found


def _competent(session: Session, user_id: int, kind: Work, field: str, to: Person, override: str | None) -> None:
    """2.3 holds also for work that is handed over. Raises Invalid."""
    missing = kind.lacking(session, user_id, to) if kind.lacking else ""
    if missing and not (override or "").strip():
        advice = _("Choose another person or give the reason.")
        raise Invalid({field: [_("2.3: no valid competence: %(missing)s.", missing=missing) + " " + advice]})


def hand_over(session: Session, user_id: int, values: dict[str, Any], actor: Actor) -> int:
    """Give everything open to colleagues; answers how much it was. The caller commits. Raises Invalid."""
    parts = shares(session, user_id, values)
    for part in parts:
        part.work.give(session, Deal(user_id, part.to, actor, values["reason"], values.get("override_reason") or ""))
    return sum(part.number for part in parts) + _settle(session, user_id, actor, values["reason"])


def _colleague(session: Session, user_id: int, field: str, login: str) -> Person:
    person = find_login(session, login)
    if person is None or not person.active or person.user_id == user_id:
        raise Invalid({field: [_("Choose another active colleague.")]})
    return person


def _waiting(session: Session, user_id: int) -> list[Any]:
    theirs = select(Record.id, Record.kind).where(waiting([user_turn(user_id)])).order_by(Record.id)
    return list(session.execute(theirs).all())


def _settle(session: Session, user_id: int, actor: Actor, reason: str) -> int:
    """Whatever still waits for the person by name asks again whose turn it is (a department's new manager)."""
    session.flush()
    rows = _waiting(session, user_id)
    for number, kind in rows:
        record = locked(session, Record, number)
        WORKFLOWS[kind].edit(session, record, actor, {}, name="hand_work", comment=reason, note={"from": user_id})
    return len(rows)


def _led(session: Session, user_id: int) -> list[Department]:
    return list(session.scalars(select(Department).where(Department.manager_id == user_id)))


def _lead(session: Session, deal: Deal) -> None:
    for department in _led(session, deal.user_id):
        department.manager_id = deal.to.user_id


def _leaders(session: Session) -> list[int]:
    return [person for code in MANAGERS for person in users_with_role(session, code)]


def _stood_in_for(session: Session, user_id: int) -> int:
    query = select(func.count()).select_from(EmployeeProfile).where(EmployeeProfile.deputy_id == user_id)
    return session.scalar(query) or 0


def _stand_in(session: Session, deal: Deal) -> None:
    """Nobody stands in for themselves: then another deputy has to be named."""
    for profile in session.scalars(select(EmployeeProfile).where(EmployeeProfile.deputy_id == deal.user_id)):
        profile.deputy_id = deal.to.user_id if deal.to.user_id != profile.user_id else None


KINDS.append(Work("departments", _l("Departments led"), lambda *who: len(_led(*who)), _lead, _leaders))
KINDS.append(Work("deputy", _l("Colleagues stood in for"), _stood_in_for, _stand_in))
