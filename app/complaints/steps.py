"""What each step of a complaint writes beside the state."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from flask_babel import gettext as _

from app.core import attachments, clock, deadlines, settings
from app.core.workflow import Deed, Invalid
from app.organisation.people import find_login
from app.organisation.regions import find_region, zone_of

from .codes import S
from .models import (
    Assignment,
    Complaint,
    Confirmation,
    ContactLog,
    CoWorker,
    Disposition,
    Negotiation,
    SiteService,
)
from .rules import ARRIVAL, arrival_starts

D = Deed[Complaint]
ARRIVALS = tuple(ARRIVAL.values())


def _part(deed: D) -> dict[str, Any]:
    return {"round": deed.record.round, "at": deed.at, "by_id": deed.actor.user_id}


def _given(deed: D, *names: str) -> dict[str, Any]:
    values = {name: deed.data.get(name) for name in names}
    deed.note(**values)
    return values


def judge_non_quality(deed: D) -> None:
    deed.set(nature="non_quality")


def judge_quality(deed: D) -> None:
    deed.set(nature="quality", solution_plan=deed.data["solution_plan"])


def log_negotiation(deed: D) -> None:
    talk = Negotiation(**_part(deed), **_given(deed, "content", "proposal", "customer_attitude", "satisfied"))
    deed.record.negotiations.append(talk)


def settle(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="settled")


def give_up(deed: D) -> None:
    deed.set(closed_at=deed.at, outcome="unsatisfied")


def hand_over(deed: D) -> None:
    deed.record.handed_over_at, deed.record.handed_over_by_id = deed.at, deed.actor.user_id


def send_back(deed: D) -> None:
    deed.set(nature="undetermined")


def draft_disposition(deed: D) -> None:
    """A draft is rewritten until it is issued; an issued one stays as it is."""
    values = _given(deed, "analysis", "containment", "opinion", "remedy_proposed", "needs_site_visit")
    draft = deed.record.disposition
    if draft is None or draft.issued_at:
        deed.record.dispositions.append(Disposition(**_part(deed), **values))
        return
    draft.by_id, draft.at = deed.actor.user_id, deed.at
    for name, value in values.items():
        setattr(draft, name, value)


def issue_disposition(deed: D) -> None:
    draft = deed.record.disposition
    assert draft is not None  # the guard has seen it
    draft.issued_at, draft.issued_by_id = deed.at, deed.actor.user_id


def assign(deed: D) -> None:
    """委派: the technician or inspector who goes, and the clock of 2.2."""
    record, data = deed.record, deed.data
    technician = find_login(deed.session, data["technician"])
    assert technician is not None  # the check has seen it
    _end_assignment(deed)
    row = Assignment(
        **_part(deed),
        technician_id=technician.user_id,
        zone=zone_of(record.site_region),
        missing_competence=data.get("missing_competence") or None,
        **_given(deed, "kind", "planned_on", "override_reason"),
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


def _end_assignment(deed: D, reason: str = "") -> None:
    if row := deed.record.assignment:
        row.ended_at, row.end_reason = deed.at, reason or deed.data.get("reason")


def accept(deed: D) -> None:
    _running(deed).accepted_at = deed.at
    if deed.data.get("planned_on"):
        _running(deed).planned_on = deed.data["planned_on"]


def depart(deed: D) -> None:
    _running(deed).departed_at = deed.moment


def decline(deed: D) -> None:
    _end_assignment(deed)


def agree_later_date(deed: D) -> None:
    """顾客约期: the deadline stays, a breach then counts as agreed."""
    row = _running(deed)
    row.agreed_date, row.agreed_evidence = deed.data["new_date"], deed.data["evidence"]
    deed.note(new_date=row.agreed_date, evidence=row.agreed_evidence)
    for code in ARRIVALS:
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
    _service(deed, _given(deed, "phenomenon", "investigation", "cause_category", "responsibility"))


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
    row = _service(deed, _given(deed, *names))
    row.completed_at, row.remote = deed.at, deed.record.assignment is None
    deed.record.responsibility, deed.record.remedy, deed.record.charge = row.responsibility, row.remedy, row.charge


def _service(deed: D, values: dict[str, Any]) -> SiteService:
    row, assignment = deed.record.service, deed.record.assignment
    if row is None:
        row = SiteService(**_part(deed), assignment_id=assignment.id if assignment else None, **values)
        deed.record.services.append(row)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    return row


def signed_text(record: Complaint, row: SiteService) -> str:
    """The text a customer signs: what was found, done and charged."""
    facts = (
        record.number,
        row.round,
        row.phenomenon,
        row.investigation,
        row.responsibility,
        row.remedy,
        row.charge,
        row.work_done,
        row.parts_used,
        row.old_serial,
        row.new_serial,
    )
    return "\n".join("" if fact is None else str(fact) for fact in facts)


def text_digest(record: Complaint, row: SiteService) -> str:
    return hashlib.sha256(signed_text(record, row).encode()).hexdigest()


def confirm(deed: D) -> None:
    """顾客确认: the signature is bound to the text it signs (2.5)."""
    record, service = deed.record, deed.record.service
    assert service is not None  # the check has seen it
    values = _given(deed, "signer_name", "method", "satisfaction", "remark")
    record.confirmations.append(
        Confirmation(
            **_part(deed),
            **values,
            service_id=service.id,
            attachment_id=_signature(deed),
            content_sha256=text_digest(record, service),
        )
    )
    record.satisfaction = values["satisfaction"]


def _signature(deed: D) -> int | None:
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
    _end_assignment(deed, deed.comment)
    deed.record.round += 1
    deed.record.responsibility = deed.record.remedy = deed.record.charge = None
    deed.record.satisfaction = None


def log_contact(deed: D) -> None:
    deed.record.contacts.append(ContactLog(**_part(deed), **_given(deed, "channel", "content", "reached")))
    if deed.data["reached"]:
        deadlines.meet(deed.session, deed.record, ("ACK",), deed.at)


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
    region = find_region(deed.session, deed.data["site_region"])
    assert region is not None  # the lookup has seen it
    deed.set(site_region_code=region.adcode)
    record.site_region = region
    if deed.data.get("site_address"):
        deed.set(site_address=deed.data["site_address"])
    code = ARRIVAL[zone_of(region)]
    for item in [item for item in record.deadlines if item.code in ARRIVALS and item.is_running]:
        if moved := deadlines.recompute(deed.session, item, deed.data["reason"], code=code):
            deed.changes["due_at"] = [moment.isoformat() for moment in moved]
    if record.assignment:
        record.assignment.zone = zone_of(region)
