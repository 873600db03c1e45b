"""Ten thousand random deadlines against a walk through the calendar, day by day, with a second source for the days."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import chinese_calendar
import pytest

from app.core.time.periods import Period, Unit, end_of
from app.core.time.workdays import published_calendar

CHINA = ZoneInfo("Asia/Shanghai")
TRIES = 10_000
FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)


def workday(day: date) -> bool:
    return bool(chinese_calendar.is_workday(day))


def walked(start: datetime, quantity: int, unit: Unit, roll: bool) -> datetime:
    """The exclusive end by counting on one's fingers."""
    if unit is Unit.hour:
        return start + timedelta(hours=quantity)
    day = start.astimezone(CHINA).date()
    if unit is Unit.day:
        for _turn in range(quantity):
            day += timedelta(days=1)
    elif unit is Unit.workday:
        counted = 0
        while counted < quantity:
            day += timedelta(days=1)
            counted += workday(day)
    elif unit is Unit.month:
        wanted = day.day
        for _turn in range(quantity):
            day = day.replace(day=1) + timedelta(days=32)
            day = day.replace(day=1)
        nearest = day
        while (nearest + timedelta(days=1)).month == day.month and nearest.day < wanted:
            nearest += timedelta(days=1)
        day = nearest
    while roll and not workday(day):
        day += timedelta(days=1)
    return datetime(day.year, day.month, day.day, tzinfo=CHINA) + timedelta(days=1)


def moments(chance: random.Random) -> datetime:
    """Any second, and often the awkward ones."""
    day = FIRST + timedelta(days=chance.randrange((date(2026, 6, 30) - FIRST).days))
    clock = chance.choice([(0, 0, 0), (23, 59, 59), (16, 30, 0), None])
    hour, minute, second = clock or (chance.randrange(24), chance.randrange(60), chance.randrange(60))
    return datetime(day.year, day.month, day.day, hour, minute, second, tzinfo=CHINA)


def test_ten_thousand_random_deadlines_end_where_a_person_would_count_them_to():
    chance, calendar = random.Random(20261124), published_calendar()
    for _turn in range(TRIES):
        start, roll = moments(chance), chance.random() < 0.5
        unit = chance.choice([Unit.same_day, Unit.day, Unit.workday, Unit.month, Unit.hour])
        quantity = 0 if unit is Unit.same_day else 1 + chance.randrange(6 if unit is Unit.month else 60)
        end = end_of(start, Period(quantity, unit, roll), calendar)
        expected = walked(start, quantity, unit, roll and unit is not Unit.hour)
        assert end.due_at == expected, (start, quantity, unit, roll)
        assert not end.provisional, (start, quantity, unit, roll)


def test_both_sources_agree_on_every_day_that_is_published():
    calendar, day, differ = published_calendar(), FIRST, []
    while day <= LAST:
        if calendar.is_workday(day) != workday(day):
            differ.append(day)
        day += timedelta(days=1)
    assert differ == []


@pytest.mark.parametrize(
    ("start", "quantity", "unit", "roll", "provisional"),
    [
        ("2026-12-25 10:00", 10, Unit.workday, False, True),
        ("2026-12-25 10:00", 3, Unit.workday, False, False),
        ("2026-12-30 10:00", 5, Unit.day, True, True),
        ("2026-12-30 10:00", 5, Unit.day, False, False),
        ("2026-11-16 10:00", 3, Unit.month, True, True),
    ],
)
def test_what_depends_on_an_unpublished_year_is_provisional(
    start: str, quantity: int, unit: Unit, roll: bool, provisional: bool
):
    moment = datetime.fromisoformat(start).replace(tzinfo=CHINA)
    assert end_of(moment, Period(quantity, unit, roll), published_calendar()).provisional is provisional
