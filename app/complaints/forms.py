"""The fields of each step of a complaint, declared once: dialog, validation and REST schema."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.fields import (
    ChoiceField,
    ChoicesField,
    DayField,
    LongTextField,
    MomentField,
    MoneyField,
    NumberField,
    PeopleField,
    PersonField,
    RemoteSelectField,
    RowsField,
    TextField,
    UploadField,
    WholeNumberField,
    YesNoField,
)
from app.core.forms import StepForm
from app.organisation.regions import suggest

from . import codes

REASON = _l("Reason")


class Reason(StepForm):
    reason = LongTextField(REASON, required=True)


class OptionalReason(StepForm):
    reason = LongTextField(REASON)


class Late(StepForm):
    late_reason = LongTextField(_l("Reason for the delay"))


class Intake(StepForm):
    """The head of 顾客投诉及处理记录表 (2.1), in the order of the paper form."""

    channel = ChoiceField(_l("Channel"), choices=codes.CHANNELS, required=True)
    received_at = MomentField(_l("Received at"), not_future=True)
    customer = RemoteSelectField(_l("Customer"), lookup="customer", required=True)
    complainant = TextField(_l("Complainant"), max_length=80)
    contact_name = TextField(_l("Contact"), max_length=80)
    contact_phone = TextField(_l("Phone"), max_length=40)
    site_region = RemoteSelectField(_l("Site region"), lookup="region", required=True)
    site_address = TextField(_l("Site address"), max_length=200)
    product = RemoteSelectField(_l("Product"), lookup="product")
    serial_no = TextField(_l("Serial number"), max_length=60)
    batch_no = TextField(_l("Batch number"), max_length=60)
    quantity = WholeNumberField(_l("Quantity"), min=1, max=1_000_000)
    purchase_date = DayField(_l("Purchase date"))
    contract = TextField(_l("Contract"), max_length=60)
    failure_mode = RemoteSelectField(_l("Failure mode"), lookup="failure_mode")
    subject = TextField(_l("Subject"), required=True, max_length=200)
    description = LongTextField(_l("Description"), required=True)
    customer_demand = LongTextField(_l("Customer's demand"))
    claimed_loss = MoneyField(_l("Claimed loss (CNY)"))
    severity = ChoiceField(_l("Severity"), choices=codes.SEVERITIES)
    recurrence_of = RemoteSelectField(_l("Repeats the complaint"), lookup="complaint")

    def validate(self, extra_validators: Any = None) -> bool:
        """A missing region names the places the typed address could be; it is chosen, never guessed (2.2)."""
        good = bool(super().validate(extra_validators))
        places = suggest(self.site_address.data or "") if self.site_region.errors and not self.site_region.data else []
        if places:
            self.site_region.errors = [
                _("Choose the region. The address could be in: %(places)s.", places="、".join(places[:5]))
            ]
        return good


class Correction(StepForm):
    """What may still be corrected on the head of the form; the receipt's time and region are not among it."""

    channel = ChoiceField(_l("Channel"), choices=codes.CHANNELS, required=True)
    complainant = TextField(_l("Complainant"), max_length=80)
    contact_name = TextField(_l("Contact"), max_length=80)
    contact_phone = TextField(_l("Phone"), max_length=40)
    site_address = TextField(_l("Site address"), max_length=200)
    product = RemoteSelectField(_l("Product"), lookup="product")
    serial_no = TextField(_l("Serial number"), max_length=60)
    batch_no = TextField(_l("Batch number"), max_length=60)
    quantity = WholeNumberField(_l("Quantity"), min=1, max=1_000_000)
    purchase_date = DayField(_l("Purchase date"))
    contract = TextField(_l("Contract"), max_length=60)
    failure_mode = RemoteSelectField(_l("Failure mode"), lookup="failure_mode")
    subject = TextField(_l("Subject"), required=True, max_length=200)
    description = LongTextField(_l("Description"), required=True)
    customer_demand = LongTextField(_l("Customer's demand"))
    claimed_loss = MoneyField(_l("Claimed loss (CNY)"))
    severity = ChoiceField(_l("Severity"), choices=codes.SEVERITIES)


class Negotiate(StepForm):
    content = LongTextField(_l("What was said"), required=True)
    proposal = LongTextField(_l("Our proposal"))
    customer_attitude = TextField(_l("Customer's attitude"), max_length=200)
    satisfied = YesNoField(_l("Is the customer satisfied?"), required=True)


class Plan(StepForm):
    solution_plan = LongTextField(_l("Solution plan"), required=True)


class PlanWithReason(Plan):
    reason = LongTextField(REASON, required=True)


class Draft(StepForm):
    """处理意见, as QC drafts it."""

    analysis = LongTextField(_l("Analysis"), required=True)
    containment = LongTextField(_l("Containment action"))
    opinion = LongTextField(_l("Disposition"), required=True, description=_l("The technician reads this on site."))
    remedy_proposed = ChoiceField(_l("Proposed remedy"), choices=codes.REMEDIES)
    needs_site_visit = YesNoField(_l("Is a site visit needed?"), required=True)
    failure_mode = RemoteSelectField(_l("Failure mode"), lookup="failure_mode")


class Consult(StepForm):
    """会同有关部门 (2.1)."""

    departments = RemoteSelectField(_l("Departments"), lookup="department", multiple=True, required=True)
    question = LongTextField(_l("Question"))
    reply_by = DayField(_l("Reply by"), not_past=True)


class Issue(StepForm):
    unanswered_reason = LongTextField(_l("Reason why consultations stay unanswered"))


class Assign(StepForm):
    technician = PersonField(_l("Technician or inspector"), lookup="technician", required=True)
    kind = ChoiceField(_l("Assigned as"), choices=codes.ASSIGNMENT_KINDS, required=True)
    co_workers = PeopleField(_l("Co-workers"), lookup="technician")
    planned_on = DayField(_l("Planned for"))
    override_reason = LongTextField(_l("Reason for assigning without the competence"))
    due_at = MomentField(_l("Arrival due"), description=_l("Only for Hong Kong, Macao, Taiwan and abroad."))
    due_reason = LongTextField(_l("Reason for this date"))


class Reassign(Assign):
    reason = LongTextField(REASON, required=True)


class PlannedOn(StepForm):
    planned_on = DayField(_l("Planned for"))


class At(StepForm):
    at = MomentField(_l("At"), not_future=True)


class AgreedDate(StepForm):
    new_date = DayField(_l("Date the customer asked for"), required=True)
    evidence = LongTextField(_l("Evidence (who, when, how)"), required=True)


class Arrive(StepForm):
    arrived_at = MomentField(_l("Arrived at"), not_future=True)
    late_reason = LongTextField(_l("Reason for the delay"))


class Reschedule(StepForm):
    reason = LongTextField(REASON, required=True)
    new_date = DayField(_l("New date"), required=True, not_past=True)


class Investigate(StepForm):
    phenomenon = LongTextField(_l("Phenomenon"), required=True)
    investigation = LongTextField(_l("Investigation"), required=True)
    cause_category = ChoiceField(_l("Cause category"), choices=codes.CAUSES, required=True)
    responsibility = ChoiceField(_l("Responsibility"), choices=codes.RESPONSIBILITIES, required=True)
    failure_mode = RemoteSelectField(_l("Failure mode"), lookup="failure_mode")


class Complete(Investigate):
    """处理实施情况 (2.4, 2.5)."""

    remedy = ChoiceField(_l("Remedy"), choices=codes.REMEDIES, required=True)
    charge = MoneyField(_l("Charge (CNY)"), required=True)
    work_done = LongTextField(_l("Work done"), required=True)
    free_reason = LongTextField(_l("Reason for charging nothing"))
    parts_used = LongTextField(_l("Parts used"))
    old_serial = TextField(_l("Old serial number"), max_length=60)
    new_serial = TextField(_l("New serial number"), max_length=60)
    hours = NumberField(_l("Hours"), min=0, max=10_000)
    travel_cost = MoneyField(_l("Travel cost (CNY)"))


class Remote(Complete):
    reason = LongTextField(_l("Why no visit is needed"), required=True)


class Amend(Complete):
    reason = LongTextField(_l("Reason for the correction"), required=True)


class QuoteLine(StepForm):
    """One line of a quotation."""

    description = TextField(_l("What"), required=True, max_length=200)
    quantity = NumberField(_l("Quantity"), min=0, max=1_000_000, required=True)
    price = MoneyField(_l("Price (CNY)"), required=True)


class MakeQuote(StepForm):
    """报价, before any chargeable work (2.4)."""

    lines = RowsField(_l("Quotation lines"), row=QuoteLine, required=True)
    amount = MoneyField(_l("Total (CNY)"), required=True)


class AnswerQuote(StepForm):
    """The customer's answer to a quotation (2.4)."""

    accepted = YesNoField(_l("Does the customer accept?"), required=True)
    signer_name = TextField(_l("Answered by"), required=True, max_length=80)
    evidence = LongTextField(_l("Evidence (who, when, how)"))
    signature = TextField(_l("Signature"), max_length=400_000, kind="signature")
    attachment = WholeNumberField(_l("Scan (attachment number)"), min=1, kind="hidden")
    scan = UploadField(_l("Scan of the consent"))


class Pay(StepForm):
    amount = MoneyField(_l("Amount (CNY)"), required=True)
    receipt_no = TextField(_l("Receipt number"), required=True, max_length=60)
    paid_on = DayField(_l("Paid on"), required=True, not_future=True)


class Merge(StepForm):
    into = RemoteSelectField(_l("Merge into"), lookup="complaint", required=True)


class Confirm(StepForm):
    """顾客确认/签名 (2.5)."""

    signer_name = TextField(_l("Signed by"), required=True, max_length=80)
    method = ChoiceField(_l("Way of signing"), choices=codes.METHODS, required=True)
    signature = TextField(_l("Signature"), max_length=400_000, kind="signature")
    attachment = WholeNumberField(_l("Scan (attachment number)"), min=1, kind="hidden")
    scan = UploadField(_l("Scan of the signed form"))
    satisfaction = ChoiceField(_l("Satisfaction"), choices=codes.SATISFACTION, required=True, number=True)
    remark = LongTextField(_l("Remark of the customer"))
    confirm_negative = YesNoField(_l("The answer sounds negative. Does the customer confirm all the same?"))


class LogContact(StepForm):
    channel = ChoiceField(_l("Channel"), choices=codes.CONTACT_CHANNELS, required=True)
    content = LongTextField(_l("What was said"), required=True)
    reached = YesNoField(_l("Was the customer reached?"), required=True)


class Major(StepForm):
    criteria = ChoicesField(_l("Criteria"), choices=codes.MAJOR_CRITERIA, required=True)


class CorrectSite(StepForm):
    site_region = RemoteSelectField(_l("Site region"), lookup="region", required=True)
    site_address = TextField(_l("Site address"), max_length=200)
    reason = LongTextField(REASON, required=True)
