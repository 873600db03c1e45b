"""What may happen to a complaint at any point of its life: contacts, markings, the end, the new beginning."""

from __future__ import annotations

from app.core.process.deeds import Deed
from app.core.time import deadlines
from app.organisation.regions import zone_of

from .codes import S
from .models import Complaint
from .rules import ARRIVAL
from .steps import ARRIVALS, next_round

D = Deed[Complaint]


def give_up_waiting(deed: D) -> None:
    deed.set(unconfirmed=True)


def back_at_company(deed: D) -> None:
    deed.record.back_at = deed.moment


def return_form(deed: D) -> None:
    deed.record.form_returned_by_id = deed.actor.user_id


def close(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="unconfirmed" if deed.record.unconfirmed else "confirmed")


def reopen(deed: D) -> None:
    record = deed.record
    deed.set(closed_at=None, outcome=None, unconfirmed=False, reopened_count=record.reopened_count + 1)
    deed.set(withdrawal_asked_by_id=None, withdrawal_reason=None)
    next_round(deed)


def state_after_reopening(record: Complaint) -> S:
    return {"quality": S.at_qc, "non_quality": S.negotiating}.get(record.nature, S.received)


def clock_after_reopening(record: Complaint) -> str:
    return {"quality": "DISPOSE", "non_quality": "NEGOTIATE"}.get(record.nature, "HAND_TO_QC")


def mark_major(deed: D) -> None:
    merged = sorted(set(deed.record.major_criteria or []) | set(deed.data["criteria"]))
    deed.set(is_major=True, major_criteria=merged, major_at=deed.record.major_at or deed.at)


def unmark_major(deed: D) -> None:
    deed.set(is_major=False, major_criteria=[], major_at=None)


def correct_site(deed: D) -> None:
    """更正现场地区: only the running arrival clock is recomputed; the old value stays in the history."""
    record = deed.record
    zone = zone_of(record.site_region)
    for item in [item for item in record.deadlines if item.code in ARRIVALS and item.is_running and not item.origin]:
        if moved := deadlines.recompute(deed.session, item, deed.data["reason"], code=ARRIVAL[zone]):
            deed.changes["due_at"] = [moment.isoformat() for moment in moved]
    if record.assignment:
        record.assignment.zone = zone
