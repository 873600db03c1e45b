"""The morning's mail: every workday at 08:00 each person's work list, only if there is something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.complaints.models import Assignment
from app.complaints.services import SiteService
from app.core.process.also_waiting import Awaited, waiting
from app.core.process.turns import holders, users_with_role
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.when import due_stamp
from app.core.time.workdays import load_calendar
from app.organisation.people import colleagues_of_manager

from . import outbox
from .models import Heartbeat

FROM, UNTIL = time(8), time(9)  # what was not written by nine is no morning's list any more
MOST = 15


@dataclass
class List:
    """What one person finds in the mail."""

    count: int = 0
    overdue: int = 0
    mine: list[tuple[datetime | None, str]] = field(default_factory=list)
    department: list[str] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    completed: list[str] = field(default_factory=list)
    major: list[str] = field(default_factory=list)
    wishes: list[str] = field(default_factory=list)

    def payload(self, day: str) -> dict[str, Any]:
        lines = [text for _due, text in sorted(self.mine, key=lambda pair: (pair[0] is None, pair[0]))[:MOST]]
        return {
            "day": day,
            "count": self.count,
            "overdue": self.overdue,
            "mine": lines,
            "department": self.department[:MOST],
            "arrived": self.arrived[:MOST],
            "completed": self.completed[:MOST],
            "major": self.major[:MOST],
            "wishes": self.wishes[:MOST],
        }


def send_digests(session: Session) -> int:
    """Owe the lists of this workday, once; answers how many. Commits."""
    here = clock.local(clock.now())
    if not FROM <= here.time() < UNTIL or not load_calendar(session).is_workday(here.date()):
        return 0
    last = session.get(Heartbeat, "digest")
    if last is not None and clock.local(last.at).date() == here.date():
        return 0
    since = last.at if last else clock.now() - timedelta(days=1)
    if last is None:
        session.add(Heartbeat(name="digest", at=clock.now()))
    else:
        last.at = clock.now()
    day = str(here.date())
    lists = _lists(session)
    for part in PARTS:
        part(session, lists, since)
    for person, work in sorted(lists.items()):
        outbox.owe(session, "digest", None, day, [person], payload=work.payload(day))
    session.commit()
    return len(lists)


def _lists(session: Session) -> dict[int, List]:
    now, lists = clock.now(), defaultdict[int, List](List)
    for owner, (count, overdue) in _owners(session, now).items():
        top = lines(session, waiting([owner]))
        for person in holders(session, owner):
            mine = lists[person]
            mine.count, mine.overdue = mine.count + count, mine.overdue + overdue
            mine.mine += top
    for manager, people in colleagues_of_manager(session).items():
        theirs = [f"user:{number}" for number in people if number != manager]
        late = lines(session, Record.owner.in_(theirs), Record.due_at <= now)
        if late:
            lists[manager].department = [text for _due, text in late]
    return lists


def _owners(session: Session, now: datetime) -> dict[str, list[int]]:
    """Per turn: how many records wait for it, how many of them late."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    late = func.count().filter(Record.due_at <= now)
    own = select(Record.owner, func.count(), late).where(Record.owner.is_not(None)).group_by(Record.owner)
    beside = select(Awaited.owner, func.count(), late).join(Record, Record.id == Awaited.record_id)
    for owner, count, overdue in (*session.execute(own), *session.execute(beside.group_by(Awaited.owner))):
        found[owner][0] += count
        found[owner][1] += overdue
    return found


def lines(session: Session, *conditions: Any) -> list[tuple[datetime | None, str]]:
    """The most urgent records on these conditions, a line of text each."""
    rows = session.execute(
        select(Record.number, Record.title, Record.due_at)
        .where(*conditions)
        .order_by(Record.due_at.is_(None), Record.due_at, Record.id)
        .limit(MOST)
    )
    return [(row.due_at, _line(row)) for row in rows]


def _line(row: Any) -> str:
    due = f" ({due_stamp(row.due_at)})" if row.due_at else ""
    return f"{row.number} {row.title[:60]}{due}"


def visits(session: Session, lists: dict[int, List], since: datetime) -> None:
    """QC's part: who arrived and whose work was completed since the last list (2.2, 2.4)."""
    arrived = lines(session, Record.id.in_(select(Assignment.complaint_id).where(Assignment.arrived_at >= since)))
    completed = lines(session, Record.id.in_(select(SiteService.complaint_id).where(SiteService.completed_at >= since)))
    if arrived or completed:
        for person in users_with_role(session, "qc"):
            lists[person].arrived = [text for _due, text in arrived]
            lists[person].completed = [text for _due, text in completed]


PARTS: list[Callable[[Session, dict[int, List], datetime], None]] = [visits]  # what else a list tells, since when
