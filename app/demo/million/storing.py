"""How a value is laid down in bulk: as SQLite takes it, or as a word of PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import sqlalchemy as sa

Stored = Callable[[object], object]
ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"


def stored(column: sa.Column[object], dialect: sa.Dialect) -> Stored:
    """What becomes of a column's values."""
    bound = column.type.dialect_impl(dialect).bind_processor(dialect)
    if dialect.name != "postgresql":
        return bound or _as_it_is
    return (lambda value: copied(bound(value))) if bound else copied  # type: ignore[arg-type]


def _as_it_is(value: object) -> object:
    return value


def copied(value: object) -> str:
    """A word of COPY."""
    if value is None:
        return NULL
    if isinstance(value, str):
        return value.translate(ESCAPED)
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return "{" + ",".join(map(str, value)) + "}"
    return str(value)
