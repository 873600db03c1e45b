"""The triggers that mark the hour of a changed case as stale, made from what its source reads.

The mark is in the transaction of the change, whoever makes it: a step, an import, a correction, plain SQL.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Table

from ..record.history import APPEND_ONLY
from .moments import hour_in_words
from .sources import SOURCES, Source

VERBS = ("insert", "update", "delete")
ROWS = {"insert": ("NEW",), "update": ("OLD", "NEW"), "delete": ("OLD",)}


def triggers(dialect: str) -> Iterator[str]:
    """The statements that lay them, each after one that takes the former away."""
    for source in SOURCES.values():
        yield from of_source(dialect, source)


def of_source(dialect: str, source: Source) -> Iterator[str]:
    for table in source.read:
        yield from _of(dialect, source, table)


def _of(dialect: str, source: Source, table: Table) -> Iterator[str]:
    if not (hours := _hours(dialect, source, table)):
        return
    verbs = ("insert",) if table.name in APPEND_ONLY else VERBS
    columns = ", ".join(sorted(source.read[table]))
    name = f"tally_{source.name}_{table.name}"
    if dialect == "postgresql":
        old, new = (_mark(source, hours, row) for row in ("OLD", "NEW"))
        yield from _postgresql(name, table.name, verbs, columns, old, new)
        return
    for verb in verbs:
        of = f" OF {columns}" if verb == "update" else ""
        marks = " ".join(_mark(source, hours, row) for row in ROWS[verb])
        yield f"DROP TRIGGER IF EXISTS {name}_{verb}"
        yield f"CREATE TRIGGER {name}_{verb} AFTER {verb.upper()}{of} ON {table.name} BEGIN {marks} END"


def _postgresql(name: str, table: str, verbs: tuple[str, ...], columns: str, old: str, new: str) -> Iterator[str]:
    body = f"IF TG_OP <> 'INSERT' THEN {old} END IF; IF TG_OP <> 'DELETE' THEN {new} END IF; RETURN NULL;"
    events = " OR ".join(f"UPDATE OF {columns}" if verb == "update" else verb.upper() for verb in verbs)
    yield f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$"
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield f"CREATE TRIGGER {name} AFTER {events} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"


def _mark(source: Source, hours: str, row: str) -> str:
    return f"INSERT INTO tally_stale (source, hour) SELECT '{source.name}', {hours.replace('x.', f'{row}.')};"


def _hours(dialect: str, source: Source, table: Table) -> str:
    """The hours that depend on a row `x` of a table: its own, or those of the records it names; none: no case does."""
    moment, at = source.at.table, source.at.name
    if table is moment:
        return f"{hour_in_words(dialect, f'x.{at}')} WHERE x.{at} IS NOT NULL"
    [key] = source.records(moment)[:1]
    names = source.records(table)
    if source.read[table] <= {"id"} or not names:
        return ""
    named = ", ".join(f"x.{name}" for name in names)
    linked = " UNION ALL ".join(
        f"SELECT {there} FROM {link.name} WHERE {here} IN ({named})"  # noqa: S608 (our own names)
        for link in source.read
        for here in source.records(link)
        for there in source.records(link)
        if here != there and link is not table
    )
    reached = f"t.{key} IN ({named})" + (f" OR t.{key} IN ({linked})" if linked else "")
    hour = hour_in_words(dialect, f"t.{at}")
    return f"{hour} FROM {moment.name} t WHERE t.{at} IS NOT NULL AND ({reached})"
