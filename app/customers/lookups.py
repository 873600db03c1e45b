"""Customers, contacts and products as remote selects: 200,000 customers never slow a form."""

from __future__ import annotations

from typing import Any

from flask import has_request_context
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.lookups import PAGE, lookup

from .models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from .names import digits
from .scope import in_scope, reads_contacts

Rows = list[tuple[Any, str]]


def number(text: str) -> int | None:
    """A typed key, when it can be one."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and 0 < int(text) < 2**31 else None


def page(query: Any, offset: int) -> Any:
    return query.offset(offset).limit(PAGE + 1)


# ---- customers


def matching(term: str) -> ColumnElement[bool]:
    """By name, short name, pinyin initials or the beginning of a phone number, also a contact's."""
    hits = [Customer.name.icontains(term, autoescape=True), Customer.short_name.icontains(term, autoescape=True)]
    if term.isascii() and term.isalpha():
        hits.append(Customer.pinyin.startswith(term.lower(), autoescape=True))
    phone = digits(term) if sum(char.isdigit() for char in term) >= 4 else ""
    if phone and (reads_contacts() or not has_request_context()):
        hits.append(Customer.phone_digits.startswith(phone, autoescape=True))
        by_contact = select(Contact.customer_id).where(Contact.phone_digits.startswith(phone, autoescape=True))
        hits.append(Customer.id.in_(by_contact))
    return or_(*hits)


def find_customer(session: Session, text: str) -> tuple[Any, str] | None:
    found = session.execute(
        select(Customer.id, Customer.name, Customer.active).where(Customer.id == number(text), in_scope())
    ).first()
    return (found.id, found.name) if found and found.active else None


@lookup("customer", permission=("can_list", "Customer"), find=find_customer)
def search_customers(session: Session, term: str, offset: int) -> Rows:
    query = select(Customer.id, Customer.name).where(Customer.active.is_(True), in_scope())
    if term:
        query = query.where(matching(term))
    return [(row.id, row.name) for row in session.execute(page(query.order_by(Customer.id.desc()), offset))]


def _contacts() -> Any:
    return select(Contact.id, Contact.name, Customer.name.label("customer")).join(Contact.customer).where(in_scope())


def find_contact(session: Session, text: str) -> tuple[Any, str] | None:
    found = session.execute(_contacts().where(Contact.id == number(text))).first()
    return (found.id, found.name) if found else None


@lookup("contact", permission=("can_list", "Contact"), find=find_contact)
def search_contacts(session: Session, term: str, offset: int) -> Rows:
    query = _contacts()
    if term:
        query = query.where(
            or_(Contact.name.icontains(term, autoescape=True), Customer.name.icontains(term, autoescape=True))
        )
    return [
        (row.id, f"{row.name} · {row.customer}")
        for row in session.execute(page(query.order_by(Contact.id.desc()), offset))
    ]


# ---- products


def _named(session: Session, model: Any, text: str) -> tuple[Any, str] | None:
    key = number(text)
    row = session.get(model, key) if key else None
    return (row.id, str(row)) if row else None


def find_product(session: Session, text: str) -> tuple[Any, str] | None:
    return _named(session, Product, text)


@lookup("product", permission=("can_list", "Product"), find=find_product)
def search_products(session: Session, term: str, offset: int) -> Rows:
    query = select(Product)
    if term:
        query = query.where(
            or_(
                *(
                    column.icontains(term, autoescape=True)
                    for column in (Product.model, Product.name_zh, Product.name_en)
                )
            )
        )
    return [(row.id, row.label) for row in session.scalars(page(query.order_by(Product.model), offset))]


def find_unit(session: Session, text: str) -> tuple[Any, str] | None:
    return _named(session, ProductUnit, text)


@lookup("product_unit", permission=("can_list", "ProductUnit"), find=find_unit)
def search_units(session: Session, term: str, offset: int) -> Rows:
    query = select(ProductUnit.id, ProductUnit.serial_no)
    if term:
        query = query.where(ProductUnit.serial_no.icontains(term, autoescape=True))
    return [(row.id, row.serial_no) for row in session.execute(page(query.order_by(ProductUnit.id.desc()), offset))]


def find_category(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    row = session.scalar(
        select(ProductCategory).where(or_(ProductCategory.id == number(text), ProductCategory.code == text))
    )
    return (row.id, row.label) if row else None


@lookup("category", permission=("can_list", "Product"), find=find_category)
def search_categories(session: Session, term: str, offset: int) -> Rows:
    return _few(session, ProductCategory, term, offset)


lookup("product_category", permission=("can_list", "Product"), find=find_category)(search_categories)


def find_failure_mode(session: Session, text: str) -> tuple[Any, str] | None:
    """By id or by code."""
    by_code = session.scalar(select(FailureMode).where(FailureMode.code == text))
    return (by_code.id, str(by_code)) if by_code else _named(session, FailureMode, text)


@lookup("failure_mode", permission=("can_list", "FailureMode"), find=find_failure_mode)
def search_failure_modes(session: Session, term: str, offset: int) -> Rows:
    return _few(session, FailureMode, term, offset)


def _few(session: Session, model: Any, term: str, offset: int) -> Rows:
    """A short table by code and both names."""
    query = select(model).order_by(model.code)
    if term:
        query = query.where(
            or_(*(column.icontains(term, autoescape=True) for column in (model.code, model.name_zh, model.name_en)))
        )
    return [(row.id, str(row)) for row in session.scalars(page(query, offset))]
