"""Deadlines that come near or have lapsed: who must know. Several scanners are harmless, each step is told once."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, selectinload

from app.complaints.models import Complaint
from app.core import clock, settings
from app.core.deadlines import Deadline
from app.core.turns import holders, users_with_role
from app.core.workdays import load_calendar

from . import outbox

BATCH = 500
BEYOND = {"HAND_TO_QC": ("reception_lead", "leader"), "NEGOTIATE": ("leader",)}


def scan_deadlines(session: Session) -> int:
    """Owe the warnings and breaches that are due; answers how many mails. Commits."""
    now = clock.now()
    query = (
        select(Deadline)
        .where(
            Deadline.met_at.is_(None),
            Deadline.cancelled_at.is_(None),
            or_(Deadline.due_at <= now, (Deadline.warn_at <= now) & Deadline.warned_at.is_(None)),
        )
        .where(~_told())
        .order_by(Deadline.due_at)
        .limit(BATCH)
        .options(selectinload(Deadline.record))
    )
    owed = 0
    for item in session.scalars(query):
        owed += _breach(session, item, now) if item.due_at <= now else _warn(session, item, now)
    session.commit()
    return owed


def _told() -> ColumnElement[bool]:
    """Whether this lapse has been told already: the mark is set with the mails."""
    return Deadline.warned_at.is_not(None) & (Deadline.warned_at >= Deadline.due_at)


def _warn(session: Session, item: Deadline, now: datetime) -> int:
    item.warned_at = now
    return _owe(session, "deadline_warning", item, set(holders(session, item.record.owner)))


def _breach(session: Session, item: Deadline, now: datetime) -> int:
    """After an outage only the highest step is told: the breach, not the warning before it."""
    item.warned_at = max(now, item.due_at)
    people = set(holders(session, item.record.owner))
    for code in BEYOND.get(item.code, ()):
        people |= set(users_with_role(session, code))
    return _owe(session, "deadline_breached", item, people)


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
        payload={"deadline": item.id},
    )


def in_business_hours(session: Session, moment: datetime) -> datetime:
    """Nobody is mailed at night or on a day off: the moment, or when business begins again."""
    calendar = load_calendar(session)
    begin = time.fromisoformat(settings.get(session, "business_hours_start"))
    end = time.fromisoformat(settings.get(session, "business_hours_end"))
    here = clock.local(moment)
    if calendar.is_workday(here.date()) and begin <= here.time() < end:
        return moment
    day = here.date() if here.time() < begin else here.date() + timedelta(days=1)
    return clock.at(calendar.on_or_after(day), begin)
