"""Complaints as a remote select, for notices that concern them."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from app.core.lookups import PAGE, lookup
from app.core.security import current_rights

from . import searching
from .models import Complaint
from .scope import visible


def find_complaint(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or number, within what the person may see."""
    condition = Complaint.number == text
    if text.isascii() and text.isdigit() and int(text) < 2**31:
        condition = Complaint.id == int(text)
    scope = visible(current_rights()) if has_request_context() else true()  # the portal itself sees all
    row = session.scalar(select(Complaint).where(condition, scope))
    return (row.id, f"{row.number} {row.title}") if row else None


@lookup("complaint", permission=("can_list", "Complaint"), find=find_complaint)
def search_complaints(session: Session, term: str, offset: int) -> list[tuple[Any, str]]:
    query = select(Complaint).where(visible(current_rights()))
    if term:
        condition = searching.found(session, term)
        query = query if condition is None else query.where(condition)
    rows = session.scalars(query.order_by(Complaint.id.desc()).offset(offset).limit(PAGE + 1))
    return [(row.id, f"{row.number} {row.title}") for row in rows]
