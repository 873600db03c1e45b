"""What is known of somebody who calls: who he is, where the machine stands, which machines are his."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.text import phones

from .models import Contact, Customer, ProductUnit

MOST = 8


def known(customer: Customer, phone: str) -> dict[str, Any]:
    """The fields of a slip this customer fills: text, or id and text; to be looked at by the clerk."""
    contact = _caller(customer, phone)
    facts: dict[str, Any] = {
        "contact_name": contact.name if contact else None,
        "contact_phone": (contact.mobile if contact else None) or customer.phone,
        "site_address": customer.address,
    }
    if customer.region and customer.region.is_leaf:
        facts["site_region"] = {"id": customer.region.adcode, "text": customer.region.label}
    return {name: value for name, value in facts.items() if value}


def _caller(customer: Customer, phone: str) -> Contact | None:
    """The contact who has this number; else the only one there is."""
    typed = phones.digits(phone)
    for contact in customer.contacts if typed else ():
        if phones.same(typed, contact.phone_digits):
            return contact
    return customer.contacts[0] if len(customer.contacts) == 1 else None


def units(session: Session, customer: Customer) -> Sequence[dict[str, Any]]:
    """The customer's newest machines, as what they fill in."""
    query = select(ProductUnit).where(ProductUnit.customer_id == customer.id).options(joinedload(ProductUnit.product))
    rows = session.scalars(query.order_by(ProductUnit.id.desc()).limit(MOST))
    return [
        {
            "product": {"id": unit.product_id, "text": unit.product.label},
            "serial_no": unit.serial_no,
            "batch_no": unit.batch_no,
        }
        for unit in rows
    ]
