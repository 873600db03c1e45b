"""Saving customers, contacts and units: defaults, derived dates, and what may be the same twice."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.pages.views import write
from app.core.rights.current import current_rights
from app.core.text import phones
from app.core.text.wording import gettext as _

from .alike import same_name, same_phone
from .codes import LINES
from .models import Contact, Customer, Product, ProductUnit


def save_customer(session: Session, row: Customer | None, values: dict[str, Any]) -> Customer:
    """A customer with its defaults: the person's own line; an agent's customer is his own."""
    rights = current_rights()
    before = row and (row.name, row.pinyin)
    kept = {"kind": "enterprise", "level": "normal", "language": "zh", "line": own_line()}
    for name, default in kept.items():
        values[name] = values.get(name) or (getattr(row, name) if row else default)
    values["active"] = values.get("active") is not False
    values["pinyin"] = (values.get("pinyin") or "").lower()
    if before and values["name"] != before[0] and values["pinyin"] == before[1]:
        values["pinyin"] = ""  # the initials follow a new name unless they were typed
    if row is None and not values.get("sales_owner") and not rights.may("see_all", "Customer"):
        values["sales_owner"] = rights.user_id
    saved: Customer = write(session, Customer, row, values)
    return saved


def own_line() -> str:
    """The business line a person works in; manufacturing for those of both."""
    return next((line for line in LINES if current_rights().sees_line(line)), "mf")


def quick_customer(session: Session, values: dict[str, Any]) -> Customer:
    """A new customer and who called, in one go. The caller commits."""
    contact = values.pop("contact", None)
    customer = save_customer(session, None, values)
    if contact:
        session.add(Contact(customer_id=customer.id, name=contact, mobile=values.get("phone")))
        session.flush()
    return customer


def hints(session: Session, phone: str | None, name: str = "", but: int | None = None) -> list[str]:
    """What the clerk should look at, though it is no reason to refuse."""
    odd = [piece.number.strip() for piece in phones.numbers(phone) if not phones.is_regular(piece.number)]
    found = [
        _("“%(phone)s” is not a regular phone number. That is fine for a hotline; else check it.", phone=number)
        for number in odd
    ]
    if twice := [customer.name for customer in same_phone(session, phone, but)]:
        found.append(_("The phone number also belongs to: %(names)s. Is it the same customer?", names=", ".join(twice)))
    if name and same_name(session, name, but):
        found.append(_("There is already a customer with this name. Is it the same one?"))
    return found


def save_contact(session: Session, row: Contact | None, values: dict[str, Any]) -> Contact:
    values["is_signatory"] = bool(values.get("is_signatory"))
    saved: Contact = write(session, Contact, row, values)
    return saved


def save_product(session: Session, row: Product | None, values: dict[str, Any]) -> Product:
    if values.get("warranty_months") is None:
        values["warranty_months"] = row.warranty_months if row else 12
    saved: Product = write(session, Product, row, values)
    return saved


def save_unit(session: Session, row: ProductUnit | None, values: dict[str, Any]) -> ProductUnit:
    """A unit; its warranty runs from shipping unless a date is typed."""
    product = session.get(Product, values["product"])
    if not values.get("warranty_until") and values.get("shipped_on") and product:
        values["warranty_until"] = months_after(values["shipped_on"], product.warranty_months)
    saved: ProductUnit = write(session, ProductUnit, row, values)
    return saved


def units_of(session: Session, customer_id: int) -> Sequence[ProductUnit]:
    """The customer's newest units; a big customer has more than a page shows."""
    query = select(ProductUnit).where(ProductUnit.customer_id == customer_id).options(joinedload(ProductUnit.product))
    return session.scalars(query.order_by(ProductUnit.id.desc()).limit(50)).all()


def months_after(day: date, months: int) -> date:
    """The same day so many months later, or the last day of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
