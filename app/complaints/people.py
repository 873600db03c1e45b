"""Whose complaint it is: the receiving clerk, the assigned person, QC when nobody travels."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core import clock
from app.core.security import current_rights
from app.core.turns import role_turn, user_turn
from app.core.workflow import Actor, Turn

from .models import Complaint


def role(code: str) -> Turn:
    """The turn of everybody with a function."""
    return lambda session, record: role_turn(session, code)


def clerk(session: Session, record: Complaint) -> str:
    """The receiving clerk, else Reception."""
    person = record.clerk or record.received_by
    return user_turn(person.id) if person and person.active else role_turn(session, "reception")


def qc_or_manager(session: Session, record: Complaint) -> str:
    """QC; the QC manager once a draft waits for being issued."""
    draft = record.disposition
    waiting = draft is not None and draft.issued_at is None
    return role_turn(session, "qc_manager" if waiting else "qc")


def traveller(session: Session, record: Complaint) -> str:
    """The assigned person, or QC when none."""
    return user_turn(record.assignment.technician_id) if record.assignment else role_turn(session, "qc")


def beside_the_office(session: Session, record: Complaint) -> list[str]:
    """The QC manager, while a withdrawal waits for the approval."""
    return [role_turn(session, "qc_manager")] if record.withdrawal_asked_by_id is not None else []


def party(session: Session, record: Complaint) -> list[str]:
    """Whoever travels along: the visit is theirs too."""
    along = record.assignment.co_workers if record.assignment else []
    return [*(user_turn(worker.user_id) for worker in along), *beside_the_office(session, record)]


def is_assigned(record: Complaint, actor: Actor) -> bool:
    """The technician or inspector of the running assignment, co-workers included."""
    return bool(record.assignment and record.assignment.people & actor.stands_for)


def is_assigned_or_qc(record: Complaint, actor: Actor) -> bool:
    """The assigned person; QC when nobody is assigned."""
    return is_assigned(record, actor) if record.assignment else actor.may("receive")


def is_assigned_or_office(record: Complaint, actor: Actor) -> bool:
    """Reception, QC, or the assigned person."""
    return actor.may("see_all") or is_assigned(record, actor)


def may_dispute(record: Complaint, actor: Actor) -> bool:
    """QC, or the assigned person."""
    return actor.may("receive") or is_assigned(record, actor)


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
