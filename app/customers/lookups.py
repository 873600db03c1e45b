"""Customers, contacts and products as remote selects: 200,000 customers never slow a form."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from app.core.lookups import PAGE, lookup
from app.core.security import current_rights

from .models import Customer, Product, ProductCategory, ProductUnit
from .names import digits

Rows = list[tuple[Any, str]]


def in_line() -> ColumnElement[bool]:
    """The customers of the lines this person works in."""
    rights = current_rights()
    return Customer.line.in_([line for line in ("mf", "re") if rights.sees_line(line)])


def matching(term: str) -> ColumnElement[bool]:
    """By name, short name, initials or phone."""
    hits = [Customer.name.contains(term, autoescape=True), Customer.short_name.contains(term, autoescape=True),
            Customer.pinyin.startswith(term.lower(), autoescape=True)]
    number = digits(term) if any(char.isdigit() for char in term) else ""
    if len(number) >= 4:
        hits.append(Customer.phone_digits.startswith(number, autoescape=True))
    return or_(*hits)


def find_customer(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.scalar(select(Customer).where(Customer.id == int(text), in_line())) if _number(text) else None
    return (row.id, row.name) if row and row.active else None


@lookup("customer", permission=("can_list", "Customer"), find=find_customer)
def search_customers(session: Session, term: str, offset: int) -> Rows:
    query = select(Customer.id, Customer.name).where(Customer.active.is_(True), in_line())
    if term:
        query = query.where(matching(term))
    return [(row.id, row.name) for row in session.execute(query.order_by(Customer.id.desc()).offset(offset).limit(PAGE + 1))]


def find_product(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.get(Product, int(text)) if _number(text) else None
    return (row.id, row.label) if row else None


@lookup("product", permission=("can_list", "Product"), find=find_product)
def search_products(session: Session, term: str, offset: int) -> Rows:
    query = select(Product)
    if term:
        query = query.where(or_(*(column.icontains(term, autoescape=True)
                                  for column in (Product.model, Product.name_zh, Product.name_en))))
    return [(row.id, row.label) for row in session.scalars(query.order_by(Product.model).offset(offset).limit(PAGE + 1))]


def find_category(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.get(ProductCategory, int(text)) if _number(text) else None
    return (row.id, row.label) if row else None


@lookup("category", permission=("can_list", "Product"), find=find_category)
def search_categories(session: Session, term: str, offset: int) -> Rows:
    query = select(ProductCategory).order_by(ProductCategory.code).offset(offset).limit(PAGE + 1)
    return [(row.id, row.label) for row in session.scalars(query) if term.lower() in row.label.lower()]


def find_unit(session: Session, text: str) -> tuple[Any, str] | None:
    row = session.get(ProductUnit, int(text)) if _number(text) else None
    return (row.id, row.serial_no) if row else None


@lookup("product_unit", permission=("can_list", "ProductUnit"), find=find_unit)
def search_units(session: Session, term: str, offset: int) -> Rows:
    query = select(ProductUnit.id, ProductUnit.serial_no)
    if term:
        query = query.where(ProductUnit.serial_no.startswith(term, autoescape=True))
    return [(row.id, row.serial_no) for row in session.execute(query.order_by(ProductUnit.id.desc()).offset(offset)
                                                               .limit(PAGE + 1))]


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text) < 2**31
