"""What is kept: a source is a question for cases, each with its moment. The domains declare them."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Select, Table
from sqlalchemy.sql import visitors

from ..record.records import Record
from ..time import clock

Cases = Select[*tuple[Any, ...]]  # code, at, by, breached, apart
SOURCES: dict[str, Source] = {}
MEASURED = ("code", "at", "by", "breached", "apart")


@dataclass(frozen=True)
class Source:
    """Cases of one kind. Without a clock: what time alone makes of them is told by `unsettled`."""

    name: str
    cases: Callable[[], Cases]
    # at a moment: code, at, and by how much cases, breached and apart differ from what the rows say
    unsettled: Callable[[datetime], Iterator[Select[*tuple[Any, ...]]]] = lambda now: iter(())

    @cached_property
    def query(self) -> Cases:
        """The question as it stands, made once."""
        return self.cases()

    @cached_property
    def shape(self) -> str:
        """Changes with the question itself, with what marks it stale and with the calendar's zone."""
        from .marks import of_source

        query = self.query.compile()
        told = (str(query), sorted(map(str, query.params.items())), list(of_source("sqlite", self)), str(clock.zone()))
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @cached_property
    def at(self) -> Column[Any]:
        """The column that holds the moment of a case."""
        label: Any = self.query.selected_columns["at"]
        column: Column[Any] = _table(label.element).c[label.element.name]
        return column

    @cached_property
    def read(self) -> dict[Table, set[str]]:
        """Every table and column that decides what a case is; whatever changes there makes its hour stale."""
        found: dict[Table, set[str]] = defaultdict(set)
        query = self.query
        clauses = [*(query.selected_columns[name] for name in MEASURED), query.whereclause, *query.get_final_froms()]
        for clause in clauses:
            for element in visitors.iterate(clause) if clause is not None else ():
                if isinstance(element, Column) and element.table is not None:
                    found[_table(element)].add(element.name)
        return dict(found)

    def records(self, table: Table) -> list[str]:
        """The columns of a table it reads that name the record of a case."""
        return sorted(name for name in self.read[table] if _names_a_record(table.c[name]))


def declare(*sources: Source) -> None:
    """Have these kept by the engine."""
    SOURCES.update({source.name: source for source in sources})


def _table(column: Any) -> Table:
    table = column.table
    while not isinstance(table, Table):  # an alias
        table = table.element
    return Record.metadata.tables[table.name]


def _names_a_record(column: Column[Any]) -> bool:
    """Whether it is the number of a record: its own key, or a key to one."""
    own = Record.__table__.c.id
    while column is not own and column.foreign_keys:
        column = next(iter(column.foreign_keys)).column
    return column is own
