"""Periods of the Civil Code (arts. 200–204): when a promise ends, and the sentence that says why. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from .clock import local, midnight_after
from .when import FULL, due_stamp, stamp

if TYPE_CHECKING:
    from .workdays import WorkCalendar

Text = tuple[str, str]  # zh, en

WEEKDAYS: tuple[Text, ...] = (
    ("星期一", "Monday"),
    ("星期二", "Tuesday"),
    ("星期三", "Wednesday"),
    ("星期四", "Thursday"),
    ("星期五", "Friday"),
    ("星期六", "Saturday"),
    ("星期日", "Sunday"),
)


class Unit(StrEnum):
    """How a period is counted."""

    same_day = "same_day"
    day = "day"
    workday = "workday"
    month = "month"
    hour = "hour"
    fixed = "fixed"


AMOUNTS: dict[Unit, tuple[str, str, str]] = {
    Unit.day: ("个自然日", "calendar day", "calendar days"),
    Unit.workday: ("个工作日", "working day", "working days"),
    Unit.month: ("个月", "month", "months"),
    Unit.hour: ("小时", "hour", "hours"),
}


@dataclass(frozen=True)
class Period:
    """So many of a unit, rolled to a working day or not; `until` is the exclusive end of a fixed one."""

    quantity: int
    unit: Unit
    roll: bool = False
    until: datetime | None = None

    def __post_init__(self) -> None:
        if self.quantity < 0:
            raise ValueError("a period does not run backwards")
        if (self.unit is Unit.fixed) != (self.until is not None):
            raise ValueError("a fixed period, and no other, names its end")

    @classmethod
    def fixed(cls, end: date | datetime, roll: bool = False) -> Period:
        """An agreed end: a moment, or 24:00 of a day."""
        until = end.astimezone(UTC) if isinstance(end, datetime) else midnight_after(end)
        return cls(0, Unit.fixed, roll, until)


@dataclass(frozen=True)
class End:
    """The exclusive end of a period, and what it depended on."""

    due_at: datetime
    last_day: date
    rolled_from: date | None = None
    unpublished: int | None = None  # the first year it depends on whose calendar is not published
    notes: tuple[Text, ...] = ()

    @property
    def provisional(self) -> bool:
        """暂定: to be computed again when the calendar of the year is published."""
        return self.unpublished is not None


def end_of(start: datetime, period: Period, calendar: WorkCalendar) -> End:
    """When a period ends that began at `start`."""
    if period.unit is Unit.hour:
        due_at = (start + timedelta(hours=period.quantity)).astimezone(UTC)
        return End(due_at, last_day_of(due_at))
    first = local(start).date()
    nominal = _nominal_last_day(first, period, calendar)
    last = calendar.on_or_after(nominal) if period.roll else nominal
    unpublished = _unpublished(first, nominal, last, period, calendar)
    notes = [*_clamp_note(first, nominal, period), *_roll_note(nominal, last, period, calendar)]
    if unpublished is not None:
        notes.append(
            (f"{unpublished}年日历尚未公布，暂定", f"provisional: the calendar of {unpublished} is not published yet")
        )
    due_at = period.until if period.until and last == nominal else midnight_after(last)
    return End(due_at, last, nominal if last != nominal else None, unpublished, tuple(notes))


def last_day_of(due_at: datetime) -> date:
    """The business day on which a period with this exclusive end still runs."""
    return local(due_at - timedelta(microseconds=1)).date()


def _nominal_last_day(first: date, period: Period, calendar: WorkCalendar) -> date:
    """The last day before any roll-forward; the first day is not counted (art. 201)."""
    if period.until is not None:
        return last_day_of(period.until)
    if period.unit is Unit.day:
        return first + timedelta(days=period.quantity)
    if period.unit is Unit.workday:
        return calendar.after_workdays(first, period.quantity)
    if period.unit is Unit.month:
        return _add_months(first, period.quantity)
    return first


def _add_months(first: date, months: int) -> date:
    """The same day of a later month, or its last day where there is no such day (art. 202)."""
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    return date(year, month + 1, min(first.day, monthrange(year, month + 1)[1]))


def _unpublished(first: date, nominal: date, last: date, period: Period, calendar: WorkCalendar) -> int | None:
    """The first unconfirmed year whose days off were looked at."""
    if period.unit is Unit.workday:
        looked_from = min(first + timedelta(days=1), last)
    elif period.roll:
        looked_from = nominal
    else:
        return None
    years = range(looked_from.year, last.year + 1)
    return next((year for year in years if not calendar.confirmed(year)), None)


def _clamp_note(first: date, nominal: date, period: Period) -> list[Text]:
    if period.unit is not Unit.month or first.day == nominal.day:
        return []
    return [
        (
            "到期月无对应日，以月末日为最后一日（民法典202）",
            "the last month has no such day, so its last day counts (Civil Code art. 202)",
        )
    ]


def _roll_note(nominal: date, last: date, period: Period, calendar: WorkCalendar) -> list[Text]:
    """Why the end moved, or why it did not although it is a weekend (调休)."""
    if last != nominal:
        zh, en = calendar.why_off(nominal)
        return [
            (
                f"末日{nominal}{zh}，顺延至 {last}（民法典203）",
                f"the last day {nominal} {en}, moved to {last} (Civil Code art. 203)",
            )
        ]
    if period.roll and nominal.weekday() >= 5:
        zh, en = WEEKDAYS[nominal.weekday()]
        return [
            (
                f"末日{nominal}（{zh}）为调休工作日，不顺延",
                f"the last day {nominal} ({en}) is an adjusted working day, not moved",
            )
        ]
    return []


def explain(start: datetime, period: Period, end: End, locale: str) -> str:
    """The written explanation of an end, kept with every deadline in both languages."""
    zh = locale.startswith("zh")
    sentence = _explain_zh(start, period, end) if zh else _explain_en(start, period, end)
    return ("；" if zh else "; ").join([sentence, *(note[0 if zh else 1] for note in end.notes)])


def _explain_zh(start: datetime, period: Period, end: End) -> str:
    until, day = due_stamp(end.due_at, FULL), local(start).date()
    if period.unit is Unit.fixed:
        return f"约定期限，至{until}止"
    if period.unit is Unit.same_day:
        return f"自{day}起算，当天，至{until}止"
    amount = f"{period.quantity}{AMOUNTS[period.unit][0]}"
    if period.unit is Unit.hour:
        return f"自{stamp(start)}起算，{amount}，至{until}止"
    return f"自{day}起算，首日不计，{amount}，至{until}止"


def _explain_en(start: datetime, period: Period, end: End) -> str:
    until, day = due_stamp(end.due_at, FULL), local(start).date()
    if period.unit is Unit.fixed:
        return f"Agreed time, until {until}"
    if period.unit is Unit.same_day:
        return f"From {day}, the same day, until {until}"
    amount = f"{period.quantity} {AMOUNTS[period.unit][1 if period.quantity == 1 else 2]}"
    if period.unit is Unit.hour:
        return f"From {stamp(start)}, {amount}, until {until}"
    return f"From {day}, first day not counted, {amount}, until {until}"
