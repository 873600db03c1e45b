"""Somebody leaves: all open work goes to a colleague in one deed. Each domain says what its work is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.awaited import waiting
from app.core.fields import LongTextField, PersonField
from app.core.forms import StepForm
from app.core.locking import locked
from app.core.records import Record
from app.core.turns import user_turn
from app.core.workflow import WORKFLOWS, Actor, Invalid

from .models import Department
from .people import find_login


class HandOver(StepForm):
    """To whom, and why."""

    to = PersonField(_l("To whom"), lookup="employee", required=True)
    reason = LongTextField(_l("Reason"), required=True)


@dataclass(frozen=True)
class Work:
    """A kind of open work: how much a person has of it, and how it is given to another."""

    label: Any
    count: Callable[[Session, int], int]
    give: Callable[[Session, int, int, Actor, str], None]


KINDS: list[Work] = []


def amounts(session: Session, user_id: int) -> list[tuple[Any, int]]:
    """What waits for a person, kind by kind."""
    open_records = select(func.count()).select_from(Record).where(waiting([user_turn(user_id)]))
    every = [(kind.label, kind.count(session, user_id)) for kind in KINDS]
    every.append((_l("Records waiting for this person"), session.scalar(open_records) or 0))
    return [(label, number) for label, number in every if number]


def hand_over(session: Session, user_id: int, values: dict[str, Any], actor: Actor) -> int:
    """Give everything open to a colleague; answers how much it was. The caller commits. Raises Invalid."""
    person = find_login(session, values["to"])
    if person is None or not person.active or person.user_id == user_id:
        raise Invalid({"to": [_("Choose another active colleague.")]})
    total = sum(number for _label, number in amounts(session, user_id))
    for kind in KINDS:
        kind.give(session, user_id, person.user_id, actor, values["reason"])
    _settle(session, user_id, actor, values["reason"])
    return total


def _settle(session: Session, user_id: int, actor: Actor, reason: str) -> None:
    """Whatever still waits for the person by name asks again whose turn it is (a department's new manager)."""
    session.flush()
    theirs = select(Record.id, Record.kind).where(waiting([user_turn(user_id)])).order_by(Record.id)
    for number, kind in session.execute(theirs).all():
        record = locked(session, Record, number)
        WORKFLOWS[kind].edit(session, record, actor, {}, name="hand_work", comment=reason, note={"from": user_id})


def _led(session: Session, user_id: int) -> list[Department]:
    return list(session.scalars(select(Department).where(Department.manager_id == user_id)))


def _lead(session: Session, user_id: int, to: int, actor: Actor, reason: str) -> None:
    for department in _led(session, user_id):
        department.manager_id = to


KINDS.append(Work(_l("Departments led"), lambda session, user_id: len(_led(session, user_id)), _lead))
