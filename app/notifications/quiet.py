"""Quiet hours and quiet steps: at night and on days off nobody is mailed but for what is major."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sqlalchemy.orm import Session

from app.core import settings
from app.core.time import clock
from app.core.time.workdays import load_calendar

QUIET = frozenset({"edit", "recompute", "explain"})  # what the portal writes beside the steps


def in_business_hours(session: Session, moment: datetime) -> datetime:
    """The moment, or when business begins again."""
    calendar = load_calendar(session)
    begin = time.fromisoformat(settings.get(session, "business_hours_start"))
    end = time.fromisoformat(settings.get(session, "business_hours_end"))
    here = clock.local(moment)
    if calendar.is_workday(here.date()) and begin <= here.time() < end:
        return moment
    day = here.date() if here.time() < begin else here.date() + timedelta(days=1)
    return clock.at(calendar.on_or_after(day), begin)
