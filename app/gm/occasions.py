"""What brings a matter before the general manager by itself (4.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.complaints.models import Complaint
from app.core import clock
from app.core.deadlines import Deadline
from app.core.records import Record
from app.core.turns import users_with_role
from app.core.workflow import SYSTEM, Fired, after
from app.corrective.codes import EFFECTIVE
from app.corrective.models import CorrectiveAction
from app.notifications import outbox
from app.notifications.digest import PARTS, List, lines
from app.notifications.engine import TICKS
from app.notifications.quiet import in_business_hours
from app.notifications.scan import WHEN_LONG_OVERDUE

from .models import G, GmReport
from .workflow import open_report

FAILURES = 3
AGAIN_AFTER = timedelta(hours=4)
FIRST_HOUR, LAST_HOUR = 8, 20


@after("complaint", "mark_major")
def major_complaint(fired: Fired) -> None:
    """重大质量投诉: the sales department reports within a working day."""
    record = fired.record
    assert isinstance(record, Complaint)
    open_report(fired.session, "major_complaint", f"{record.number} {record.title}", fired.actor, record)


@after("corrective_action", "verify")
def ineffective(fired: Fired) -> None:
    """The third ineffective round is no longer the department's matter alone."""
    record = fired.record
    assert isinstance(record, CorrectiveAction)
    if record.checks[-1].result != EFFECTIVE and record.failures >= FAILURES:
        open_report(fired.session, "ineffective", f"{record.number} {record.title}", SYSTEM, record)


def remind_unread(session: Session) -> int:
    """Again every four hours by day, until it is read (4.4); answers how many mails. Commits."""
    now = clock.now()
    if not FIRST_HOUR <= clock.local(now).hour < LAST_HOUR:
        return 0
    quiet = in_business_hours(session, now) != now
    unread = select(GmReport).where(
        GmReport.read_at.is_(None), GmReport.state != G.closed.value, GmReport.created_at <= now - AGAIN_AFTER
    )
    owed = 0
    for record in session.scalars(unread.order_by(GmReport.id).options(selectinload(GmReport.about))).all():
        if record.is_weekly or (quiet and not record.is_urgent):
            continue
        times = (now - record.created_at) // AGAIN_AFTER
        people = users_with_role(session, "gm")
        owed += outbox.owe(session, "gm_unread", record.id, str(times), people, urgent=record.is_urgent)
    session.commit()
    return owed


def long_overdue(session: Session, deadline: Deadline) -> None:
    """Three days late: the general manager hears of it; never a report about a report."""
    record = deadline.record
    if not isinstance(record, GmReport):
        open_report(session, "overdue", f"{record.number} {record.title}", SYSTEM, record)


def in_the_list(session: Session, lists: dict[int, List], since: datetime) -> None:
    """The general manager's morning: every open matter; the customers' expectations in the first list of a week."""
    weekly = GmReport.id.in_(select(GmReport.id).where(GmReport.reason == "expectation", GmReport.at_once.is_(False)))
    still_open = (Record.kind == "gm_report", Record.owner.is_not(None), GmReport.id == Record.id)
    matters, wishes = lines(session, *still_open, ~weekly), []
    if clock.local(since).isocalendar()[:2] != clock.today().isocalendar()[:2]:
        wishes = lines(session, *still_open, weekly)
    if matters or wishes:
        for person in users_with_role(session, "gm"):
            mine = lists[person]
            mine.major, mine.wishes = [text for _due, text in matters], [text for _due, text in wishes]
            mine.count = max(mine.count, len(matters) + len(wishes))


if in_the_list not in PARTS:
    PARTS.append(in_the_list)
if remind_unread not in TICKS:
    TICKS.insert(0, remind_unread)
if long_overdue not in WHEN_LONG_OVERDUE:
    WHEN_LONG_OVERDUE.append(long_overdue)
