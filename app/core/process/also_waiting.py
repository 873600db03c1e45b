"""Who else a record waits for beside the one whose turn it is: co-workers, owners of further actions, a reader."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    SQLColumnExpression,
    String,
    and_,
    delete,
    func,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..record.records import Record
from ..record.urgency import URGENCY
from ..remembered import learn, once_a_batch

Columns = Select[*tuple[Any, ...]]  # those the caller names


class Awaited(Model):
    """One more turn of a record, written as its own turn is: `user:17` or `role:5@3`."""

    __tablename__ = "awaited"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id", ondelete="CASCADE"), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40), primary_key=True)

    __table_args__ = (Index("ix_awaited_owner", "owner", "record_id"),)


def settle(session: Session, record: Record, owners: Iterable[str]) -> list[str]:
    """From now on the record waits for these, and for nobody else, beside its own turn; answers who is new."""
    wanted = set(owners) - {record.owner}
    known = set(beside(session, record))
    if gone := known - wanted:
        session.execute(delete(Awaited).where(Awaited.record_id == record.id, Awaited.owner.in_(gone)))
    new = sorted(wanted - known)
    session.add_all(Awaited(record_id=record.id, owner=owner) for owner in new)
    return new


def beside(session: Session, record: Record) -> list[str]:
    """The further turns of a record."""
    query = select(Awaited.owner).where(Awaited.record_id == record.id)
    return once_a_batch(("beside", record.id), lambda: list(session.scalars(query)))


def learn_beside(session: Session, records: Iterable[Record]) -> list[str]:
    """The further turns of the records of a batch, in one question; answers all of them."""
    found: dict[int, list[str]] = {record.id: [] for record in records}
    for row in session.scalars(select(Awaited).where(Awaited.record_id.in_(found))):
        found[row.record_id].append(row.owner)
    learn({("beside", number): owners for number, owners in found.items()})
    return [owner for owners in found.values() for owner in owners]


def waiting(keys: Collection[str]) -> ColumnElement[bool]:
    """The condition that a record waits for one of these."""
    return Record.id.in_(union(*_both(keys, Record.id)))


def turns(keys: Collection[str]) -> list[ColumnElement[bool]]:
    """The same in conditions that exclude each other: what each owns, and what waits for one of them beside."""
    others = select(Awaited.record_id).where(Awaited.owner.in_(keys))
    beside = and_(Record.id.in_(others), or_(Record.owner.is_(None), Record.owner.not_in(keys)))
    return [*(Record.owner == key for key in sorted(keys)), beside]


def most_urgent(keys: Collection[str], most: int, *conditions: ColumnElement[bool]) -> Select[int, str, str]:
    """Id, kind and state of at most so many records that wait for one of these, in order.

    Each turn is read in its order along the index.
    """
    head = Record.id, Record.kind, Record.state, Record.due_at
    parts = [_both(keys, *head)[1].order_by(*URGENCY)]
    for key in keys:
        own = select(*head).where(Record.owner == key).order_by(Record.due_at, Record.id)
        parts += [own.where(Record.due_at.is_not(None)), own.where(Record.due_at.is_(None))]
    first = [part.where(*conditions).limit(most).subquery() for part in parts]
    found = union(*(select(part) for part in first)).subquery().c
    return select(found.id, found.kind, found.state).order_by(found.due_at.is_(None), found.due_at, found.id)


def counted(keys: Collection[str], most: int, *conditions: ColumnElement[bool]) -> Select[int]:
    """How many records that wait for one of these fulfil the conditions; the count stops at `most`."""
    own, others = _both(keys, Record.id)
    others = others.where(or_(Record.owner.is_(None), Record.owner.not_in(keys)))
    parts = [part.where(*conditions).limit(most).subquery() for part in (own, others)]
    found = union_all(*(select(part.c.id) for part in parts)).limit(most).subquery()
    return select(func.count()).select_from(found)


def _both(keys: Collection[str], *columns: SQLColumnExpression[object]) -> tuple[Columns, Columns]:
    others = select(Awaited.record_id).where(Awaited.owner.in_(keys))
    return select(*columns).where(Record.owner.in_(keys)), select(*columns).where(Record.id.in_(others))
