"""The hour of UTC of a moment, in the words of each database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class HourOf(GenericFunction[str]):
    """2026-11-28 07."""

    type = String()
    name = "portal_hour"
    inherit_cache = True


def hour_in_words(dialect: str, column: str) -> str:
    """The same for a statement that is written out."""
    return (
        f"substr({column}, 1, 13)"
        if dialect == "sqlite"
        else f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
    )


@compiles(HourOf, "sqlite")
@compiles(HourOf, "postgresql")
def _hour(element: Any, compiler: Any, **words: Any) -> str:
    return hour_in_words(compiler.dialect.name, compiler.process(element.clauses, **words))
