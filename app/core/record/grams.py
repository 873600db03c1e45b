"""What a text can be found by: grams of two characters, and of four inside runs of Latin letters and digits.

The grams narrow a search and LIKE on the text decides, so an index never adds or hides a hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

RUN = re.compile(r"[0-9a-z]{4,}")


@lru_cache(maxsize=100_000)
def code(gram: str) -> int:
    """A gram as a signed 32-bit number; a collision only costs a look at the text."""
    small = len(gram) == 4 and gram.isascii()
    raw = gram.encode() if small else b"".join((ord(char) & 0xFFFF).to_bytes(2, "big") for char in gram)
    return int.from_bytes(raw, "big", signed=True)


def grams(text: str) -> set[int]:
    """Everything a text can be found by."""
    return {code(text[at : at + 2]) for at in range(len(text) - 1)} | set(_quads(text))


def needed(word: str) -> set[int]:
    """What a hit must contain: grams of four inside long runs, of two elsewhere."""
    inside = {at for run in RUN.finditer(word) for at in range(run.start(), run.end() - 1)}
    return {code(word[at : at + 2]) for at in range(len(word) - 1) if at not in inside} | set(_quads(word))


def _quads(text: str) -> Iterator[int]:
    return (code(run[at : at + 4]) for run in RUN.findall(text) for at in range(len(run) - 3))


def tokens(codes: Iterable[int]) -> str:
    """The codes as the words FTS5 keeps."""
    return " ".join(f"{number & 0xFFFFFFFF:08x}" for number in sorted(codes))


class Grams(sa.types.TypeDecorator[list[int]]):
    """int[] with a GIN index on PostgreSQL; nothing on SQLite, where an FTS5 table holds the codes."""

    impl, cache_ok = sa.Text, True

    def load_dialect_impl(self, dialect: sa.Dialect) -> sa.types.TypeEngine[Sequence[int]] | sa.types.TypeEngine[str]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(sa.Integer()))
        return dialect.type_descriptor(sa.Text())

    def process_bind_param(self, value: Iterable[int] | None, dialect: sa.Dialect) -> list[int] | None:
        return sorted(value) if value is not None and dialect.name == "postgresql" else None
