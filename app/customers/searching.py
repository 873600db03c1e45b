"""Finding customers, contacts, products and units: by words, by pinyin initials, by phone where phones may be seen."""

from __future__ import annotations

from collections.abc import Iterator

from flask import has_request_context

from app.core.record.finder import Finder
from app.core.record.search import PhoneIndex, SearchIndex
from app.core.record.ways import Begins, Named, Text, Through, Way

from .models import Contact, Customer, Product, ProductUnit
from .scope import reads_contacts

PHONES = PhoneIndex(Customer)
TEXT = SearchIndex(Customer)
CONTACT_PHONES = PhoneIndex(Contact)
CONTACT_TEXT = SearchIndex(Contact)
PRODUCTS = SearchIndex(Product)
UNITS = SearchIndex(ProductUnit)


def ways_of_customer(word: str) -> tuple[Way, ...]:
    """A word in a customer's names, as the beginning of its initials, or as a number of its or of its people."""
    return (*TEXT.ways(word), *_beside(word))


def _beside(word: str) -> Iterator[Way]:
    if word.isascii() and word.isalpha():
        yield Begins(Customer.pinyin, word)
    if reads_contacts() or not has_request_context():
        yield from PHONES.holds(word)
        for way in CONTACT_PHONES.holds(word):
            yield Named(Contact.customer_id, way)


def _customer(word: str) -> Iterator[Text | Through]:
    yield from TEXT.ways(word)
    if beside := tuple(_beside(word)):
        yield Through(Customer.id, beside)


def _contact(word: str) -> Iterator[Text | Through]:
    """A contact by its name, by its number where numbers may be seen, or by its customer's name."""
    yield from CONTACT_TEXT.ways(word)
    yield from CONTACT_PHONES.holds(word) if reads_contacts("Contact") else ()
    yield Through(Contact.customer_id, TEXT.ways(word))


CUSTOMERS = Finder(Customer, _customer)
CONTACTS = Finder(Contact, _contact)
MODELS = Finder(Product, PRODUCTS.ways)
SERIALS = Finder(ProductUnit, UNITS.ways)
