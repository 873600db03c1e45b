"""Reports to the General Manager by page and by REST, and the one screen with everything major (4.4)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import selectinload

from app.complaints.codes import OPEN as OPEN_COMPLAINTS
from app.complaints.models import Complaint
from app.complaints.scope import visible as visible_complaints
from app.core import clock
from app.core.filters import RowScope
from app.core.names import learn_turns, name_of, turn_label
from app.core.record_api import RecordApi
from app.core.record_list import CHIPS
from app.core.record_views import Card, RecordView
from app.core.records import Record
from app.core.security import Rights, current_rights
from app.core.show import Badge, tag
from app.core.views import Column, table
from app.core.web import stamp
from app.core.workflow import WORKFLOWS
from app.extensions import db

from .models import KINDS, G, GmReport
from .workflow import GM_REPORT, New, create

MOST = 50


def visible(rights: Rights) -> ColumnElement[bool]:
    """All for those above; one's own, and the instructions to one's department."""
    if rights.may("see_all", "GmReport"):
        return true()
    reach: list[ColumnElement[bool]] = []
    if rights.may("see_own", "GmReport"):
        reach.append(GmReport.created_by_id.in_(rights.stands_for))
    if rights.may("see_own_instructions", "GmReport"):
        mine = GmReport.department_id.in_(rights.department_ids) | GmReport.owner.in_(rights.owner_keys)
        reach.append(mine & GmReport.instructed_at.is_not(None))
    return or_(false(), *reach)


class GmScope(RowScope):
    """Row rights of the reports."""

    name: Any = _l("Visible reports")

    def condition(self) -> ColumnElement[bool]:
        return visible(current_rights())


def about_link(record: Record | None) -> Any:
    """The record a matter is about."""
    return record and Markup('<a href="/{}/show/{}">{}</a> {}').format(
        record.kind, record.id, record.number, record.title
    )


def matter(record: GmReport) -> list[tuple[Any, Any]]:
    return [
        (_("Kind of matter"), KINDS.get(record.reason)),
        (_("Subject"), record.title),
        (_("About"), about_link(record.about)),
        (_("Opened by"), name_of(record.created_by_id) or _("System")),
        (_("Read by"), record.read_at and f"{name_of(record.read_by_id)} {stamp(record.read_at)}"),
    ]


def reported(record: GmReport) -> list[tuple[Any, Any]]:
    return [
        (_("What happened"), record.summary),
        (_("Measures"), record.measures),
        (_("Reported by"), record.reported_at and f"{name_of(record.reported_by_id)} {stamp(record.reported_at)}"),
    ]


def instructed(record: GmReport) -> list[tuple[Any, Any]]:
    return [
        (_("Instruction"), record.instruction),
        (_("Department"), record.department and record.department.label),
        (_("Due"), record.instruction_due),
        (_("Outcome"), record.outcome),
    ]


class GmReportView(RecordView):
    """重大事项报告: list and record page."""

    route_base = "/gm_report"
    datamodel = table(GmReport)
    class_permission_name = "GmReport"
    base_filters = [["id", GmScope, None]]
    workflow, clause = GM_REPORT, "4.4"
    form = New
    cards = (
        Card("matter", _l("Matter"), matter, clause="4.4"),
        Card("report", _l("Report"), reported, clause="4.4"),
        Card("instruction", _l("Instruction of the General Manager"), instructed, clause="4.4"),
    )
    chips = {key: CHIPS[key] for key in ("mine", "overdue", "today")}
    list_title, show_title = _l("Reports to the General Manager"), _l("Report to the General Manager")
    add_title, edit_title = _l("New matter for the General Manager"), _l("Report to the General Manager")
    search_hint = _l("Number or subject")
    labels = {"instruction_due": _l("Due")}
    searched = (GmReport.number, GmReport.title)
    columns = {
        "number": Column(_l("Number"), "number", order=GmReport.id, css="num"),
        "reason": Column(_l("Kind of matter"), lambda record: KINDS.get(record.reason)),
        "title": Column(_l("Subject"), "title"),
        "state": Column(
            _l("State"),
            lambda record: tag(GM_REPORT.states[record.state].label, GM_REPORT.states[record.state].tone),
            plain=lambda record: str(GM_REPORT.states[record.state].label),
        ),
        "read": Column(_l("Read"), lambda record: stamp(record.read_at) or tag(_("unread"), "warn")),
        "turn": Column(_l("Whose turn"), lambda record: turn_label(record.owner)),
        "due_at": Column(
            _l("Deadline"),
            lambda record: Badge.of_record(record, GM_REPORT),
            order=GmReport.due_at,
            plain=lambda record: record.due_at,
            nullable=True,
        ),
    }
    default_order = ("due_at", False)
    empty_hint = _l("Nothing major. Good.")

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return create(db.session, values, self.actor())


class GmReportApi(RecordApi):
    """重大事项报告 by REST."""

    resource_name = "gm_report"
    datamodel = table(GmReport)
    class_permission_name = "GmReport"
    base_filters = (("id", GmScope, None),)
    writes = frozenset({"post"})
    workflow = GM_REPORT
    form = New
    eager = (selectinload(GmReport.about), selectinload(GmReport.department))
    filters = ("id", "number", "state", "title", "reason", "about_id", "department_id", "due_at")
    fields = (
        "id",
        "number",
        "state",
        "version",
        "title",
        "reason",
        "at_once",
        "about_id",
        ("about", lambda record: record.about and record.about.number),
        "summary",
        "measures",
        "reported_at",
        "reported_by_id",
        "read_at",
        "read_by_id",
        "instruction",
        ("department", lambda record: record.department and record.department.code),
        "instruction_due",
        "instructed_at",
        "outcome",
        "due_at",
        "created_at",
        "owner",
    )

    def create(self, values: dict[str, Any]) -> Any:
        return create(db.session, values, self.actor())


class MajorPage(Page):
    """Everything major in one screen: unread reports, open major complaints, instructions, what is long overdue."""

    route_base = "/major"
    default_view = "index"
    class_permission_name = "GmReport"
    base_permissions = ["can_list"]

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        rights = current_rights()
        open_states = (GmReport.state != G.closed.value, visible(rights))
        reports = db.session.scalars(
            select(GmReport).where(*open_states).order_by(GmReport.due_at.nulls_last(), GmReport.id).limit(MOST)
            .options(selectinload(GmReport.about))
        ).all()  # fmt: skip
        majors = db.session.scalars(
            select(Complaint)
            .where(Complaint.is_major, Complaint.state.in_([state.value for state in OPEN_COMPLAINTS]))
            .where(visible_complaints(rights))
            .order_by(Complaint.due_at.nulls_last(), Complaint.id)
            .limit(MOST)
            .options(selectinload(Complaint.customer))
        ).all()
        learn_turns(db.session, [record.owner for record in (*reports, *majors)])
        return self.render_template(
            "portal/gm/major.html",
            title=_("Major matters"),
            groups=[
                (label, found) for code, label in KINDS.items() if (found := [r for r in reports if r.reason == code])
            ],
            majors=majors,
            workflows=WORKFLOWS,
            turn_label=turn_label,
            about_link=about_link,
            today=clock.today(),
        )
