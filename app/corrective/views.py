"""The pages of corrective action notices."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Query, selectinload

from app.core import clock
from app.core.names import turn_label
from app.core.record_list import CHIPS
from app.core.record_views import RecordView
from app.core.show import Badge, tag
from app.core.views import Column, table
from app.extensions import db

from . import searching, sheets
from .cards import CARDS
from .forms import Correction, Notice
from .heads import HeadEditing
from .models import CorrectiveAction
from .scope import NoticeScope
from .workflow import CORRECTIVE, create


class CorrectiveActionView(HeadEditing, RecordView):
    """纠正措施通知单: list and record page."""

    route_base = "/corrective_action"
    datamodel = table(CorrectiveAction)
    class_permission_name = "CorrectiveAction"
    base_filters = [["id", NoticeScope, None]]
    workflow, clause = CORRECTIVE, "2.6"
    form = Notice
    correction = Correction
    cards = CARDS
    chips = {key: CHIPS[key] for key in ("mine", "overdue", "today")}
    list_title, add_title = _l("Corrective actions"), _l("New corrective action notice")
    edit_title, show_title = _l("Corrective action"), _l("Corrective action")
    search_hint = _l("Number or problem")
    searched = (CorrectiveAction.number, CorrectiveAction.title)
    eager = (selectinload(CorrectiveAction.responsible_department),)
    columns = {
        "number": Column(_l("Number"), "number", order=CorrectiveAction.id, css="num"),
        "department": Column(_l("Responsible department"), lambda record: record.responsible_department.label),
        "title": Column(_l("Nonconformity"), "title"),
        "state": Column(_l("State"), lambda record: tag(*_state(record)), plain=lambda record: str(_state(record)[0])),
        "turn": Column(_l("Whose turn"), lambda record: turn_label(record.owner)),
        "due_at": Column(
            _l("Deadline"),
            lambda record: Badge.of_record(record, CORRECTIVE),
            order=CorrectiveAction.due_at,
            plain=lambda record: record.due_at,
            nullable=True,
        ),
        "changed_at": Column(
            _l("Updated"),
            lambda record: clock.local(record.changed_at).strftime("%m-%d %H:%M"),
            order=CorrectiveAction.changed_at,
            plain=lambda record: record.changed_at,
        ),
    }
    default_order = ("id", True)

    def found(self, typed: str) -> Any:
        return searching.found(db.session, typed)

    def loaded(self, query: Query[Any]) -> Query[Any]:
        return query.options(
            *(
                selectinload(getattr(CorrectiveAction, name))
                for name in (
                    "complaints",
                    "responsible_department",
                    "deadlines",
                    "attachments",
                    "analyses",
                    "actions",
                    "checks",
                    "product",
                    "failure_mode",
                )
            )
        )

    def initial(self) -> Any:
        return {"complaints": request.args.getlist("complaints"), "problem": request.args.get("problem", "")}

    def suggested(self, record: CorrectiveAction, step: Any) -> dict[str, Any]:
        """A plan that was rejected, an analysis that is refined."""
        if step.name == "plan":
            rows = record.current_actions
            return {
                "actions": [
                    {"type": row.type, "description": row.description, "owner": row.owner.username, "due": str(row.due)}
                    for row in rows
                ]
            }
        if step.name == "analyse":
            return sheets.suggested(record.analysis)
        return {}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return create(db.session, values, self.actor())


def _state(record: CorrectiveAction) -> tuple[Any, str]:
    state = CORRECTIVE.states[record.state]
    return state.label, state.tone
