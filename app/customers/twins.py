"""A customer entered twice is one customer."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.text import phones

from .models import Customer

CANDIDATES = 200  # of one name


def one_customer(session: Session, customer_id: int | None) -> list[int | None]:
    """Everybody who is this customer: entered twice under one name, and a person with the same phone too."""
    customer = session.get(Customer, customer_id) if customer_id else None
    if customer is None:
        return [customer_id]
    twins = select(Customer).where(Customer.name_key == customer.name_key, Customer.line == customer.line)
    return [customer_id, *(twin.id for twin in session.scalars(twins.limit(CANDIDATES)) if _is(twin, customer))]


def _is(twin: Customer, customer: Customer) -> bool:
    known = phones.same(twin.phone_digits, customer.phone_digits)
    return twin.id != customer.id and (known or "individual" not in (twin.kind, customer.kind))
