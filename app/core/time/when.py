"""Moments and deadlines in words: the one place where they are written, for page, phone, mail, paper and file."""

from __future__ import annotations

from datetime import datetime, timedelta

from . import clock

FULL, SHORT, HOUR = "%Y-%m-%d %H:%M", "%m-%d %H:%M", "%H:%M"


def stamp(moment: datetime | None, pattern: str = FULL) -> str:
    """A moment as the clock on the wall shows it; one of another year carries its year, of another day its day."""
    if moment is None:
        return ""
    here, today = clock.local(moment), clock.today()
    if pattern == HOUR and here.date() != today:
        pattern = SHORT
    return here.strftime(FULL if pattern == SHORT and here.year != today.year else pattern)


def due_stamp(due_at: datetime | None, pattern: str = SHORT) -> str:
    """A deadline in words: one that ends a day is that day's 24:00, not the next day's 00:00."""
    if due_at is None:
        return ""
    if not ends_day(due_at):
        return stamp(due_at, pattern)
    return stamp(due_at - timedelta(minutes=1), pattern).replace("23:59", "24:00")


def said(due_at: datetime) -> dict[str, str]:
    """A deadline as a program shows it: when it is over, its last day, its words and its time of day."""
    words = due_stamp(due_at)
    day = clock.local(due_at - timedelta(microseconds=1)).date()
    at = clock.local(due_at).isoformat(timespec="seconds")
    return {"at": at, "day": str(day), "text": words, "time": words[-5:]}


def ends_day(due_at: datetime) -> bool:
    """Whether a deadline runs until 24:00."""
    return clock.local(due_at).strftime("%H%M%S%f") == "000000000000"
