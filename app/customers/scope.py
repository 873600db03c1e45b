"""Which customers a person may see, in the query itself (Role × record of the process table)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import has_request_context
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, or_, select, true

from app.core.filters import RowScope
from app.core.records import Record
from app.core.security import Rights, current_rights

from .models import Contact, Customer

LINES = ("mf", "re")
VISIBLE: dict[str, Callable[[Rights], ColumnElement[bool]]] = {}  # kind of record → its row rights, set by its domain


def visible(rights: Rights) -> ColumnElement[bool]:
    """The customers of a person's business line: all of them, or only their own and those they work for."""
    line = Customer.line.in_([line for line in LINES if rights.sees_line(line)])
    if rights.may("see_all", "Customer"):
        return line
    own = Customer.sales_owner_id.in_(rights.stands_for)
    return and_(line, or_(own, *(Customer.id.in_(_met(kind, rights)) for kind in VISIBLE)))


def _met(kind: str, rights: Rights) -> Select[Any]:
    """The customers of the records of a kind that this person may see."""
    return select(Record.customer_id).where(Record.kind == kind, Record.id.in_(visible_records(kind, rights)))


def visible_records(kind: str, rights: Rights) -> Select[Any]:
    """The ids of the records of a kind that this person may see."""
    return select(Record.__mapper__.polymorphic_map[kind].class_.id).where(VISIBLE[kind](rights))


def in_scope() -> ColumnElement[bool]:
    """The person of this request; a program without one sees everything."""
    return visible(current_rights()) if has_request_context() else true()


def reads_contacts(thing: str = "Customer") -> bool:
    """Whether phone numbers and addresses are shown in full."""
    return current_rights().may("see_contact", thing)


class CustomerScope(RowScope):
    """Row rights of customers, alike in list, show, edit, select, REST and export."""

    name: Any = _l("Visible customers")

    def condition(self) -> ColumnElement[bool]:
        return visible(current_rights())


class OfCustomerScope(RowScope):
    """A contact is visible with its customer."""

    name: Any = _l("Visible customers")

    def condition(self) -> ColumnElement[bool]:
        return Contact.customer_id.in_(select(Customer.id).where(visible(current_rights())))
