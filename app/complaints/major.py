"""重大质量投诉: what can be computed marks itself, as the system (4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import settings
from app.core.process.workflow import Fired, after
from app.core.record.history import History
from app.core.rights.actor import SYSTEM

from . import repeats
from .codes import OPEN
from .models import Complaint
from .workflow import COMPLAINT


def loss(session: Session, record: Complaint) -> bool:
    """The customer claims much."""
    return (record.claimed_loss or 0) >= Decimal(settings.get(session, "major_loss_amount"))


def repeat(session: Session, record: Complaint) -> bool:
    """Several complaints with the same product and failure mode."""
    days = settings.get(session, "major_repeat_days")
    return bool(repeats.alike(session, record, days) >= settings.get(session, "major_repeat_count"))


def batch(session: Session, record: Complaint) -> bool:
    """Several complaints about one batch."""
    days = settings.get(session, "major_batch_days")
    return bool(repeats.of_one_batch(session, record, days) >= settings.get(session, "major_batch_count"))


def key_customer(session: Session, record: Complaint) -> bool:
    """A key customer complains."""
    from app.customers.models import Customer

    customer = session.get(Customer, record.customer_id)
    return customer is not None and customer.level == "key"


def reopened(session: Session, record: Complaint) -> bool:
    """Opened again and again."""
    return bool(record.reopened_count >= settings.get(session, "major_reopened_count"))


def unsatisfied(session: Session, record: Complaint) -> bool:
    """Negotiated several times, and the customer is still not satisfied."""
    times = settings.get(session, "major_unsatisfied_count")
    talks = record.negotiations[-times:]
    return len(talks) >= times and not any(talk.satisfied for talk in talks)


CRITERIA: dict[str, Callable[[Session, Complaint], bool]] = {
    "loss": loss,
    "repeat": repeat,
    "batch": batch,
    "key_customer": key_customer,
    "reopened": reopened,
    "unsatisfied": unsatisfied,
}
LOOKED_AT = {
    "register": ("loss", "key_customer", "batch", "repeat"),
    "edit": ("loss", "batch", "repeat"),
    "draft_disposition": ("repeat",),
    "investigate": ("repeat",),
    "complete": ("repeat",),
    "handle_remotely": ("repeat",),
    "negotiate": ("unsatisfied",),
    "reopen": ("reopened",),
}


@after("complaint", *LOOKED_AT)
def mark(fired: Fired) -> None:
    """Mark a complaint that has just become major, once per criterion."""
    record = fired.record
    assert isinstance(record, Complaint)
    new = set(_met(fired.session, record, LOOKED_AT[fired.step])) - set(record.major_criteria or [])
    if new and record.state in OPEN and (new := new - _taken_back(fired.session, record)):
        COMPLAINT.fire(fired.session, record, "mark_major", SYSTEM, {"criteria": sorted(new)}, at=record.changed_at)


def _taken_back(session: Session, record: Complaint) -> set[str]:
    """The criteria a person has judged not to hold: the portal does not mark by them again."""
    lines = session.scalars(select(History).where(History.record_id == record.id, History.step == "unmark_major"))
    return {code for line in lines for code in line.changes.get("major_criteria", [[]])[0] or []}


def _met(session: Session, record: Complaint, codes: tuple[str, ...]) -> Iterator[str]:
    for code in codes:
        if settings.get(session, f"major_{code}") and CRITERIA[code](session, record):
            yield code
