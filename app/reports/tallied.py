"""What the workbench sums up, kept: arrivals, receipts by nature and by product, satisfaction, notices."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, String, bindparam, case, cast, literal, or_, select, text

from app.complaints.models import Complaint
from app.complaints.workflow import ARRIVALS
from app.core.tally.sources import Cases, Source, declare
from app.core.time.deadlines import Deadline
from app.core.time.lateness import began, differing, told_late
from app.corrective.models import CorrectiveAction

ARRIVAL, RECEIVED, OF_PRODUCT, RATED, NOTICE = "arrival", "received", "of_product", "rated", "notice"
CODES: Any = bindparam(None, ARRIVALS, expanding=True, literal_execute=True)  # written out: so the index below is found
ARRIVING = f"code IN ({', '.join(map(repr, ARRIVALS))})"
Index(
    "ix_deadline_arrival",
    Deadline.__table__.c.due_at,
    sqlite_where=text(ARRIVING),
    postgresql_where=text(ARRIVING),
)
complaint = Complaint.__table__.c


def _cases(code: Any, at: Any, *, by: Any = None, breached: ColumnElement[bool] | None = None) -> Cases:
    return select(
        code.label("code"),
        at.label("at"),
        (literal(0) if by is None else by).label("by"),
        (literal(0) if breached is None else case((breached, 1), else_=0)).label("breached"),
        literal(0).label("apart"),
    )


def _arrivals() -> Cases:
    """2.2: arrivals by the moment they were due: those that came, and those it was told that they are late."""
    known = or_(Deadline.met_at.is_not(None), told_late())
    cases = _cases(literal(ARRIVAL), Deadline.due_at, breached=told_late())
    return cases.where(Deadline.code.in_(CODES), Deadline.cancelled_at.is_(None), known)


def _late_arrivals(now: datetime) -> Iterator[Cases]:
    for condition, more in differing(now):
        numbers = (literal(more).label("cases"), literal(more).label("breached"), literal(0).label("apart"))
        columns = (literal(ARRIVAL).label("code"), began(Deadline.due_at).label("at"), literal(0).label("by"), *numbers)
        yield select(*columns).where(condition, Deadline.code.in_(ARRIVALS))


def _received() -> Cases:
    return _cases(complaint.nature, complaint.received_at)


def _of_product() -> Cases:
    known = complaint.product_id.is_not(None)
    return _cases(literal(OF_PRODUCT), complaint.received_at, by=complaint.product_id).where(known)


def _rated() -> Cases:
    """By the stars the customer gave."""
    rated = complaint.satisfaction.is_not(None)
    return _cases(cast(complaint.satisfaction, String), complaint.received_at).where(rated)


def _notices() -> Cases:
    """2.6: issued notices by department."""
    record = CorrectiveAction.metadata.tables["record"]
    notice = CorrectiveAction.__table__
    cases = _cases(literal(NOTICE), notice.c.issued_at, by=record.c.department_id)
    return cases.join_from(notice, record, notice.c.id == record.c.id).where(
        notice.c.issued_at.is_not(None), record.c.department_id.is_not(None)
    )


declare(
    Source(ARRIVAL, _arrivals, _late_arrivals),
    Source(RECEIVED, _received),
    Source(OF_PRODUCT, _of_product),
    Source(RATED, _rated),
    Source(NOTICE, _notices),
)
