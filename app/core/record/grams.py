"""What a text can be found by: grams of two characters, and of four inside runs of Latin letters and digits.

The grams narrow a search and LIKE on the text decides, so an index never adds or hides a hit. PostgreSQL's index
knows no order: there every gram is kept as another number in each block of ids, so that the newest are asked first.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

RUN = re.compile(r"[0-9a-z]{4,}")
BLOCK = 14  # bits of an id within its block of 16,384
SPREAD = 0x9E3779B1  # scatters the same gram of different blocks over 32 bits; none in the first block


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
    """What a hit must contain: grams of two, but of long runs three of four at the end, where numbers differ most."""
    inside = {at for run in RUN.finditer(word) for at in range(run.start(), run.end() - 1)}
    pairs = {code(word[at : at + 2]) for at in range(len(word) - 1) if at not in inside}
    ends = ((run, len(run) - 4) for run in RUN.findall(word))
    return pairs | {code(run[at : at + 4]) for run, last in ends for at in (last, max(last - 2, 0), max(last - 4, 0))}


def _quads(text: str) -> Iterator[int]:
    return (code(run[at : at + 4]) for run in RUN.findall(text) for at in range(len(run) - 3))


def scattered(codes: Iterable[int], row: int) -> set[int]:
    """The codes as PostgreSQL keeps them with this row; the same again gives them back."""
    mask = ((row >> BLOCK) * SPREAD + (1 << 31)) % (1 << 32) - (1 << 31)
    return {number ^ mask for number in codes}


def sign(name: str) -> str:
    """What nobody writes: in a search through several kinds a text begins with the sign of its own."""
    return chr(0xF0000 + zlib.crc32(name.encode()) % 0xFFF0)


def signed(name: str) -> set[int]:
    """What every text of a kind can be found by."""
    return {code(sign(name) + " ")}


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
