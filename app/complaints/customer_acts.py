"""What a complaint's customer sees and does by link: confirm or reject the work, answer a quotation, say how it was."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, auto
from typing import Any

from sqlalchemy.orm import Session

from app.core.fields.fields import ChoiceField, LongTextField, SignatureField, TextField, YesNoField
from app.core.fields.forms import StepForm
from app.core.kind.customer_page import Act, CustomerPage, by_link
from app.core.record.signatures import digest
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock

from . import codes
from .codes import S
from .customer_story import status, story
from .models import Complaint, Survey
from .workflow import COMPLAINT


class Purpose(StrEnum):
    """What a complaint's link is for."""

    track = auto()
    confirm = auto()
    quote = auto()
    survey = auto()


CUSTOMER = by_link("confirm", "reject", "answer_quote")


class ConfirmForm(StepForm):
    """The customer's word on the work (2.5)."""

    solved = YesNoField(_l("Is the problem solved?"), required=True)
    reason = LongTextField(_l("What is still not right?"))
    satisfaction = ChoiceField(_l("How satisfied are you?"), choices=codes.SATISFACTION, number=True)
    remark = LongTextField(_l("Remark"))
    confirm_negative = YesNoField(
        _l("Your answer sounds as if something were still wrong. Do you want to confirm anyway?")
    )
    signer_name = TextField(_l("Your name"), max_length=80)
    signature = SignatureField(_l("Signature"), needed=True)
    NEEDED: dict[Any, tuple[str, ...]] = {False: ("reason",), True: ("satisfaction", "signer_name", "signature")}

    def validate(self, extra_validators: Any = None) -> bool:
        """Who confirms says how satisfied and signs; who does not says what is still wrong."""
        good = bool(super().validate(extra_validators))
        for name in self.NEEDED.get(self.solved.data, ()):
            field = self[name]
            if not field.errors and field.data in (None, ""):
                field.errors = [_("Please sign in the box.") if name == "signature" else field.wanted()]
                good = False
        return good


class QuoteForm(StepForm):
    """The customer's answer to a quotation (2.4)."""

    accepted = YesNoField(_l("Do you accept the quotation?"), required=True)
    signer_name = TextField(_l("Your name"), required=True, max_length=80)
    signature = SignatureField(_l("Signature"))


class SurveyForm(StepForm):
    """After the closure."""

    score = ChoiceField(_l("How satisfied are you?"), choices=codes.SATISFACTION, number=True, required=True)
    remark = LongTextField(_l("Remark"))


# ---- when the customer is asked, and about which row


def to_confirm(record: Complaint) -> int | None:
    """The implementation record that waits for the customer's word."""
    return record.service.id if record.state == S.awaiting_confirmation and record.service is not None else None


def to_answer(record: Complaint) -> int | None:
    """The quotation that waits for an answer."""
    quote = record.quote
    waits = quote is not None and quote.accepted is None and quote.round == record.round
    return quote.id if quote is not None and waits and record.state in (S.disposed, S.on_site) else None


def to_look_back(record: Complaint) -> int | None:
    """Once all is over, about nothing in particular."""
    return 0 if record.state == S.closed else None


# ---- what the customer does


def confirm(session: Session, record: Complaint, values: dict[str, Any]) -> None:
    """The work is signed, or goes back to QC with what is still wrong."""
    if values["solved"]:
        facts = {name: value for name, value in values.items() if name not in ("solved", "reason")}
        COMPLAINT.fire(session, record, "confirm", CUSTOMER, {**_filled(facts), "method": "link"})
        return
    COMPLAINT.fire(session, record, "reject", CUSTOMER, {"reason": values["reason"]})


def answer_quote(session: Session, record: Complaint, values: dict[str, Any]) -> None:
    """Yes or no to the quotation."""
    COMPLAINT.fire(session, record, "answer_quote", CUSTOMER, _filled(values))


def look_back(session: Session, record: Complaint, values: dict[str, Any]) -> None:
    """How it was, in stars and words."""
    session.add(Survey(complaint_id=record.id, at=clock.now(), score=values["score"], remark=values["remark"]))


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


# ---- what the customer sees


def thanks_for_the_word(record: Complaint) -> Any:
    """To whoever has confirmed, or has said that something is still wrong."""
    if record.state == S.at_qc:
        return _("Thank you for telling us. Our quality department will look into it again and contact you.")
    return _("Thank you for confirming our work. There is nothing more for you to do.")


CUSTOMER_PAGE = CustomerPage[Complaint](
    title=_l("Your complaint"),
    follow=_l("Follow your complaint"),
    mail="complaint_created",
    status=status,
    story=story,
    signer=lambda record: record.contact_name or record.complainant,
    paper="complaint_record",
    acts={
        Purpose.confirm: Act(
            label=_l("Confirm the work"),
            form=ConfirmForm,
            template="public/confirm.html",
            mail="customer_confirm",
            after=("complete", "handle_remotely", "amend"),
            waits=to_confirm,
            do=confirm,
            thanks=thanks_for_the_word,
            reads=digest,
            shows=lambda record: {"service": record.service, "codes": codes},
            photos=True,
        ),
        Purpose.quote: Act(
            label=_l("Answer the quotation"),
            form=QuoteForm,
            template="public/quote.html",
            mail="customer_quote",
            after=("quote",),
            waits=to_answer,
            do=answer_quote,
            thanks=lambda record: _("Thank you. We have received your answer and will contact you."),
            shows=lambda record: {"quote": record.quote},
        ),
        Purpose.survey: Act(
            label=_l("Tell us how we did"),
            form=SurveyForm,
            template="public/survey.html",
            mail="complaint_closed",
            after=("close", "settle", "settle_unsatisfied", "approve_withdrawal"),
            waits=to_look_back,
            do=look_back,
            thanks=lambda record: _("Thank you for your feedback."),
            shows=lambda record: {"codes": codes},
            by_the_way=True,
        ),
    },
)
