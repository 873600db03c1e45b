"""What has changed is counted anew and kept again, by the engine: if it stands still, figures cost more, and are right.

What is marked is read first and the rows after it, and only the marks that were read go: what commits in between
stays marked. A source that is new, or asks in another way than before, is kept from today on and day by day backwards.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, and_, bindparam, delete, func, insert, literal, or_, select, text
from sqlalchemy.orm import Session

from ..time import clock
from .models import Tally, TallyKept, TallyStale
from .moments import HourOf
from .sources import SOURCES, Source
from .spans import DAY, begin_of, day_of, hour_of, merged, month_of

LOCK = 4713
MARKS = 5000  # read at once
HOURS = 200  # counted anew at once
SPENT = 0.2  # seconds for looking back, in one round of the engine
NAMES = ("source", "size", "span", "code", "by", "cases", "breached", "apart")
Range = tuple[datetime, datetime | None]  # from, and up to without; none: whatever comes
Work = Callable[[Session, Source], int]


def fold(session: Session) -> int:
    """Count anew what is stale, and keep more of the past; answers how many pieces of work it did. Commits."""
    waiting = set(session.scalars(select(TallyStale.source).distinct()))
    kept = {row.source: row for row in session.execute(select(TallyKept.source, TallyKept.shape, TallyKept.since))}
    session.rollback()
    done = 0
    for name, source in SOURCES.items():
        known = kept.get(name)
        if known is None or known.shape != source.shape:
            done += _one(session, source, _begun)
        elif known.since is not None:
            done += _one(session, source, _backwards)
        if name in waiting:
            done += _one(session, source, _redone)
    return done


def fold_all(session: Session) -> None:
    """Until everything is kept."""
    while fold(session):
        continue


def forget(session: Session) -> None:
    """Nothing is kept any more; the engine begins again. The caller commits."""
    session.execute(delete(TallyKept))


def _one(session: Session, source: Source, work: Work) -> int:
    """A piece of work in a transaction of its own, one folder at a time; readers never wait."""
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("BEGIN IMMEDIATE"))
    elif not session.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
        return 0
    done = work(session, source)
    session.commit()
    return done


def _begun(session: Session, source: Source) -> int:
    """The source from today on, whatever is dated in the future included."""
    for model in (Tally, TallyKept, TallyStale):
        session.execute(delete(model).where(model.source == source.name))
    today = clock.today()
    session.add(TallyKept(source=source.name, shape=source.shape, since=today))
    _count(session, source, [(begin_of(today), None)])
    return 1


def _backwards(session: Session, source: Source) -> int:
    """The days before those that are kept, more and more of them as long as that is quick."""
    kept = session.get_one(TallyKept, source.name)
    first = session.scalar(select(func.min(source.at)))
    begun, days = time.monotonic(), 1
    while kept.since is not None and time.monotonic() - begun < SPENT:
        if first is None or first >= begin_of(kept.since):
            kept.since = None
            break
        since = kept.since - days * DAY
        _count(session, source, [(begin_of(since), begin_of(kept.since))])
        kept.since, days = since, 2 * days
    session.flush()
    return 1


def _redone(session: Session, source: Source) -> int:
    """The hours that are marked, and with them their days and months."""
    own = select(TallyStale.id, TallyStale.hour).where(TallyStale.source == source.name)
    marks = session.execute(own.order_by(TallyStale.hour, TallyStale.id).limit(MARKS)).all()
    hours = sorted({mark.hour for mark in marks})[:HOURS]
    since = session.get_one(TallyKept, source.name).since
    kept = [hour for hour in hours if since is None or day_of(hour) >= since]
    if kept:
        _count(session, source, merged(kept))
    done = [mark.id for mark in marks if mark.hour in set(hours)]
    for begin in range(0, len(done), 500):
        session.execute(delete(TallyStale).where(TallyStale.id.in_(done[begin : begin + 500])))
    return len(hours)


def _count(session: Session, source: Source, ranges: Iterable[Range]) -> None:
    """The hours of these ranges from the rows, their days from the hours, the months from the days."""
    ranges = list(ranges)
    cases = source.query.subquery()
    hour, groups = HourOf(cases.c.at), (cases.c.code, func.coalesce(cases.c.by, 0))
    within = or_(*(_between(cases.c.at, *edges) for edges in ranges))
    numbers = func.count(), func.sum(cases.c.breached), func.sum(cases.c.apart)
    found = session.execute(select(hour, *groups, *numbers).where(within).group_by(hour, *groups)).all()
    hours = [dict(zip(NAMES, (source.name, "h", *row), strict=True)) for row in found]
    spans = or_(*(_between(Tally.span, *(edge and hour_of(edge) for edge in edges)) for edges in ranges))
    own = Tally.source == source.name, Tally.size == "h", spans
    days = {day_of(hour) for hour in session.scalars(select(Tally.span).where(*own).distinct())}
    days |= {day_of(row["span"]) for row in hours}
    session.execute(delete(Tally).where(*own))
    if hours:
        session.execute(insert(Tally), hours)
    _add_up(
        session, source, "h", "d", [(str(day), hour_of(begin_of(day)), hour_of(begin_of(day + DAY))) for day in days]
    )
    months = {month_of(day) for day in days}
    _add_up(session, source, "d", "m", [(month, month, f"{month}~") for month in months])


def _between(column: Any, begin: Any, end: Any) -> Any:
    return column >= begin if end is None else and_(column >= begin, column < end)


def _add_up(session: Session, source: Source, small: str, large: str, spans: list[tuple[str, str, str]]) -> None:
    """Spans from the smaller ones that lie in them."""
    if not spans:
        return
    rows = [{"whole": span, "begin": begin, "end": end} for span, begin, end in sorted(spans)]
    whole = delete(Tally).where(
        Tally.source == source.name, Tally.size == large, Tally.span == bindparam("whole", type_=Tally.span.type)
    )
    connection = session.connection()
    connection.execute(whole, rows)
    connection.execute(_summed(source.name, small, large), rows)


def _summed(name: str, small: str, large: str) -> Insert:
    sums = func.sum(Tally.cases), func.sum(Tally.breached), func.sum(Tally.apart)
    whole, begin, end = (bindparam(each, type_=Tally.span.type) for each in ("whole", "begin", "end"))
    parts = (
        select(literal(name), literal(large), whole, Tally.code, Tally.by, *sums)
        .where(Tally.source == name, Tally.size == small, Tally.span >= begin, Tally.span < end)
        .group_by(Tally.code, Tally.by)
    )
    return insert(Tally).from_select(NAMES, parts)
