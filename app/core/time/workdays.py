"""The working calendar: official days off and adjusted working weekends (调休), and the company's own days.

Only days that differ from plain Monday–Friday, or that have a name, are kept.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..types import UtcDateTime, enum_column
from .clock import now
from .periods import WEEKDAYS, Text

FIRST_YEAR, LAST_YEAR = 2018, 2027
SATURDAY = 5
ADJUSTED: Text = ("调休工作日", "Adjusted working day")
SWAPPED: Text = ("调休放假", "Adjusted day off")


class Source(StrEnum):
    """Who says so: the State Council, or the company itself."""

    official = "official"
    company = "company"


class WorkCalendarDay(Model):
    """工作日历: a day that is not what its weekday says, or a named holiday."""

    __tablename__ = "work_calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_workday: Mapped[bool]
    name_zh: Mapped[str] = mapped_column(String(60), default="")
    name_en: Mapped[str] = mapped_column(String(120), default="")
    source: Mapped[Source] = mapped_column(enum_column(Source), default=Source.official)

    def __repr__(self) -> str:
        return self.day.isoformat()


class CalendarYear(Model):
    """A year of the calendar; confirmed once its adjusted working weekends are published."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    confirmed: Mapped[bool] = mapped_column(default=False)
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class CalendarVersion(Model):
    """One row whose token changes with the calendar, so that a process knows when to read it again.

    A random token, not a counter: what was read in a transaction that is rolled back can never pass for
    a later version.
    """

    __tablename__ = "calendar_version"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    token: Mapped[str] = mapped_column(String(32))


@dataclass(frozen=True)
class Special:
    """What the calendar says about one day."""

    is_workday: bool
    name: Text
    company: bool = False


class WorkCalendar:
    """The calendar as a value: no database behind it."""

    def __init__(self, days: dict[date, Special], years: frozenset[int]) -> None:
        self.days, self.years = days, years

    def is_workday(self, day: date) -> bool:
        special = self.days.get(day)
        return special.is_workday if special else day.weekday() < 5

    def confirmed(self, year: int) -> bool:
        """Whether the year is published with its adjusted working weekends."""
        return year in self.years

    def next_workday(self, day: date) -> date:
        """The first working day after a day."""
        return self.on_or_after(day + timedelta(days=1))

    def on_or_after(self, day: date) -> date:
        """The day itself, or the next working day (民法典203)."""
        while not self.is_workday(day):
            day += timedelta(days=1)
        return day

    def on_or_before(self, day: date) -> date:
        """The day itself, or the working day before."""
        while not self.is_workday(day):
            day -= timedelta(days=1)
        return day

    def after_workdays(self, day: date, quantity: int) -> date:
        """The n-th working day after a day, which itself is not counted (none: the day or the next)."""
        for _ in range(quantity):
            day = self.next_workday(day)
        return self.on_or_after(day)

    def name(self, day: date) -> Text:
        """What a day is called: its holiday, else its weekday."""
        special = self.days.get(day)
        return special.name if special and special.name[0] else WEEKDAYS[day.weekday()]

    def why_off(self, day: date) -> Text:
        """The words for a day off, as a deadline's explanation says them after the date."""
        (zh, en), special = self.name(day), self.days.get(day)
        if special and special.company:
            return f"（{zh}）为公司休息日", f"({en}) is a company day off"
        if special:
            return f"（{zh}）为法定节假日", f"({en}) is a public holiday"
        return f"（{zh}）为法定休假日", f"({en}) is a day off"


_loaded: tuple[str, WorkCalendar] = ("", WorkCalendar({}, frozenset()))


def load_calendar(session: Session) -> WorkCalendar:
    """The calendar in force; one look at its version per transaction, unless it changed."""
    global _loaded
    version = _version(session)
    token = version.token if version else ""
    if token and token == _loaded[0]:
        return _loaded[1]
    calendar = _read(session)
    if token:
        _loaded = (token, calendar)
    return calendar


def _version(session: Session, lock: bool = False) -> CalendarVersion | None:
    """The version row, held by the session so that a transaction reads it once."""
    version = session.get(CalendarVersion, 1, with_for_update=True if lock else None)
    session.info["calendar_version"] = version
    return version


def _read(session: Session) -> WorkCalendar:
    days = {
        row.day: Special(row.is_workday, (row.name_zh, row.name_en), row.source is Source.company)
        for row in session.scalars(select(WorkCalendarDay))
    }
    years = session.scalars(select(CalendarYear.year).where(CalendarYear.confirmed))
    return WorkCalendar(days, frozenset(years))


def _touch(session: Session) -> None:
    """Announce a change; whoever changes the calendar at the same time waits here."""
    version = _version(session, lock=True)
    if version is None:
        session.add(CalendarVersion(id=1, token=uuid.uuid4().hex))
    else:
        version.token = uuid.uuid4().hex
    session.flush()


def official_days(year: int) -> dict[date, Special]:
    """A year as the State Council published it: holidays, swapped days off and working weekends."""
    import holidays

    span = (year - 1, year, year + 1)  # a notice may move days of the neighbouring year
    zh = holidays.country_holidays("CN", years=span, language="zh_CN")
    en = holidays.country_holidays("CN", years=span, language="en_US")
    days = {day: Special(False, _name(zh[day], en[day])) for day in zh if day.year == year}
    working = {day: Special(True, ADJUSTED) for day in zh.weekend_workdays if day.year == year}
    return days | working


def _name(zh: str, en: str) -> Text:
    if "调休" in zh:
        return SWAPPED
    return zh.replace("; ", "、"), en.replace("; ", " / ")


def import_year(session: Session, year: int) -> CalendarYear:
    """Bring in a year again; the company's own days stay. Confirmed only with a working weekend."""
    _touch(session)
    days = official_days(year)
    first, last = date(year, 1, 1), date(year, 12, 31)
    session.execute(
        delete(WorkCalendarDay).where(
            WorkCalendarDay.day.between(first, last), WorkCalendarDay.source == Source.official
        )
    )
    own = set(session.scalars(select(WorkCalendarDay.day).where(WorkCalendarDay.day.between(first, last))))
    session.add_all(_row(day, special) for day, special in sorted(days.items()) if day not in own)
    known = session.get(CalendarYear, year) or CalendarYear(year=year)
    published = any(special.is_workday for special in days.values())
    known.confirmed, known.imported_at = bool(known.confirmed) or published, now()
    session.add(known)
    session.flush()
    return known


def confirm_year(session: Session, year: int) -> bool:
    """The notice was entered by hand: True when at least one adjusted working weekend is there (调休)."""
    _touch(session)
    days = session.scalars(
        select(WorkCalendarDay.day).where(
            WorkCalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)), WorkCalendarDay.is_workday
        )
    )
    if not any(day.weekday() >= SATURDAY for day in days):
        return False
    known = session.get(CalendarYear, year) or CalendarYear(year=year)
    known.confirmed = True
    session.add(known)
    session.flush()
    return True


def _row(day: date, special: Special) -> WorkCalendarDay:
    zh, en = special.name
    return WorkCalendarDay(day=day, is_workday=special.is_workday, name_zh=zh, name_en=en, source=Source.official)


def override_day(session: Session, day: date, is_workday: bool, name_zh: str, name_en: str) -> WorkCalendarDay:
    """The company's own word on a day; it outlives every import."""
    _touch(session)
    row = session.get(WorkCalendarDay, day) or WorkCalendarDay(day=day)
    row.is_workday, row.name_zh, row.name_en, row.source = is_workday, name_zh, name_en, Source.company
    session.add(row)
    session.flush()
    return row


def restore_day(session: Session, day: date) -> None:
    """Take the company's word back: the day is what was published."""
    _touch(session)
    session.execute(delete(WorkCalendarDay).where(WorkCalendarDay.day == day))
    special = official_days(day.year).get(day)
    if special and session.get(CalendarYear, day.year):
        session.add(_row(day, special))
    session.flush()


def seed_calendar(session: Session) -> list[int]:
    """Import the years that are missing; returns them."""
    known = set(session.scalars(select(CalendarYear.year)))
    missing = [year for year in range(FIRST_YEAR, LAST_YEAR + 1) if year not in known]
    for year in missing:
        import_year(session, year)
    return missing


def published_calendar(years: range = range(FIRST_YEAR, LAST_YEAR + 1)) -> WorkCalendar:
    """The official calendar without a database, as simulations and tests want it."""
    days = {year: official_days(year) for year in years}
    confirmed = (year for year in years if any(special.is_workday for special in days[year].values()))
    return WorkCalendar({day: it for year in years for day, it in days[year].items()}, frozenset(confirmed))
