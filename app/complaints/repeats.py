"""重复投诉: earlier complaints about the same thing."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import settings

from .codes import S
from .models import Complaint


def earlier(session: Session, record: Complaint) -> int | None:
    """The last complaint of this customer about this product (this very unit, when both name one), if recent."""
    if record.product_id is None:
        return None
    since = record.received_at - timedelta(days=settings.get(session, "repeat_days"))
    query = select(Complaint.id, Complaint.serial_no).where(
        Complaint.customer_id == record.customer_id,
        Complaint.product_id == record.product_id,
        Complaint.received_at >= since,
        Complaint.state.not_in([S.void.value, S.merged.value]),
    )
    if record.id is not None:
        query = query.where(Complaint.id < record.id)
    rows = session.execute(query.order_by(Complaint.id.desc()).limit(50)).all()
    unit = record.serial_no
    return next((row.id for row in rows if not unit or not row.serial_no or row.serial_no == unit), None)


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
    """How many complaints there are about the same batch, this one included."""
    if not record.batch_no:
        return 1
    return _count(session, record, days, Complaint.batch_no == record.batch_no)


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
