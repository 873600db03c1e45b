"""Receipt of a complaint (2.1): who called, about what, from where; the number of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core import settings
from app.core.kind.asks import written
from app.core.record import attachments, numbers
from app.core.rights.actor import Actor
from app.core.time import clock
from app.customers.twins import one_customer

from . import repeats
from .asks import INTAKE
from .codes import OPEN
from .models import Complaint
from .scope import in_scope
from .workflow import COMPLAINT


def create(session: Session, values: dict[str, Any], actor: Actor) -> Complaint:
    """Register a complaint; the receipt's time is fixed from here on."""
    now = clock.now()
    received = values.get("received_at") or now
    late_by = timedelta(minutes=settings.get(session, "backfill_minutes"))
    record = Complaint(
        **{**written(INTAKE, values, Complaint), "received_at": received},
        backfilled=now - received > late_by,
        received_by_id=actor.user_id,
    )
    record.recurrence_of_id = record.recurrence_of_id or repeats.earlier(session, record)
    record.number = numbers.next_for(session, "complaint")
    COMPLAINT.begin(session, record, actor, values, clause="2.1")
    return record


def take_in(session: Session, values: dict[str, Any], actor: Actor, *, hand_over: bool) -> Complaint:
    """Receipt, judgement and hand-over in one act, or nothing. Raises Refused, Invalid; the caller commits."""
    record = create(session, values, actor)
    if values.get("letter"):
        attachments.keep(session, record, values["letter"], actor.user_id)
    nature = "quality" if hand_over else values.get("nature")
    if nature == "quality":
        plan = {"solution_plan": values.get("solution_plan")}
        COMPLAINT.fire(session, record, "classify_quality", actor, plan, own=True)
    elif nature == "non_quality":
        COMPLAINT.fire(session, record, "classify_non_quality", actor, {}, own=True)
    if hand_over:
        COMPLAINT.fire(session, record, "hand_over", actor, {"late_reason": values.get("late_reason")}, own=True)
    return record


def editable(record: Complaint, actor: Actor) -> bool:
    """Whoever holds the form may correct its head: Reception before the hand-over, QC before the disposition."""
    if not actor.may("can_edit"):
        return False
    if record.state in ("received", "negotiating", "pending_qc"):
        return actor.may("hand_over")
    return record.state in ("handed_over", "at_qc") and actor.may("draft_disposition")


def possible_duplicates(session: Session, customer_id: int, product_id: int | None) -> list[Complaint]:
    """Open or recent complaints of the same customer about the same product, as far as the reader may see them."""
    since = clock.now() - timedelta(days=settings.get(session, "duplicate_days"))
    query = select(Complaint).where(
        Complaint.customer_id.in_(one_customer(session, customer_id)),
        or_(Complaint.state.in_([state.value for state in OPEN]), Complaint.received_at >= since),
        in_scope(),
    )
    if product_id:
        query = query.where(Complaint.product_id == product_id)
    return list(session.scalars(query.order_by(Complaint.id.desc()).limit(5)))
