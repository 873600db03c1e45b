"""Finding corrective action notices by their own text."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false
from sqlalchemy.orm import Session

from app.core.search import SearchIndex, words_of

from .models import CorrectiveAction

TEXT = SearchIndex(CorrectiveAction, "number", "problem", "requirement")


def found(session: Session, typed: str) -> ColumnElement[bool] | None:
    """Every typed word; None when nothing was typed."""
    words = words_of(typed)
    if not words:
        return false() if typed.strip() else None
    return and_(*(TEXT.has(session, word) for word in words))
