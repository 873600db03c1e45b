"""The most urgent records first, read along the index: what ends soonest, then what has no deadline."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy import Select, func, literal, null, select
from sqlalchemy.orm import Session

from .records import Record

R = TypeVar("R", bound=Record)
URGENCY = (Record.due_at.is_(None), Record.due_at, Record.id)


def most_urgent(session: Session, query: Select[R], model: type[R], most: int) -> list[R]:
    """At most so many records of one kind; those without a deadline are only asked for where there is room.

    The records are walked in the order of their deadlines, and what the query demands is looked up for each:
    whatever it demands, no index of another order is preferred, and nothing is sorted.
    """
    head = Record.__table__.alias("head")
    looked_up = query.with_only_columns(literal(1), maintain_column_froms=True).where(Record.id == head.c.id)
    fits = looked_up.correlate(head).exists()
    kind = model.__mapper__.polymorphic_identity
    dated = select(head.c.id).where(head.c.kind == kind, head.c.due_at.is_not(None))
    first = session.scalars(dated.where(fits).order_by(head.c.due_at, head.c.id).limit(most)).all()
    found = list(session.scalars(query.where(Record.id.in_(first)).order_by(*URGENCY))) if first else []
    if len(found) < most:
        without = func.coalesce(Record.due_at, null()).is_(None)  # not by their index: most without one are over
        undated = query.where(Record.kind == kind, without).order_by(Record.id)
        found += session.scalars(undated.limit(most - len(found)))
    return found
