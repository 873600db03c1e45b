"""Twelve months of complaints: how many, how punctual the visits, of which products and departments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.complaints.workflow import ARRIVALS
from app.core.time import clock
from app.core.time.deadlines import Deadline
from app.corrective.models import CorrectiveAction
from app.customers.models import Product
from app.organisation.models import Department

MONTHS, TOP = 12, 5
EARLIER = timedelta(days=62)  # a visit that is due in a month may belong to a complaint from before it


@dataclass(frozen=True)
class Month:
    """One month: complaints received, arrivals due in it and how many of them were late (2.2)."""

    name: str
    quality: int
    others: int
    arrivals: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return self.quality + self.others

    @property
    def on_time(self) -> int | None:
        """Per cent of the arrivals; a late one never rounds up to a hundred."""
        return 100 * (self.arrivals - self.late) // self.arrivals if self.arrivals else None


def month_start(moment: datetime) -> datetime:
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def starts() -> list[datetime]:
    """The first moments of the last twelve months, and of the coming one."""
    found = [month_start(clock.local(clock.now()))]
    for _index in range(MONTHS - 1):
        found.insert(0, month_start(found[0] - timedelta(days=1)))
    return [*found, month_start(found[-1] + timedelta(days=32))]


def months(session: Session, punctual: bool) -> list[Month]:
    """What was received month by month; with the punctuality of the visits for those who answer for it."""
    edges = starts()
    received = _per_month(Complaint.received_at, edges, Complaint.nature == "quality", Complaint.nature != "quality")
    row = session.execute(received.where(Complaint.received_at >= edges[0])).one()
    visits = _visits(session, edges) if punctual else [0] * (2 * MONTHS)
    return [
        Month(start.strftime("%Y-%m"), *row[2 * index : 2 * index + 2], *visits[2 * index : 2 * index + 2])
        for index, start in enumerate(edges[:-1])
    ]


def _visits(session: Session, edges: list[datetime]) -> Any:
    """2.2: arrivals by the month they were due in; an open one counts once it is overdue."""
    now = clock.now()
    met, open_late = Deadline.met_at.is_not(None), Deadline.met_at.is_(None) & (Deadline.due_at <= now)
    late = open_late | (Deadline.met_at >= Deadline.due_at)
    query = _per_month(Deadline.due_at, edges, met | open_late, late).join(Deadline, Deadline.record_id == Complaint.id)
    return session.execute(
        query.where(
            Complaint.received_at >= edges[0] - EARLIER,
            Deadline.code.in_(ARRIVALS),
            Deadline.cancelled_at.is_(None),
            Deadline.due_at >= edges[0],
        )
    ).one()


def _per_month(moment: Any, edges: list[datetime], *conditions: ColumnElement[bool]) -> Any:
    counts = [
        func.count().filter((moment >= start) & (moment < end), condition)
        for start, end in pairwise(edges)
        for condition in conditions
    ]
    return select(*counts).select_from(Complaint.__table__)


def products(session: Session) -> list[tuple[Any, int]]:
    """The products with most complaints in the twelve months."""
    many = func.count()
    query = (
        select(Complaint.product_id, many)
        .select_from(Complaint.__table__)
        .where(Complaint.received_at >= starts()[0], Complaint.product_id.is_not(None))
        .group_by(Complaint.product_id)
        .order_by(many.desc(), Complaint.product_id)
        .limit(TOP)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    known = session.scalars(select(Product).where(Product.id.in_(counts)))
    return sorted(((row, counts[row.id]) for row in known), key=lambda pair: (-pair[1], pair[0].id))


def departments(session: Session) -> list[tuple[Any, int]]:
    """2.6: the departments that were asked most to mend something in the twelve months."""
    many = func.count()
    query = (
        select(CorrectiveAction.department_id, many)
        .where(CorrectiveAction.issued_at >= starts()[0], CorrectiveAction.department_id.is_not(None))
        .group_by(CorrectiveAction.department_id)
        .order_by(many.desc(), CorrectiveAction.department_id)
        .limit(TOP)
    )
    counts = {row[0]: row[1] for row in session.execute(query)}
    known = session.scalars(select(Department).where(Department.id.in_(counts)))
    return sorted(((row.label, counts[row.id]) for row in known), key=lambda pair: -pair[1])
