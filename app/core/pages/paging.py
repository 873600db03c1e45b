"""One page of a list, found along an index: it reads no more than it shows, however many rows stand before it.

An order is a column, then the row's number. Where the column may be empty those rows come last, the newest first: a leg
of its own, because no index serves both. A page begins where another ended, behind a row or before one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query
from sqlalchemy.sql.base import ExecutableOption

from ..model import AnyColumn

AnyQuery = Query[Any]
Place = tuple[object, ...]  # where a row stands in an order: its column, its number


@dataclass(frozen=True)
class Leg:
    """A stretch of an order that one index serves."""

    keys: tuple[AnyColumn, ...]
    descending: bool
    where: tuple[ColumnElement[bool], ...] = ()

    def ordered(self, keys: Sequence[AnyColumn], back: bool) -> list[ColumnElement[Any]]:
        return [key.desc() if self.descending != back else key.asc() for key in keys]

    def behind(self, place: Place, back: bool) -> ColumnElement[bool]:
        """What comes after a row of this leg; walking back, what comes before it."""
        mine = place[len(place) - len(self.keys) :]
        here = sa.tuple_(*(sa.literal(value, key.type) for value, key in zip(mine, self.keys, strict=True)))
        return sa.tuple_(*self.keys) < here if self.descending != back else sa.tuple_(*self.keys) > here


@dataclass(frozen=True)
class Order:
    """What a list is ordered by."""

    column: AnyColumn
    number: AnyColumn
    descending: bool = False
    nullable: bool = False

    @property
    def legs(self) -> list[Leg]:
        if self.column is self.number:
            return [Leg((self.number,), self.descending)]
        keys = (self.column, self.number)
        if not self.nullable:
            return [Leg(keys, self.descending)]
        filled = Leg(keys, self.descending, (self.column.is_not(None),))
        return [filled, Leg((self.number,), True, (self.column.is_(None),))]

    def place(self, scoped: AnyQuery, number: object) -> Place | None:
        """Where a row stands; nowhere when it is not to be seen."""
        found = scoped.with_entities(self.column, self.number).filter(self.number == number).first()
        return None if found is None else tuple(found)

    def ahead(self, place: Place | None, back: bool) -> Iterator[tuple[Leg, tuple[ColumnElement[bool], ...]]]:
        """The legs from a place on, in the order they are walked, and what is left of each."""
        legs = self.legs[::-1] if back else self.legs
        if place is not None:
            cut = next(leg for leg in legs if len(legs) == 1 or (len(leg.keys) == 1) == (place[0] is None))
            legs = legs[legs.index(cut) :]
            yield cut, (*cut.where, cut.behind(place, back))
            legs = legs[1:]
        yield from ((leg, leg.where) for leg in legs)


def numbers(
    query: AnyQuery,
    order: Order,
    size: int,
    *,
    place: Place | None = None,
    back: bool = False,
    skipped: int = 0,
    parts: Sequence[ColumnElement[bool]] = (),
) -> list[Any]:
    """The numbers of the rows behind a place (walking back: before it, else the last of all), in the list's order.

    `parts` exclude each other and together say what the query says: each is read along an index of its own.
    """
    listed: list[Any] = []
    for leg, where in order.ahead(place, back):
        if len(listed) == size:
            break
        here = query.filter(*where)
        found = _stretch(here, leg, size - len(listed), skipped, back, parts)
        if skipped:  # as far as this leg reaches
            skipped = 0 if found else max(skipped - counted(here, order.number, skipped, parts), 0)
        listed += found
    return listed[::-1] if back else listed


def rows(query: AnyQuery, number: AnyColumn, shown: Sequence[object], options: Sequence[ExecutableOption]) -> list[Any]:
    """The rows of these numbers, in their order; the rights were asked when the numbers were."""
    model = query.column_descriptions[0]["entity"]
    assert isinstance(model, type)
    found = query.session.query(model).filter(number.in_(shown)).options(*options).all() if shown else ()
    known = {getattr(row, str(number.key)): row for row in found}
    return [known[each] for each in shown if each in known]


def counted(query: AnyQuery, number: AnyColumn, most: int | None, parts: Sequence[ColumnElement[bool]] = ()) -> int:
    """How many rows there are; no more than `most` are looked at."""
    plain = query.with_entities(number.label("number")).order_by(None)
    each = [plain.filter(part).limit(most).subquery() for part in parts] or [plain.limit(most).subquery()]
    rows = sa.union_all(*map(sa.select, each)).limit(most).subquery() if len(each) > 1 else each[0]
    return query.session.scalar(sa.select(sa.func.count()).select_from(rows)) or 0


def _stretch(
    query: AnyQuery, leg: Leg, size: int, skipped: int, back: bool, parts: Sequence[ColumnElement[bool]]
) -> list[Any]:
    """So many rows of a leg, behind those that are skipped; of several parts the first that they have."""
    ordered = query.order_by(None).order_by(*leg.ordered(leg.keys, back))
    if len(parts) < 2:
        plain = ordered.with_entities(leg.keys[-1]).filter(*parts)
        return [row[0] for row in plain.offset(skipped or None).limit(size)]
    keys = [key.label(f"key{place}") for place, key in enumerate(leg.keys)]
    each = [ordered.with_entities(*keys).filter(part).limit(size + skipped).subquery() for part in parts]
    columns = list(sa.union_all(*map(sa.select, each)).subquery().c)
    merged = sa.select(columns[-1]).order_by(*leg.ordered(columns, back))
    return list(query.session.scalars(merged.offset(skipped or None).limit(size)))
