"""Periods as tests/deadlines.yaml lists them, and against an oracle that counts days one by one."""

from __future__ import annotations

import random
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest
import yaml

from app.core.time.periods import Period, Unit, end_of, explain
from app.core.time.when import FULL, due_stamp
from app.core.time.workdays import WorkCalendar, published_calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
CASES = yaml.safe_load((Path(__file__).parent.parent / "deadlines.yaml").read_text(encoding="utf-8"))
UNITS = {
    "day": (Unit.day, 1),
    "week": (Unit.day, 7),
    "workday": (Unit.workday, 1),
    "month": (Unit.month, 1),
    "hour": (Unit.hour, 1),
}


@pytest.fixture(scope="module")
def calendar() -> WorkCalendar:
    return published_calendar()


def moment(value: Any) -> datetime:
    parsed = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return parsed.replace(tzinfo=SHANGHAI)


def due(value: Any) -> datetime:
    """A day means its 24:00."""
    return moment(value) + timedelta(days=1) if re.fullmatch(r"[\d-]{10}", str(value)) else moment(value)


def period_of(words: str, roll: bool) -> Period:
    if words == "same day":
        return Period(0, Unit.same_day, roll)
    if words.startswith("until "):
        return Period.fixed(due(words.removeprefix("until ")), roll)
    quantity, unit = words.split()
    kind, factor = UNITS[unit.rstrip("s")]
    return Period(int(quantity) * factor, kind, roll)


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_the_regulation_says(case: dict[str, Any], calendar: WorkCalendar) -> None:
    start, period = moment(case["start"]), period_of(case["period"], case.get("roll", False))
    end = end_of(start, period, calendar)
    assert end.due_at == due(case["due"])
    assert end.provisional is case.get("provisional", False)
    assert case.get("says", "") in explain(start, period, end, "zh")
    assert ("暂定" in explain(start, period, end, "zh")) is end.provisional
    assert ("provisional" in explain(start, period, end, "en")) is end.provisional


def test_the_explanation_speaks_english_too(calendar: WorkCalendar) -> None:
    start, period = moment("2026-07-01"), Period(3, Unit.month, roll=True)
    assert explain(start, period, end_of(start, period, calendar), "en") == (
        "From 2026-07-01, first day not counted, 3 months, until 2026-10-08 24:00; "
        "the last day 2026-10-01 (National Day) is a public holiday, "
        "moved to 2026-10-08 (Civil Code art. 203)"
    )


def test_midnight_is_exclusive_and_written_24_00(calendar: WorkCalendar) -> None:
    end = end_of(moment("2026-11-24 15:00"), Period(3, Unit.day), calendar)
    assert end.due_at == datetime(2026, 11, 27, 16, tzinfo=UTC)
    assert end.due_at.tzinfo is UTC
    assert due_stamp(end.due_at, FULL) == "2026-11-27 24:00"


@pytest.mark.parametrize(
    "bad",
    [(-1, Unit.day, False, None), (1, Unit.fixed, False, None), (1, Unit.day, False, datetime(2026, 1, 1, tzinfo=UTC))],
)
def test_a_period_that_makes_no_sense_is_refused(bad: tuple[Any, ...]) -> None:
    with pytest.raises(ValueError):
        Period(*bad)


def off(day: date) -> bool:
    """Days off by the independent calendar; the library knows 2018 to 2026."""
    return bool(chinese_calendar.is_holiday(day))


def oracle(first: date, period: Period) -> date:
    """The last day, counted on the fingers."""
    day, left = first, period.quantity
    if period.unit is Unit.month:
        wanted = (first.year * 12 + first.month - 1) + left
        while day.year * 12 + day.month - 1 < wanted:
            day += timedelta(days=1)
        while day.day < first.day and (day + timedelta(days=1)).month == day.month:
            day += timedelta(days=1)
        left = 0
    while left:
        day += timedelta(days=1)
        left -= 0 if period.unit is Unit.workday and off(day) else 1
    while (period.roll or period.unit is Unit.workday) and off(day):
        day += timedelta(days=1)
    return day


def test_two_thousand_periods_agree_with_counting_on_the_fingers(calendar: WorkCalendar) -> None:
    dice = random.Random(2026)
    for _ in range(2000):
        first = date(2018, 1, 1) + timedelta(days=dice.randrange(365 * 8 + 90))
        unit = dice.choice([Unit.same_day, Unit.day, Unit.workday, Unit.month])
        most = {Unit.same_day: 0, Unit.day: 120, Unit.workday: 60, Unit.month: 5}[unit]
        period = Period(dice.randint(0, most), unit, dice.random() < 0.5)
        start = datetime.combine(first, time(dice.randrange(24), dice.randrange(60)), SHANGHAI)
        end = end_of(start.astimezone(UTC), period, calendar)
        expected = oracle(first, period)
        assert end.last_day == expected, (first, period)
        assert end.due_at == datetime.combine(expected + timedelta(days=1), time(), SHANGHAI)
        assert not end.provisional
