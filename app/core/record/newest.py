"""The newest rows that hold every word and that one may see: as quick among a million as among ten thousand.

A word may be met in several ways. One way for each word makes a stream of candidates, read by an index from the newest
row on until there are enough; whether a candidate holds all words and may be seen is asked of that row alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from math import prod
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import True_

from ..kind.facts import code_of, column_of
from ..model import Model, table_of
from .grams import needed, signed
from .shadows import candidates
from .ways import Condition, Ids, Text, Through, one_of

LEAST, MOST = 100, 8_000  # candidates asked at once
PATIENCE = 2_000  # candidates yet to be asked: first it is asked whether one may see as many rows
ONE_BY_ONE = 4  # things pointed to that are read each by itself, the newest first
MANY = 5_000  # rows one may see: fewer may be looked at one by one, where the words are common but not among them
FEW = 2_000  # of these at once
COMMON = 8  # one row in so many holds the words: reading them all is as quick as an index that has to sort
STREAMS = 32

Candidates = Callable[[int | None, int], Any]  # below an id, at most so many → a query of their ids


@dataclass(frozen=True)
class Own:
    """A word in the row's own text."""

    text: Text


@dataclass(frozen=True)
class Other:
    """A word in what the row points to: one of `ids`, unless those are too many."""

    way: Through
    ids: Sequence[int] | None


Option = Own | Other
Word = tuple[Option, ...]


@dataclass(frozen=True)
class Stream:
    """Where candidates come from.

    `apart` leaves out other kinds in the same shadow: dear where most are of this kind, and asked once few hits show.
    `sorts` where an index must read all of them to know the newest.
    """

    below: Candidates
    apart: Candidates | None = None
    sorts: bool = False


@dataclass(frozen=True)
class Search:
    """What one person looks for in one table."""

    session: Session
    model: type[Model]
    words: Sequence[Word]
    visible: Condition

    def newest(self, most: int, before: int | None) -> list[int]:
        """The ids of the newest rows below an id."""
        found: list[int] = []
        streams = self._streams()
        if any(stream.sorts for stream in streams):
            size = max(LEAST, most // 2)
            rows = self._asked(self._rows(before, size))
            found = _merged(found, rows, most)
            if len(rows) < size or len(found) == most:
                return found
            before = _lowest(rows)
            if len(found) * COMMON >= size:
                streams = [Stream(self._rows)]
        for stream in streams:
            found = self._walk(stream, found, most, before)
        return found

    def among(self, ids: Sequence[int]) -> list[int]:
        """Those of some rows that hold all words and may be seen."""
        rows = self._asked(sa.select(self._key).where(one_of(self.session, self._key, ids)))
        return _merged([], rows, len(rows))

    # ---- walking

    def _walk(self, stream: Stream, found: list[int], most: int, before: int | None) -> list[int]:
        """What is found and what a stream adds to it, until the stream can add nothing newer."""
        begin, looked, hits, size, below = before, 0, 0, max(most, LEAST), stream.below
        while True:
            rows = self._asked(below(before, size))
            found = _merged(found, rows, most)
            if len(rows) < size or (len(found) == most and found[-1] >= _lowest(rows)):
                return found
            looked, hits = looked + size, hits + sum(holds for _row, holds in rows)
            wanted = (most - hits) * looked // max(hits, 1)
            if wanted > PATIENCE and self._seen < min(wanted, MANY):
                return self._one_by_one(found, most, begin)
            before, size, below = _lowest(rows), min(max(wanted, LEAST), MOST), stream.apart or below

    @cached_property
    def _seen(self) -> int:
        """How many rows one may see; beyond some, many."""
        if isinstance(self.visible, True_):
            return MANY
        ids = self._visible_ids.limit(MANY).subquery()
        return self.session.scalar(sa.select(sa.func.count()).select_from(ids)) or 0

    def _one_by_one(self, found: list[int], most: int, before: int | None) -> list[int]:
        """What is found and what the few rows one may see add to it."""
        ids = sorted(row for row in self.session.scalars(self._visible_ids) if before is None or row < before)
        while ids and not (len(found) == most and found[-1] >= ids[-1]):
            some = sa.select(self._key).where(one_of(self.session, self._key, ids[-FEW:]))
            found = _merged(found, self._asked(some), most)
            del ids[-FEW:]
        return found

    @property
    def _visible_ids(self) -> Ids:
        return sa.select(self.model.id).where(self.visible)  # type: ignore[attr-defined]

    def _asked(self, query: Any) -> list[tuple[int, bool]]:
        """Candidates, and whether each holds all words and may be seen."""
        some = query.subquery()
        tests = [sa.or_(*(self._holds(option) for option in word)) for word in self.words]
        key: Any = self.model.id  # type: ignore[attr-defined]
        seen = sa.select(sa.and_(sa.true(), *tests, self.visible)).select_from(self.model)
        seen = seen.where(key == some.c.id).correlate(some)
        rows = self.session.execute(sa.select(some.c.id, seen.scalar_subquery()))
        return [(row[0], bool(row[1])) for row in rows]

    def _holds(self, option: Option) -> Condition:
        """One way of a word, asked of the row itself."""
        if isinstance(option, Own):
            return option.text.at(self.model.id)  # type: ignore[attr-defined]
        return option.way.holds if option.ids is None else one_of(self.session, option.way.key, option.ids)

    # ---- where candidates come from

    def _streams(self) -> list[Stream]:
        """Every choice of one way for each word; where those are too many, all rows."""
        if prod(map(len, self.words)) > STREAMS:
            return [Stream(self._rows)]
        return [stream for options in product(*self.words) for stream in self._stream(options)]

    def _stream(self, options: Sequence[Option]) -> list[Stream]:
        """The candidates of what should be the rarest: what points to few things, then the longest text."""
        few = [option for option in options if isinstance(option, Other) and option.ids is not None]
        if few:
            rarest = min(few, key=lambda option: len(option.ids or ()))
            return self._pointing(column_of(rarest.way.key), rarest.ids or ())
        texts = [option.text for option in options if isinstance(option, Own) and option.text.is_indexed]
        if not texts:
            return [Stream(self._rows)]
        name = max((text.name for text in texts), key=lambda name: len(self._codes(name, texts)))
        codes, words = self._codes(name, texts), [text.sought for text in texts if text.name == name]

        def holding(codes: set[int]) -> Candidates:
            return lambda before, most: candidates(self.session, name, words, codes, before, most)

        return [Stream(holding(codes), holding(codes | self._kind))]

    @staticmethod
    def _codes(name: str, texts: Sequence[Text]) -> set[int]:
        """What the texts of one shadow must contain."""
        return set().union(*(needed(text.word) for text in texts if text.name == name))

    @property
    def _kind(self) -> set[int]:
        """What tells the rows of one kind of record from those of others in the same shadow."""
        mapper = sa.inspect(self.model)
        return signed(code_of(self.model)) if mapper.inherits is not None else set()

    def _pointing(self, column: sa.Column[Any], ids: Sequence[int]) -> list[Stream]:
        """The rows that point to some others, whatever else they hold."""
        if 1 < len(ids) <= ONE_BY_ONE:
            return [stream for number in ids for stream in self._pointing(column, [number])]
        key: sa.Column[int] = column.table.c.id
        rows = sa.select(key).where(one_of(self.session, column, ids))
        return [Stream(lambda before, most: _newest(rows, key, before, most), sorts=len(ids) > 1)]

    def _rows(self, before: int | None, most: int) -> Ids:
        return _newest(sa.select(self._key), self._key, before, most)

    @property
    def _key(self) -> sa.Column[int]:
        key: sa.Column[int] = table_of(self.model).c.id
        return key


def _merged(found: list[int], rows: Sequence[tuple[int, bool]], most: int) -> list[int]:
    return sorted({*found, *(row for row, holds in rows if holds)}, reverse=True)[:most]


def _lowest(rows: Sequence[tuple[int, bool]]) -> int:
    return min(row for row, _holds in rows)


def _newest(query: Ids, key: sa.Column[int], before: int | None, most: int) -> Ids:
    query = query if before is None else query.where(key < before)
    return query.order_by(key.desc()).limit(most)
