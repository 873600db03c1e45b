"""What is looked at for each clause: the cases of a period, and which of them breach it.

A check is one query with the columns of `Case`; counts and lists are made from the same query, so a number on the
page is always the number of lines behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, cast, exists, false, func, literal, not_, null, or_, select

from app.complaints.charges import Payment, Quote
from app.complaints.codes import PAPER_CHANNELS, PROOF_KINDS
from app.complaints.models import Assignment, Complaint
from app.complaints.opinions import Disposition, Negotiation
from app.complaints.services import SiteService
from app.core.record.attachments import Attachment
from app.core.record.history import History
from app.core.record.records import Record
from app.core.record.signatures import Confirmation
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.deadline_rules import DEFAULTS
from app.core.time.deadlines import Deadline
from app.core.time.lateness import late
from app.core.types import UtcDateTime
from app.corrective.models import Action, CorrectiveAction, EffectivenessCheck, corrective_complaint
from app.gm.models import GmReport

from .fingerprints import fingerprint

Query = Select[Any]
record = Record.__table__


@dataclass(frozen=True)
class Check:
    """One thing an auditor asks of a clause."""

    code: str
    clause: str
    label: Any
    cases: Callable[[], Query]  # id, kind, number, title, at, due, ended, breached, apart, reason


def _case(
    at: Any,
    breached: ColumnElement[bool],
    reason: Any = None,
    *,
    apart: Any = None,
    due: Any = None,
    ended: Any = None,
) -> list[Any]:
    """The columns every check has; `apart` is neither kept nor a breach: agreed with the customer, duty done."""
    never = cast(null(), UtcDateTime)
    return [
        record.c.id.label("record_id"),
        record.c.kind,
        record.c.number,
        record.c.title,
        at.label("at"),
        (never if due is None else due).label("due"),
        (never if ended is None else ended).label("ended"),
        case((breached, 1), else_=0).label("breached"),
        case((false() if apart is None else apart, 1), else_=0).label("apart"),
        (literal("") if reason is None else func.coalesce(reason, "")).label("reason"),
    ]


def kept_in_time(missed: ColumnElement[bool]) -> Query:
    """Deadlines; what the customer asked to have later is no breach (2.2)."""
    excused = or_(Deadline.agreed_date.is_not(None), _duty_done())
    relevant = or_(Deadline.cancelled_at.is_(None), Deadline.cancelled_at >= Deadline.due_at)
    columns = _case(
        Deadline.started_at,
        and_(missed, not_(excused)),
        Deadline.breach_reason,
        apart=and_(missed, excused),
        due=Deadline.due_at,
        ended=func.coalesce(Deadline.met_at, Deadline.cancelled_at),
    )
    return select(*columns).join(Deadline, Deadline.record_id == record.c.id).where(relevant)


def _of_rule(code: str) -> Callable[[], Query]:
    return lambda: kept_in_time(late(clock.now())).where(Deadline.code == code)


def _duty_done() -> ColumnElement[bool]:
    """2.1: the General Manager closed the negotiation as duty done, and with it its deadline."""
    table = Complaint.__table__
    ended = exists().where(
        table.c.id == record.c.id, table.c.outcome == "unsatisfied", table.c.closed_at == Deadline.met_at
    )
    return and_(Deadline.code == "NEGOTIATE", ended)


def _complaints(breached: ColumnElement[bool], *conditions: Any, at: Any = None, apart: Any = None) -> Query:
    table = Complaint.__table__
    return (
        select(*_case(table.c.received_at if at is None else at, breached, apart=apart))
        .join(table, table.c.id == record.c.id)
        .where(*conditions)
    )


def letters() -> Query:
    """2.1: with a letter or fax the scan is handed over."""
    scan = exists().where(Attachment.record_id == record.c.id, Attachment.category == "letter")
    handed = Complaint.__table__.c.handed_over_at.is_not(None)
    return _complaints(~scan, Complaint.__table__.c.channel.in_(PAPER_CHANNELS), handed)


def received_by_another() -> Query:
    """2.1: who hands over does not acknowledge receipt."""
    table = Complaint.__table__
    return (
        select(*_case(table.c.handed_over_at, History.actor_id == table.c.handed_over_by_id))
        .join(table, table.c.id == record.c.id)
        .join(History, and_(History.record_id == record.c.id, History.step == "receive"))
        .where(table.c.handed_over_at.is_not(None))
    )


def issued_by_another() -> Query:
    """2.1: one drafts, another issues."""
    return (
        select(*_case(Disposition.issued_at, Disposition.issued_by_id == Disposition.by_id))
        .join(Disposition, Disposition.complaint_id == record.c.id)
        .where(Disposition.issued_at.is_not(None))
    )


def settled_satisfied() -> Query:
    """2.1: a non-quality complaint is settled with a satisfied customer; duty done is shown apart."""
    satisfied = exists().where(Negotiation.complaint_id == record.c.id, Negotiation.satisfied)
    outcome, closed_at = Complaint.__table__.c.outcome, Complaint.__table__.c.closed_at
    duty_done = outcome == "unsatisfied"
    ended = outcome.in_(("settled", "unsatisfied"))
    return _complaints(and_(~satisfied, ~duty_done), ended, at=closed_at, apart=duty_done)


def competent() -> Query:
    """2.3: everybody sent out held the competence; an override is listed with its reason."""
    lacking = and_(Assignment.missing_competence.is_not(None), Assignment.missing_competence != "")
    return select(*_case(Assignment.at, lacking, Assignment.override_reason)).join(
        Assignment, Assignment.complaint_id == record.c.id
    )


def own_quality_free() -> Query:
    """2.4: our own quality costs the customer nothing."""
    return (
        select(*_case(SiteService.completed_at, func.coalesce(SiteService.charge, 0) > 0))
        .join(SiteService, SiteService.complaint_id == record.c.id)
        .where(SiteService.completed_at.is_not(None), SiteService.responsibility == "own_quality")
    )


def charged_with_consent() -> Query:
    """2.4: the customer accepted a quotation of at least what was charged, and it can be proven."""
    proven = or_(
        Quote.answered_by_id.is_(None), Quote.attachment_id.is_not(None), func.coalesce(Quote.evidence, "") != ""
    )
    consent = exists().where(
        Quote.complaint_id == record.c.id, Quote.accepted.is_(True), Quote.amount >= SiteService.charge, proven
    )
    return (
        select(*_case(SiteService.completed_at, ~consent))
        .join(SiteService, SiteService.complaint_id == record.c.id)
        .where(SiteService.completed_at.is_not(None), SiteService.charge > 0)
    )


def consent_proven() -> Query:
    """2.4: the customer's consent is there in some form: which, by whom and when stands beside it."""
    kinds = (("link", Quote.answered_by_id.is_(None)), ("scan", Quote.attachment_id.is_not(None)))
    words = func.coalesce(Quote.evidence, "")
    given = case(*((condition, str(PROOF_KINDS[kind])) for kind, condition in kinds), else_=words)
    bare = and_(*(~condition for _kind, condition in kinds), words == "")
    told = given + literal(" · ") + func.coalesce(Quote.signer_name, "")
    return (
        select(*_case(Quote.answered_at, bare, told))
        .join(Quote, Quote.complaint_id == record.c.id)
        .where(Quote.accepted.is_(True))
    )


def confirmed() -> Query:
    """2.5: what was worked on is closed with a valid signature of the last round; silence is no signature."""
    table = Complaint.__table__
    of_round = (Confirmation.record_id == record.c.id, Confirmation.round == table.c.round)
    signed = exists().where(*of_round, Confirmation.valid.is_(True))
    worked = exists().where(SiteService.complaint_id == record.c.id)
    closed = and_(record.c.state == "closed", table.c.outcome.in_(("confirmed", "unconfirmed")))
    return _complaints(~signed, closed, worked, at=table.c.closed_at)


def signature_holds() -> Query:
    """2.5: a signature that counts still fits the text that was signed."""
    return (
        select(*_case(Confirmation.at, Confirmation.content_sha256 != fingerprint()))
        .join(Confirmation, Confirmation.record_id == record.c.id)
        .join(SiteService, (SiteService.id == Confirmation.subject_id) & (SiteService.complaint_id == record.c.id))
        .where(Confirmation.valid.is_(True))
    )


def paid() -> Query:
    """2.4: what was charged is paid or waived before the closure."""
    table = Complaint.__table__
    received = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.complaint_id == record.c.id)
    open_ = and_(received.scalar_subquery() < table.c.charge, table.c.payment_waived_by_id.is_(None))
    return _complaints(open_, record.c.state == "closed", table.c.charge > 0, at=table.c.closed_at)


def verified_by_another() -> Query:
    """2.6: whoever carried an action out does not verify its effect."""
    acted = exists().where(
        Action.notice_id == EffectivenessCheck.notice_id,
        Action.round == EffectivenessCheck.round,
        Action.owner_id == EffectivenessCheck.by_id,
    )
    return select(*_case(EffectivenessCheck.at, acted)).join(
        EffectivenessCheck, EffectivenessCheck.notice_id == record.c.id
    )


def notice_issued() -> Query:
    """2.6: our own quality problem is closed with an issued notice."""
    table, notice = Complaint.__table__, CorrectiveAction.__table__
    own = record.alias("notice_record")
    issued = (
        exists()
        .where(corrective_complaint.c.complaint_id == record.c.id)
        .where(notice.c.id == corrective_complaint.c.corrective_action_id, own.c.id == notice.c.id)
        .where(notice.c.issued_at.is_not(None), own.c.state != "void")
    )
    return _complaints(
        ~issued, record.c.state == "closed", table.c.responsibility == "own_quality", at=table.c.closed_at
    )


def before_the_gm() -> Query:
    """4.4: for every major complaint there is a report."""
    table, told = Complaint.__table__, GmReport.__table__
    reported = exists().where(told.c.about_id == record.c.id)
    return _complaints(~reported, table.c.is_major.is_(True), at=table.c.major_at)


def _clock_of(rule: Any) -> Check:
    return Check(rule.code, rule.clause or CLAUSE_OF.get(rule.code, ""), rule.code, _of_rule(rule.code))


CLAUSE_OF = {
    "ACK": "2.1",
    "QC_RECEIVE": "2.1",
    "CONSULT": "2.1",
    "DISPOSE": "2.1",
    "ASSIGN": "2.2",
    "REVISIT": "2.2",
    "COMPLETE": "2.4",
}
BY_HAND = (
    Check("letters", "2.1", _l("Letter or fax handed over with the form"), letters),
    Check("received_by_another", "2.1", _l("Received by another person"), received_by_another),
    Check("issued_by_another", "2.1", _l("Disposition issued by another person than its author"), issued_by_another),
    Check("settled_satisfied", "2.1", _l("Settled with a satisfied customer"), settled_satisfied),
    Check("competent", "2.3", _l("Sent with a valid competence"), competent),
    Check("own_quality_free", "2.4", _l("Our own quality free of charge"), own_quality_free),
    Check("charged_with_consent", "2.4", _l("Charged with the customer's proven consent"), charged_with_consent),
    Check("consent_proven", "2.4", _l("The customer's consent with signature, scan or evidence"), consent_proven),
    Check("paid", "2.4", _l("Charge paid or waived before the closure"), paid),
    Check("confirmed", "2.5", _l("Closed with a valid signature"), confirmed),
    Check("signature_holds", "2.5", _l("The signature fits the text that was signed"), signature_holds),
    Check(
        "verified_by_another",
        "2.6",
        _l("Effectiveness verified by somebody who did not carry it out"),
        verified_by_another,
    ),
    Check("notice_issued", "2.6", _l("Own quality closed with an issued notice"), notice_issued),
    Check("before_the_gm", "4.4", _l("Major complaint reported to the General Manager"), before_the_gm),
)


def checks() -> dict[str, Check]:
    """Every check of the regulation: those written out, and one for each deadline there is."""
    return {check.code: check for check in (*BY_HAND, *map(_clock_of, DEFAULTS.values()))}
