"""What brings a matter before the general manager by itself (4.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from app.complaints.models import Complaint
from app.core.process.turns import users_with_role
from app.core.process.workflow import Fired, after
from app.core.record.records import Record
from app.core.rights.actor import SYSTEM
from app.core.time import clock, deadlines
from app.core.time.deadlines import Deadline
from app.corrective.codes import EFFECTIVE
from app.corrective.models import CorrectiveAction
from app.notifications import outbox
from app.notifications.digest import PARTS, List, lines
from app.notifications.engine import TICKS
from app.notifications.quiet import in_business_hours
from app.notifications.scan import WHEN_LONG_OVERDUE

from .models import G, GmReport
from .opening import open_report
from .telling import in_the_mail_of_the_day, next_mail

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


@after("gm_report", "register")
def calm_matter(fired: Fired) -> None:
    """What can wait stands in the mail of the day; the bell rings at once."""
    record = fired.record
    assert isinstance(record, GmReport)
    if record.is_urgent or record.is_weekly:
        return
    in_the_mail_of_the_day(fired.session, deadlines.running(fired.session, record, "GM_READ")[0].started_at)
    outbox.ring(fired.session, "gm_report.register", record.id, users_with_role(fired.session, "gm"))


def remind_unread(session: Session) -> int:
    """Again every four hours by day, until it is read (4.4); several that can wait, once a day. Commits."""
    now = clock.now()
    if not FIRST_HOUR <= clock.local(now).hour < LAST_HOUR:
        return 0
    unread = _unread(session)
    calm = [pair for pair in unread if not pair[0].is_urgent]
    told = [pair for pair in unread if pair[1] <= now - AGAIN_AFTER]
    by_day = [pair for pair in told if pair in calm] if in_business_hours(session, now) == now else []
    owed = in_the_mail_of_the_day(session, now) if by_day and len(calm) > 1 else 0
    for record, begun in [pair for pair in told if pair not in calm] + (by_day if len(calm) == 1 else []):
        times, people = (now - begun) // AGAIN_AFTER, users_with_role(session, "gm")
        owed += outbox.owe(session, "gm_unread", record.id, str(times), people, urgent=record.is_urgent)
    session.commit()
    return owed


def _unread(session: Session) -> list[tuple[GmReport, datetime]]:
    """What the general manager is to read, and since when."""
    query = (
        select(GmReport, Deadline.started_at)
        .join(Deadline, (Deadline.record_id == GmReport.id) & (Deadline.code == "GM_READ"))
        .where(GmReport.read_at.is_(None), GmReport.state != G.closed.value, Deadline.met_at.is_(None))
        .order_by(GmReport.id)
        .options(selectinload(GmReport.about))
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def long_overdue(session: Session, deadline: Deadline) -> None:
    """Three days late: the general manager hears of it; never a report about a report."""
    record = deadline.record
    if not isinstance(record, GmReport):
        open_report(session, "overdue", f"{record.number} {record.title}", SYSTEM, record)
    elif not record.is_urgent:
        in_the_mail_of_the_day(session, next_mail(session))


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
