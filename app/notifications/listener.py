"""What a step owes in mails, written in the step's own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.complaints.models import Complaint
from app.core import clock
from app.core.names import full_name
from app.core.records import Follower
from app.core.turns import holders
from app.core.workflow import Fired
from app.customers.models import Customer
from app.organisation.models import EmployeeProfile

from . import outbox
from .quiet import in_business_hours
from .rules import CUSTOMER_STEPS, RULES

PATIENCE = timedelta(minutes=30)  # who is on site usually signs there; the link is for those who did not
QUIET = {
    "edit",
    "recompute",
    "log_contact",
    "correct_site",
    "back_at_company",
    "accept",
    "depart",
    "unmark_major",
    "consult",
    "quote",
    "analyse",
    "read",
    "explain",
}


def listen(fired: Fired) -> None:
    """Those whose turn it now is, and the names beside; never the actor, nobody twice."""
    session, record = fired.session, fired.record
    occurrence = str(fired.line.seq)
    event = f"{record.kind}.{fired.step}"
    people: set[int] = set()
    urgent = False
    for rule in RULES.get((record.kind, fired.step), []):
        if rule.when(fired):
            people |= {person for who in rule.tell for person in who(session, record)}
            urgent = urgent or rule.urgent
    if fired.step not in QUIET | {"mark_major"}:
        people |= {person for turn in (record.owner, *_joined(fired)) for person in holders(session, turn)}
        people |= set(session.scalars(select(Follower.user_id).where(Follower.record_id == record.id)))
    people.discard(fired.actor.user_id or 0)
    by_day = fired.actor.is_system and not fired.actor.via and not urgent  # at night nobody works but the portal
    not_before = in_business_hours(session, clock.now()) if by_day else None
    facts: dict[str, Any] = {"urgent": urgent, "not_before": not_before, "payload": _told(fired)}
    outbox.owe(session, event, record.id, occurrence, people, **facts)
    if isinstance(record, Complaint) and fired.step in CUSTOMER_STEPS:
        _tell_customer(fired, record, occurrence)


def _joined(fired: Fired) -> tuple[str, ...]:
    """Who else the record now waits for; a new report reaches the general manager by its own rule."""
    return () if (fired.record.kind, fired.step) == ("gm_report", "register") else fired.joined


def _told(fired: Fired) -> dict[str, Any]:
    return {"comment": fired.line.comment[:500], "actor": fired.actor.user_id}


def _tell_customer(fired: Fired, record: Complaint, occurrence: str) -> None:
    later = clock.now() + PATIENCE if fired.step == "complete" else None
    tell_customer(fired.session, record, CUSTOMER_STEPS[fired.step], occurrence, later)


def tell_customer(
    session: Session, record: Complaint, event: str, occurrence: str, later: datetime | None = None
) -> bool:
    """Owe the customer a mail, in the customer's language; False when there is no address."""
    customer = session.get(Customer, record.customer_id)
    if customer is None or not customer.email:
        return False
    facts = (event, record.id, occurrence, customer.email, customer.language, _visit(record), later)
    return outbox.owe_customer(session, *facts)


def _visit(record: Complaint) -> dict[str, Any]:
    """Who comes and when, as the customer is told."""
    row = record.assignment
    if row is None:
        return {}
    profile = object_session(record).get(EmployeeProfile, row.technician_id)  # type: ignore[union-attr]
    return {
        "technician": full_name(row.technician),
        "phone": (profile and profile.mobile) or "",
        "planned_on": str(row.planned_on or ""),
        "assigned_on": str(clock.local(row.at).date()),
    }
