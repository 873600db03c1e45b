"""A period as few spans: months, days, and the hours of a day in which something has changed."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from ..time import clock

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WRITTEN = "%Y-%m-%d %H"
MANY = 40  # so many changed hours are counted one by one; of more their days, of more days all between them
Moments = tuple[datetime, datetime]  # from, and up to without


@dataclass
class Cover:
    """What of a period is kept, and what must be counted from the rows."""

    kept: list[tuple[str, str, str]] = field(default_factory=list)  # size, first and last span
    live: list[Moments] = field(default_factory=list)
    _grows: str = ""  # the size of the span that was added last

    def keep(self, size: str, span: str) -> None:
        first = self.kept.pop()[1] if self._grows == size else span
        self.kept.append((size, first, span))
        self._grows = size

    def count(self, begin: datetime, end: datetime) -> None:
        first = self.live.pop()[0] if self.live and self.live[-1][1] == begin else begin
        self.live.append((first, end))
        self._grows = ""


def cover(edges: Sequence[date], since: date, stale: Iterable[str]) -> Cover:
    """Consecutive periods, each from a day up to but without the next: kept since a day, but for the stale hours."""
    found, day, until = Cover(), max(edges[0], since), edges[-1]
    if not _whole_hours(edges[0]) or since >= until:
        found.count(begin_of(edges[0]), begin_of(until))
        return found
    if day > edges[0]:
        found.count(begin_of(edges[0]), begin_of(day))
    hours, days = _changed(stale)
    months = {month_of(changed) for changed in (*days, *map(day_of, hours))}
    hourly = set(map(day_of, hours))
    while day < until:
        following = (day.replace(day=1) + 32 * DAY).replace(day=1)
        if day.day == 1 and following <= edges[bisect_right(edges, day)] and month_of(day) not in months:
            found.keep("m", month_of(day))
            day = following
            continue
        if day in days:
            found.count(begin_of(day), begin_of(day + DAY))
        elif day in hourly:
            _by_hours(found, day, hours)
        else:
            found.keep("d", day.isoformat())
        day += DAY
    return found


def _by_hours(found: Cover, day: date, stale: set[str]) -> None:
    for hour in hours_of(begin_of(day), begin_of(day + DAY)):
        if hour in stale:
            found.count(moment_of(hour), moment_of(hour) + HOUR)
        else:
            found.keep("h", hour)


def _changed(stale: Iterable[str]) -> tuple[set[str], set[date]]:
    """The hours, or the whole days, that are counted from the rows."""
    hours = set(stale)
    if len(hours) <= MANY:
        return hours, set()
    days = set(map(day_of, hours))
    if len(days) > MANY:
        days = {min(days) + number * DAY for number in range((max(days) - min(days)).days + 1)}
    return set(), days


def first_day(size: str, span: str) -> date:
    """The day a span begins on."""
    return day_of(span) if size == "h" else date.fromisoformat(span if size == "d" else f"{span}-01")


def merged(hours: Iterable[str]) -> list[Moments]:
    """Hours as the moments between which they lie, neighbours together."""
    found = Cover()
    for hour in sorted(hours):
        found.count(moment_of(hour), moment_of(hour) + HOUR)
    return found.live


def hours_of(begin: datetime, end: datetime) -> Iterator[str]:
    while begin < end:
        yield hour_of(begin)
        begin += HOUR


def hour_of(moment: datetime) -> str:
    """The hour of UTC a moment lies in."""
    return moment.astimezone(UTC).strftime(WRITTEN)


def moment_of(hour: str) -> datetime:
    return datetime.strptime(hour, WRITTEN).replace(tzinfo=UTC)


def day_of(hour: str) -> date:
    """The business day an hour belongs to."""
    return clock.local(moment_of(hour)).date()


def month_of(day: date) -> str:
    return day.isoformat()[:7]


def begin_of(day: date) -> datetime:
    return clock.at(day, time(0))


def _whole_hours(day: date) -> bool:
    """Where the company's day begins in the middle of an hour of UTC, nothing can be kept."""
    return begin_of(day).minute == 0
