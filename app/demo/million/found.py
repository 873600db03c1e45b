"""What the million is found by: the rows of the search, made by the portal's own indexes."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.model import Model
from app.core.record import search
from app.core.record.grams import grams, tokens
from app.core.record.records import Record
from app.core.record.search import SearchIndex
from app.core.record.shadows import shadow_named

from .storing import Stored, stored

Facts = dict[str, object]
Tables = dict[str, list[tuple[int, Facts]]]
Rows = dict[str, list[tuple[object, ...]]]  # of each table, as they are stored


class Finder:
    """Lays down what rows are found by."""

    def __init__(self, session: Session) -> None:
        self.connection, self.dialect = session.connection(), session.get_bind().dialect

    def learn(self, records: list[Facts], tables: Tables, rows: Rows) -> None:
        """The shadows of records."""
        for facts in records:
            model: type[Record] = sa.inspect(Record).polymorphic_map[str(facts["kind"])].class_
            for index in indexes_of(Record):
                if any(index.looked_through(model)):
                    row = SimpleNamespace(extra=facts["extra"])
                    for name, table, column in _columns(model, index):
                        mine = (each for _record, each in tables[table] if each["id"] == facts["id"])
                        setattr(row, name, (facts if table == "record" else next(mine))[column])
                    self._learn(index, facts["id"], index.text_of(self.connection, model, row), rows)

    def learn_row(self, model: type[Model], facts: Facts, rows: Rows) -> None:
        """The shadows of a row of anything else."""
        row = SimpleNamespace(**facts)
        for index in indexes_of(model):
            self._learn(index, facts["id"], index.text_of(self.connection, model, row), rows)

    def _learn(self, index: SearchIndex, number: object, text: str, rows: Rows) -> None:
        codes = grams(text)
        rows[index.name].append(self.row(index.table, number, text, codes))
        if self.dialect.name == "sqlite":
            rows[shadow_named(index.name)[1].name].append((number, tokens(codes)))

    def row(self, table: sa.Table, *values: object) -> tuple[object, ...]:
        """A row as it is stored."""
        return tuple([store(value) for store, value in zip(_stores(table, self.dialect), values, strict=True)])


def indexes_of(model: type[Model]) -> list[SearchIndex]:
    """What rows of a model are found in."""
    return [index for index in search.INDEXES if index.model is model]


@cache
def _stores(table: sa.Table, dialect: sa.Dialect) -> list[Stored]:
    return [stored(column, dialect) for column in table.columns]


@cache
def _columns(model: type[Record], index: SearchIndex) -> list[tuple[str, str, str]]:
    """What an index looks through on a model: the attribute, its table and its column."""
    words, codes = index.looked_through(model)
    columns = sa.inspect(model).columns
    return [(name, columns[name].table.name, columns[name].name) for name in (*words, *codes)]
