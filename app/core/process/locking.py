"""A record under lock, for what the portal does to records beside the one a person works on."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from ..record.records import Record

R = TypeVar("R", bound=Record)


def queue_writers(session: Session, number: object) -> None:
    """SQLite has no row locks: a write that changes nothing makes the writers queue."""
    if session.get_bind().dialect.name == "sqlite":
        record = Record.__table__
        nothing = update(Record).where(record.c.id == number).values(version=record.c.version)
        session.execute(nothing.execution_options(changes_nothing=True))


def lock_in_order(session: Session, numbers: Iterable[int]) -> None:
    """Several records at once, always in the order of their ids: two who want the same ones never wait in a circle."""
    for number in sorted(numbers):
        queue_writers(session, number)
        session.execute(select(Record.__table__.c.id).where(Record.__table__.c.id == number).with_for_update())


def locked(session: Session, model: type[R], number: int) -> R:
    """A record as it is now, locked until the end of the transaction."""
    session.flush()  # what was changed and not yet written would be read over
    queue_writers(session, number)
    query = select(model).where(model.id == number).with_for_update(of=Record)
    return session.scalars(query, execution_options={"populate_existing": True}).one()
