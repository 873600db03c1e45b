"""Which customers a person may see, in the query itself (Role × record of the process table)."""

from __future__ import annotations

from flask import has_request_context
from sqlalchemy import ColumnElement, and_, or_, select, true

from app.core.kind.registry import visible_ids
from app.core.record.records import Record
from app.core.rights.current import current_rights
from app.core.rights.rights import Rights

from .models import Contact, Customer

LINES = ("mf", "re")


def visible(rights: Rights) -> ColumnElement[bool]:
    """The customers of a person's business line: all of them, or only their own and those they work for."""
    line = Customer.line.in_([line for line in LINES if rights.sees_line(line)])
    if rights.may("see_all", "Customer"):
        return line
    own = Customer.sales_owner_id.in_(rights.stands_for)
    met = select(Record.customer_id).where(visible_ids(rights))
    return and_(line, or_(own, Customer.id.in_(met)))


def in_scope() -> ColumnElement[bool]:
    """The person of this request; a program without one sees everything."""
    return visible(current_rights()) if has_request_context() else true()


def reads_contacts(thing: str = "Customer") -> bool:
    """Whether phone numbers and addresses are shown in full."""
    return current_rights().may("see_contact", thing)


def of_visible(rights: Rights) -> ColumnElement[bool]:
    """A contact is visible with its customer."""
    return Contact.customer_id.in_(select(Customer.id).where(visible(rights)))
