"""Customers, contacts and products as remote selects: 200,000 customers never slow a form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.fields.lookups import PAGE, Named, lookup
from app.core.pages.listing import matching
from app.core.record.search import words_of

from . import searching
from .models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from .scope import in_scope

Rows = list[tuple[Any, str]]
CUSTOMERS = Named(Customer.id, Customer.id, Customer.name, Customer.name, in_scope)
PRODUCTS = Named(
    Product.id, Product.model, Product.model + " " + Product.name_zh, Product.model + " " + Product.name_en
)
UNITS = Named(ProductUnit.id, ProductUnit.serial_no, ProductUnit.serial_no, ProductUnit.serial_no)
CATEGORIES = Named(ProductCategory.id, ProductCategory.code, ProductCategory.name_zh, ProductCategory.name_en)
FAILURE_MODES = Named(FailureMode.id, FailureMode.code, FailureMode.name_zh, FailureMode.name_en)


def _of_visible_customers() -> ColumnElement[bool]:
    return Contact.customer.has(in_scope())


CONTACTS = Named(Contact.id, Contact.id, Contact.name, Contact.name, _of_visible_customers)


def number(text: str) -> int | None:
    """A typed key, when it can be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) < 2**31 else None


def page(query: Any, offset: int) -> Any:
    return query.offset(offset).limit(PAGE + 1)


# ---- customers


def every(one: Callable[[Session, str], ColumnElement[bool]], session: Session, term: str) -> list[ColumnElement[bool]]:
    """Every word of what is typed so far; a select narrows with the first character."""
    return [one(session, word) for word in words_of(term)]


def find_customer(session: Session, text: str) -> tuple[Any, str] | None:
    found = session.execute(
        select(Customer.id, Customer.name, Customer.active).where(Customer.id == number(text), in_scope())
    ).first()
    return (found.id, found.name) if found and found.active else None


@lookup("customer", permission=("can_list", "Customer"), find=find_customer, named=CUSTOMERS)
def search_customers(session: Session, term: str, offset: int) -> Rows:
    query = select(Customer.id, Customer.name).where(Customer.active.is_(True), in_scope())
    query = query.where(*every(searching.CUSTOMERS.has, session, term))
    return [(row.id, row.name) for row in session.execute(page(query.order_by(Customer.reading, Customer.id), offset))]


def _contacts() -> Any:
    return select(Contact.id, Contact.name, Customer.name.label("customer")).join(Contact.customer).where(in_scope())


def find_contact(session: Session, text: str) -> tuple[Any, str] | None:
    found = session.execute(_contacts().where(Contact.id == number(text))).first()
    return (found.id, found.name) if found else None


@lookup("contact", permission=("can_list", "Contact"), find=find_contact, named=CONTACTS)
def search_contacts(session: Session, term: str, offset: int) -> Rows:
    query = _contacts().where(*every(searching.CONTACTS.has, session, term))
    return [
        (row.id, f"{row.name} · {row.customer}")
        for row in session.execute(page(query.order_by(Contact.reading, Contact.id), offset))
    ]


# ---- products


def _named(session: Session, model: Any, text: str) -> tuple[Any, str] | None:
    key = number(text)
    row = session.get(model, key) if key else None
    return (row.id, str(row)) if row else None


def find_product(session: Session, text: str) -> tuple[Any, str] | None:
    return _named(session, Product, text)


@lookup("product", permission=("can_list", "Product"), find=find_product, named=PRODUCTS)
def search_products(session: Session, term: str, offset: int) -> Rows:
    query = select(Product).where(*every(searching.PRODUCTS.has, session, term))
    return [(row.id, row.label) for row in session.scalars(page(query.order_by(Product.model), offset))]


def find_unit(session: Session, text: str) -> tuple[Any, str] | None:
    return _named(session, ProductUnit, text)


@lookup("product_unit", permission=("can_list", "ProductUnit"), find=find_unit, named=UNITS)
def search_units(session: Session, term: str, offset: int) -> Rows:
    query = select(ProductUnit.id, ProductUnit.serial_no).where(*every(searching.UNITS.has, session, term))
    return [(row.id, row.serial_no) for row in session.execute(page(query.order_by(ProductUnit.id.desc()), offset))]


def find_category(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    row = session.scalar(
        select(ProductCategory).where(or_(ProductCategory.id == number(text), ProductCategory.code == text))
    )
    return (row.id, row.label) if row else None


@lookup("category", permission=("can_list", "Product"), find=find_category, named=CATEGORIES)
def search_categories(session: Session, term: str, offset: int) -> Rows:
    return _few(session, ProductCategory, term, offset)


lookup("product_category", permission=("can_list", "Product"), find=find_category, named=CATEGORIES)(search_categories)


def find_failure_mode(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    by_code = session.scalar(select(FailureMode).where(FailureMode.code == text))
    return (by_code.id, str(by_code)) if by_code else _named(session, FailureMode, text)


@lookup("failure_mode", permission=("can_list", "FailureMode"), find=find_failure_mode, named=FAILURE_MODES)
def search_failure_modes(session: Session, term: str, offset: int) -> Rows:
    return _few(session, FailureMode, term, offset)


def _few(session: Session, model: Any, term: str, offset: int) -> Rows:
    """A short table by code and both names."""
    query = select(model).order_by(model.code)
    if (condition := matching((model.code, model.name_zh, model.name_en), term)) is not None:
        query = query.where(condition)
    return [(row.id, str(row)) for row in session.scalars(page(query, offset))]
