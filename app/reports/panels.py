"""The lists at the side of the workbench: what each role should keep an eye on, of what its person may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from app.complaints.codes import S
from app.complaints.consultation import Asked, Consultation
from app.complaints.consultation_kind import visible as visible_consultations
from app.complaints.models import Assignment, Complaint, CoWorker
from app.complaints.scope import open_majors
from app.complaints.scope import visible as visible_complaints
from app.complaints.workflow import ARRIVALS, COMPLAINT
from app.core.pages.show import Badge
from app.core.process.also_waiting import most_urgent as waiting_first
from app.core.process.workflow import WORKFLOWS
from app.core.record.records import Record
from app.core.record.urgency import URGENCY, most_urgent
from app.core.rights.rights import Rights
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.core.time.deadlines import Deadline
from app.corrective.kind import visible as visible_notices
from app.corrective.models import CorrectiveAction

MOST = 8


@dataclass(frozen=True)
class Row:
    """One record of a panel."""

    url: str
    number: str
    who: str
    title: str
    badge: Any


@dataclass(frozen=True)
class Panel:
    """A titled list with the way to all of it, and a sentence for when it is empty."""

    name: str
    title: str
    url: str
    empty: str
    rows: list[Row]


def panels(session: Session, rights: Rights) -> Iterator[Panel]:
    """Those of this person's functions; an empty one is told only where its emptiness is news."""
    if rights.may("can_list", "Visit"):
        yield _panel("visits", _("Visits today and tomorrow"), "/m/", visits(session, rights))
    if rights.may("read_major_mail", "Complaint"):
        yield _panel("major", _("Open major complaints"), "/complaint/list/?chip=major", majors(session, rights))
    if rights.may("receive", "Complaint"):
        opinions = "/consultation/list/?tab=asked"
        yield _panel("opinions", _("Departments that owe an opinion"), opinions, asked(session, rights))
        late = "/corrective_action/list/?chip=overdue"
        yield _panel("notices", _("Corrective notices overdue"), late, overdue_notices(session, rights))


def _panel(name: str, title: str, url: str, found: Iterable[tuple[Record, str]]) -> Panel:
    rows = [
        Row(
            f"/{record.kind}/show/{record.id}",
            record.number,
            who,
            record.title,
            Badge.of_record(record, WORKFLOWS[record.kind]),
        )
        for record, who in found
    ]
    return Panel(name, title, url, _("None at the moment."), rows)


def visits(session: Session, rights: Rights) -> list[tuple[Record, str]]:
    """2.2: where one is expected until tomorrow night, by the plan or by the deadline."""
    tomorrow = clock.today() + timedelta(days=1)
    people = rights.stands_for
    along = select(CoWorker.user_id).where(CoWorker.assignment_id == Assignment.id, CoWorker.user_id.in_(people))
    running = select(Assignment.id).where(Assignment.complaint_id == Record.id, Assignment.ended_at.is_(None))
    mine = running.where(or_(Assignment.technician_id.in_(people), along.exists()))
    planned = running.where(Assignment.planned_on <= tomorrow)
    due = select(Deadline.id).where(
        Deadline.record_id == Record.id,
        Deadline.code.in_((*ARRIVALS, "COMPLETE")),
        Deadline.met_at.is_(None),
        Deadline.cancelled_at.is_(None),
        Deadline.due_at <= clock.midnight_after(tomorrow),
    )
    on_the_way = Record.state.in_((S.assigned.value, S.on_site.value))
    wanted = (Record.kind == COMPLAINT.name, on_the_way, mine.exists(), or_(planned.exists(), due.exists()))
    first = [row.id for row in session.execute(waiting_first(rights.owner_keys, MOST, *wanted).limit(MOST))]
    query = (
        select(Complaint)
        .where(Complaint.id.in_(first), visible_complaints(rights))
        .order_by(*URGENCY)
        .limit(MOST)
        .options(selectinload(Complaint.customer))
    )
    return [(record, record.customer.name) for record in session.scalars(query)]


def majors(session: Session, rights: Rights) -> list[tuple[Record, str]]:
    """4.4: every open major complaint, the newest first."""
    query = (
        select(Complaint)
        .where(*open_majors(), visible_complaints(rights))
        .order_by(Complaint.__table__.c.id.desc())
        .limit(MOST)
        .options(selectinload(Complaint.customer))
    )
    return [(record, record.customer.name) for record in session.scalars(query)]


def asked(session: Session, rights: Rights) -> list[tuple[Record, str]]:
    """2.1: which departments still owe their opinion."""
    waiting = select(Consultation).where(Consultation.state == Asked.asked.value, visible_consultations(rights))
    query = waiting.options(joinedload(Consultation.department))
    return [(record, record.department.label) for record in most_urgent(session, query, Consultation, MOST)]


def overdue_notices(session: Session, rights: Rights) -> list[tuple[Record, str]]:
    """2.6: corrective notices that have missed their deadline."""
    late = select(CorrectiveAction).where(CorrectiveAction.due_at <= clock.now(), visible_notices(rights))
    query = late.options(joinedload(CorrectiveAction.department))
    return [(record, record.department.label) for record in most_urgent(session, query, CorrectiveAction, MOST)]
