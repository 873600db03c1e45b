"""Deadlines that come near or have lapsed: who must know. Several scanners are harmless, each step is told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, selectinload

from app.complaints.models import Complaint
from app.core import awaited, clock
from app.core.deadlines import Deadline
from app.core.records import Record
from app.core.turns import holders, users_with_role
from app.organisation.people import managers_of

from . import outbox
from .quiet import in_business_hours
from .rules import BESIDE_DEADLINE, RESPONSIBLE, THREE_DAYS_LATE

BATCH = 500
BEYOND = {  # told at the breach itself
    "HAND_TO_QC": ("reception_lead",),
    "NEGOTIATE": ("leader",),
    **dict.fromkeys(("ARRIVE_IN", "ARRIVE_OUT", "ARRIVE_REMOTE", "ARRIVE_SPECIAL"), ("qc_manager", "reception")),  # 2.2
}
WHEN_LONG_OVERDUE: list[Callable[[Session, Deadline], None]] = []


class Told(IntEnum):
    """The steps of the escalation: the responsible, + the manager, + the Leader, + the general manager."""

    nobody = 0
    warned = 1
    breached = 2
    day_late = 3
    three_days_late = 4


AFTER = {Told.breached: timedelta(0), Told.day_late: timedelta(days=1), Told.three_days_late: timedelta(days=3)}
EVENTS = {
    Told.warned: "deadline_warning",
    Told.breached: "deadline_breached",
    Told.day_late: "deadline_day_late",
    Told.three_days_late: "deadline_three_days_late",
}


def scan_deadlines(session: Session) -> int:
    """Owe the warnings and escalations that are due; answers how many mails. Commits."""
    now = clock.now()
    steps = [and_(Deadline.told < step, Deadline.due_at <= now - late) for step, late in AFTER.items()]
    warning = and_(Deadline.told < Told.warned, Deadline.warn_at <= now)
    query = (
        select(Deadline)
        .where(Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None), or_(warning, *steps))
        .order_by(Deadline.due_at, Deadline.id)
        .limit(BATCH)
        .options(selectinload(Deadline.record))
        .with_for_update(skip_locked=True, of=Deadline)
    )
    owed = sum(_tell(session, item, now) for item in session.scalars(query).all())
    session.commit()
    return owed


def step_due(item: Deadline, now: datetime) -> Told:
    """The highest step that is due: after an outage the lower ones are not told any more."""
    reached = [step for step, late in AFTER.items() if item.due_at <= now - late]
    return max(reached, default=Told.warned)


def _tell(session: Session, item: Deadline, now: datetime) -> int:
    step = step_due(item, now)
    item.told = step
    return _owe(session, EVENTS[step], item, _people(session, item, step))


def _people(session: Session, item: Deadline, step: Told) -> set[int]:
    """The responsible, then one more at every step."""
    people = _responsible(session, item)
    if step >= Told.breached:
        people |= set(managers_of(session, people))
        people |= {person for code in BEYOND.get(item.code, ()) for person in users_with_role(session, code)}
    if step >= Told.day_late:
        people |= set(users_with_role(session, "leader"))
    if step >= Told.three_days_late:
        for tell in WHEN_LONG_OVERDUE:
            tell(session, item)
    return people | _beside(session, item.record, step)


def _beside(session: Session, record: Record, step: Told) -> set[int]:
    """Who hears of any deadline of such a record."""
    beside = BESIDE_DEADLINE.get(record.kind, ())
    if step >= Told.three_days_late and record.kind in THREE_DAYS_LATE:
        beside = (*beside, THREE_DAYS_LATE[record.kind])
    return {person for who in beside for person in who(session, record)}


def _responsible(session: Session, item: Deadline) -> set[int]:
    """Whose turn it is, co-workers and further owners included; for some clocks somebody else."""
    record: Record = item.record
    if item.code in RESPONSIBLE:
        return set(RESPONSIBLE[item.code](session, record))
    turns = (record.owner, *awaited.beside(session, record))
    return {person for turn in turns for person in holders(session, turn)}


def _owe(session: Session, event: str, item: Deadline, people: set[int]) -> int:
    record = item.record
    major = isinstance(record, Complaint) and record.is_major
    not_before = clock.now() if major else in_business_hours(session, clock.now())
    occurrence = f"{item.id}.{int(item.due_at.timestamp())}"
    return outbox.owe(
        session,
        event,
        record.id,
        occurrence,
        people,
        urgent=major,
        not_before=not_before,
        payload={"deadline": item.id, "due": item.due_at.isoformat()},
    )
