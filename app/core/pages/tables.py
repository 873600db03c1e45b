"""FAB's interface to a model, as the portal's views need it."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface, _include_filters
from sqlalchemy import Column
from sqlalchemy.orm import MapperProperty, Session, SynonymProperty, class_mapper

from ..model import Model


class Table(SQLAInterface):
    """FAB's interface to a model: it looks at the columns when first asked, when every table is known, and has no
    search form, which would look at every relation."""

    def __init__(self, obj: type[Model], session: Session) -> None:
        _include_filters(self)
        self.obj, self._session = obj, session

    @cached_property
    def list_properties(self) -> dict[str, MapperProperty[Any]]:
        properties = class_mapper(self.obj).iterate_properties
        return {each.key: each for each in properties if not isinstance(each, SynonymProperty)}

    @cached_property
    def list_columns(self) -> dict[str, Column[Any]]:
        columns = self.obj.__mapper__.columns
        return {name: columns[name] for name in columns.keys() if name in self.list_properties}  # noqa: SIM118

    def get_search_columns_list(self) -> list[str]:
        return []
