"""上门任务: a running assignment as the phone keeps it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import selectinload

from app.complaints.api import phone
from app.complaints.codes import S
from app.complaints.models import Assignment, Complaint, CoWorker
from app.complaints.people import contact_visible
from app.complaints.rules import photos_attached
from app.complaints.workflow import ARRIVALS, COMPLAINT
from app.core.process.admission import hindrance
from app.core.rest.answers import plain
from app.core.rest.shapes import of_column, or_nothing, says, shaped
from app.core.rights.current import current_rights
from app.core.rights.filters import RowScope
from app.core.rights.rights import Rights
from app.core.text import phones
from app.core.text.wording import lazy_gettext as _l
from app.core.time.when import said
from app.extensions import db

from .ends import OF_A_VISIT, then
from .entry import STEPS

RUNNING = tuple(state.value for state in (S.assigned, S.on_site, S.awaiting_confirmation, S.confirmed))
FOUND = ("phenomenon", "investigation", "cause_category", "responsibility")
DONE = ("remedy", "charge", "work_done", "parts_used", "old_serial", "new_serial")


def is_theirs(record: Complaint, rights: Rights) -> bool:
    """Sent there now: oneself, a co-worker of the assignment, or whom one stands in for."""
    return bool(record.assignment and record.assignment.people & rights.stands_for)


class RunningScope(RowScope):
    """The complaints this person is on the way to, or at."""

    name: Any = _l("Running assignments")

    def condition(self) -> ColumnElement[bool]:
        people = current_rights().stands_for
        running = select(Assignment.complaint_id).where(Assignment.ended_at.is_(None))
        sent = running.where(Assignment.technician_id.in_(people))
        along = running.join(CoWorker).where(CoWorker.user_id.in_(people))
        return Complaint.state.in_(RUNNING) & Complaint.id.in_(sent.union_all(along))


EAGER = (
    *(selectinload(getattr(Complaint, name)) for name in ("customer", "product", "site_region", "dispositions")),
    *(selectinload(getattr(Complaint, name)) for name in ("services", "quotes", "deadlines", "attachments")),
    selectinload(Complaint.assignments).selectinload(Assignment.co_workers),
)


def _ends(record: Complaint, codes: tuple[str, ...]) -> datetime | None:
    return min((item.due_at for item in record.deadlines if item.code in codes and item.is_running), default=None)


def due_at(record: Complaint) -> datetime | None:
    """The visit's own deadline: the arrival, the work, the customer's confirmation, the form back at QC."""
    return _ends(record, OF_A_VISIT)


def due(record: Complaint) -> dict[str, str] | None:
    """The deadline in words: the last day of one that ends at midnight is the day before."""
    end = due_at(record)
    return said(end) if end else None


def arrive_by(record: Complaint) -> str | None:
    """2.2: from this moment on a late arrival says why."""
    return plain(_ends(record, ARRIVALS))


def return_by(record: Complaint) -> str | None:
    """2.6: from this moment on a form handed in late says why."""
    return plain(_ends(record, ("RETURN_FORM",)))


def back_at(record: Complaint) -> str | None:
    """2.6: when the technician came back from this very visit."""
    done_at = record.service.completed_at if record.service else None
    back = record.back_at if record.back_at and done_at and record.back_at >= done_at else None
    return plain(back)


def found(record: Complaint) -> dict[str, Any] | None:
    """2.4: what was found on site in this round."""
    row = record.service
    return {name: plain(getattr(row, name)) for name in FOUND} if row else None


def done(record: Complaint) -> dict[str, Any] | None:
    """2.5: what the customer is asked to sign."""
    row = record.service
    return {name: plain(getattr(row, name)) for name in DONE} if row and row.completed_at else None


def quote(record: Complaint) -> dict[str, Any] | None:
    """2.4: the quotation of this round and the customer's answer."""
    row = record.quote
    if row is None or row.round != record.round:
        return None
    return {"lines": row.lines, "amount": plain(row.amount), "accepted": row.accepted}


def signed(record: Complaint, step: str) -> dict[str, str]:
    """What the customer reads and signs: the implementation record, or the quotation."""
    if step == "answer_quote" and record.quote:
        what = ", ".join(line["description"] for line in record.quote.lines)
        return {"lines": what, "amount": f"{record.quote.amount:.2f}"}
    if step == "confirm" and record.service:
        facts = {name: plain(getattr(record.service, name)) for name in (*FOUND, *DONE) if name != "cause_category"}
        return {name: "" if value is None else str(value) for name, value in facts.items()}
    return {}


def calls(record: Complaint) -> list[dict[str, str]]:
    """The numbers to tap, one by one."""
    seen = phones.numbers(record.contact_phone) if contact_visible(record) else []
    return [{"text": piece.text.strip(), "href": piece.href} for piece in seen]


def photos(record: Complaint) -> int:
    """How many photos of the site there are."""
    return sum(item.category == "photo" for item in record.attachments)


def barred(record: Complaint) -> dict[str, str]:
    """The steps on site that can't succeed now, each with its sentence; photos come along with the step itself."""
    actor, found = current_rights().actor("Complaint"), {}
    for step in COMPLAINT.offered(record, actor):
        if step.name in STEPS:
            asked = replace(step, guards=tuple(guard for guard in step.guards if guard is not photos_attached))
            found[step.name] = hindrance(db.session, record, asked, actor)
    return {name: sentence for name, sentence in found.items() if sentence}


def _running(name: str) -> Any:
    return shaped(
        lambda: or_nothing(of_column(getattr(Assignment, name))),
        lambda record: plain(getattr(record.assignment, name)) if record.assignment else None,
    )


FIELDS = (
    "id",
    "number",
    "version",
    "state",
    "subject",
    "description",
    "serial_no",
    ("customer", says(str, lambda record: record.customer.name)),
    ("contact", says(str | None, lambda record: record.contact_name or record.complainant)),
    ("phone", phone),
    ("calls", calls),
    ("address", says(str, lambda record: f"{record.site_region.label}{record.site_address or ''}")),
    ("product", says(str | None, lambda record: record.product.label if record.product else None)),
    ("opinion", says(str | None, lambda record: record.disposition.opinion if record.disposition else None)),
    ("planned_on", _running("planned_on")),
    ("departed_at", _running("departed_at")),
    ("arrived_at", _running("arrived_at")),
    "due_at",
    ("due", due),
    ("then", then),
    ("arrive_by", arrive_by),
    ("return_by", return_by),
    ("back_at", back_at),
    ("found", found),
    ("done", done),
    ("quote", quote),
    ("photos", photos),
    ("barred", barred),
)
