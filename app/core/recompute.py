"""A changed rule or calendar moves running deadlines; each record's history keeps the old value and the reason."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import Session

from . import clock, deadlines, history
from .workflow import Actor


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
