"""2.2, 2.3: who can be sent, with competence and load, as the QC manager sees it while choosing."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from app.core.process.deeds import Deed
from app.core.process.refused import Invalid
from app.core.process.turns import users_with_role
from app.core.record.records import Record
from app.core.rights.people import full_name
from app.core.text.reading import reading
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.organisation import competence
from app.organisation.models import Competence, EmployeeProfile
from app.organisation.people import TRAVELLING, find_login

from . import codes
from .codes import S
from .models import Assignment, Complaint

UNDER_WAY = (S.assigned.value, S.on_site.value, S.awaiting_confirmation.value, S.confirmed.value)
DAYS = 3  # planned days that are named


@dataclass(frozen=True)
class Traveller:
    """A technician or inspector: what is missing for this product, and what is already planned."""

    login: str
    name: str
    functions: tuple[str, ...]
    department: str
    missing: str
    valid_to: date | None  # the first of the competences that ends
    visits: int
    days: list[date]


def gaps(session: Session, record: Complaint, people: Iterable[int], on: date | None = None) -> str:
    """What those who are sent lack of the competence this product asks for, each with a name (2.3)."""
    category = record.product.category_id if record.product else None
    found = []
    for user in session.scalars(select(User).where(User.id.in_(list(people))).order_by(User.id)):
        if missing := competence.missing_competences(session, user.id, category, on or clock.today()):
            what = "、".join(item.label for item in missing)
            found.append(_("%(name)s (%(competences)s)", name=full_name(user), competences=what))
    return "; ".join(found)


def travellers(session: Session, records: Iterable[Any]) -> list[Traveller]:
    """Everybody who may be sent; those with the competence and the least to do first."""
    categories = {record.product.category_id for record in records if record.product} - {None}
    wanted = competence.asked_for(session, categories) if categories else []
    functions = _functions(session)
    held = competence.held(session, functions, clock.today()) if wanted else {}
    load = _load(session, functions)
    places = _places(session, functions)
    found = []
    for user in session.scalars(select(User).where(User.id.in_(functions))):
        lacking, until = _measured(wanted, held, user.id)
        visits, days = load.get(user.id, (0, []))
        facts = (functions[user.id], places.get(user.id, ""), lacking, until, visits, days)
        found.append(Traveller(user.username, full_name(user), *facts))
    return sorted(found, key=lambda row: (bool(row.missing), row.visits, reading(row.name)))


def _functions(session: Session) -> dict[int, tuple[str, ...]]:
    """The travelling functions of each person who holds one."""
    found: dict[int, tuple[str, ...]] = {}
    for code in TRAVELLING:
        for person in users_with_role(session, code):
            found[person] = (*found.get(person, ()), code)
    return found


def _measured(
    wanted: list[Competence], held: dict[tuple[int, int], date | None], person: int
) -> tuple[str, date | None]:
    """What a person lacks, and until when the rest holds."""
    lacking = [item.label for item in wanted if (person, item.id) not in held]
    ends = [end for item in wanted if (end := held.get((person, item.id)))]
    return ", ".join(lacking), min(ends, default=None)


def _places(session: Session, people: Collection[int]) -> dict[int, str]:
    """What department each of them works in."""
    query = select(EmployeeProfile).where(EmployeeProfile.user_id.in_(people))
    found = session.scalars(query.options(joinedload(EmployeeProfile.department)))
    return {row.user_id: row.department.label for row in found if row.department}


def _load(session: Session, people: Collection[int]) -> dict[int, tuple[int, list[date]]]:
    """Visits under way and the next planned days, per person."""
    query = (
        select(Assignment.technician_id, Assignment.planned_on, func.count())
        .join(Record, Record.id == Assignment.complaint_id)
        .where(Assignment.ended_at.is_(None), Record.state.in_(UNDER_WAY), Assignment.technician_id.in_(people))
        .group_by(Assignment.technician_id, Assignment.planned_on)
        .order_by(Assignment.planned_on)
    )
    found: dict[int, tuple[int, list[date]]] = {}
    for person, day, visits in session.execute(query):
        known, days = found.get(person, (0, []))
        found[person] = (known + visits, [*days, day][:DAYS] if day and day >= clock.today() else days)
    return found


def kind_fits(deed: Deed[Complaint]) -> str | None:
    """委派 as technician or inspector: what the person is; asked for only where somebody is both."""
    person = find_login(deed.session, deed.data["technician"])
    known, asked = person.travels_as if person else (), deed.data.get("kind")
    if asked and asked not in known:
        name, said = deed.data["technician"], codes.ASSIGNMENT_KINDS
        functions = ", ".join(str(said[code]) for code in known)
        sentence = _("%(name)s is %(functions)s, not %(kind)s.", name=name, functions=functions, kind=said[asked])
        raise Invalid({"kind": [sentence]})
    if not asked and len(known) > 1:
        raise Invalid({"kind": [_("This person is both: choose as what the visit is assigned.")]})
    deed.data["kind"] = asked or known[0]
    return None
