"""The tables whose rows make up a record, found along their keys; and how a row's own number is known."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import sqlalchemy as sa

from app.core.model import Model
from app.core.record import witness
from app.core.record.history import HistoryUnsealed
from app.core.record.shadows import is_shadow

Way = tuple[sa.Column[object], ...]
DRAWN_ANEW = frozenset({witness.WITNESSES.name, HistoryUnsealed.__tablename__})  # follow from the other rows


@cache
def ways() -> dict[str, Way]:
    """Every table of a record with the keys that lead to it, parents before their children."""
    found = dict(witness.ways())
    for name, table in Model.metadata.tables.items():
        if name not in found and (column := _names_a_record(table)) is not None:
            found[name] = (column,)
    order = [table.name for table in Model.metadata.sorted_tables]
    return {name: found[name] for name in order if name in found and not is_shadow(name) and name not in DRAWN_ANEW}


def _names_a_record(table: sa.Table) -> sa.Column[object] | None:
    """Mails and lines of the bell need no record, but mostly have one."""
    return next((column for column in table.columns if _target(column) == "record"), None)


def _target(column: sa.Column[object]) -> str | None:
    return next((link.column.table.name for link in column.foreign_keys), None)


@cache
def numbered(table: str) -> str:
    """The table that gives a row its number: a complaint has that of its record."""
    for column in Model.metadata.tables[table].primary_key:
        if (there := _target(column)) is not None and len(Model.metadata.tables[table].primary_key) == 1:
            return numbered(there)
    return table


@cache
def reference(column: sa.Column[object]) -> str | None:
    """The numbers a column refers to, where these are numbers of a record's own rows; else the table it names."""
    there = _target(column)
    return None if there is None else numbered(there) if there in ways() else there


@cache
def gives_numbers() -> tuple[str, ...]:
    """The tables of a record that number their rows themselves."""
    return tuple(
        name for name in ways() if numbered(name) == name and len(Model.metadata.tables[name].primary_key) == 1
    )


def rows(connection: sa.Connection, name: str, records: list[int]) -> list[sa.Row[*tuple[object, ...]]]:
    """What a table holds of some records, in the order of writing; the record comes first."""
    table, way = Model.metadata.tables[name], ways()[name]
    source: sa.FromClause = table
    for column, onward in pairwise(way):
        source = source.join(onward.table, column == next(iter(onward.table.primary_key)))
    query = sa.select(way[-1].label("of_record"), *table.columns).select_from(source).where(way[-1].in_(records))
    return list(connection.execute(query.order_by(*table.primary_key)))
