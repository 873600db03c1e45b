"""The most urgent records first, read along the index: what ends soonest, then what has no deadline."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

from .records import Record

R = TypeVar("R", bound=Record)
URGENCY = (Record.due_at.is_(None), Record.due_at, Record.id)


def most_urgent(session: Session, query: Select[tuple[R]], model: type[R], most: int) -> list[R]:
    """At most so many records of one kind; those without a deadline are only asked for where there is room."""
    of_kind = query.where(Record.kind == model.__mapper__.polymorphic_identity)
    dated = of_kind.where(Record.due_at.is_not(None)).order_by(Record.due_at, Record.id)
    found = list(session.scalars(dated.limit(most)))
    if len(found) < most:
        undated = of_kind.where(Record.due_at.is_(None)).order_by(Record.id)
        found += session.scalars(undated.limit(most - len(found)))
    return found
