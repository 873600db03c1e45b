"""Whether deadlines were missed, as conditions: at a moment, and as far as the rows tell without a clock.

What time alone makes of a running deadline is told to people within seconds, and that is a changed row; so only the
few that are not told yet, or were given more time after it, differ between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, and_, func, null, or_

from ..model import AnyColumn
from .deadline_rules import Told
from .deadlines import Deadline

RUNNING = and_(Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None))
UNTOLD = [step.value for step in Told if step < Told.breached]
LATE = [step.value for step in Told if step >= Told.breached]


def late(now: datetime) -> ColumnElement[bool]:
    """Missed: met too late, still open after its end, or given up after its end."""
    return func.coalesce(Deadline.met_at, Deadline.cancelled_at, now) >= Deadline.due_at


def told_late() -> ColumnElement[bool]:
    """The same by the rows: a running one is late once that was told."""
    ended = func.coalesce(Deadline.met_at, Deadline.cancelled_at)
    return or_(ended >= Deadline.due_at, and_(RUNNING, Deadline.told.in_(LATE)))


def differing(now: datetime) -> Iterator[tuple[ColumnElement[bool], int]]:
    """Those the two tell differently: late and not told yet (+1), told and not late any more (-1)."""
    yield and_(RUNNING, Deadline.told.in_(UNTOLD), Deadline.due_at <= now), 1
    yield and_(RUNNING, Deadline.told.in_(LATE), Deadline.due_at > now), -1


def began(moment: AnyColumn) -> ColumnElement[datetime]:
    """When a case of those began: not to be looked up by, there are few of them and all others began then too."""
    return func.coalesce(moment, null())
