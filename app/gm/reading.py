"""已阅: many matters read at once, and taken back for some minutes. Nothing is deleted: both stand in the history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, selectinload

from app.core.pages.listing import CAP
from app.core.process.locking import locked
from app.core.process.refused import Forbidden
from app.core.record.history import History
from app.core.rights.actor import Actor
from app.core.time import clock, deadlines

from .models import OPEN, G, GmReport
from .workflow import GM_REPORT

TAKEN_BACK_FOR = timedelta(minutes=10)


def unread(session: Session, visible: ColumnElement[bool]) -> list[GmReport]:
    """The open matters nobody has read yet, the most urgent first."""
    query = select(GmReport).where(*_waits(visible)).order_by(GmReport.due_at.nulls_last(), GmReport.id)
    return list(session.scalars(query.options(selectinload(GmReport.about))))


def unread_count(session: Session, visible: ColumnElement[bool]) -> int:
    """How many open matters nobody has read yet; the count stops above the cap of the lists."""
    found = select(GmReport.id).where(*_waits(visible)).limit(CAP + 1).subquery()
    return session.scalar(select(func.count()).select_from(found)) or 0


def _waits(visible: ColumnElement[bool]) -> tuple[ColumnElement[bool], ...]:
    return (GmReport.read_at.is_(None), GmReport.kind == GM_REPORT.name, GmReport.state.in_(OPEN), visible)


def just_read(session: Session, visible: ColumnElement[bool], actor: Actor) -> list[GmReport]:
    """What this person marked as read a moment ago, and nothing has happened to since."""
    mine = (GmReport.read_by_id == actor.user_id, GmReport.read_at > clock.now() - TAKEN_BACK_FOR, visible)
    last = select(History.step).where(History.record_id == GmReport.id).order_by(History.seq.desc()).limit(1)
    query = select(GmReport).where(*mine, last.scalar_subquery() == "read").order_by(GmReport.id)
    return list(session.scalars(query))


def read_all(session: Session, visible: ColumnElement[bool], actor: Actor, only: Iterable[int] | None) -> list[int]:
    """Mark them as read, all or those named; what was read meanwhile is left. The caller commits."""
    if not actor.may("read"):
        raise Forbidden
    done = []
    for number in _named(unread(session, visible), only):
        record = locked(session, GmReport, number)
        if record.read_at is None and record.state != G.closed:
            GM_REPORT.fire(session, record, "read", actor)
            done.append(number)
    return done


def take_back(session: Session, visible: ColumnElement[bool], actor: Actor, only: Iterable[int] | None) -> list[int]:
    """They are unread again, and the time for reading runs on as if it had never stopped. The caller commits."""
    if not actor.may("read"):
        raise Forbidden
    numbers = _named(just_read(session, visible, actor), only)
    for number in numbers:
        record = locked(session, GmReport, number)
        for item in record.deadlines:
            if item.code == "GM_READ" and item.met_at is not None and item.met_at == record.read_at:
                item.met_at = None
        GM_REPORT.edit(session, record, actor, {"read_at": None, "read_by_id": None}, name="unread")
        deadlines.refresh(session, record)
    return numbers


def _named(records: list[GmReport], only: Iterable[int] | None) -> list[int]:
    wanted = None if only is None else set(only)
    return sorted(record.id for record in records if wanted is None or record.id in wanted)
