"""A part of a record: rows of a table of their own that steps append, kept per round, with who and when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from ..model import AnyModel, Model
from ..process.deeds import AnyDeed
from ..time.clock import now
from ..types import UtcDateTime, Values
from .asks import Asked, Many, of_model, written
from .facts import Attribute

if TYPE_CHECKING:
    from ..record.records import Record


class Part(Model):
    """A row written by a step. A part names its record by a column and a relation of its own."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


def part_of(relation: Attribute) -> AnyModel:
    """`N.analyses` holds rows of `Analysis`."""
    model: AnyModel = relation.prop.mapper.class_
    return model


def add(deed: AnyDeed, relation: Attribute, asks: Iterable[Asked]) -> Part | list[Part]:
    """The new row, or the new rows of this round, and what the history tells of them."""
    asks = tuple(asks)
    many = next((ask for ask in asks if isinstance(ask, Many)), None)
    if many is None:
        deed.note(**{ask.called: deed.data.get(ask.called) for ask in of_model(asks, part_of(relation))})
        return _append(deed, relation, asks, deed.data)
    _clear(deed, relation)
    added = [_append(deed, relation, many.asks, row) for row in deed.data[many.called] or ()]
    deed.note(**{many.called: [str(row) for row in added]})
    return added


def round_of(record: Record) -> int:
    """The round a record is in; what never comes back is in its first."""
    return getattr(record, "round", 1)


def _append(deed: AnyDeed, relation: Attribute, asks: Iterable[Asked], data: Values) -> Part:
    model = part_of(relation)
    stamped = {"round": round_of(deed.record), "at": deed.at, "by_id": deed.actor.user_id}
    row: Part = model(**stamped, **written(asks, data, model))
    getattr(deed.record, relation.key).append(row)
    return row


def _clear(deed: AnyDeed, relation: Attribute) -> None:
    """What this round wrote before gives way to what is written now."""
    held = getattr(deed.record, relation.key)
    for old in [row for row in held if row.round == round_of(deed.record)]:
        held.remove(old)
        deed.session.delete(old)
