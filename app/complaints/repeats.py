"""重复投诉: earlier complaints about the same thing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import settings
from app.core.text.sameness import code_key
from app.customers.twins import one_customer

from .codes import S
from .models import Complaint


def earlier(session: Session, record: Complaint) -> int | None:
    """The last complaint of this customer about this product (this very unit, when both name one), if recent."""
    if record.product_id is None:
        return None
    since = record.received_at - timedelta(days=settings.get(session, "repeat_days"))
    query = select(Complaint.id, Complaint.serial_no).where(
        Complaint.customer_id.in_(one_customer(session, record.customer_id)),
        Complaint.product_id == record.product_id,
        Complaint.received_at >= since,
        Complaint.state.not_in([S.void.value, S.merged.value]),
    )
    if record.id is not None:
        query = query.where(Complaint.id < record.id)
    rows = session.execute(query.order_by(Complaint.id.desc()).limit(50)).all()
    unit = code_key(record.serial_no)
    named = ((row.id, code_key(row.serial_no)) for row in rows)
    return next((number for number, other in named if unit is None or other is None or other == unit), None)


def alike(session: Session, record: Complaint, days: int) -> int:
    """How many complaints there are with the same product and failure mode in these days, this one included."""
    if record.product_id is None or record.failure_mode_id is None:
        return 1
    return _count(
        session,
        record,
        days,
        Complaint.product_id == record.product_id,
        Complaint.failure_mode_id == record.failure_mode_id,
    )


def of_one_batch(session: Session, record: Complaint, days: int) -> int:
    """How many complaints there are about the same batch of this product, this one included; 无 is no batch."""
    batch = code_key(record.batch_no)
    if batch is None or record.product_id is None:
        return 1
    return _count(session, record, days, Complaint.product_id == record.product_id, Complaint.batch_key == batch)


def _count(session: Session, record: Complaint, days: int, *same: object) -> int:
    since = record.received_at - timedelta(days=days)
    query = (
        select(func.count())
        .select_from(Complaint)
        .where(
            *same,  # type: ignore[arg-type]
            Complaint.received_at >= since,
            Complaint.received_at <= record.received_at,
            Complaint.state.not_in([S.void.value, S.merged.value]),
        )
    )
    return session.scalar(query) or 0
