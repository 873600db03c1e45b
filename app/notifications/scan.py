"""Deadlines that come near or have lapsed: who must know. Several scanners are harmless, each step is told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.kind.registry import KINDS
from app.core.process import also_waiting
from app.core.process.turns import holders, users_with_role
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.deadline_rules import DEFAULTS, Told
from app.core.time.deadlines import Deadline
from app.core.time.workdays import load_calendar
from app.organisation.people import managers_of

from . import outbox
from .quiet import in_business_hours

BATCH = 500
WHEN_LONG_OVERDUE: list[Callable[[Session, Deadline], None]] = []


EVENTS = {
    Told.warned: "deadline_warning",
    Told.breached: "deadline_breached",
    Told.day_late: "deadline_day_late",
    Told.three_days_late: "deadline_three_days_late",
}


def scan_deadlines(session: Session) -> int:
    """Owe the warnings and escalations that are due; answers how many mails. Commits."""
    now = clock.now()
    query = (
        select(Deadline)
        .where(Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None), Deadline.tell_at <= now)
        .order_by(Deadline.tell_at, Deadline.id)
        .limit(BATCH)
        .options(selectinload(Deadline.record), selectinload(Deadline.rule))
        .with_for_update(skip_locked=True, of=Deadline)
    )
    owed = sum(_tell(session, item, now) for item in session.scalars(query).all())
    session.commit()
    return owed


def step_due(session: Session, item: Deadline, now: datetime) -> Told:
    """The highest step that is due: after an outage the lower ones are not told any more."""
    reached = [step for step, late in item.rule.steps.items() if _late_at(session, item, late) <= now]
    if reached:
        return max(reached)
    return Told.warned if item.warn_at and item.warn_at <= now else Told.nobody


def _late_at(session: Session, item: Deadline, late: timedelta) -> datetime:
    """When a deadline is so late; in working days where nobody need read on a holiday."""
    if not DEFAULTS[item.code].in_workdays(item.record):
        return item.due_at + late
    begin = clock.local(in_business_hours(session, item.due_at))
    return clock.at(load_calendar(session).after_workdays(begin.date(), late.days), begin.time())


def _tell(session: Session, item: Deadline, now: datetime) -> int:
    step = step_due(session, item, now)
    if step <= item.told:
        item.tell_at = _next(session, item)
        return 0
    item.told = step
    item.tell_at = _next(session, item)
    return _owe(session, EVENTS[step], item, _people(session, item, step))


def _next(session: Session, item: Deadline) -> datetime | None:
    """When the next step is due to the minute: nobody is told of it over a holiday."""
    coming = [_late_at(session, item, late) for step, late in item.rule.steps.items() if step > item.told]
    return min(coming, default=None)


def _people(session: Session, item: Deadline, step: Told) -> set[int]:
    """The responsible, then one more at every step."""
    people = _responsible(session, item)
    if step >= Told.breached:
        people |= set(managers_of(session, people))
        people |= {person for code in DEFAULTS[item.code].beyond for person in users_with_role(session, code)}
    if step >= Told.day_late:
        people |= set(users_with_role(session, "leader"))
    if step >= Told.three_days_late:
        for tell in WHEN_LONG_OVERDUE:
            tell(session, item)
    return people | _beside(session, item.record, step)


def _beside(session: Session, record: Record, step: Told) -> set[int]:
    """Who hears of any deadline of such a record."""
    kind = KINDS[record.kind]
    beside = (*kind.tell_of_deadlines, *(kind.tell_long_overdue if step >= Told.three_days_late else ()))
    return {person for who in beside for person in who(session, record)}


def _responsible(session: Session, item: Deadline) -> set[int]:
    """Whose turn it is, co-workers and further owners included; for some clocks somebody else."""
    record: Record = item.record
    if (responsible := DEFAULTS[item.code].responsible) is not None:
        return set(responsible(session, record))
    turns = (record.owner, *also_waiting.beside(session, record))
    return {person for turn in turns for person in holders(session, turn)}


def _owe(session: Session, event: str, item: Deadline, people: set[int]) -> int:
    record = item.record
    urgent = KINDS[record.kind].urgent(record)
    not_before = clock.now() if urgent else in_business_hours(session, clock.now())
    occurrence = f"{item.id}.{int(item.due_at.timestamp())}"
    return outbox.owe(
        session,
        event,
        record.id,
        occurrence,
        people,
        urgent=urgent,
        not_before=not_before,
        payload={"deadline": item.id, "due": item.due_at.isoformat()},
    )
