"""The ways in which a word may be met: in a row's own text, by a column's beginning, by what the row points to."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from ..kind.facts import Attribute, column_of
from .grams import needed
from .shadows import candidates, shadow_named

SHORTEST = 2  # one character has no gram
Ids = sa.Select[int]
Condition = sa.ColumnElement[bool]


class Way(Protocol):
    """One way in which a word may be met by the rows of a table."""

    @property
    def is_indexed(self) -> bool:
        """Whether an index finds it; else it is asked row by row."""

    def ids(self, session: Session) -> Ids:
        """The rows, in no order."""

    def at(self, key: Any) -> Condition:
        """Whether the one row that `key` points to is among them, asked as a value: no planner turns it round."""


@dataclass(frozen=True)
class Text:
    """In the text of a shadow; a whole word stands between blanks."""

    name: str
    word: str
    whole: bool = False

    @property
    def is_indexed(self) -> bool:
        return len(self.word) >= SHORTEST

    def ids(self, session: Session) -> Ids:
        some = candidates(session, self.name, [self.sought], needed(self.word)).subquery()
        return sa.select(some.c.id)

    @property
    def sought(self) -> str:
        """What a text with a blank before and behind it must contain."""
        return f" {self.word} " if self.whole else self.word

    def at(self, key: Any) -> Condition:
        shadow, _fts = shadow_named(self.name)
        contains = (" " + shadow.c.text + " ").contains(self.sought, autoescape=True)
        return sa.select(contains).where(shadow.c.id == key).scalar_subquery()  # type: ignore[return-value]


@dataclass(frozen=True)
class Begins:
    """By the beginning of a column that is kept in small letters, such as the initials of a name."""

    column: Attribute
    word: str
    is_indexed = True

    def ids(self, session: Session) -> Ids:
        return sa.select(self._key).where(self._begins)

    def at(self, key: Any) -> Condition:
        return sa.select(self._begins).where(self._key == key).scalar_subquery()  # type: ignore[return-value]

    @property
    def _key(self) -> sa.Column[int]:
        key: sa.Column[int] = column_of(self.column).table.c.id
        return key

    @property
    def _begins(self) -> Condition:
        column = column_of(self.column)
        return sa.and_(column >= self.word, column < self.word[:-1] + chr(ord(self.word[-1]) + 1))


@dataclass(frozen=True)
class Named:
    """By something that names the row, as the number of a person names the firm."""

    by: Attribute
    way: Way

    @property
    def is_indexed(self) -> bool:
        return self.way.is_indexed

    def ids(self, session: Session) -> Ids:
        some = self.way.ids(session).subquery()
        named = sa.select(self.by).where(self._key == some.c.id).correlate(some).scalar_subquery()
        return sa.select(named.label("id")).select_from(some)

    def at(self, key: Any) -> Condition:
        return sa.exists().where(self.by == key, self.way.at(self._key))

    @property
    def _key(self) -> Attribute:
        key: Attribute = self.by.class_.id
        return key


@dataclass(frozen=True)
class Through:
    """By what a column of the row points to, as an order is found by the name of its product."""

    key: Attribute
    ways: tuple[Way, ...]

    @property
    def is_indexed(self) -> bool:
        return all(way.is_indexed for way in self.ways)

    def condition(self, session: Session) -> Condition:
        """Of the row itself, for a query in an order of its own."""
        return sa.or_(*(self.key.in_(way.ids(session)) if way.is_indexed else way.at(self.key) for way in self.ways))

    def ids(self, session: Session) -> Ids:
        """What the column may point to."""
        found = sa.union_all(*(way.ids(session) for way in self.ways)).subquery()
        return sa.select(found.c.id)

    @property
    def holds(self) -> Condition:
        """The same as a value of the row."""
        return sa.or_(*(way.at(self.key) for way in self.ways))


def one_of(session: Session, column: Any, ids: Sequence[int]) -> Condition:
    """Whether a column is one of these, in a statement that is the same for any number of them."""
    if len(ids) == 1:
        return column == ids[0]  # type: ignore[no-any-return]
    if session.get_bind().dialect.name == "postgresql":
        return column == sa.any_(sa.bindparam(None, list(ids), ARRAY(sa.Integer)))  # type: ignore[no-any-return]
    return column.in_(sa.select(sa.func.json_each(json.dumps(ids)).table_valued("value").c.value))  # type: ignore[no-any-return]
