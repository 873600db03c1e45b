"""Receipt of a complaint (2.1): who called, about what, from where; the number of the day."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.core import clock, numbers, settings
from app.core.workflow import Actor

from . import repeats
from .codes import OPEN
from .models import Complaint
from .workflow import COMPLAINT

PLAIN = (
    "channel",
    "complainant",
    "contact_name",
    "contact_phone",
    "site_address",
    "serial_no",
    "batch_no",
    "quantity",
    "purchase_date",
    "contract",
    "subject",
    "description",
    "customer_demand",
    "claimed_loss",
    "severity",
)


def create(session: Session, values: dict[str, Any], actor: Actor) -> Complaint:
    """Register a complaint; the receipt's time is fixed from here on."""
    now = clock.now()
    received = values.get("received_at") or now
    late_by = timedelta(minutes=settings.get(session, "backfill_minutes"))
    record = Complaint(
        **{name: values.get(name) for name in PLAIN},
        customer_id=values["customer"],
        product_id=values.get("product"),
        failure_mode_id=values.get("failure_mode"),
        site_region_code=values["site_region"],
        received_at=received,
        backfilled=now - received > late_by,
        received_by_id=actor.user_id,
    )
    record.recurrence_of_id = values.get("recurrence_of") or repeats.earlier(session, record)
    record.number = numbers.daily(session, "TS", clock.today())
    COMPLAINT.begin(session, record, actor, values, clause="2.1")
    return record


def correction(values: dict[str, Any]) -> dict[str, Any]:
    """A corrected head of the form as attributes of the record."""
    return {
        **{name: values.get(name) for name in PLAIN if name in values},
        "product_id": values.get("product"),
        "failure_mode_id": values.get("failure_mode"),
    }


def editable(record: Complaint, actor: Actor) -> bool:
    """Whoever holds the form may correct its head: Reception before the hand-over, QC before the disposition."""
    if not actor.may("can_edit"):
        return False
    if record.state in ("received", "negotiating", "pending_qc"):
        return actor.may("hand_over")
    return record.state in ("handed_over", "at_qc") and actor.may("draft_disposition")


def possible_duplicates(session: Session, customer_id: int, product_id: int | None) -> list[Complaint]:
    """Open or recent complaints of the same customer about the same product."""
    since = clock.now() - timedelta(days=settings.get(session, "duplicate_days"))
    query = select(Complaint).where(
        Complaint.customer_id == customer_id,
        or_(Complaint.state.in_([state.value for state in OPEN]), Complaint.received_at >= since),
    )
    if product_id:
        query = query.where(Complaint.product_id == product_id)
    return list(session.scalars(query.order_by(Complaint.id.desc()).limit(5)))


def as_correction(record: Complaint) -> dict[str, Any]:
    """The head of the form as it stands."""
    return {
        **{name: getattr(record, name) for name in PLAIN},
        "product": record.product_id,
        "failure_mode": record.failure_mode_id,
    }
