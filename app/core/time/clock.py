"""The process clock: the only source of time, so that a whole portal can be run at any date."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_zone = ZoneInfo("Asia/Shanghai")
_frozen: datetime | None = None


def set_zone(name: str) -> None:
    """The business zone of the company (PORTAL_TIMEZONE)."""
    global _zone
    _zone = ZoneInfo(name)


def zone() -> ZoneInfo:
    """The zone in which days begin and end."""
    return _zone


def now() -> datetime:
    """This moment, aware, in UTC."""
    return _frozen or datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """A moment as the clock on the company's wall shows it."""
    return moment.astimezone(_zone)


def today() -> date:
    """The business day."""
    return local(now()).date()


def at(day: date, clock: time) -> datetime:
    """A wall-clock time on a business day, as an aware UTC moment."""
    return datetime.combine(day, clock, _zone).astimezone(UTC)


def midnight_after(day: date) -> datetime:
    """24:00 of a business day: the next midnight, exclusive (Civil Code art. 203)."""
    return at(day + timedelta(days=1), time())


def set_frozen(moment: datetime | None) -> None:
    """Stop the clock at a moment, or let it run again with None."""
    global _frozen
    _frozen = moment.astimezone(UTC) if moment else None


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """The clock stands at `moment` inside the block (for the whole process)."""
    before = _frozen
    set_frozen(moment)
    try:
        yield
    finally:
        set_frozen(before)
