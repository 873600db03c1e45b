"""What a step owes in mails, written in the step's own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core import clock
from app.core.names import full_name
from app.core.records import Follower
from app.core.turns import holders
from app.core.workflow import Fired
from app.customers.models import Customer

from . import outbox
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
        people |= set(holders(session, record.owner))
        people |= set(session.scalars(select(Follower.user_id).where(Follower.record_id == record.id)))
    people.discard(fired.actor.user_id or 0)
    outbox.owe(session, event, record.id, occurrence, people, urgent=urgent, payload=_told(fired))
    if isinstance(record, Complaint) and fired.step in CUSTOMER_STEPS:
        _tell_customer(fired, record, occurrence)


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
    return {
        "technician": full_name(row.technician),
        "planned_on": str(row.planned_on or ""),
        "assigned_on": str(clock.local(row.at).date()),
    }
