"""Finding customers: by name with two Chinese characters, by pinyin initials, by phone where phones may be seen."""

from __future__ import annotations

from flask import has_request_context
from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from app.core.search import SearchIndex, words_of

from .models import Contact, Customer
from .names import digits
from .scope import reads_contacts

TEXT = SearchIndex(Customer, "name", "short_name")
PHONE_DIGITS = 4


def found_customer(session: Session, word: str) -> ColumnElement[bool]:
    """The condition for one word (normalised, two characters or more)."""
    hits = [TEXT.has(session, word)]
    if word.isascii() and word.isalpha():
        hits.append(Customer.pinyin.startswith(word, autoescape=True))
    phone = digits(word) if sum(char.isdigit() for char in word) >= PHONE_DIGITS else ""
    if phone and (reads_contacts() or not has_request_context()):
        hits.append(Customer.phone_digits.contains(phone, autoescape=True))
        by_contact = select(Contact.customer_id).where(Contact.phone_digits.contains(phone, autoescape=True))
        hits.append(Customer.id.in_(by_contact))
    return or_(*hits)


def found(session: Session, typed: str) -> ColumnElement[bool] | None:
    """Every typed word; None when nothing was typed."""
    words = words_of(typed)
    if not words:
        return false() if typed.strip() else None
    return and_(*(found_customer(session, word) for word in words))
