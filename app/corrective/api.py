"""REST of corrective action notices."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import selectinload

from app.core.record_api import RecordApi
from app.core.views import table
from app.extensions import db

from .models import CorrectiveAction
from .scope import NoticeScope
from .workflow import CORRECTIVE, Notice, create


class CorrectiveActionApi(RecordApi):
    """纠正措施通知单 by REST."""

    resource_name = "corrective_action"
    datamodel = table(CorrectiveAction)
    class_permission_name = "CorrectiveAction"
    base_filters = (("id", NoticeScope, None),)
    workflow = CORRECTIVE
    form = Notice
    eager = (selectinload(CorrectiveAction.complaints), selectinload(CorrectiveAction.responsible_department))
    filters = ("id", "number", "state", "title", "department_id", "due_at", "changed_at")
    fields = (
        "id",
        "number",
        "state",
        "version",
        "title",
        "problem",
        "requirement",
        ("due", lambda record: record.due_on),
        (
            "responsible_department",
            lambda record: {"id": record.department_id, "code": record.responsible_department.code},
        ),
        ("complaints", lambda record: [item.id for item in record.complaints]),
        "drafted_by_id",
        "issued_at",
        "issued_by_id",
        "due_at",
        "created_at",
        "changed_at",
        "owner",
    )

    def create(self, values: dict[str, Any]) -> Any:
        return create(db.session, values, self.actor())
