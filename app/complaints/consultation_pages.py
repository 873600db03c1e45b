"""Consultations by page and by REST: each department sees its own (2.1)."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import ColumnElement, false, true
from sqlalchemy.orm import selectinload

from app.core.filters import RowScope
from app.core.names import name_of, turn_label
from app.core.record_api import RecordApi
from app.core.record_list import CHIPS
from app.core.record_views import Card, RecordView
from app.core.security import Rights, current_rights
from app.core.show import Badge, tag
from app.core.views import Column, table
from app.core.web import stamp

from .consultation import CONSULTATION, Consultation


def visible(rights: Rights) -> ColumnElement[bool]:
    """All of them for QC and those above; a department's own for its people."""
    if not rights.sees_line("mf"):
        return false()
    if rights.may("see_all", "Consultation"):
        return true()
    if rights.may("see_own_department", "Consultation"):
        return Consultation.department_id.in_(rights.department_ids) | Consultation.owner.in_(rights.owner_keys)
    return false()


class ConsultationScope(RowScope):
    """Row rights of consultations."""

    name: Any = _l("Visible consultations")

    def condition(self) -> ColumnElement[bool]:
        return visible(current_rights())


def asked(record: Consultation) -> list[tuple[Any, Any]]:
    complaint = record.complaint
    return [
        (_("Complaint"), Markup('<a href="/complaint/show/{}">{}</a>').format(complaint.id, complaint.number)),
        (_("Subject"), complaint.title),
        (_("Product"), complaint.product),
        (_("Description"), complaint.description),
        (_("Department"), record.department.label),
        (_("Question"), record.question),
        (_("Reply by"), record.reply_by),
    ]


def opinion(record: Consultation) -> list[tuple[Any, Any]]:
    return [
        (_("Opinion"), record.opinion),
        (_("Answered by"), name_of(record.answered_by_id)),
        (_("Answered at"), stamp(record.answered_at)),
    ]


class ConsultationView(RecordView):
    """会同意见: what the departments are asked, and what they answer."""

    route_base = "/consultation"
    datamodel = table(Consultation)
    class_permission_name = "Consultation"
    base_permissions = ["can_list", "can_show", "can_export", "can_comment", "can_attach"]
    base_filters = [["id", ConsultationScope, None]]
    exclude_route_methods = RecordView.exclude_route_methods | {"add"}
    workflow, clause = CONSULTATION, "2.1"
    cards = (Card("asked", _l("Question"), asked, clause="2.1"), Card("opinion", _l("Opinion"), opinion, clause="2.1"))
    chips = {key: CHIPS[key] for key in ("mine", "overdue", "today")}
    list_title, show_title = _l("Consultations"), _l("Consultation")
    add_title = edit_title = _l("Consultation")
    search_hint = _l("Number or subject")
    searched = (Consultation.number, Consultation.title)
    eager = (selectinload(Consultation.department),)
    columns = {
        "number": Column(_l("Number"), "number", order=Consultation.id, css="num"),
        "department": Column(_l("Department"), lambda record: record.department.label),
        "title": Column(_l("Subject"), "title"),
        "state": Column(
            _l("State"),
            lambda record: tag(CONSULTATION.states[record.state].label, CONSULTATION.states[record.state].tone),
            plain=lambda record: str(CONSULTATION.states[record.state].label),
        ),
        "turn": Column(_l("Whose turn"), lambda record: turn_label(record.owner)),
        "due_at": Column(
            _l("Deadline"),
            lambda record: Badge.of_record(record, CONSULTATION),
            order=Consultation.due_at,
            plain=lambda record: record.due_at,
            nullable=True,
        ),
    }
    default_order = ("due_at", False)
    empty_hint = _l("No department is being asked.")


class ConsultationApi(RecordApi):
    """Consultations by REST: written by the complaint's step, answered by their own."""

    resource_name = "consultation"
    datamodel = table(Consultation)
    class_permission_name = "Consultation"
    base_filters = (("id", ConsultationScope, None),)
    writes = frozenset()
    base_permissions = ["can_list", "can_show", "can_attach"]
    workflow = CONSULTATION
    eager = (selectinload(Consultation.department),)
    filters = ("id", "number", "state", "complaint_id", "department_id", "round", "due_at")
    fields = (
        "id",
        "number",
        "state",
        "version",
        "complaint_id",
        "round",
        ("department", lambda record: {"id": record.department_id, "code": record.department.code}),
        "question",
        "reply_by",
        "opinion",
        "answered_at",
        "answered_by_id",
        "due_at",
        "created_at",
        "owner",
    )
