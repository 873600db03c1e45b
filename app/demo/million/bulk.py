"""Rows by the thousand: COPY on PostgreSQL, one statement for many rows on SQLite; indexes are laid at the end."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import sqlalchemy as sa

from app.core.model import Model

Rows = Mapping[str, list[tuple[object, ...]]]
DROPPED = {  # name, table, how it is dropped, how it is laid again
    "postgresql": (
        "SELECT indexname, 'DROP INDEX ' || quote_ident(indexname), indexdef FROM pg_indexes"
        " WHERE schemaname = current_schema() AND tablename IN :tables AND NOT EXISTS"
        " (SELECT 1 FROM pg_constraint c WHERE c.conname = indexname)",
        "SELECT conname, format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname),"
        " format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid))"
        " FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN :tables",
    ),
    "sqlite": (
        "SELECT name, 'DROP INDEX ' || name, sql FROM sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN :tables",
    ),
}


@contextmanager
def quick(engine: sa.Engine, tables: Iterable[str]) -> Iterator[None]:
    """Inside the block no index but the keys is kept; what was there is there again afterwards."""
    names = list(tables)
    found: list[sa.Row[*tuple[str, str, str]]] = []
    with engine.begin() as connection:
        for query in DROPPED[engine.dialect.name]:
            found += connection.execute(sa.text(query).bindparams(sa.bindparam("tables", names, expanding=True)))
        for _name, drop, _lay in found:
            connection.exec_driver_sql(drop)
    try:
        yield
    finally:
        with engine.begin() as connection:
            _with_room(connection)
            for _name, _drop, lay in found:
                connection.exec_driver_sql(lay)


def _with_room(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL maintenance_work_mem = '1GB'")
    else:
        connection.exec_driver_sql("PRAGMA cache_size = -1000000")


def columns_of(name: str) -> list[str]:
    """The columns of a table; those of a full-text index stand in no model."""
    table = Model.metadata.tables.get(name)
    return ["rowid", "g"] if table is None else [column.name for column in table.columns]


def completed(table: sa.Table, facts: Mapping[str, object]) -> dict[str, object]:
    """A whole row: what was not said follows from the other columns, or is what the table says."""
    return {column.name: _of(column, facts) for column in table.columns}


def _of(column: sa.Column[object], facts: Mapping[str, object]) -> object:
    if column.name in facts:
        return facts[column.name]
    if "follows" in column.info:
        source, key = column.info["follows"]
        return key(facts.get(source))
    if column.default is None:
        return None
    value = column.default.arg  # type: ignore[attr-defined]
    return value(None) if callable(value) else value


def insert(connection: sa.Connection, rows: Rows) -> None:
    """Into SQLite."""
    for name, some in rows.items():
        columns = columns_of(name)
        places = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({places})", some)  # noqa: S608


def copy(connection: sa.Connection, rows: Rows) -> None:
    """Into PostgreSQL."""
    cursor = connection.connection.cursor()
    for name, some in rows.items():
        text = io.StringIO("\n".join(["\t".join(row) for row in some]) + "\n")  # type: ignore[arg-type]
        columns = ", ".join(f'"{column}"' for column in columns_of(name))
        cursor.copy_expert(f"COPY {name} ({columns}) FROM STDIN", text)  # type: ignore[attr-defined]


def settle(connection: sa.Connection, tables: Iterable[str]) -> None:
    """The database knows what it has: the next numbers, and how much there is of everything."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA analysis_limit = 1000")
        connection.exec_driver_sql("ANALYZE")
        return
    for name in tables:
        table = Model.metadata.tables[name]
        if "id" in table.columns and not table.columns["id"].foreign_keys:
            last = f"(SELECT max(id) FROM {name})"  # noqa: S608
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {last}) WHERE {last} > 0"
            )
        connection.exec_driver_sql(f"ANALYZE {name}")
