"""Whose complaint it is: the receiving clerk, the assigned person, QC when nobody travels."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.process.deeds import reads
from app.core.rights import masking
from app.core.rights.actor import Actor
from app.core.rights.current import current_rights
from app.core.text.phones import masked
from app.core.time import clock

from .models import Complaint


def clerk(_session: Session, record: Complaint) -> list[int]:
    """The receiving clerk."""
    person = record.clerk or record.received_by
    return [person.id] if person and person.active else []


def drafted(record: Complaint) -> bool:
    """A draft of the disposition waits for being issued."""
    draft = record.disposition
    return draft is not None and draft.issued_at is None


def party(_session: Session, record: Complaint) -> list[int]:
    """The assigned person, and whoever travels along: the visit is theirs too."""
    row = record.assignment
    return [row.technician_id, *(worker.user_id for worker in row.co_workers)] if row else []


def withdrawal_asked(record: Complaint) -> bool:
    """A withdrawal waits for the approval."""
    return record.withdrawal_asked_by_id is not None


@reads("assignments.co_workers")
def is_assigned(record: Complaint, actor: Actor) -> bool:
    """The technician or inspector of the running assignment, co-workers included."""
    return bool(record.assignment and record.assignment.people & actor.stands_for)


def in_the_office(actor: Actor) -> bool:
    """Whoever holds a step and looks after all complaints; travellers see those they are sent to."""
    return actor.may("see_all")


@reads("assignments.co_workers")
def is_assigned_or_qc(record: Complaint, actor: Actor) -> bool:
    """The assigned person; QC when nobody is assigned."""
    return is_assigned(record, actor) if record.assignment else in_the_office(actor)


@reads("assignments.co_workers")
def is_assigned_or_office(record: Complaint, actor: Actor) -> bool:
    """Reception, QC, or the assigned person."""
    return in_the_office(actor) or is_assigned(record, actor)


@reads("assignments.co_workers")
def may_dispute(record: Complaint, actor: Actor) -> bool:
    """QC, or the assigned person."""
    return in_the_office(actor) or is_assigned(record, actor)


def own_slip(record: Complaint, actor: Actor) -> bool:
    """The QC manager voids any slip; Reception its own, on the same day."""
    if actor.may("void_any"):
        return True
    mine = bool({record.created_by_id, record.kept_by_id} & actor.stands_for)
    return mine and clock.local(record.created_at).date() == clock.today()


def contact_visible(record: Complaint) -> bool:
    """Phone numbers are masked for those who only read; the assigned person sees them while the assignment runs."""
    rights = current_rights()
    running = (
        record.assignment and record.assignment.ended_at is None and record.state not in ("closed", "merged", "void")
    )
    return rights.may("see_contact", "Complaint") or bool(running and record.assignment.people & rights.stands_for)  # type: ignore[union-attr]


masking.declare("complaint", "contact_phone", masked, contact_visible)
