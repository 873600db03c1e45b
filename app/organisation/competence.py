"""2.3: whoever is sent must master the product."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from .models import Competence, EmployeeCompetence


def missing_competences(session: Session, user_id: int, category_id: int | None, on: date) -> list[Competence]:
    """What the product's category asks for and this person does not validly hold on a day."""
    if category_id is None:
        return []
    valid = select(EmployeeCompetence.competence_id).where(
        EmployeeCompetence.user_id == user_id,
        or_(EmployeeCompetence.valid_from.is_(None), EmployeeCompetence.valid_from <= on),
        or_(EmployeeCompetence.valid_to.is_(None), EmployeeCompetence.valid_to >= on),
    )
    return list(
        session.scalars(
            select(Competence).where(Competence.product_category_id == category_id, Competence.id.not_in(valid))
        )
    )
