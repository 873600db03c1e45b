"""Which version of a row somebody has seen, and whether it still is that one."""

from __future__ import annotations

from .refused import Stale


def number(text: str) -> int:
    """A version as a form or a header sends it; -1 for what is none, which no row ever has."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1


def unchanged(row: object, seen: int | None) -> None:
    """Raises Stale when somebody else has changed the row meanwhile; one that is not there yet has version 0."""
    if seen is not None and seen != (0 if row is None else getattr(row, "version", seen)):
        raise Stale([])
