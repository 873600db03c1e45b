"""How the rows of a table are found: every typed word, in one of the ways it may be met."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model import Model
from .newest import Other, Own, Search, Word
from .search import too_short, words_of
from .ways import Condition, Text, Through

MANY = 5_000  # of what a row points to that are asked for by their ids


class Finder:
    """The search through one table; `ways` says how its rows may meet a word.

    Called with what was typed it is a condition, for lists in an order of their own; `newest` is the quick answer.
    """

    def __init__(self, model: type[Model], ways: Callable[[str], Iterable[Text | Through]]) -> None:
        self.model, self.ways = model, ways

    def __call__(self, session: Session, typed: str) -> Condition | None:
        """The condition that a row holds every typed word; None when nothing was typed."""
        if too_short(typed):
            return sa.false()
        conditions = [self.has(session, word) for word in words_of(typed)]
        return sa.and_(*conditions) if conditions else None

    def has(self, session: Session, word: str) -> Condition:
        """The condition that a row holds one word."""
        own, others = self._apart(word)
        key: Any = self.model.id  # type: ignore[attr-defined]
        ways = [Through(key, own), *others] if own else others
        return sa.or_(*(way.condition(session) for way in ways))

    def newest(
        self, session: Session, typed: str, visible: Condition, most: int, before: int | None = None
    ) -> list[int]:
        """The ids of at most so many visible rows that hold every typed word, below `before`, the newest first."""
        search = self._search(session, typed, visible)
        return search.newest(most, before) if search else []

    def among(self, session: Session, typed: str, visible: Condition, ids: Sequence[int]) -> list[int]:
        """Those of some rows that are visible and hold every typed word, the newest first."""
        search = self._search(session, typed, visible)
        return search.among(ids) if search and ids else []

    def _search(self, session: Session, typed: str, visible: Condition) -> Search | None:
        """None where nothing can be found."""
        words = [] if too_short(typed) else self._words(session, words_of(typed))
        return None if too_short(typed) or not all(words) else Search(session, self.model, words, visible)

    def _words(self, session: Session, typed: Sequence[str]) -> list[Word]:
        """The ways of each word that may lead somewhere; what rows point to is asked once, for all words together."""
        ways = [self._apart(word) for word in typed]
        asked = [way for _own, others in ways for way in others if way.is_indexed]
        found = dict(zip(map(id, asked), _led_to(session, asked), strict=True))
        return [
            (*map(Own, own), *(Other(way, found.get(id(way))) for way in others if found.get(id(way)) != []))
            for own, others in ways
        ]

    def _apart(self, word: str) -> tuple[tuple[Text, ...], list[Through]]:
        """The ways by the row's own text, and the others."""
        ways = list(self.ways(word))
        own = tuple(way for way in ways if isinstance(way, Text))
        return own, [way for way in ways if isinstance(way, Through)]


def _led_to(session: Session, ways: Sequence[Through]) -> list[list[int] | None]:
    """What each way leads through; None where that is too many."""
    found: list[set[int]] = [set() for _way in ways]
    parts = []
    for place, way in enumerate(ways):
        some = way.ids(session).limit(MANY + 1).subquery()
        parts.append(sa.select(sa.literal_column(str(place)).label("place"), some.c.id))
    for place, number in session.execute(sa.union_all(*parts)) if parts else ():
        found[place].add(number)
    return [None if len(ids) > MANY else sorted(ids) for ids in found]
