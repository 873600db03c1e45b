"""Row rights as a query condition."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.filters import BaseFilter
from sqlalchemy import ColumnElement


class RowScope(BaseFilter):
    """A base filter that always applies: its condition is computed for the person of the request."""

    name: Any = ""
    arg_name = "scope"

    def apply(self, query: Any, value: Any) -> Any:
        return query.filter(self.condition())

    def condition(self) -> ColumnElement[bool]:
        """What a row must fulfil to be visible."""
        raise NotImplementedError
