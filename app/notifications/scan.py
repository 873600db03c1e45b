"""Deadlines that come near or have lapsed: who must know. Several scanners are harmless, each step is told once."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.core.kind.registry import KINDS, of_every_kind
from app.core.process import also_waiting
from app.core.process.turns import holders, learn_holders, users_with_role
from app.core.record.records import Record
from app.core.remembered import batch, once_a_batch
from app.core.time import clock
from app.core.time.deadline_rules import DEFAULTS, Told
from app.core.time.deadlines import Deadline
from app.core.time.workdays import load_calendar
from app.organisation.people import managers_of

from . import outbox
from .outbox import Debt
from .quiet import in_business_hours

BATCH = 200  # deadlines that are told in one transaction …
MATTERS = 10  # … and how many matters it brings before the general manager
ROUND = 2.0  # seconds after which the engine does something else
WHEN_LONG_OVERDUE: list[Callable[[Session, Deadline], None]] = []


EVENTS = {
    Told.warned: "deadline_warning",
    Told.breached: "deadline_breached",
    Told.day_late: "deadline_day_late",
    Told.three_days_late: "deadline_three_days_late",
}


def scan_deadlines(session: Session) -> int:
    """Owe the warnings and escalations that are due, batch by batch; answers how many deadlines. Commits."""
    until, handled = time.monotonic() + ROUND, 0
    while (told := _batch(session)) and time.monotonic() < until:
        handled += told
    return handled + told


def _batch(session: Session) -> int:
    """Those that are due first, in one transaction."""
    now = clock.now()
    open_and_due = (Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None), Deadline.tell_at <= now)
    if session.scalar(select(Deadline.id).where(*open_and_due).limit(1)) is None:  # a look that locks nothing
        return 0
    outbox.begin(session)
    query = (
        select(Deadline)
        .where(*open_and_due)
        .order_by(Deadline.tell_at, Deadline.id)
        .limit(BATCH)
        .options(selectinload(Deadline.record).options(of_every_kind()), selectinload(Deadline.rule))
        .with_for_update(skip_locked=True, of=Deadline)
    )
    due = _at_most(MATTERS, [(item, step_due(session, item, now)) for item in session.scalars(query)])
    new = [(item, step) for item, step in due if step > item.told]
    with batch():
        also = also_waiting.learn_beside(session, [item.record for item, _step in new])
        learn_holders(session, [*(item.record.owner for item, _step in new), *also])
        debts = [_debt(session, item, step) for item, step in new]
    outbox.owe_all(session, debts)
    for item, step in due:
        item.told = max(item.told, step)
        item.tell_at = _next(session, item)
    for item, step in new:
        for tell in WHEN_LONG_OVERDUE if step >= Told.three_days_late else ():
            tell(session, item)
    session.commit()
    return len(due)


def _at_most(matters: int, due: list[tuple[Deadline, Told]]) -> list[tuple[Deadline, Told]]:
    """As many as one transaction takes: of what is brought before the general manager, few."""
    grave = [n for n, (item, step) in enumerate(due) if step > item.told and step >= Told.three_days_late]
    return due[: grave[matters]] if len(grave) > matters else due


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


def _next(session: Session, item: Deadline) -> datetime | None:
    """When the next step is due to the minute: nobody is told of it over a holiday."""
    coming = [_late_at(session, item, late) for step, late in item.rule.steps.items() if step > item.told]
    return min(coming, default=None)


def _people(session: Session, item: Deadline, step: Told) -> set[int]:
    """The responsible, then one more at every step."""
    people = _responsible(session, item)
    if step >= Told.breached:
        people |= _managers(session, frozenset(people))
        people |= {person for code in DEFAULTS[item.code].beyond for person in users_with_role(session, code)}
    if step >= Told.day_late:
        people |= set(users_with_role(session, "leader"))
    return people | _beside(session, item.record, step)


def _managers(session: Session, people: frozenset[int]) -> set[int]:
    return once_a_batch(("managers", people), lambda: set(managers_of(session, people)))


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


def _debt(session: Session, item: Deadline, step: Told) -> Debt:
    record, now = item.record, clock.now()
    urgent = KINDS[record.kind].urgent(record)
    return Debt(
        EVENTS[step],
        record.id,
        f"{item.id}.{int(item.due_at.timestamp())}",
        _people(session, item, step),
        urgent=urgent,
        not_before=now if urgent else in_business_hours(session, now),
        payload={"deadline": item.id, "due": item.due_at.isoformat()},
    )
