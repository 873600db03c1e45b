"""2.3: whoever is sent must master the product."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from .models import Competence, EmployeeCompetence


def missing_competences(session: Session, user_id: int, category_id: int | None, on: date) -> list[Competence]:
    """What the product's category asks for and this person does not validly hold on a day."""
    if category_id is None:
        return []
    valid = select(EmployeeCompetence.competence_id).where(EmployeeCompetence.user_id == user_id, *_valid(on))
    return list(
        session.scalars(
            select(Competence).where(Competence.product_category_id == category_id, Competence.id.not_in(valid))
        )
    )


def asked_for(session: Session, categories: Iterable[int]) -> list[Competence]:
    """What these categories of products ask for."""
    query = select(Competence).where(Competence.product_category_id.in_(sorted(categories)))
    return list(session.scalars(query.order_by(Competence.id)))


def held(session: Session, people: Collection[int], on: date) -> dict[tuple[int, int], date | None]:
    """What these people validly hold on a day: person and competence → its last day, None without an end."""
    query = select(EmployeeCompetence.user_id, EmployeeCompetence.competence_id, EmployeeCompetence.valid_to)
    rows = session.execute(query.where(EmployeeCompetence.user_id.in_(people), *_valid(on)))
    return {(row.user_id, row.competence_id): row.valid_to for row in rows}


def _valid(on: date) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return (
        or_(EmployeeCompetence.valid_from.is_(None), EmployeeCompetence.valid_from <= on),
        or_(EmployeeCompetence.valid_to.is_(None), EmployeeCompetence.valid_to >= on),
    )
