"""Complaints as remote selects: for notices that concern them, and to merge one into another."""

from __future__ import annotations

from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from app.core.fields.lookups import PAGE, Named, lookup
from app.core.record.finding import numbered

from . import searching
from .merging import targets
from .models import Complaint
from .scope import in_scope

WORDS = Complaint.number + " " + Complaint.title
COMPLAINTS = Named(Complaint.id, Complaint.number, WORDS, WORDS, in_scope)


def find_complaint(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or number, within what the person may see."""
    condition: ColumnElement[bool] = Complaint.id.in_(numbered(session, text))
    if text.isascii() and text.isdigit() and int(text) < 2**31:
        condition = Complaint.id == int(text)
    row = session.scalar(select(Complaint).where(condition, in_scope()))
    return (row.id, f"{row.number} {row.title}") if row else None


Rows = list[tuple[Any, str]]


@lookup("complaint", permission=("can_list", "Complaint"), find=find_complaint, named=COMPLAINTS)
def search_complaints(session: Session, term: str, offset: int) -> Rows:
    return _found(session, select(Complaint), term, offset)


@lookup("merge_target", permission=("can_list", "Complaint"), find=find_complaint, named=COMPLAINTS)
def search_targets(session: Session, term: str, offset: int) -> Rows:
    """合并: the other open complaints of the same customer, for the one the address names."""
    number = request.args.get("of", 0, type=int)
    mine = session.scalar(select(Complaint).where(Complaint.id == number, in_scope()))
    return _found(session, targets(session, mine), term, offset) if mine else []


def _found(session: Session, query: Select[Any], term: str, offset: int) -> Rows:
    query = query.where(in_scope())
    if term:
        condition = searching.COMPLAINTS(session, term)
        query = query if condition is None else query.where(condition)
    rows = session.scalars(query.order_by(Complaint.id.desc()).offset(offset).limit(PAGE + 1))
    return [(row.id, f"{row.number} {row.title}") for row in rows]
