"""Row rights as a query condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

from flask_appbuilder.models.sqla.filters import BaseFilter
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Query
from sqlalchemy.sql.elements import True_

from ..model import AnyColumn

if TYPE_CHECKING:
    from ..types import Text

R = TypeVar("R")
RowFilter = Sequence[object]  # as FAB has it: the column, the scope and its value


class RowScope(BaseFilter):
    """A base filter that always applies: its condition is computed for the person of the request."""

    name: Text = ""
    arg_name = "scope"

    def apply(self, query: Query[R], value: object) -> Query[R]:
        return query.filter(self.condition())

    def condition(self) -> ColumnElement[bool]:
        """What a row must fulfil to be visible."""
        raise NotImplementedError


def whole(condition: ColumnElement[bool]) -> bool:
    """Whether a row right leaves nothing out."""
    return isinstance(condition, True_)


def hung_on(key: AnyColumn, number: AnyColumn, visible: ColumnElement[bool]) -> ColumnElement[bool]:
    """What hangs on a row (its `key` is that `number`) is seen with it: asked row by row, never of all at once."""
    return select(number).where(number == key, visible).exists()


def only_scopes(filters: Iterable[RowFilter]) -> None:
    """FAB skips a base filter whose value is an empty list, and then shows every row: ours take no value."""
    for _column, scope, value in filters:
        if not (isinstance(scope, type) and issubclass(scope, RowScope)) or value is not None:
            raise TypeError(f"{scope}: a base filter is a RowScope without a value")
