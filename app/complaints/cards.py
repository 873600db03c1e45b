"""The blocks of the record page, in the order of the paper form."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import or_, select
from sqlalchemy.orm import object_session

from app.core import clock
from app.core.names import name_of
from app.core.record_views import Card
from app.core.security import current_rights
from app.core.show import masked_unless, tag
from app.core.web import stamp

from . import codes
from .cards_charge import payments, quotes
from .consultation import CONSULTATION
from .models import Complaint
from .people import contact_visible
from .scope import visible
from .warranty import warranty_until

Rows = list[tuple[Any, Any]]
SHOWN = 20


def word(labels: dict[str, Any], code: str | None) -> Any:
    return labels.get(code, code) if code else None


def yes(value: bool | None) -> Any:
    return None if value is None else _("Yes") if value else _("No")


def receipt(record: Complaint) -> Rows:
    when = stamp(record.received_at) + (f" ({_('backfilled')})" if record.backfilled else "")
    return [
        (_("Customer"), record.customer.name),
        (_("Channel"), word(codes.CHANNELS, record.channel)),
        (_("Received at"), when),
        (_("Received by"), name_of(record.received_by_id)),
        (_("Complainant"), record.complainant),
        (_("Contact"), record.contact_name),
        (_("Phone"), masked_unless(contact_visible(record), record.contact_phone)),
        (_("Severity"), word(codes.SEVERITIES, record.severity)),
        (_("Site"), f"{record.site_region.full_name} {record.site_address or ''}"),
        (_("Product"), record.product),
        (_("Serial number"), record.serial_no),
        (_("Warranty"), warranty(record)),
        (_("Batch number"), record.batch_no),
        (_("Quantity"), record.quantity),
        (_("Purchase date"), record.purchase_date),
        (_("Contract"), record.contract),
        (_("Failure mode"), record.failure_mode),
    ]


def warranty(record: Complaint) -> Any:
    """2.4: in or out of warranty is shown, but the responsibility decides what is charged."""
    until = warranty_until(record)
    if until is None:
        return None
    if until >= clock.today():
        return tag(_("Under warranty until %(day)s", day=until), "ok")
    return tag(_("Warranty ended on %(day)s; the responsibility decides", day=until), "warn")


def content(record: Complaint) -> Rows:
    criteria = ", ".join(str(codes.MAJOR_CRITERIA.get(code, code)) for code in record.major_criteria or [])
    return [
        (_("Subject"), record.subject),
        (_("Description"), record.description),
        (_("Customer's demand"), record.customer_demand),
        (_("Claimed loss (CNY)"), record.claimed_loss and f"{record.claimed_loss:,.2f}"),
        (_("Nature"), word(codes.NATURES, record.nature)),
        (_("Solution plan"), record.solution_plan),
        (_("Major because of"), criteria),
    ]


def talks(record: Complaint) -> Rows:
    return [
        (
            stamp(talk.at, "%m-%d %H:%M"),
            Markup("{} {} {}").format(
                tag(_("satisfied") if talk.satisfied else _("dissatisfied"), "ok" if talk.satisfied else "warn"),
                talk.content,
                talk.proposal or "",
            ),
        )
        for talk in record.negotiations
    ]


def dispositions(record: Complaint) -> Rows:
    rows: Rows = []
    for item in record.dispositions:
        state = tag(_("issued %(at)s", at=stamp(item.issued_at)), "ok") if item.issued_at else tag(_("draft"), "warn")
        rows += [
            (
                _("Round %(n)s", n=item.round),
                Markup("{} {} {}").format(
                    state, name_of(item.by_id), f"→ {name_of(item.issued_by_id)}" if item.issued_by_id else ""
                ),
            ),
            (_("Analysis"), item.analysis),
            (_("Containment action"), item.containment),
            (_("Disposition"), item.opinion),
            (_("Proposed remedy"), word(codes.REMEDIES, item.remedy_proposed)),
            (_("Site visit needed"), yes(item.needs_site_visit)),
        ]
    return rows


def journeys(record: Complaint) -> Rows:
    rows: Rows = []
    for item in record.assignments:
        with_whom = ", ".join(name_of(worker.user_id) for worker in item.co_workers)
        rows += [
            (word(codes.ASSIGNMENT_KINDS, item.kind), name_of(item.technician_id)),
            (_("Co-workers"), with_whom),
            (_("Assigned at"), stamp(item.at)),
            (_("Zone"), codes.ZONES.get(item.zone)),
            (_("Planned for"), item.planned_on),
            (_("Set out"), stamp(item.departed_at)),
            (_("Arrived at"), stamp(item.arrived_at)),
            (_("Agreed with the customer"), item.agreed_date),
            (_("Without competence"), item.missing_competence),
            (_("Reason"), item.override_reason or item.end_reason),
        ]
    return rows


def services(record: Complaint) -> Rows:
    rows: Rows = []
    for item in record.services:
        rows += [
            (_("Phenomenon"), item.phenomenon),
            (_("Investigation"), item.investigation),
            (_("Cause category"), word(codes.CAUSES, item.cause_category)),
            (_("Responsibility"), word(codes.RESPONSIBILITIES, item.responsibility)),
            (_("Remedy"), word(codes.REMEDIES, item.remedy)),
            (_("Charge (CNY)"), None if item.charge is None else f"{item.charge:.2f}"),
            (_("Reason for charging nothing"), item.free_reason),
            (_("Work done"), item.work_done),
            (_("Parts used"), item.parts_used),
            (_("Old serial number"), item.old_serial),
            (_("New serial number"), item.new_serial),
            (_("Return or exchange"), exchange(item)),
            (_("Hours"), item.hours),
            (_("Travel cost (CNY)"), item.travel_cost),
        ]
    return rows


def exchange(item: Any) -> Any:
    """退换货: which unit for which."""
    row = item.exchange
    if row is None:
        return None
    return f"{word(codes.REMEDIES, row.kind)} × {row.quantity}: {row.old_serial or '?'} → {row.new_serial or '–'}"


def confirmations(record: Complaint) -> Rows:
    rows: Rows = []
    if record.lapsed:
        rows.append(
            (_("Customer confirmation"), tag(_("The text was changed after it was signed: sign again."), "bad"))
        )
    for item in record.confirmations:
        valid = tag(_("valid"), "ok") if item.holds else tag(_("signature no longer valid"), "bad")
        rows += [
            (_("Signed by"), Markup("{} {}").format(item.signer_name, valid)),
            (_("Signed at"), stamp(item.at)),
            (_("Way of signing"), word(codes.METHODS, item.method)),
            (_("Satisfaction"), "★" * (item.satisfaction or 0) + "☆" * (5 - (item.satisfaction or 0))),
            (_("Remark of the customer"), item.remark),
        ]
    if record.unconfirmed:
        rows.append((_("Customer confirmation"), tag(_("not confirmed"), "warn")))
    return rows


def surveys(record: Complaint) -> Rows:
    """What the customer said after the closure."""
    said = record.surveys if record.closed_at else []  # type: ignore[attr-defined]
    return [
        (stamp(item.at), Markup("{} {}").format("★" * item.score + "☆" * (5 - item.score), item.remark or ""))
        for item in said
    ]


def contacts(record: Complaint) -> Rows:
    return [
        (
            stamp(item.at, "%m-%d %H:%M"),
            Markup("{} {} {}").format(
                word(codes.CONTACT_CHANNELS, item.channel),
                tag(_("reached") if item.reached else _("not reached"), "ok" if item.reached else "mut"),
                item.content,
            ),
        )
        for item in record.contacts
    ]


def consultations(record: Complaint) -> Rows:
    """会同意见: who was asked, and what they say (2.1)."""
    rows: Rows = []
    for item in record.consultations:
        state = CONSULTATION.states[item.state]
        rows.append(
            (
                item.department.label,
                Markup('<a href="/consultation/show/{}">{}</a> {} {}').format(
                    item.id, item.number, tag(state.label, state.tone), item.opinion or item.question or ""
                ),
            )
        )
    return rows


def links(record: Complaint) -> Rows:
    """How this complaint hangs together with others."""
    return [
        (_("Repeats"), record.recurrence_of_id and _link(record.recurrence_of)),
        (_("Merged into"), record.merged_into_id and _link(record.merged_into)),
        *(
            (_("Merged here") if other.merged_into_id == record.id else _("Repeated by"), _link(other))
            for other in leading_here(record)
        ),
        (_("Withdrawal asked by"), name_of(record.withdrawal_asked_by_id) if record.withdrawal_asked_by_id else None),
        (_("Reason for the withdrawal"), record.withdrawal_reason),
    ]


def leading_here(record: Complaint) -> list[Complaint]:
    """Later complaints about the same thing, and those that were merged into this one."""
    here = or_(Complaint.recurrence_of_id == record.id, Complaint.merged_into_id == record.id)
    query = select(Complaint).where(here, visible(current_rights())).order_by(Complaint.id).limit(SHOWN)
    return list(object_session(record).scalars(query))  # type: ignore[union-attr]


def _link(other: Complaint | None) -> Any:
    return other and Markup('<a href="/complaint/show/{}">{}</a> {}').format(other.id, other.number, other.title)


def notices(record: Complaint) -> Rows:
    """The notices it is linked to; for our own quality problem without one, the way to write it (2.6)."""
    rows: Rows = [
        (notice.number, Markup('<a href="/corrective_action/show/{}">{}</a>').format(notice.id, notice.title))
        for notice in record.notices
    ]
    lacking = record.responsibility == "own_quality" and all(notice.state == "void" for notice in record.notices)
    if lacking and current_rights().may("can_add", "CorrectiveAction"):
        asked = urlencode({"complaints": record.id, "problem": record.description})
        words = _("Write the notice to the responsible department")
        rows.append(
            (
                _("Clause %(clause)s", clause="2.6"),
                Markup('<a href="/corrective_action/add?{}">{}</a>').format(asked, words),
            )
        )
    return rows


CARDS = (
    Card("receipt", _l("Receipt"), receipt, editable=True, clause="2.1"),
    Card("content", _l("Complaint and demand"), content, clause="2.1"),
    Card("negotiation", _l("Negotiations"), talks, optional=True, clause="2.1"),
    Card("consultation", _l("Opinions of the departments"), consultations, optional=True, clause="2.1"),
    Card("disposition", _l("Disposition"), dispositions, clause="2.1"),
    Card("assignment", _l("Assignment"), journeys, clause="2.2"),
    Card("quote", _l("Quotation and consent"), quotes, optional=True, clause="2.4"),
    Card("service", _l("Implementation record"), services, clause="2.4"),
    Card("confirmation", _l("Customer confirmation"), confirmations, clause="2.5"),
    Card("payment", _l("Payment"), payments, optional=True, clause="2.4"),
    Card("survey", _l("Customer's survey"), surveys, optional=True),
    Card("contact", _l("Contacts with the customer"), contacts, optional=True),
    Card("links", _l("Related complaints"), links, optional=True),
    Card("notice", _l("Corrective action"), notices, clause="2.6"),
)
