"""REST of what is only read: the history of all visible records."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.orm import selectinload

from app.core.kind.registry import visible_ids
from app.core.pages.views import table
from app.core.record.history import History
from app.core.record.records import Record
from app.core.rest.api import BaseApi
from app.core.rest.shapes import says
from app.core.rights.current import current_rights
from app.core.rights.filters import RowScope, hung_on
from app.core.text.wording import lazy_gettext as _l


class HistoryScope(RowScope):
    """A line is visible with its record."""

    name: Any = _l("History")

    def condition(self) -> ColumnElement[bool]:
        return hung_on(History.record_id, Record.id, visible_ids(current_rights()))


class HistoryApi(BaseApi):
    """流转记录, read only."""

    resource_name = "history"
    datamodel = table(History)
    class_permission_name = "History"
    base_filters = (("id", HistoryScope, None),)
    writes = frozenset()
    base_permissions = ["can_list", "can_show"]
    eager = (selectinload(History.actor), selectinload(History.detail))
    filters = ("id", "record_id", "step", "clause", "actor_id")
    fields = (
        "id",
        "record_id",
        "seq",
        "at",
        "actor_id",
        ("actor", says(str, lambda line: line.actor.username if line.actor else "system")),
        "step",
        ("from", says(str | None, lambda line: line.source)),
        ("to", says(str | None, lambda line: line.target)),
        "clause",
        "comment",
        "hash",
        "previous",
    )
