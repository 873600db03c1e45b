"""What whoever enters an absence, a deputy or a departure should know at once: where the work goes then."""

from __future__ import annotations

from datetime import date

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.rights.people import full_name
from app.core.text.wording import gettext as _
from app.core.time import clock

from . import handing
from .models import EmployeeProfile
from .people import find_login
from .staffing import open_work


def absent(day: date) -> Select[int]:
    """Who is away that day."""
    there = (EmployeeProfile.absent_from <= day, EmployeeProfile.absent_to >= day)
    return select(EmployeeProfile.user_id).where(*there)


def stands_in(session: Session, user_id: int, day: date) -> int | None:
    """The first along the chain of deputies who is there that day; None when nobody is."""
    seen, row = {user_id}, session.get(EmployeeProfile, user_id)
    while row is not None and row.deputy_id is not None and row.deputy_id not in seen:
        seen.add(row.deputy_id)
        row = session.get(EmployeeProfile, row.deputy_id)
        if row is not None and row.user.active and not row.is_away(day):
            return row.user_id
    return None


def warnings(session: Session, row: EmployeeProfile) -> list[str]:
    """The sentences for a person as just saved."""
    if not row.user.active:
        return _left_behind(session, row)
    first, last = row.absent_from, row.absent_to
    if first is None or last is None or last < clock.today():
        return []
    return [*_unattended(session, row, first, last), *_unfit(session, row, first)]


def _left_behind(session: Session, row: EmployeeProfile) -> list[str]:
    """Who leaves with open work hands it over."""
    amounts = handing.amounts(session, row.user_id)
    if not amounts:
        return []
    work = ", ".join(f"{label}: {number}" for label, number in amounts)
    waiting = open_work(session, row.user_id)
    sentence = _("%(n)s records still wait for this person. Give them to somebody else.", n=waiting)
    return [f"{sentence} ({work})"]


def _unattended(session: Session, row: EmployeeProfile, first: date, last: date) -> list[str]:
    """During an absence somebody has to be there: the deputy, or the deputy's deputy."""
    if row.deputy_id is None:
        return [_("Nobody stands in during the absence. Name a deputy, or the work waits.")]
    return _chain(session, row, first, last, {row.user_id})


def _chain(session: Session, row: EmployeeProfile, first: date, last: date, seen: set[int]) -> list[str]:
    """One sentence for each deputy along the chain who is not there."""
    deputy = session.get(EmployeeProfile, row.deputy_id) if row.deputy_id else None
    if deputy is None or deputy.user_id in seen:
        return [_("Then nobody is there. Name another deputy, or the work waits.")]
    name = full_name(session.get_one(User, deputy.user_id))
    begin, end = deputy.absent_from or date.max, deputy.absent_to or date.min
    if not deputy.user.active:
        sentence = _("The deputy %(name)s has left.", name=name)
    elif begin <= last and end >= first:
        facts = {"name": name, "first": begin, "last": end}
        sentence = _("The deputy %(name)s is away as well, from %(first)s to %(last)s.", **facts)
        first, last = max(first, begin), min(last, end)
    else:
        return [_("%(name)s stands in then.", name=name)] if len(seen) > 1 else []
    return [sentence, *_chain(session, deputy, first, last, seen | {deputy.user_id})]


def _unfit(session: Session, row: EmployeeProfile, first: date) -> list[str]:
    """2.3: the deputy does not go where a competence is missing."""
    number = stands_in(session, row.user_id, max(first, clock.today()))
    deputy = find_login(session, session.get_one(User, number).username) if number else None
    asked = [kind.lacking for kind in handing.KINDS if kind.lacking]
    missing = [lack for lacking in asked if deputy and (lack := lacking(session, row.user_id, deputy))]
    sentence = _("2.3: no valid competence: %(missing)s.", missing="; ".join(missing))
    return [sentence + " " + _("Such visits go to the QC manager's list.")] if missing else []
