"""What each step of a complaint writes beside the state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core import settings
from app.core.kind.asks import Asked, of_model, written
from app.core.process.deeds import Deed
from app.core.time import clock, deadlines
from app.organisation.people import find_login
from app.organisation.regions import zone_of

from . import asks, consultation
from .models import Assignment, Complaint, CoWorker
from .opinions import Disposition
from .rules import ARRIVAL, arrival_starts
from .services import ReturnExchange, SiteService

D = Deed[Complaint]
ARRIVALS = tuple(ARRIVAL.values())


def part(deed: D) -> dict[str, Any]:
    return {"round": deed.record.round, "at": deed.at, "by_id": deed.actor.user_id}


def given(deed: D, asked: Iterable[Asked], model: type[Any]) -> dict[str, Any]:
    """What was answered about a part, as its row keeps it and the history tells it."""
    deed.note(**{ask.called: deed.data.get(ask.called) for ask in of_model(asked, model)})
    return written(asked, deed.data, model)


def judge_non_quality(deed: D) -> None:
    deed.set(nature="non_quality")


def judge_quality(deed: D) -> None:
    deed.set(nature="quality")


def settle(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="settled")


def give_up(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="unsatisfied")


def send_back(deed: D) -> None:
    deed.set(nature="undetermined")
    consultation.close_open(deed.session, deed.record, deed.comment)


def draft_disposition(deed: D) -> None:
    """A draft is rewritten until it is issued; an issued one stays as it is."""
    values = given(deed, asks.DISPOSITION, Disposition)
    draft = deed.record.disposition
    if draft is None or draft.issued_at:
        deed.record.dispositions.append(Disposition(**part(deed), **values))
        return
    draft.by_id, draft.at = deed.actor.user_id, deed.at
    for name, value in values.items():
        setattr(draft, name, value)


def issue_disposition(deed: D) -> None:
    draft = deed.record.disposition
    assert draft is not None  # the guard has seen it
    draft.issued_at, draft.issued_by_id = deed.at, deed.actor.user_id
    if reason := deed.data.get("unanswered_reason"):
        deed.comment = reason
        consultation.close_open(deed.session, deed.record, reason)


def assign(deed: D) -> None:
    """委派: the technician or inspector who goes, and the clock of 2.2."""
    record, data = deed.record, deed.data
    technician = find_login(deed.session, data["technician"])
    assert technician is not None  # the check has seen it
    end_assignment(deed)
    row = Assignment(
        **part(deed),
        technician_id=technician.user_id,
        zone=zone_of(record.site_region),
        missing_competence=(missing := data.get("missing_competence") or None),
        override_reason=data.get("override_reason") if missing else None,
        kind=data["kind"],
        planned_on=data.get("planned_on"),
    )
    for login in data.get("co_workers") or []:
        worker = find_login(deed.session, login)
        if worker and worker.user_id != technician.user_id:
            row.co_workers.append(CoWorker(user_id=worker.user_id))
    record.assignments.append(row)
    deed.session.flush()
    deed.note(**{name: data.get(name) for name in ("kind", "planned_on", "technician", "co_workers")})
    _arrival_clock(deed)


def _arrival_clock(deed: D) -> None:
    code = arrival_starts(deed.record)
    if code and settings.get(deed.session, "arrival_clock_start") == "received":
        deed.begins[code] = deed.record.received_at
    if code == "ARRIVE_SPECIAL":
        deed.due[code] = (deed.data["due_at"], deed.data["due_reason"])


def end_assignment(deed: D, reason: str = "") -> None:
    if row := deed.record.assignment:
        row.ended_at, row.end_reason = deed.at, reason or deed.data.get("reason")


def accept(deed: D) -> None:
    _running(deed).accepted_at = deed.at
    if deed.data.get("planned_on"):
        _running(deed).planned_on = deed.data["planned_on"]


def depart(deed: D) -> None:
    _running(deed).departed_at = deed.moment


def decline(deed: D) -> None:
    end_assignment(deed)


def agree_later_date(deed: D) -> None:
    """顾客约期: the deadline stays, a breach then counts as agreed."""
    row = _running(deed)
    row.agreed_date, row.agreed_evidence = deed.data["new_date"], deed.data["evidence"]
    deed.note(new_date=row.agreed_date, evidence=row.agreed_evidence)
    for code in (*ARRIVALS, "REVISIT"):
        for item in deadlines.running(deed.session, deed.record, code):
            item.agreed_date = row.agreed_date


def arrive(deed: D) -> None:
    _running(deed).arrived_at = deed.moment
    deed.note(arrived_at=deed.moment)


def reschedule(deed: D) -> None:
    day = deed.data["new_date"]
    _running(deed).planned_on = day
    deed.note(new_date=day)
    deed.due["REVISIT"] = (clock.midnight_after(day), deed.data["reason"])


def _running(deed: D) -> Assignment:
    assert deed.record.assignment is not None  # these states have one
    return deed.record.assignment


def investigate(deed: D) -> None:
    _service(deed, given(deed, asks.FOUND, SiteService))


def complete(deed: D) -> None:
    """处理实施情况 in full; the record carries what later steps and reports look at."""
    row = _service(deed, given(deed, asks.WORK, SiteService))
    row.completed_at, row.remote = deed.at, deed.record.assignment is None
    if row.charge != deed.record.charge:  # what was waived was another charge (2.4)
        deed.set(payment_waived_by_id=None)
    deed.record.responsibility, deed.record.remedy, deed.record.charge = row.responsibility, row.remedy, row.charge
    _exchange(deed, row)


def _exchange(deed: D, row: SiteService) -> None:
    """退换货: the unit that came back and the one the customer has now (2.4)."""
    if row.remedy not in ("return", "exchange"):
        row.exchange = None
        return
    row.exchange = row.exchange or ReturnExchange(**part(deed), complaint_id=deed.record.id, kind=row.remedy)
    row.exchange.kind, row.exchange.old_serial, row.exchange.new_serial = row.remedy, row.old_serial, row.new_serial
    row.exchange.old_serial = row.old_serial or deed.record.serial_no
    row.exchange.quantity = deed.record.quantity or 1


def amend(deed: D) -> None:
    """更正实施情况: a new text beside the old one, whose signature no longer holds but stays in the file (2.5)."""
    for signature in deed.record.confirmations:
        signature.valid = False
    old = deed.record.service
    deed.record.services.append(
        SiteService(
            **part(deed),
            assignment_id=old.assignment_id if old else None,
            **dict.fromkeys(("phenomenon", "investigation", "cause_category", "responsibility"), ""),
        )
    )
    deed.set(unconfirmed=False, satisfaction=None)
    complete(deed)


def _service(deed: D, values: dict[str, Any]) -> SiteService:
    row, assignment = deed.record.service, deed.record.assignment
    if row is None:
        row = SiteService(**part(deed), assignment_id=assignment.id if assignment else None, **values)
        deed.record.services.append(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    return row


def satisfied(deed: D) -> None:
    """How many stars the customer gave with the signature (2.5)."""
    deed.record.satisfaction = deed.data["satisfaction"]


def next_round(deed: D) -> None:
    """The first round is kept; QC begins again (争议, 顾客不认可)."""
    end_assignment(deed, deed.comment)
    consultation.close_open(deed.session, deed.record, deed.comment)
    deed.record.round += 1
    deed.record.responsibility = deed.record.remedy = deed.record.charge = None
    deed.record.satisfaction = None
