"""What mails are about: every event, and the placeholders its words may use."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from app.core.kind.registry import KINDS
from app.core.pages.timeline import step_label
from app.core.process.workflow import WORKFLOWS
from app.core.text.wording import lazy_gettext as _l

from .quiet import QUIET

STEP = "step"  # the words of every step that has none of its own
EVENTS: dict[str, Any] = {
    "deadline_warning": _l("Due soon"),
    "deadline_breached": _l("Overdue"),
    "complaint_created": _l("Receipt acknowledged"),
    "complaint_assigned": _l("Visit announced"),
    "complaint_declined": _l("Visit to be rearranged"),
    "complaint_closed": _l("Closure announced"),
    "deadline_day_late": _l("Overdue, told to the Leader"),
    "deadline_three_days_late": _l("Overdue, brought before the General Manager"),
    "digest": _l("Work list of the day"),
    "gm_unread": _l("Major matter not read yet"),
    "customer_confirm": _l("Confirmation asked of the customer"),
    "customer_quote": _l("Quotation sent to the customer"),
    "colleague_unreached": _l("A mail did not reach a colleague"),
    "step": _l("Every step without words of its own"),
    "gm_matters": _l("Matters of the day for the General Manager"),
    "mail_test": _l("Test mail"),
    "mail_dead": _l("A mail could not be delivered"),
    "engine_stopped": _l("The engine stood still and runs again"),
    "turns_moved": _l("Records have come to you"),
}
FOLDERS = {"complaint.mark_major": "major"}  # steps with an original of another name
PLACES: dict[str, Any] = {  # what a placeholder stands for
    "company": _l("Company"),
    "company_phone": _l("Service phone"),
    "company_mail": _l("Service e-mail"),
    "company_hours": _l("Service hours"),
    "number": _l("Number"),
    "title": _l("Subject (shortened in the mail's subject)"),
    "customer": _l("Customer"),
    "product": _l("Product"),
    "state": _l("Status"),
    "turn": _l("Whose turn it is"),
    "left": _l("Time left, or how late"),
    "step": _l("Step taken"),
    "actor": _l("Who did it"),
    "comment": _l("What was noted with the step"),
    "whose_turn": _l("A sentence: your turn, or with whom it is now"),
    "your_turn": _l("A sentence, where it is the reader's turn"),
    "criteria": _l("Why it is a major complaint"),
    "opinion": _l("Disposition"),
    "late": _l("Deadlines that have run out"),
    "rule": _l("Name of the deadline"),
    "clock": _l("Name of the deadline, with its clause"),
    "due": _l("Due"),
    "late_by": _l("From how late on it is told, by the rule"),
    "explanation": _l("How the deadline was computed"),
    "track": _l("Link: follow the complaint"),
    "act": _l("Link: what the customer is asked for"),
    "until": _l("Until when"),
    "since": _l("Since when"),
    "amount": _l("Amount"),
    "technician": _l("Who visits"),
    "phone": _l("Phone"),
    "planned_on": _l("Planned date"),
    "day": _l("Day"),
    "count": _l("How many"),
    "overdue": _l("How many are overdue"),
    "mine": _l("List: what waits for the reader"),
    "department": _l("List: overdue in the reader's department"),
    "major": _l("List: major matters"),
    "arrived": _l("List: arrived on site"),
    "completed": _l("List: work completed"),
    "wishes": _l("List: customers' expectations"),
}
COMPANY = ("company", "company_phone", "company_mail", "company_hours")
RECORD = (*COMPANY, "number", "title", "customer", "product", "state", "turn", "left", "whose_turn", "your_turn")
DEED = (*RECORD, "step", "actor", "comment")
CLOCK = (*RECORD, "rule", "clock", "due", "explanation")
CUSTOMER = (*COMPANY, "number", "title", "customer", "product", "track")
VISIT = (*CUSTOMER, "technician", "phone", "planned_on")
USABLE: dict[str, tuple[str, ...]] = {  # per original
    STEP: DEED,
    "major": (*DEED, "criteria", "opinion", "late"),
    **dict.fromkeys(("deadline_warning", "deadline_breached"), CLOCK),
    **dict.fromkeys(("deadline_day_late", "deadline_three_days_late"), (*CLOCK, "late_by")),
    "complaint_created": CUSTOMER,
    "complaint_assigned": VISIT,
    "complaint_declined": VISIT,
    "complaint_closed": (*CUSTOMER, "act", "until"),
    "customer_confirm": (*CUSTOMER, "act", "until"),
    "customer_quote": (*CUSTOMER, "act", "until", "amount"),
    "digest": (*COMPANY, "day", "count", "overdue", "mine", "department", "major", "arrived", "completed", "wishes"),
    "engine_stopped": (*COMPANY, "since", "until"),
    "turns_moved": (*COMPANY, "count"),
}
INDISPENSABLE = {"customer_confirm": ("act",), "customer_quote": ("act",)}  # without its link the mail asks in vain
TO_CUSTOMERS = tuple(name for name in USABLE if name.startswith(("complaint_", "customer_")))
ABOUT: dict[str, str] = {}  # event of a domain's own → the kind of record it is about
TELLS_OF: dict[str, str] = {}  # a list's event → the thing one must be allowed to list to try it on real ones
REASON: dict[str, Callable[[Any], Any]] = {}  # kind of record → what brought it up, where a message of it says so
ABOUT_NO_RECORD = ["digest", "engine_stopped", "turns_moved"]


def event_label(event: str) -> str:
    """What happened, in words."""
    if event in EVENTS:
        return str(EVENTS[event])
    kind, _dot, step = event.partition(".")
    workflow = WORKFLOWS.get(kind)
    return str(step_label(workflow, step)) if workflow else event


def reason_of(record: Any) -> str:
    """Why a person hears of this record at all."""
    told = REASON.get(record.kind) if record is not None else None
    return str(told(record) or "") if told else ""


def original_of(event: str) -> str:
    """The name under which an event's original words are kept: its own, another's, or that of every step."""
    return FOLDERS.get(event, event if event in USABLE else STEP)


def events() -> list[str]:
    """Every event that is mailed, in the order an administrator reads them."""
    named = [name for name in USABLE if name in EVENTS]
    return [*(name for name in named if name != STEP), STEP, *step_events()]


def step_events() -> list[str]:
    """The steps somebody is told of, kind by kind."""
    found = []
    for code, kind in KINDS.items():
        steps = dict.fromkeys(("register", *kind.workflow.step_names))
        quiet = (QUIET | kind.quiet) - set(kind.tell)
        found += [f"{code}.{step}" for step in steps if step not in quiet]
    return found


def kinds_about(event: str) -> list[str]:
    """The kinds of record an event can be about; every one where it says nothing."""
    if event in TO_CUSTOMERS:
        return [code for code, kind in KINDS.items() if event in kind.tell_customer.values()]
    return [kind] if (kind := ABOUT.get(event) or kind_of(event)) else []


def kind_of(event: str) -> str:
    """The kind of record a step's event is about; nothing for the others."""
    return event.partition(".")[0] if "." in event else ""


def places_of(event: str) -> dict[str, str]:
    """The placeholders an event's words may use, and what each stands for."""
    return {name: str(PLACES[name]) for name in USABLE[original_of(event)]}
