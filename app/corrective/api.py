"""REST of corrective action notices."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import selectinload

from app.core.record_api import RecordApi
from app.core.rest import plain
from app.core.views import table
from app.extensions import db

from .forms import Correction, Notice
from .heads import HeadEditing
from .models import Action, CorrectiveAction
from .scope import NoticeScope
from .workflow import CORRECTIVE, create


def facts(item: Any, *names: str) -> dict[str, Any]:
    """A part of the notice as JSON, with who wrote it and when."""
    return {"at": plain(item.at), "by_id": item.by_id, **{name: plain(getattr(item, name)) for name in names}}


def action(item: Any) -> dict[str, Any]:
    """An action of the plan; `id` is what `finish_action` names."""
    return {
        "id": item.id,
        "owner": item.owner.username,
        **facts(item, "round", "type", "description", "due", "done_at", "evidence"),
    }


class CorrectiveActionApi(HeadEditing, RecordApi):
    """纠正措施通知单 by REST."""

    resource_name = "corrective_action"
    datamodel = table(CorrectiveAction)
    class_permission_name = "CorrectiveAction"
    base_filters = (("id", NoticeScope, None),)
    workflow = CORRECTIVE
    form = Notice
    correction = Correction
    eager = (
        selectinload(CorrectiveAction.complaints),
        selectinload(CorrectiveAction.responsible_department),
        selectinload(CorrectiveAction.analyses),
        selectinload(CorrectiveAction.checks),
        selectinload(CorrectiveAction.actions).joinedload(Action.owner),
    )
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
        "source",
        "round",
        "recurrences",
        "watch_until",
        ("product", lambda record: record.product_id),
        ("failure_mode", lambda record: record.failure_mode_id),
        (
            "analyses",
            lambda record: [
                facts(item, "round", "method", "steps", "root_cause", "escape_cause") for item in record.analyses
            ],
        ),
        ("actions", lambda record: [action(item) for item in record.actions]),
        (
            "checks",
            lambda record: [
                facts(item, "round", "result", "method", "sample", "early_reason") for item in record.checks
            ],
        ),
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
