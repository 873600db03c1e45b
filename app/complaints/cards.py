"""The blocks of the record page, in the order of the paper form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup
from sqlalchemy import Subquery, literal, or_, select, union_all
from sqlalchemy.orm import object_session

from app.core.kind.contacting import CONTACTS
from app.core.kind.facts import told_by
from app.core.kind.kinds import Fieldset
from app.core.kind.part_cards import PartCard
from app.core.kind.signing import signatures
from app.core.kind.tells import shown
from app.core.pages.openable import openable
from app.core.pages.record_views import Card
from app.core.pages.show import masked_unless, tag
from app.core.rights.current import current_rights
from app.core.rights.people import name_of
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.when import stamp

from . import codes
from .before_closing import writing
from .cards_charge import payments, quotes
from .consultation import CONSULTATION
from .models import Assignment, Complaint
from .opinions import Disposition
from .people import contact_visible
from .scope import visible
from .services import SiteService
from .warranty import warranty_until

Rows = list[tuple[Any, Any]]
SHOWN = 20
C, D, V, W = Complaint, Disposition, Assignment, SiteService


def word(labels: Mapping[str, Any], code: str | None) -> Any:
    return labels.get(code, code) if code else None


def received(record: Complaint) -> str:
    return stamp(record.received_at) + (f" ({_('backfilled')})" if record.backfilled else "")


def phone(record: Complaint) -> Any:
    """A number to call, or only to be recognised."""
    return masked_unless(contact_visible(record), record.contact_phone)


def site(record: Complaint) -> str:
    return f"{record.site_region.label} {record.site_address or ''}"


def warranty(record: Complaint) -> Any:
    """2.4: in or out of warranty is shown, but the responsibility decides what is charged."""
    until = warranty_until(record)
    if until is None:
        return None
    if until >= clock.today():
        return tag(_("Under warranty until %(day)s", day=until), "ok")
    return tag(_("Warranty ended on %(day)s; the responsibility decides", day=until), "warn")


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


def drafted(item: Disposition) -> tuple[Any, Any]:
    """Who drafted it, whether it is issued, and by whom."""
    state = tag(_("issued %(at)s", at=stamp(item.issued_at)), "ok") if item.issued_at else tag(_("draft"), "warn")
    issuer = f"→ {name_of(item.issued_by_id)}" if item.issued_by_id else ""
    return _("Round %(n)s", n=item.round), Markup("{} {} {}").format(state, name_of(item.by_id), issuer)


def sent(item: Assignment) -> tuple[Any, Any]:
    return codes.ASSIGNMENT_KINDS.get(item.kind, item.kind), name_of(item.technician_id)


def along(item: Assignment) -> str:
    return ", ".join(name_of(worker.user_id) for worker in item.co_workers)


def exchange(item: Any) -> Any:
    """退换货: which unit for which."""
    row = item.exchange
    if row is None:
        return None
    return f"{word(codes.REMEDIES, row.kind)} × {row.quantity}: {row.old_serial or '?'} → {row.new_serial or '–'}"


def confirmations(record: Complaint) -> Rows:
    """The signatures, or that there is none and will be none (2.5)."""
    unconfirmed = (_("Customer confirmation"), tag(_("not confirmed"), "warn"))
    return [*signatures(record), *([unconfirmed] if record.unconfirmed else [])]


def surveys(record: Complaint) -> Rows:
    """What the customer said after the closure."""
    said = record.surveys if record.closed_at else []
    return [
        (stamp(item.at), Markup("{} {}").format("★" * item.score + "☆" * (5 - item.score), item.remark or ""))
        for item in said
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
    others = _others(record)
    earlier, later = {row.id: row for row in others if not row.how}, [row for row in others if row.how]
    reach = None if current_rights().may("see_all", "Complaint") else openable(earlier.values())
    words = {"merged": _("Merged here"), "repeated": _("Repeated by")}
    return [
        (told_by(C.recurrence_of_id).label, _link(earlier.get(record.recurrence_of_id), reach)),
        (told_by(C.merged_into_id).label, _link(earlier.get(record.merged_into_id), reach)),
        *((words[row.how], _link(row)) for row in later),
        (told_by(C.withdrawal_asked_by_id).label, shown(record, C.withdrawal_asked_by_id)),
        (told_by(C.withdrawal_reason).label, record.withdrawal_reason),
    ]


def _others(record: Complaint) -> list[Any]:
    """What it repeats or was merged into; and, of what may be seen, what was merged into it and what repeats it."""
    before = {record.recurrence_of_id, record.merged_into_id} - {None}
    merged, repeated = C.merged_into_id == record.id, C.recurrence_of_id == record.id
    seen = visible(current_rights())
    parts = [
        _some("merged", merged, seen),
        _some("repeated", repeated, or_(C.merged_into_id.is_(None), C.merged_into_id != record.id), seen),
        *([_some("", C.id.in_(before))] if before else []),
    ]
    every = union_all(*map(select, parts)).subquery().c
    session = object_session(record)
    assert session is not None
    return list(session.execute(select(*every).order_by(every.id)))


def _some(how: str, *conditions: Any) -> Subquery:
    columns = (C.id, C.kind, C.number, C.title, literal(how).label("how"))
    return select(*columns).where(*conditions).order_by(C.id).limit(SHOWN).subquery()


def _link(other: Any, reach: set[int] | None = None) -> Any:
    """Another complaint: its number, and for those who may open it the way there and what it is about."""
    if other is None:
        return None
    if reach is not None and other.id not in reach:
        return other.number
    return Markup('<a href="/complaint/show/{}">{}</a> {}').format(other.id, other.number, other.title)


def notices(record: Complaint) -> Rows:
    """The notices it is linked to; for our own quality problem without one, the way to write it (2.6)."""
    rows: Rows = [
        (notice.number, Markup('<a href="/corrective_action/show/{}">{}</a>').format(notice.id, notice.title))
        for notice in record.notices
    ]
    lacking = record.responsibility == "own_quality" and all(notice.state == "void" for notice in record.notices)
    if lacking and current_rights().may("can_add", "CorrectiveAction"):
        words = _("Write the notice to the responsible department")
        rows.append(
            (
                _("Clause %(clause)s", clause="2.6"),
                Markup('<a href="{}">{}</a>').format(writing(record), words),
            )
        )
    return rows


CARDS: tuple[Fieldset | PartCard | Card, ...] = (
    Fieldset(
        "receipt",
        _l("Receipt"),
        (
            (C.customer_id, lambda row: row.customer.name),
            C.channel,
            (C.received_at, received),
            C.received_by_id,
            C.complainant,
            C.contact_name,
            (C.contact_phone, phone),
            C.severity,
            (_l("Site"), site),
            C.product_id,
            C.serial_no,
            (_l("Warranty"), warranty),
            C.batch_no,
            C.quantity,
            C.purchase_date,
            C.contract,
            C.failure_mode_id,
        ),
        editable=True,
    ),
    Fieldset(
        "content",
        _l("Complaint and demand"),
        (
            C.title,
            C.description,
            C.customer_demand,
            C.claimed_loss,
            C.nature,
            C.solution_plan,
            C.major_criteria,
        ),
    ),
    Card("negotiation", _l("Negotiations"), talks, optional=True, clause="2.1"),
    Card("consultation", _l("Opinions of the departments"), consultations, optional=True, clause="2.1"),
    PartCard(
        "disposition",
        _l("Disposition"),
        C.dispositions,
        (D.analysis, D.containment, D.opinion, D.remedy_proposed, D.needs_site_visit),
        head=drafted,
    ),
    PartCard(
        "assignment",
        _l("Assignment"),
        C.assignments,
        (
            (_l("Co-workers"), along),
            (_l("Assigned at"), lambda row: stamp(row.at)),
            V.zone,
            V.planned_on,
            V.departed_at,
            V.arrived_at,
            V.agreed_date,
            V.missing_competence,
            (_l("Reason"), lambda row: row.override_reason or row.end_reason),
        ),
        head=sent,
        clause="2.2",
    ),
    Card("quote", _l("Quotation and consent"), quotes, optional=True, clause="2.4"),
    PartCard(
        "service",
        _l("Implementation record"),
        C.services,
        (
            W.phenomenon,
            W.investigation,
            W.cause_category,
            W.responsibility,
            W.remedy,
            W.charge,
            W.free_reason,
            W.work_done,
            W.parts_used,
            W.old_serial,
            W.new_serial,
            (_l("Return or exchange"), exchange),
            W.hours,
            W.travel_cost,
        ),
        head=None,
        clause="2.4",
    ),
    Card("confirmation", _l("Customer confirmation"), confirmations, clause="2.5"),
    Card("payment", _l("Payment"), payments, optional=True, clause="2.4"),
    Card("survey", _l("Customer's survey"), surveys, optional=True),
    CONTACTS,
    Card("links", _l("Related complaints"), links, optional=True),
    Card("notice", _l("Corrective action"), notices, clause="2.6"),
)
