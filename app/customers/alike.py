"""Who may be the same customer, as far as the reader may see: by phone, by name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from app.core.text import phones
from app.core.text.sameness import folded

from .models import Contact, Customer
from .scope import in_scope
from .searching import CONTACT_PHONES, PHONES

MOST, CANDIDATES = 5, 200
LEAST = 5  # digits by which a caller is told from others


def same_phone(session: Session, phone: str | None, but: int | None = None) -> Sequence[Customer]:
    """Visible customers who have one of these numbers themselves or through a contact, however it was written."""
    typed = " ".join(number for number in phones.digits(phone).split() if len(number) >= LEAST)
    rows = [row for number in typed.split() for row in session.execute(_kept(session, phones.local(number)))]
    ids = {row.customer_id for row in rows if phones.same(typed, row.phone_digits)} - {but}
    query = select(Customer).where(Customer.id.in_(sorted(ids)[-CANDIDATES:]), in_scope())
    return session.scalars(query.options(joinedload(Customer.region)).order_by(Customer.id.desc()).limit(MOST)).all()


def _kept(session: Session, number: str) -> Any:
    """Whose kept digits hold this number, be it a part of another one."""
    own = select(Customer.id.label("customer_id"), Customer.phone_digits).where(PHONES.has(session, number))
    of_contact = select(Contact.customer_id, Contact.phone_digits).where(CONTACT_PHONES.has(session, number))
    return own.union_all(of_contact)


def same_name(session: Session, name: str, but: int | None = None) -> Sequence[Customer]:
    """Visible customers of the same name, however it was typed."""
    query = select(Customer).where(Customer.name_key == folded(name)[:120], in_scope()).limit(MOST)
    return session.scalars(query.where(Customer.id != but) if but else query).all()
