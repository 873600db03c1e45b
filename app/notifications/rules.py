"""Who is told what. A step tells those whose turn it now is; here stands only who is told beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core.turns import holders, users_who_may, users_with_role
from app.core.workflow import Fired
from app.customers.models import Customer
from app.organisation.turns import manager_turn

Who = Callable[[Session, Any], list[int]]


def function(*codes: str) -> Who:
    """The holders of functions."""
    return lambda session, record: [person for code in codes for person in users_with_role(session, code)]


def may(permission: str, thing: str = "Complaint") -> Who:
    """Whoever holds a right, whatever the role is called."""
    return lambda session, record: users_who_may(session, permission, thing)


def clerk(session: Session, record: Any) -> list[int]:
    return [record.kept_by_id] if record.kept_by_id else []


def seller(session: Session, record: Any) -> list[int]:
    customer = session.get(Customer, record.customer_id)
    return [customer.sales_owner_id] if customer and customer.sales_owner_id else []


@dataclass(frozen=True)
class Rule:
    """Beside those whose turn it is, these are told of a step."""

    tell: tuple[Who, ...]
    urgent: bool = False
    when: Callable[[Fired], bool] = lambda fired: True


RULES: dict[tuple[str, str], list[Rule]] = {}
CUSTOMER_STEPS = {
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


def on(
    kind: str, step: str, *tell: Who, urgent: bool = False, when: Callable[[Fired], bool] = lambda fired: True
) -> None:
    RULES.setdefault((kind, step), []).append(Rule(tell, urgent, when))


def department_manager(session: Session, record: Any) -> list[int]:
    """Whoever leads the department concerned."""
    return holders(session, manager_turn(session, record))


def told_at_once(record: Any) -> bool:
    """Brought to the general manager at any hour; of a major complaint the marking itself tells."""
    return bool(record.reason != "major_complaint" and record.is_urgent)


def told_by_day(record: Any) -> bool:
    """What is not major waits for the day, and a customer's wish for the week's list."""
    return record.reason != "major_complaint" and not record.is_urgent and not record.is_weekly


def third_failure(fired: Fired) -> bool:
    """2.1: after three failed negotiations the responsible executive is told."""
    record = fired.record
    assert isinstance(record, Complaint)
    return len(record.negotiations) >= 3 and not any(talk.satisfied for talk in record.negotiations[-3:])


reception = function("reception")
on("complaint", "negotiate", function("leader"), when=third_failure)  # 2.1
on("complaint", "issue_disposition", reception)  # 2.1
on("complaint", "assign", reception)  # 2.2
on("complaint", "reassign", reception)  # 2.2
on("complaint", "decline", reception)  # 2.2
on("complaint", "confirm", function("qc_manager"), reception)  # 2.5
on("complaint", "reject", function("qc_manager"), reception)  # 2.5
on("complaint", "close", reception, seller)  # 2.6
for ended in ("settle", "settle_unsatisfied", "approve_withdrawal"):
    on("complaint", ended, reception, seller)  # 2.1
on("complaint", "mark_major", may("read_major_mail"), urgent=True)  # 4.4
on("complaint", "ask_withdrawal", function("qc_manager"))  # 2.1
on("complaint", "quote", function("qc_manager"))  # 2.4
on("complaint", "answer_quote", function("qc"))  # 2.4
on("complaint", "record_payment", function("qc_manager"))  # 2.4
on("complaint", "waive_payment", function("qc_manager", "finance"))  # 2.4
for done in ("complete", "handle_remotely", "amend"):
    on("complaint", done, function("finance"), when=lambda fired: bool(fired.record.charge))  # 2.4
on("consultation", "answer", function("qc"))  # 2.1
on("consultation", "cancel", department_manager)  # 2.1
for told in ("issue", "finish", "verify", "recur"):
    on("corrective_action", told, function("qc_manager"), department_manager)  # 2.6
on("corrective_action", "recur", function("qc"))  # 2.6
on("gm_report", "register", may("read_major_mail"), urgent=True, when=lambda fired: told_at_once(fired.record))  # 4.4
on("gm_report", "register", may("read_major_mail"), when=lambda fired: told_by_day(fired.record))  # 4.4

BESIDE_DEADLINE: dict[str, tuple[Who, ...]] = {
    "corrective_action": (department_manager, function("qc_manager")),  # due −3, overdue (2.6)
}
THREE_DAYS_LATE: dict[str, Who] = {"gm_report": function("gm")}  # there is no report about a report
RESPONSIBLE: dict[str, Who] = {  # whose deadline it is, where that is not whose turn it is
    "ACK": lambda session, record: clerk(session, record) or users_with_role(session, "reception"),
    "GM_READ": lambda session, record: [],  # the general manager is reminded every four hours (4.4)
}
