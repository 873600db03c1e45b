"""What a customer can do by link: confirm or reject the work, answer a quotation, say how it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.complaints import codes
from app.complaints.codes import S
from app.complaints.models import Complaint
from app.complaints.workflow import COMPLAINT
from app.core import clock
from app.core.fields import ChoiceField, LongTextField, TextField, YesNoField
from app.core.forms import StepForm
from app.core.workflow import Actor, Invalid, Refused

from .models import PublicLink, Purpose, Survey

CUSTOMER = Actor(
    None, "customer", lambda step: step in ("confirm", "reject", "answer_quote"), is_system=True, via="link"
)


class ConfirmForm(StepForm):
    """The customer's word on the work (2.5)."""

    solved = YesNoField(_l("Is the problem solved?"), required=True)
    reason = LongTextField(_l("What is still wrong?"))
    satisfaction = ChoiceField(_l("How satisfied are you?"), choices=codes.SATISFACTION, number=True)
    remark = LongTextField(_l("Remark"))
    confirm_negative = YesNoField(_l("Your answer sounds as if something were wrong. Do you confirm all the same?"))
    signer_name = TextField(_l("Your name"), max_length=80)
    signature = TextField(_l("Signature"), max_length=400_000, kind="signature")
    NEEDED: dict[Any, tuple[str, ...]] = {False: ("reason",), True: ("satisfaction", "signer_name", "signature")}

    def validate(self, extra_validators: Any = None) -> bool:
        """Who confirms says how satisfied and signs; who does not says what is still wrong."""
        good = super().validate(extra_validators)
        for name in self.NEEDED.get(self.solved.data, ()):
            field = self[name]
            if not field.errors and field.data in (None, ""):
                field.errors = [_("Please sign in the box.") if name == "signature" else field.wanted()]
                good = False
        return good and self._meant()

    def _meant(self) -> bool:
        """A positive tick of somebody dissatisfied asks once more (2.5)."""
        contradicts = self.solved.data and (self.satisfaction.data or 0) <= codes.DISSATISFIED
        if not contradicts or self.confirm_negative.data:
            return True
        self.confirm_negative.errors = [_("You say it is solved, and yet you are not satisfied. Do you mean it?")]
        return False


class QuoteForm(StepForm):
    """The customer's answer to a quotation (2.4)."""

    accepted = YesNoField(_l("Do you accept the quotation?"), required=True)
    signer_name = TextField(_l("Your name"), required=True, max_length=80)
    signature = TextField(_l("Signature"), max_length=400_000, kind="signature")


class SurveyForm(StepForm):
    """After the closure."""

    score = ChoiceField(_l("How satisfied are you?"), choices=codes.SATISFACTION, number=True, required=True)
    remark = LongTextField(_l("Remark"))


FORMS: dict[str, type[StepForm]] = {
    Purpose.confirm: ConfirmForm,
    Purpose.quote: QuoteForm,
    Purpose.survey: SurveyForm,
}


@dataclass(frozen=True)
class Sent:
    """What came back with the form: the fields, and the fingerprint of the text that was read."""

    form: StepForm
    digest: str


def asked(record: Complaint) -> dict[Purpose, int]:
    """What the customer is asked for now, and about which row."""
    service, quote, found = record.service, record.quote, {}
    if record.state == S.awaiting_confirmation and service is not None:
        found[Purpose.confirm] = service.id
    if record.state in (S.disposed, S.on_site) and quote and quote.accepted is None and quote.round == record.round:
        found[Purpose.quote] = quote.id
    if record.state == S.closed:
        found[Purpose.survey] = 0
    return found


def still_due(link: PublicLink) -> bool:
    """Whether the complaint still waits for this very act."""
    return asked(link.complaint).get(Purpose(link.purpose)) == link.subject_id


def text_digest(link: PublicLink) -> str:
    """The fingerprint of what the customer reads before acting."""
    service = link.complaint.service
    return service.digest if link.purpose == Purpose.confirm and service else str(link.subject_id)


def act(session: Session, link: PublicLink, record: Complaint, sent: Sent) -> None:
    """Do what the customer asks; the caller has locked the record, used up the link, and commits.

    Raises Invalid with a sentence per field, Refused when the text is no longer the one that was read.
    """
    if not sent.form.validate():
        raise Invalid(sent.form.sentences())
    if sent.digest != text_digest(link):
        raise Refused(_("the text has been changed since you read it. Please read it again."))
    values = sent.form.values()
    if link.purpose == Purpose.confirm:
        _confirm(session, record, values)
    elif link.purpose == Purpose.quote:
        COMPLAINT.fire(session, record, "answer_quote", CUSTOMER, _filled(values))
    else:
        session.add(Survey(complaint_id=record.id, at=clock.now(), score=values["score"], remark=values["remark"]))


def _confirm(session: Session, record: Complaint, values: dict[str, Any]) -> None:
    if values["solved"]:
        facts = {name: value for name, value in values.items() if name not in ("solved", "reason")}
        COMPLAINT.fire(session, record, "confirm", CUSTOMER, {**_filled(facts), "method": "link"})
        return
    COMPLAINT.fire(session, record, "reject", CUSTOMER, {"reason": values["reason"]})


def _filled(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
