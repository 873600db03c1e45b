"""FAB's `Model` as the type checker should see it: FAB ships no types, so every attribute of a table would pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

    class Model(DeclarativeBase):
        """A column that is misspelt, or given a value of another type, is found before it runs."""

else:
    from flask_appbuilder import Model

AnyRow = Any  # a row (or the class) of the very table a page, a form or a column is about: each reads it as its own
AnyColumn = ColumnElement[Any] | InstrumentedAttribute[Any]  # a column of any type, or what is made of some

__all__ = ["AnyColumn", "AnyRow", "Model"]
