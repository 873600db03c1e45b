"""Finding complaints: by their own text and people, by customer and product, by phone where phones may be seen."""

from __future__ import annotations

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import Session

from app.core.record import finding, search
from app.core.rights.current import current_rights
from app.customers.searching import PRODUCTS, found_customer

from .models import Complaint


def found(session: Session, typed: str) -> ColumnElement[bool] | None:
    """Every typed word in the complaint, its customer or its product; None when nothing was typed."""
    return search.found(_one, session, typed)


def _one(session: Session, word: str) -> ColumnElement[bool]:
    return or_(
        finding.holds(session, word, current_rights().may("see_contact", "Complaint")),
        found_customer(session, word, Complaint.customer_id),
        PRODUCTS.has(session, word, Complaint.product_id),
    )
