"""The working calendar, year by year: official days, adjusted working weekends, the company's own days."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import format_date
from sqlalchemy import select

from app.core.fields.fields import TextField, YesNoField
from app.core.fields.forms import StepForm
from app.core.pages import drafts
from app.core.rights.current import actor_for, current_rights
from app.core.text import cleaning
from app.core.text.wording import get_locale
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock, workdays
from app.core.time.recompute import recompute_open
from app.core.time.workdays import CalendarYear, WorkCalendar, WorkCalendarDay
from app.extensions import db

EARLIEST, LATEST = 2010, 2100


class DayForm(StepForm):
    """The company's own word on a day."""

    is_workday = YesNoField(_l("Working day"), required=True)
    name_zh = TextField(_l("Reason (Chinese)"), required=True, max_length=60)
    name_en = TextField(_l("Reason (English)"), required=True, max_length=120)


@dataclass(frozen=True)
class Cell:
    """One day of the page: its number, what it is, and why."""

    day: date
    works: bool
    kind: str  # plain, official, working (an adjusted weekend), company
    words: str


def months(of: WorkCalendar, year: int) -> list[tuple[str, list[list[Cell | None]]]]:
    """Twelve grids, Monday first."""
    weeks = calendar.Calendar(firstweekday=0)
    return [
        (
            format_date(date(year, month, 1), "LLLL"),
            [
                [cell(of, day) if day.month == month else None for day in week]
                for week in weeks.monthdatescalendar(year, month)
            ],
        )
        for month in range(1, 13)
    ]


def cell(of: WorkCalendar, day: date) -> Cell:
    special, works = of.days.get(day), of.is_workday(day)
    if special is None:
        return Cell(day, works, "plain", _("working day") if works else _("day off"))
    kind = "company" if special.company else "working" if special.is_workday else "official"
    zh, en = special.name
    return Cell(day, works, kind, en if str(get_locale() or "zh") == "en" else zh)


class CalendarView(Page):
    """工作日历: what the deadlines count with."""

    route_base = "/calendar"
    default_view = "list"
    class_permission_name = "WorkCalendar"
    base_permissions = ["can_list", "can_edit"]

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self) -> Any:
        asked = cleaning.typed(cleaning.asked("year"))
        year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else clock.today().year
        if not EARLIEST <= year <= LATEST:
            abort(404)
        known = db.session.get(CalendarYear, year)
        return self.render_template(
            "portal/organisation/calendar.html",
            title=_("Working calendar %(year)s", year=year),
            year=year,
            known=known,
            months=months(workdays.load_calendar(db.session), year),
            may=current_rights().may("can_edit", "WorkCalendar"),
            years=db.session.scalars(select(CalendarYear.year).order_by(CalendarYear.year)).all(),
            today=clock.today(),
            weekdays=[format_date(date(2024, 1, number), "EEEEE") for number in range(1, 8)],
            company=_company_days(year),
            earliest=EARLIEST,
            latest=LATEST,
        )

    @expose("/import", methods=["POST"])
    @has_access
    @permission_name("edit")
    def bring_in(self) -> Any:
        """A year as the State Council published it; the company's own days stay."""
        year = _year()
        if year is None:
            return redirect(url_for("CalendarView.list"))
        known = workdays.import_year(db.session, year)
        reason = _("The calendar of %(year)s was imported.", year=year)
        moved = recompute_open(db.session, reason, actor_for("WorkCalendar"))
        db.session.commit()
        flash(_("%(year)s was imported.", year=year), "success")
        if not known.confirmed:
            flash(
                _("%(year)s is not published yet: deadlines that depend on it stay provisional.", year=year),
                "warning",
            )
        _tell_moved(moved)
        return redirect(url_for("CalendarView.list", year=year))

    @expose("/confirm", methods=["POST"])
    @has_access
    @permission_name("edit")
    def confirm(self) -> Any:
        """The State Council's notice was entered day by day: what was provisional is computed again."""
        year = _year()
        if year is None:
            return redirect(url_for("CalendarView.list"))
        if workdays.confirm_year(db.session, year):
            reason = _("The calendar of %(year)s was confirmed.", year=year)
            moved = recompute_open(db.session, reason, actor_for("WorkCalendar"))
            flash(reason, "success")
            _tell_moved(moved)
        else:
            flash(
                _("Enter the adjusted working weekends of the notice first: without one no year is published."),
                "danger",
            )
        db.session.commit()
        return redirect(url_for("CalendarView.list", year=year))

    @expose("/day/<text>", methods=["GET", "POST"])
    @has_access
    @permission_name("edit")
    def day(self, text: str) -> Any:
        day = _day(text)
        row = db.session.get(WorkCalendarDay, day)
        if request.method == "GET":
            works = workdays.load_calendar(db.session).is_workday(day)
            names = (
                {"name_zh": row.name_zh, "name_en": row.name_en}
                if row and row.source == workdays.Source.company
                else {}
            )
            return self._day_page(day, row, DayForm(data={"is_workday": not works if not names else works, **names}))
        form = DayForm.of(request.form)
        if not form.validate():
            return self._day_page(day, row, form), 422
        values = form.values()
        workdays.override_day(db.session, day, values["is_workday"], values["name_zh"], values["name_en"])
        return self._changed(
            day, _("The company's calendar was changed: %(day)s, %(why)s.", day=day, why=values["name_zh"])
        )

    @expose("/day/<text>/restore", methods=["POST"])
    @has_access
    @permission_name("edit")
    def restore(self, text: str) -> Any:
        """The company takes its word back: the day is what was published."""
        day = _day(text)
        workdays.restore_day(db.session, day)
        return self._changed(day, _("The company's calendar was changed: %(day)s is as published again.", day=day))

    def _changed(self, day: date, reason: str) -> Any:
        moved = recompute_open(db.session, reason, actor_for("WorkCalendar"))
        db.session.commit()
        drafts.done()
        flash(reason, "success")
        _tell_moved(moved)
        return redirect(url_for("CalendarView.list", year=day.year))

    def _day_page(self, day: date, row: WorkCalendarDay | None, form: DayForm) -> str:
        page: str = self.render_template(
            "portal/organisation/calendar_day.html",
            title=format_date(day, "full"),
            day=day,
            form=form,
            own=bool(row and row.source == workdays.Source.company),
            now_is=cell(workdays.load_calendar(db.session), day),
        )
        return page


def _year() -> int | None:
    """The year that was sent; None, and a sentence, when it is none."""
    asked = cleaning.typed(cleaning.sent("year"))
    year = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else 0
    if EARLIEST <= year <= LATEST:
        return year
    flash(_("Type a year between %(first)s and %(last)s.", first=EARLIEST, last=LATEST), "danger")
    return None


def _company_days(year: int) -> Any:
    first, last = date(year, 1, 1), date(year, 12, 31)
    return db.session.scalars(
        select(WorkCalendarDay)
        .where(WorkCalendarDay.day.between(first, last), WorkCalendarDay.source == workdays.Source.company)
        .order_by(WorkCalendarDay.day)
    ).all()


def _day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        abort(404)
    return day if EARLIEST <= day.year <= LATEST else abort(404)


def _tell_moved(moved: int) -> None:
    if moved:
        flash(_("%(n)s running deadlines moved; the old end stays in each history.", n=moved), "info")
