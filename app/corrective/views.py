"""The pages of corrective action notices."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Query, selectinload

from app.core import clock
from app.core.names import name_of, turn_label
from app.core.record_list import CHIPS
from app.core.record_views import Card, RecordView
from app.core.show import Badge, tag
from app.core.views import Column, table
from app.core.web import stamp
from app.extensions import db

from .models import CorrectiveAction
from .scope import NoticeScope
from .workflow import CORRECTIVE, Notice, create


def notice(record: CorrectiveAction) -> list[tuple[Any, Any]]:
    links = Markup(", ").join(
        Markup('<a href="/complaint/show/{}">{}</a>').format(item.id, item.number) for item in record.complaints
    )
    return [
        (_("Responsible department"), record.responsible_department.label),
        (_("Complaints"), links),
        (_("Nonconformity"), record.problem),
        (_("Requirement"), record.requirement),
        (_("Due"), record.due_on),
    ]


def issued(record: CorrectiveAction) -> list[tuple[Any, Any]]:
    return [
        (_("Drafted by"), name_of(record.drafted_by_id)),
        (_("Issued by"), name_of(record.issued_by_id)),
        (_("Issued at"), stamp(record.issued_at)),
    ]


class CorrectiveActionView(RecordView):
    """纠正措施通知单: list and record page."""

    route_base = "/corrective_action"
    datamodel = table(CorrectiveAction)
    class_permission_name = "CorrectiveAction"
    base_filters = [["id", NoticeScope, None]]
    workflow = CORRECTIVE
    form = Notice
    cards = (Card("notice", _l("Notice"), notice), Card("issued", _l("Issue"), issued))
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

    def loaded(self, query: Query[Any]) -> Query[Any]:
        return query.options(
            *(
                selectinload(getattr(CorrectiveAction, name))
                for name in ("complaints", "responsible_department", "deadlines", "attachments")
            )
        )

    def initial(self) -> Any:
        return {"complaints": request.args.getlist("complaints"), "problem": request.args.get("problem", "")}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return create(db.session, values, self.actor())


def _state(record: CorrectiveAction) -> tuple[Any, str]:
    state = CORRECTIVE.states[record.state]
    return state.label, state.tone
