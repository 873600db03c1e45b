"""Who hears of a complaint's steps beside those whose turn it is, and which of them its customer is mailed."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session, object_session

from app.core.process.told import Told, function, may, told
from app.core.process.workflow import Fired
from app.core.rights.people import full_name
from app.core.time import clock
from app.customers.models import Customer
from app.organisation.models import EmployeeProfile

from .codes import MAJOR_CRITERIA
from .models import Complaint


def seller(session: Session, record: Complaint) -> list[int]:
    """Who looks after the customer in Sales."""
    customer = session.get(Customer, record.customer_id)
    return [customer.sales_owner_id] if customer and customer.sales_owner_id else []


def third_failure(fired: Fired) -> bool:
    """2.1: after three failed negotiations the responsible executive is told."""
    record = fired.record
    assert isinstance(record, Complaint)
    return len(record.negotiations) >= 3 and not any(talk.satisfied for talk in record.negotiations[-3:])


reception, qc_manager = function("reception"), function("qc_manager")
ENDED = (told(reception, seller),)
WORK_DONE = (told(function("finance"), when=lambda fired: bool(fired.record.charge)),)  # type: ignore[attr-defined]

TELL: dict[str, tuple[Told, ...]] = {
    "negotiate": (told(function("leader"), when=third_failure),),  # 2.1
    "issue_disposition": (told(reception),),  # 2.1
    "assign": (told(reception),),  # 2.2
    "reassign": (told(reception),),  # 2.2
    "decline": (told(reception),),  # 2.2
    "confirm": (told(qc_manager, reception),),  # 2.5
    "reject": (told(qc_manager, reception),),  # 2.5
    "close": ENDED,  # 2.6
    **dict.fromkeys(("settle", "settle_unsatisfied", "approve_withdrawal"), ENDED),  # 2.1
    "mark_major": (told(may("read_major_mail", "Complaint"), urgent=True),),  # 4.4
    "ask_withdrawal": (told(qc_manager),),  # 2.1
    "quote": (told(qc_manager),),  # 2.4
    "answer_quote": (told(function("qc")),),  # 2.4
    "record_payment": (told(qc_manager),),  # 2.4
    "waive_payment": (told(function("qc_manager", "finance")),),  # 2.4
    **dict.fromkeys(("complete", "handle_remotely", "amend"), WORK_DONE),  # 2.4
}
QUIET = frozenset(  # the next person's turn is not news after these
    {
        "log_contact",
        "correct_site",
        "back_at_company",
        "accept",
        "depart",
        "mark_major",
        "unmark_major",
        "consult",
        "quote",
    }
)
CUSTOMER = {  # step → what its customer is mailed
    "register": "complaint_created",
    "assign": "complaint_assigned",
    "reassign": "complaint_assigned",
    "decline": "complaint_declined",
    "close": "complaint_closed",
    "settle": "complaint_closed",
    "settle_unsatisfied": "complaint_closed",
    "approve_withdrawal": "complaint_closed",
    "quote": "customer_quote",
    "complete": "customer_confirm",
    "handle_remotely": "customer_confirm",
    "amend": "customer_confirm",
}


def visit(record: Complaint) -> dict[str, Any]:
    """Who comes and when, as the customer is told."""
    row = record.assignment
    if row is None:
        return {}
    profile = object_session(record).get(EmployeeProfile, row.technician_id)  # type: ignore[union-attr]
    return {
        "technician": full_name(row.technician),
        "phone": (profile and profile.mobile) or "",
        "planned_on": str(row.planned_on or ""),
        "assigned_on": str(clock.local(row.at).date()),
    }


MAILS_READ = (Complaint.customer, Complaint.product, Complaint.dispositions, Complaint.quotes)


def in_mails(record: Complaint) -> dict[str, Any]:
    """What a mail may say of a complaint beside what it says of any record."""
    opinion = record.disposition.opinion if record.disposition and record.disposition.issued_at else ""
    return {
        "customer": record.customer.name,
        "product": record.product.model if record.product else "",
        "criteria": ", ".join(str(MAJOR_CRITERIA.get(code, code)) for code in record.major_criteria or []),
        "opinion": opinion,
        **({"amount": f"{record.quote.amount:,.2f}"} if record.quote is not None else {}),
    }
