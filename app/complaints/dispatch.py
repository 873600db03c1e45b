"""2.3: who can be sent, with competence and load, as the QC manager sees it while choosing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core import clock
from app.core.names import full_name
from app.core.records import Record
from app.core.turns import users_with_role
from app.organisation.competence import missing_competences

from .codes import S
from .models import Assignment, Complaint

UNDER_WAY = (S.assigned.value, S.on_site.value, S.awaiting_confirmation.value, S.confirmed.value)


@dataclass(frozen=True)
class Traveller:
    """A technician or inspector: what is missing for this product, and what is already planned."""

    name: str
    missing: str
    visits: int
    planned: date | None


def travellers(session: Session, record: Complaint) -> list[Traveller]:
    """Everybody who may be sent; those with the competence and the least to do first."""
    category = record.product.category_id if record.product else None
    people = sorted({*users_with_role(session, "technician"), *users_with_role(session, "inspector")})
    load = _load(session, people)
    found = []
    for user in session.scalars(select(User).where(User.id.in_(people))):
        lacking = missing_competences(session, user.id, category, clock.today())
        visits, planned = load.get(user.id, (0, None))
        found.append(Traveller(full_name(user), ", ".join(item.label for item in lacking), visits, planned))
    return sorted(found, key=lambda row: (bool(row.missing), row.visits, row.name))


def _load(session: Session, people: list[int]) -> dict[int, tuple[int, date | None]]:
    """Visits under way and the next planned day, per person."""
    query = (
        select(Assignment.technician_id, func.count(), func.min(Assignment.planned_on))
        .join(Record, Record.id == Assignment.complaint_id)
        .where(Assignment.ended_at.is_(None), Record.state.in_(UNDER_WAY), Assignment.technician_id.in_(people))
        .group_by(Assignment.technician_id)
    )
    return {row[0]: (row[1], row[2]) for row in session.execute(query)}
