"""Row rights as a query condition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from flask_appbuilder.models.sqla.filters import BaseFilter
from sqlalchemy import ColumnElement
from sqlalchemy.sql.elements import True_


class RowScope(BaseFilter):
    """A base filter that always applies: its condition is computed for the person of the request."""

    name: Any = ""
    arg_name = "scope"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.condition())

    def condition(self) -> ColumnElement[bool]:
        """What a row must fulfil to be visible."""
        raise NotImplementedError


def whole(condition: ColumnElement[bool]) -> bool:
    """Whether a row right leaves nothing out."""
    return isinstance(condition, True_)


def only_scopes(filters: Iterable[Sequence[Any]]) -> None:
    """FAB skips a base filter whose value is an empty list, and then shows every row: ours take no value."""
    for _column, scope, value in filters:
        if not issubclass(scope, RowScope) or value is not None:
            raise TypeError(f"{scope.__name__}: a base filter is a RowScope without a value")
