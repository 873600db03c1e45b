"""Finding customers, contacts, products and units: by words, by pinyin initials, by phone where phones may be seen."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.record import search
from app.core.record.search import PhoneIndex, SearchIndex

from .models import Contact, Customer, Product, ProductUnit
from .scope import reads_contacts

PHONES = PhoneIndex(Customer)
TEXT = SearchIndex(Customer)
CONTACT_PHONES = PhoneIndex(Contact)
CONTACTS = SearchIndex(Contact)
PRODUCTS = SearchIndex(Product)
UNITS = SearchIndex(ProductUnit)


def found_customer(session: Session, word: str, key: Any = None) -> ColumnElement[bool]:
    """The condition for one word, on the customer `key` points to."""
    key = Customer.id if key is None else key
    hits = [TEXT.has(session, word, key)]
    if word.isascii() and word.isalpha():
        hits.append(key.in_(select(Customer.id).where(Customer.pinyin.startswith(word, autoescape=True))))
    if reads_contacts() or not has_request_context():
        hits += [key.in_(select(Customer.id).where(holds)) for holds in PHONES.holds(session, word)]
        hits += [key.in_(select(Contact.customer_id).where(holds)) for holds in CONTACT_PHONES.holds(session, word)]
    return or_(*hits)


def found_contact(session: Session, word: str) -> ColumnElement[bool]:
    """A contact by its name, by its number where numbers may be seen, or by its customer's name."""
    numbers = CONTACT_PHONES.holds(session, word) if reads_contacts("Contact") else ()
    return or_(CONTACTS.has(session, word), TEXT.has(session, word, Contact.customer_id), *numbers)


def found(session: Session, typed: str) -> ColumnElement[bool] | None:
    """Every typed word; None when nothing was typed."""
    return search.found(found_customer, session, typed)


def contacts_found(session: Session, typed: str) -> ColumnElement[bool] | None:
    return search.found(found_contact, session, typed)
