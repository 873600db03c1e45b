"""What a step owes in mails, written in the step's own transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.core.kind.registry import KINDS
from app.core.process.turns import holders
from app.core.process.workflow import Fired
from app.core.record.records import Record
from app.core.time import clock
from app.customers.models import Customer

from . import outbox
from .beside import told_by
from .quiet import QUIET, in_business_hours

PATIENCE = timedelta(minutes=30)  # who is on site usually signs there; the link is for those who did not


def listen(fired: Fired) -> None:
    """Those whose turn it now is, and the names beside; never the actor, nobody twice."""
    session, record = fired.session, fired.record
    occurrence = str(fired.line.seq)
    event = f"{record.kind}.{fired.step}"
    people: set[int] = set()
    urgent = False
    kind = KINDS[record.kind]
    for rule in kind.tell.get(fired.step, ()):
        if rule.when(fired):
            people |= {person for who in rule.who for person in who(session, record)}
            urgent = urgent or rule.urgent
    if fired.step not in QUIET | kind.quiet:
        people |= {person for turn in (record.owner, *_joined(fired)) for person in holders(session, turn)}
    people |= told_by(session, record, fired.step)
    people.discard(fired.actor.user_id or 0)
    by_day = fired.actor.is_system and not fired.actor.via and not urgent  # at night nobody works but the portal
    not_before = in_business_hours(session, clock.now()) if by_day else None
    facts: dict[str, Any] = {"urgent": urgent, "not_before": not_before, "payload": _told(fired)}
    outbox.owe(session, event, record.id, occurrence, people, **facts)
    if fired.step in kind.tell_customer:
        later = clock.now() + PATIENCE if fired.step == "complete" else None
        tell_customer(session, record, kind.tell_customer[fired.step], occurrence, later)


def _joined(fired: Fired) -> tuple[str, ...]:
    """Who else the record now waits for; a new report reaches the general manager by its own rule."""
    return () if (fired.record.kind, fired.step) == ("gm_report", "register") else fired.joined


def _told(fired: Fired) -> dict[str, Any]:
    return {"comment": fired.line.comment[:500], "actor": fired.actor.user_id}


def tell_customer(session: Session, record: Record, event: str, occurrence: str, later: datetime | None = None) -> bool:
    """Owe the customer a mail, in the customer's language; False when there is no address."""
    customer = session.get(Customer, record.customer_id)
    if customer is None or not customer.email:
        return False
    told = KINDS[record.kind].to_customer(record)
    facts = (event, record.id, occurrence, customer.email, customer.language, told, later)
    return outbox.owe_customer(session, *facts)
