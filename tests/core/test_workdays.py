"""The working calendar: official days, adjusted weekends, unpublished years, the company's own word."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import chinese_calendar
import pytest
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session

from app.core.time.workdays import (
    CalendarVersion,
    CalendarYear,
    Source,
    WorkCalendarDay,
    import_year,
    load_calendar,
    override_day,
    published_calendar,
    restore_day,
    seed_calendar,
)

TABLES = [model.__table__ for model in (WorkCalendarDay, CalendarYear, CalendarVersion)]


@pytest.fixture
def session() -> Iterator[Session]:
    engine = create_engine("sqlite://")
    WorkCalendarDay.metadata.create_all(engine, tables=TABLES)
    with Session(engine) as opened:
        yield opened
    engine.dispose()


@pytest.mark.parametrize("year", range(2018, 2027))
def test_every_day_agrees_with_an_independent_calendar(year: int) -> None:
    calendar = published_calendar(range(year, year + 1))
    day = date(year, 1, 1)
    while day.year == year:
        assert calendar.is_workday(day) is chinese_calendar.is_workday(day), day
        day += timedelta(days=1)
    assert calendar.confirmed(year)


def test_a_year_without_working_weekends_is_not_confirmed(session: Session) -> None:
    assert import_year(session, 2026).confirmed
    assert not import_year(session, 2027).confirmed
    calendar = load_calendar(session)
    assert calendar.confirmed(2026)
    assert not calendar.confirmed(2027)
    assert not calendar.confirmed(2028)


def test_the_first_start_knows_2018_to_2027_and_the_second_does_nothing(session: Session) -> None:
    assert seed_calendar(session) == list(range(2018, 2028))
    assert seed_calendar(session) == []


def test_weekends_that_are_worked_and_names_in_both_languages(session: Session) -> None:
    import_year(session, 2026)
    calendar = load_calendar(session)
    assert calendar.is_workday(date(2026, 2, 28))
    assert calendar.name(date(2026, 2, 28)) == ("调休工作日", "Adjusted working day")
    assert calendar.name(date(2026, 10, 1)) == ("国庆节", "National Day")
    assert calendar.name(date(2026, 11, 24)) == ("星期二", "Tuesday")
    assert calendar.next_workday(date(2026, 9, 30)) == date(2026, 10, 8)
    assert calendar.on_or_after(date(2026, 9, 30)) == date(2026, 9, 30)
    assert calendar.on_or_before(date(2026, 10, 7)) == date(2026, 9, 30)


def test_the_company_s_own_day_is_seen_at_once_and_outlives_an_import(session: Session) -> None:
    import_year(session, 2026)
    day = date(2026, 11, 24)
    assert load_calendar(session).is_workday(day)
    override_day(session, day, False, "厂庆", "Founding day")
    assert not load_calendar(session).is_workday(day)
    import_year(session, 2026)
    why = load_calendar(session).why_off(day)
    assert why == ("（厂庆）为公司休息日", "(Founding day) is a company day off")


def test_a_company_day_taken_back_is_what_was_published(session: Session) -> None:
    import_year(session, 2026)
    override_day(session, date(2026, 10, 1), True, "加班", "Overtime")
    assert load_calendar(session).is_workday(date(2026, 10, 1))
    restore_day(session, date(2026, 10, 1))
    assert not load_calendar(session).is_workday(date(2026, 10, 1))
    assert session.get_one(WorkCalendarDay, date(2026, 10, 1)).source is Source.official
    restore_day(session, date(2026, 11, 24))
    assert load_calendar(session).is_workday(date(2026, 11, 24))


def test_a_calendar_rolled_back_leaves_no_trace(session: Session) -> None:
    import_year(session, 2026)
    session.commit()
    override_day(session, date(2026, 11, 24), False, "厂庆", "Founding day")
    assert not load_calendar(session).is_workday(date(2026, 11, 24))
    session.rollback()
    assert load_calendar(session).is_workday(date(2026, 11, 24))
    override_day(session, date(2026, 11, 25), False, "厂庆", "Founding day")
    assert load_calendar(session).is_workday(date(2026, 11, 24))


def test_a_transaction_looks_at_the_calendar_once(session: Session) -> None:
    import_year(session, 2026)
    session.commit()
    load_calendar(session)
    session.commit()
    asked: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *args: asked.append(args[2]))
    assert load_calendar(session) is load_calendar(session)
    assert len(asked) == 1


def test_only_days_that_differ_or_have_a_name_are_kept(session: Session) -> None:
    import_year(session, 2026)
    days = session.scalars(select(WorkCalendarDay)).all()
    assert len(days) < 40
    assert all(day.name_zh and day.name_en for day in days)
