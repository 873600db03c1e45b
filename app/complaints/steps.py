"""What each step of a complaint writes beside the state."""

from __future__ import annotations

import base64
from typing import Any

from flask_babel import gettext as _

from app.core import attachments, clock, deadlines, settings
from app.core.workflow import Deed, Invalid
from app.organisation.people import find_login
from app.organisation.regions import zone_of

from . import consultation
from .charges import ReturnExchange
from .models import (
    Assignment,
    Complaint,
    Confirmation,
    CoWorker,
    Disposition,
    Negotiation,
    SiteService,
)
from .rules import ARRIVAL, arrival_starts

D = Deed[Complaint]
ARRIVALS = tuple(ARRIVAL.values())


def part(deed: D) -> dict[str, Any]:
    return {"round": deed.record.round, "at": deed.at, "by_id": deed.actor.user_id}


def given(deed: D, *names: str) -> dict[str, Any]:
    values = {name: deed.data.get(name) for name in names}
    deed.note(**values)
    return values


def judge_non_quality(deed: D) -> None:
    deed.set(nature="non_quality")


def judge_quality(deed: D) -> None:
    deed.set(nature="quality", solution_plan=deed.data["solution_plan"])


def log_negotiation(deed: D) -> None:
    talk = Negotiation(**part(deed), **given(deed, "content", "proposal", "customer_attitude", "satisfied"))
    deed.record.negotiations.append(talk)


def settle(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="settled")


def give_up(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="unsatisfied")


def hand_over(deed: D) -> None:
    deed.record.handed_over_at, deed.record.handed_over_by_id = deed.at, deed.actor.user_id


def send_back(deed: D) -> None:
    deed.set(nature="undetermined")
    consultation.close_open(deed.session, deed.record, deed.comment)


def draft_disposition(deed: D) -> None:
    """A draft is rewritten until it is issued; an issued one stays as it is."""
    _failure_mode(deed)
    values = given(deed, "analysis", "containment", "opinion", "remedy_proposed", "needs_site_visit")
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
        missing_competence=data.get("missing_competence") or None,
        **given(deed, "kind", "planned_on", "override_reason"),
    )
    for login in data.get("co_workers") or []:
        worker = find_login(deed.session, login)
        if worker and worker.user_id != technician.user_id:
            row.co_workers.append(CoWorker(user_id=worker.user_id))
    record.assignments.append(row)
    deed.session.flush()
    deed.note(technician=data["technician"], co_workers=data.get("co_workers"))
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


def _failure_mode(deed: D) -> None:
    """What goes wrong, once somebody knows it: the recurrence watch looks at it (2.6)."""
    if deed.data.get("failure_mode"):
        deed.set(failure_mode_id=deed.data["failure_mode"])


def investigate(deed: D) -> None:
    _failure_mode(deed)
    _service(deed, given(deed, "phenomenon", "investigation", "cause_category", "responsibility"))


def complete(deed: D) -> None:
    """处理实施情况 in full; the record carries what later steps and reports look at."""
    names = (
        "phenomenon",
        "investigation",
        "cause_category",
        "responsibility",
        "remedy",
        "charge",
        "free_reason",
        "work_done",
        "parts_used",
        "hours",
        "travel_cost",
        "old_serial",
        "new_serial",
    )
    _failure_mode(deed)
    row = _service(deed, given(deed, *names))
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


def confirm(deed: D) -> None:
    """顾客确认: the signature is bound to the text it signs (2.5)."""
    record, service = deed.record, deed.record.service
    assert service is not None  # the check has seen it
    values = given(deed, "signer_name", "method", "satisfaction", "remark")
    record.confirmations.append(
        Confirmation(
            **part(deed),
            **values,
            service_id=service.id,
            attachment_id=signature(deed),
            content_sha256=service.digest,
        )
    )
    record.satisfaction = values["satisfaction"]


def signature(deed: D) -> int | None:
    """The file with the signature: drawn, scanned now, or uploaded before."""
    data = deed.data
    try:
        if data.get("scan"):
            return attachments.store(deed.session, deed.record, data["scan"], "signature", deed.actor.user_id).id
        if data.get("signature"):
            return attachments.keep(
                deed.session, deed.record, "signature.png", _png(data["signature"]), "signature", deed.actor.user_id
            ).id
    except attachments.NotAccepted as error:
        raise Invalid({"scan" if data.get("scan") else "signature": [str(error)]}) from error
    number: int | None = data.get("attachment")
    return number


def _png(data_url: str) -> bytes:
    prefix = "data:image/png;base64,"
    try:
        if not data_url.startswith(prefix):
            raise ValueError
        return base64.b64decode(data_url[len(prefix) :], validate=True)
    except ValueError as error:
        raise attachments.NotAccepted(_("The signature is not a picture. Let the customer sign again.")) from error


def next_round(deed: D) -> None:
    """The first round is kept; QC begins again (争议, 顾客不认可)."""
    end_assignment(deed, deed.comment)
    consultation.close_open(deed.session, deed.record, deed.comment)
    deed.record.round += 1
    deed.record.responsibility = deed.record.remedy = deed.record.charge = None
    deed.record.satisfaction = None
