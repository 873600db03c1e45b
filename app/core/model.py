"""FAB's `Model` as the type checker should see it: FAB ships no types, so every attribute of a table would pass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, CursorResult, Executable, Table
from sqlalchemy.orm import InstrumentedAttribute, Session

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A column that is misspelt, or given a value of another type, is found before it runs."""

else:
    from flask_appbuilder import Model

__all__ = ["AnyColumn", "AnyModel", "AnyRow", "Model", "rows_written", "table_of"]

AnyRow = Any  # a row (or the class) of the very table a page, a form or a column is about: each reads it as its own
AnyColumn = ColumnElement[Any] | InstrumentedAttribute[Any]  # a column of any type, or what is made of some
AnyModel = type[Any]  # a model that is not known beforehand: its columns are looked up


def table_of(model: type[Model]) -> Table:
    """The table a model's rows stand in; of a kind of record its own, beside `record`."""
    table = model.__table__
    assert isinstance(table, Table)
    return table


def rows_written(
    session: Session, statement: Executable, facts: Mapping[str, object] | None = None, **options: object
) -> int:
    """How many rows an INSERT, UPDATE or DELETE has written."""
    result = session.execute(statement, facts, execution_options=options)
    assert isinstance(result, CursorResult)
    return result.rowcount
