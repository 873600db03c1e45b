"""Which complaints a person may see, in the query itself (Role × record of the process table)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import has_request_context
from sqlalchemy import ColumnElement, false, literal_column, or_, select, true

from app.core.record.signatures import Confirmation
from app.core.rights.current import current_rights
from app.core.rights.filters import RowScope, hung_on
from app.core.rights.rights import Rights
from app.core.text.wording import lazy_gettext as _l

from .codes import OPEN
from .models import OPEN_MAJOR, Assignment, Complaint, CoWorker


def visible(rights: Rights) -> ColumnElement[bool]:
    """The rows of the manufacturing line this person's rights reach."""
    if not rights.sees_line("mf"):
        return false()
    if rights.may("see_all", "Complaint"):
        return true()
    return or_(false(), *_reach(rights))


def _reach(rights: Rights) -> Iterator[ColumnElement[bool]]:
    people = rights.stands_for
    yield Complaint.owner.in_(rights.owner_keys)  # whose turn it is sees it, also in the place of somebody who left
    if rights.may("see_assigned", "Complaint"):
        sent = select(Assignment.complaint_id).where(Assignment.technician_id.in_(people))
        along = select(Assignment.complaint_id).join(CoWorker).where(CoWorker.user_id.in_(people))
        yield Complaint.id.in_(sent.union_all(along))
    if rights.may("see_own_customers", "Complaint"):
        customer = Complaint.metadata.tables["customer"]
        yield Complaint.customer_id.in_(select(customer.c.id).where(customer.c.sales_owner_id.in_(people)))
    if rights.may("see_charged", "Complaint"):
        yield Complaint.charge > literal_column("0")  # as its index says it
    if rights.may("see_responsible", "Complaint"):
        notice, link = Complaint.metadata.tables["corrective_action"], Complaint.metadata.tables["corrective_complaint"]
        record = Complaint.metadata.tables["record"]
        yield Complaint.id.in_(
            select(link.c.complaint_id)
            .join(notice, notice.c.id == link.c.corrective_action_id)
            .join(record, record.c.id == notice.c.id)
            .where(_concerns(rights, record), notice.c.issued_at.is_not(None))
        )
        question = Complaint.metadata.tables["consultation"]
        yield Complaint.id.in_(
            select(question.c.complaint_id).join(record, record.c.id == question.c.id).where(_concerns(rights, record))
        )


def _concerns(rights: Rights, record: Any) -> ColumnElement[bool]:
    """What is asked of one's own department, or waits for one in an absent manager's place."""
    return or_(record.c.department_id.in_(rights.department_ids), record.c.owner.in_(rights.owner_keys))


def open_majors() -> tuple[ColumnElement[bool], ...]:
    """4.4: every open major complaint; in the words of its index."""
    return (*OPEN_MAJOR, Complaint.state.in_([state.value for state in OPEN]))


def in_scope() -> ColumnElement[bool]:
    """The person of this request; a program without one sees everything."""
    return visible(current_rights()) if has_request_context() else true()


class ComplaintScope(RowScope):
    """Row rights of complaints, alike in list, show, step, REST, export, file and print."""

    name: Any = _l("Visible complaints")

    def condition(self) -> ColumnElement[bool]:
        return visible(current_rights())


class SignatureScope(RowScope):
    """The signatures under complaints one may see."""

    def condition(self) -> ColumnElement[bool]:
        return hung_on(Confirmation.record_id, Complaint.id, visible(current_rights()))
