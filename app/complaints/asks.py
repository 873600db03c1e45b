"""What the steps of a complaint ask, fact by fact, in the order of the paper form."""

from __future__ import annotations

from dataclasses import replace

from app.core.fields.fields import (
    ChoicesField,
    LongTextField,
    MomentField,
    MoneyField,
    NumberField,
    PeopleField,
    RemoteSelectField,
    RowsField,
    SignatureField,
    TextField,
    UploadField,
    WholeNumberField,
)
from app.core.fields.forms import StepForm
from app.core.kind.asks import LATE, REASON, Asked, beside, may, need
from app.core.text.wording import lazy_gettext as _l

from . import codes
from .charges import Payment, Quote
from .consultation import Consultation
from .models import Assignment, Complaint
from .opinions import Disposition, Negotiation
from .services import SiteService
from .traveller_fields import TravellerField

C, D, K, N, P, Q, V, W = (
    *(Complaint, Disposition, Consultation, Negotiation),
    *(Payment, Quote, Assignment, SiteService),
)
WHY = replace(REASON, facts={})  # a reason, where there is one
EVIDENCE = _l("Evidence (who, when, how)")

# 2.1 receipt
INTAKE: tuple[Asked, ...] = (
    need(C.channel),
    may(C.received_at, not_future=True),
    need(C.customer_id),
    may(C.complainant),
    may(C.contact_name),
    may(C.contact_phone),
    need(C.site_region_code),
    may(C.site_address),
    may(C.product_id),
    may(C.serial_no),
    may(C.batch_no),
    may(C.quantity),
    may(C.purchase_date),
    may(C.contract),
    may(C.failure_mode_id),
    need(C.title, "subject"),
    need(C.description),
    may(C.customer_demand),
    may(C.claimed_loss),
    may(C.severity),
    may(C.recurrence_of_id, label=_l("Repeats the complaint")),
)
RECEIVED = ("received_at", "customer", "site_region", "recurrence_of")  # fixed with the receipt
CORRECTION = tuple(ask for ask in INTAKE if ask.called not in RECEIVED)
COUNTER: tuple[Asked, ...] = (
    *INTAKE,
    beside("letter", UploadField, _l("Scan of the letter or fax"), category="letter", when="channel:letter|fax"),
    may(
        C.nature,
        label=_l("Judgement"),
        choices=codes.JUDGEMENTS,
        description=_l("Left open, the slip waits to be judged today."),
    ),
    may(C.solution_plan, when="nature:|quality"),  # unless it is judged otherwise
    replace(LATE, facts={"description": _l("Asked when the day of receipt is over.")}),
    beside("then", TextField, _l("Save and hand over to QC"), max_length=20, kind="hidden"),  # the pressed button
)
PLAN = (need(C.solution_plan),)
NEGOTIATION = (need(N.content), may(N.proposal), may(N.customer_attitude), need(N.satisfied))

# 2.1 quality control
CAUSE = may(C.failure_mode_id, stays=True)  # what goes wrong, once somebody knows it (2.6)
DISPOSITION = (
    need(D.analysis),
    may(D.containment),
    need(D.opinion),
    may(D.remedy_proposed),
    need(D.needs_site_visit, label=_l("Is a site visit needed?")),
    CAUSE,
)
CONSULT = (
    beside("departments", RemoteSelectField, _l("Departments"), lookup="department", multiple=True, required=True),
    may(K.question),
    may(K.reply_by, not_past=True),
)
ISSUE = (beside("unanswered_reason", LongTextField, _l("Reason why consultations stay unanswered")),)

# 2.2, 2.3 assignment and journey
ASSIGN = (
    need(V.technician_id, field=TravellerField),
    may(V.kind),
    beside("co_workers", PeopleField, _l("Co-workers"), lookup="technician"),
    may(V.planned_on),
    may(V.override_reason),
    beside("due_at", MomentField, _l("Arrival due"), description=_l("Only for Hong Kong, Macao, Taiwan and abroad.")),
    beside("due_reason", LongTextField, _l("Reason for this date")),
)
AT = beside("at", MomentField, _l("At"), not_future=True)
ARRIVAL = (may(V.arrived_at, not_future=True), LATE)
AGREED = (
    need(V.agreed_date, "new_date", label=_l("Date the customer asked for")),
    need(V.agreed_evidence, "evidence", label=EVIDENCE),
)
RESCHEDULED = (REASON, need(V.planned_on, "new_date", label=_l("New date"), not_past=True))

# 2.4, 2.5 on site
FOUND = (need(W.phenomenon), need(W.investigation), need(W.cause_category), need(W.responsibility), CAUSE)
WORK: tuple[Asked, ...] = (
    *FOUND,
    need(W.remedy),
    need(W.charge, when="remedy!free_repair&responsibility!own_quality", otherwise="0.00"),
    need(W.work_done),
    may(W.free_reason, when="responsibility:misuse"),
    may(W.parts_used),
    may(W.old_serial),
    may(W.new_serial),
    may(W.hours),
    may(W.travel_cost),
)
REMOTE = (*WORK, replace(REASON, label=_l("Why no visit is needed")))
AMEND = (*WORK, replace(REASON, label=_l("Reason for the correction")))


class QuoteLine(StepForm):
    """One line of a quotation."""

    description = TextField(_l("What"), required=True, max_length=200)
    quantity = NumberField(_l("Quantity"), min=0, max=1_000_000, required=True)
    price = MoneyField(_l("Price (CNY)"), required=True)


QUOTE = (
    need(Q.lines, field=RowsField, row=QuoteLine),
    may(Q.amount, description=_l("Left empty, the lines are added up."), render_kw={"data-sum": "lines"}),
)
ANSWER = (
    need(Q.accepted),
    need(Q.signer_name),
    may(Q.evidence, label=EVIDENCE),
    beside("signature", SignatureField, _l("Signature")),
    beside("attachment", WholeNumberField, _l("Scan (attachment number)"), min=1, kind="hidden", twin="scan"),
    beside("scan", UploadField, _l("Scan of the consent"), category="signature"),
)
PAYMENT = (need(P.amount), need(P.receipt_no), need(P.paid_on, not_future=True))

# at any time
CRITERIA = beside("criteria", ChoicesField, codes.MAJOR_CRITERIA.label, choices=codes.MAJOR_CRITERIA, required=True)
SITE = (need(C.site_region_code), may(C.site_address, stays=True), REASON)
MERGE = (need(C.merged_into_id, "into", label=_l("Merge into"), lookup="merge_target", beside=True),)
WITHDRAWAL = (need(C.withdrawal_reason, "reason", label=REASON.label),)
