"""REST of what is only read: the history of all visible records."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import selectinload

from app.complaints.models import Complaint
from app.complaints.scope import visible
from app.core.api import BaseApi
from app.core.filters import RowScope
from app.core.history import History
from app.core.security import current_rights
from app.core.views import table
from app.corrective.models import CorrectiveAction
from app.corrective.scope import visible as visible_notices


class HistoryScope(RowScope):
    """A line is visible with its record."""

    name: Any = _l("History")

    def condition(self) -> ColumnElement[bool]:
        rights = current_rights()
        parts: list[ColumnElement[bool]] = [false()]
        if rights.may("can_list", "Complaint"):
            parts.append(History.record_id.in_(select(Complaint.id).where(visible(rights))))
        if rights.may("can_list", "CorrectiveAction"):
            parts.append(History.record_id.in_(select(CorrectiveAction.id).where(visible_notices(rights))))
        return or_(*parts)


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
        ("actor", lambda line: line.actor.username if line.actor else "system"),
        "step",
        ("from", lambda line: line.source),
        ("to", lambda line: line.target),
        "clause",
        "comment",
        "hash",
        "previous",
    )
