"""工作台: what waits for this person, most urgent first, with the button of the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from functools import partial
from itertools import chain
from typing import Any

from flask import redirect, request
from flask_appbuilder import BaseView, IndexView, expose
from flask_login import current_user
from sqlalchemy import func, select
from sqlalchemy.orm import selectin_polymorphic
from sqlalchemy.orm.interfaces import ORMOption

from app.complaints.models import Complaint
from app.complaints.scope import visible
from app.core.kind.kinds import AnyKind
from app.core.kind.registry import KINDS
from app.core.pages.listing import CAP, capped
from app.core.pages.show import Badge, tag
from app.core.pages.timeline import foremost, tried
from app.core.process.admission import hindrance, looked_at
from app.core.process.also_waiting import counted, most_urgent
from app.core.process.workflow import Transition
from app.core.record.records import Record
from app.core.record.urgency import URGENCY
from app.core.rights.current import current_rights
from app.core.rights.filters import whole
from app.core.rights.people import turn_label
from app.core.rights.rights import Rights
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.customers.models import Customer
from app.extensions import db
from app.notifications import unreached

from . import trend
from .panels import panels

TODO, MANY = 10, 50
INTAKE = (
    ("phone", _l("Phone call"), "fa-phone"),
    ("visit", _l("Visit"), "fa-door-open"),
    ("letter", _l("Letter"), "fa-envelope"),
    ("fax", _l("Fax"), "fa-fax"),
)


@dataclass(frozen=True)
class Task:
    """One line of the work list."""

    record: Any
    url: str
    step: Transition[Any] | None
    state: Any
    badge: Any
    customer: str
    turn: str
    barred: str  # why the next step can't be taken yet


class Dashboard(IndexView):
    """The first page of every role."""

    route_base = ""

    @expose("/")
    def index(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        rights = current_rights()
        self.update_redirect()
        manages = rights.may("can_list", "Compliance") and rights.may("see_all", "Complaint")
        sees = rights.may("can_list", "Complaint")
        year = trend.Year.of(db.session, manages) if rights.may("see_all", "Complaint") else None
        return self.render_template(
            "portal/home.html",
            tasks=tasks(rights),
            cards=cards(rights, year),
            panels=list(panels(db.session, rights)),
            months=year.months() if year else [],
            manages=manages,
            products=year.products(db.session) if year and manages else [],
            departments=year.departments(db.session) if year and manages else [],
            sees=sees,
            intake=INTAKE if rights.may("can_add", "Complaint") else (),
        )


class WorkPage(BaseView):
    """我的待办 of every kind: what waits, what is due today, what is overdue."""

    route_base = "/work"
    default_view = "index"
    class_permission_name = "Dashboard"
    base_permissions: Any = []

    @expose("/")
    def index(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        only = request.args.get("only", "")
        page = min(max(request.args.get("page", 0, type=int), 0), 1000)
        found = tasks(current_rights(), MANY + 1, page * MANY, NARROWINGS.get(only, ("", None))[1])
        return self.render_template(
            "portal/work.html",
            title=_("My to-do"),
            tasks=found[:MANY],
            more=len(found) > MANY,
            page=page,
            only=only if only in NARROWINGS else "",
            narrowings=[(code, label) for code, (label, _condition) in NARROWINGS.items()],
        )


def due_today() -> Any:
    return (Record.due_at > clock.now()) & (Record.due_at <= clock.midnight_after(clock.today()))


def overdue() -> Any:
    return Record.due_at <= clock.now()


NARROWINGS: dict[str, tuple[Any, Callable[[], Any] | None]] = {
    "": (_l("All"), None),
    "today": (_l("Due today"), due_today),
    "overdue": (_l("Overdue"), overdue),
}


def tasks(rights: Rights, most: int = TODO, offset: int = 0, narrowed: Callable[[], Any] | None = None) -> list[Task]:
    """Open records that wait for me, the most urgent first."""
    urgent = most_urgent(rights.owner_keys, offset + most, *([narrowed()] if narrowed else []))
    rows = db.session.execute(urgent.offset(offset).limit(most)).all()
    kinds = {row.kind: KINDS[row.kind] for row in rows}
    query = (
        select(Record)
        .where(Record.id.in_([row.id for row in rows]))
        .order_by(*URGENCY)
        .options(
            selectin_polymorphic(Record, [kind.model for kind in kinds.values()]),
            *(load for name, kind in kinds.items() for load in _looked_at(kind, _states(rows, name), rights)),
        )
    )
    found = db.session.scalars(query).all() if rows else []
    lost, customers = unreached.of(db.session, found), _customers(found)
    return [_task(record, rights, record.id in lost, customers.get(record.customer_id, "")) for record in found]


def _states(rows: Iterable[Any], kind: str) -> set[str]:
    return {row.state for row in rows if row.kind == kind}


def _looked_at(kind: AnyKind, states: Iterable[str], rights: Rights) -> list[ORMOption]:
    """What the next steps of such records depend on."""
    held = [kind.workflow.held(state, rights.actor(kind.thing)) for state in states]
    return looked_at(kind.model, chain(*held), chain(*map(tried, held)))


def _customers(records: Sequence[Record]) -> dict[int | None, str]:
    """What the customers of these records are called, in one question."""
    numbers = {record.customer_id for record in records if record.customer_id}
    if not numbers:
        return {}
    rows = db.session.execute(select(Customer.id, Customer.name).where(Customer.id.in_(numbers)))
    return {row.id: row.name for row in rows}


def _task(record: Record, rights: Rights, unreached: bool, customer: str) -> Task:
    workflow = KINDS[record.kind].workflow
    actor = rights.actor(workflow.thing)
    offered = workflow.offered(record, actor)
    why = partial(hindrance, db.session, record, actor=actor)
    step = foremost(offered, lambda row: not why(row))
    barred = "" if step else next((why(row) for row in offered if row.tone == "main"), "")
    state = workflow.states[record.state]
    return Task(
        record,
        f"/{record.kind}/show/{record.id}",
        step,
        tag(state.label, state.tone) + (tag(_("customer not reached"), "bad") if unreached else ""),
        Badge.of_record(record, workflow),
        customer,
        turn_label(record.owner),
        barred,
    )


def cards(rights: Rights, year: trend.Year | None) -> list[tuple[Any, Any, str, str]]:
    """The four numbers on top: label, value, link, tone."""
    counts = [counted(rights.owner_keys, CAP + 1, *only) for only in ((), (due_today(),), (overdue(),))]
    waiting, today, late = db.session.execute(select(*(count.scalar_subquery() for count in counts))).one()
    found = [
        (_l("Waiting for me"), capped(waiting), "/work/", "pri"),
        (_l("Due today"), capped(today), "/work/?only=today", "warn" if today else "mut"),
        (_l("Overdue"), capped(late), "/work/?only=overdue", "bad" if late else "mut"),
    ]
    score = satisfaction(rights, year)
    closed = "/complaint/list/?tab=closed" if rights.may("can_list", "Complaint") else "/work/"
    found.append((_l("Satisfaction this month"), f"{score:.1f}" if score else "—", closed, "ok"))
    return found


def satisfaction(rights: Rights, year: trend.Year | None) -> float | None:
    """What the customers of this month's complaints gave on average, of those a person may see."""
    reach = visible(rights)
    if year and whole(reach):
        return year.satisfaction()
    begin = clock.at(clock.today().replace(day=1), time(0))
    rated = (Complaint.satisfaction.is_not(None), Complaint.received_at >= begin)
    found = db.session.scalar(select(func.avg(Complaint.satisfaction)).where(reach, *rated))
    return float(found) if found else None
