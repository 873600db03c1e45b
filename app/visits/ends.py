"""When the deadlines end that a visit's own steps begin, so that a phone without a network can tell them."""

from __future__ import annotations

from datetime import time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.complaints.workflow import ARRIVALS, COMPLAINT
from app.core.time import clock
from app.core.time.deadline_rules import DeadlineRule
from app.core.time.periods import Period, Unit, end_of
from app.core.time.when import said
from app.core.time.workdays import load_calendar

from .entry import STEPS

OF_A_VISIT = (*ARRIVALS, "COMPLETE", "CONFIRM", "RETURN_FORM")
BEFORE, AHEAD = 3, 14  # days for which a phone is told
COUNTED = (Unit.same_day, Unit.day, Unit.workday, Unit.month)  # by the day, whatever the hour


def then(record: Complaint) -> dict[str, str | None]:
    """The clock of the visit each step begins; None where it only ends one."""
    found: dict[str, str | None] = {}
    for step in STEPS:
        row = COMPLAINT.rows(step)[0]
        begun = [code for code in row.codes_started(record) if code in OF_A_VISIT]
        if begun or set(row.meets) & set(OF_A_VISIT):
            found[step] = begun[0] if begun else None
    return found


def ends(session: Session) -> dict[str, dict[str, dict[str, str]]]:
    """By clock and day of its beginning: when it ends, in words. A clock of hours is not foretold."""
    calendar, today = load_calendar(session), clock.today()
    days = [today + timedelta(days=count) for count in range(-BEFORE, AHEAD)]
    query = select(DeadlineRule).where(DeadlineRule.active, DeadlineRule.code.in_(OF_A_VISIT))
    told: dict[str, Any] = {}
    for rule in session.scalars(query):
        if rule.code not in ARRIVALS and rule.unit in COUNTED:
            period = Period(rule.quantity, rule.unit, rule.roll)
            told[rule.code] = {str(day): said(end_of(clock.at(day, time(12)), period, calendar).due_at) for day in days}
    return told
