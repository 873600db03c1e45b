"""A changed rule or calendar moves running deadlines; each record's history keeps the old value and the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..record import history
from ..record.records import Record
from ..rights.actor import Actor
from . import clock, deadlines
from .deadline_rules import DeadlineRule
from .deadlines import Deadline


def recompute_open(session: Session, reason: str, actor: Actor, *, codes: Iterable[str] | None = None) -> int:
    """Compute the running deadlines again; answers how many moved. The caller commits."""
    moved = deadlines.recompute_all(session, reason, codes=codes)
    for deadline, old, new in sorted(moved, key=lambda item: item[0].record_id):
        record = deadline.record
        record.version += 1
        history.append(
            session,
            record,
            clock.now(),
            step="recompute",
            source=record.state,
            target=record.state,
            actor_id=actor.user_id,
            clause=deadline.clause,
            comment=reason,
            changes={deadline.code: [old.isoformat(), new.isoformat()]},
        )
    return len(moved)


@dataclass(frozen=True)
class Move:
    """An open clock that a change would move."""

    record: Record
    old: datetime
    new: datetime


def would_move(session: Session, rule: DeadlineRule) -> tuple[int, list[Move]]:
    """How many clocks run by a rule's code, and which would move by the rule as it is given; nothing is written."""
    still_open = (Deadline.code == rule.code, Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None))
    with session.no_autoflush:
        rows = session.scalars(
            select(Deadline).where(*still_open).order_by(Deadline.due_at).options(joinedload(Deadline.record))
        ).all()
        ends = [(item, deadlines.end_by(session, item, rule)) for item in rows]
    return len(rows), [Move(item.record, item.due_at, end) for item, end in ends if end != item.due_at]
