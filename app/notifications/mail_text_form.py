"""What is asked of a mail's words: one declaration for page and REST."""

from __future__ import annotations

from flask_babel import lazy_pgettext as _lp

from app.core.fields.fields import LongTextField, TextField
from app.core.fields.forms import StepForm
from app.core.process.refused import Invalid

from .mail_texts import LONGEST, Wording


class WordsForm(StepForm):
    """Subject and body, with placeholders."""

    subject = TextField(_lp("mail", "Subject"), required=True, max_length=LONGEST["subject"])
    body = LongTextField(_lp("mail", "Text"), required=True, max_length=LONGEST["body"])


def typed(form: StepForm) -> Wording:
    """The words of a form. Raises Invalid."""
    if not form.validate():
        raise Invalid(form.sentences())
    values = form.values()
    return Wording(values["subject"], values["body"])
