"""Finding complaints: by their own text, by customer and product, by phone where phones may be seen."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, false, func, or_, select
from sqlalchemy.orm import Session

from app.core.search import SearchIndex, words_of
from app.core.security import current_rights
from app.customers.models import Customer, Product
from app.customers.names import digits
from app.customers.searching import found_customer

from .models import Complaint

TEXT = SearchIndex(Complaint, "number", "title", "description", "serial_no", "batch_no", "contract")
PHONE_DIGITS = 4


def found(session: Session, typed: str) -> ColumnElement[bool] | None:
    """Every typed word in the complaint, its customer or its product; None when nothing was typed."""
    words = words_of(typed)
    if not words:
        return false() if typed.strip() else None
    return and_(*(_one(session, word) for word in words))


def _one(session: Session, word: str) -> ColumnElement[bool]:
    product = func.lower(Product.model + " " + Product.name_zh + " " + Product.name_en)
    hits = [
        TEXT.has(session, word),
        Complaint.customer_id.in_(select(Customer.id).where(found_customer(session, word))),
        Complaint.product_id.in_(select(Product.id).where(product.contains(word, autoescape=True))),
    ]
    number = digits(word)
    if len(number) >= PHONE_DIGITS and current_rights().may("see_contact", "Complaint"):
        plain = func.replace(func.replace(Complaint.contact_phone, "-", ""), " ", "")
        hits.append(plain.contains(number, autoescape=True))
    return or_(*hits)
