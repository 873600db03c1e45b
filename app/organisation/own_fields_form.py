"""What the administrator says of a field of the company's own: one form for page and REST."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from app.core.fields.fields import (
    ChoiceField,
    ChoicesField,
    MarkField,
    RowsField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.fields.forms import StepForm
from app.core.kind import own_keeping
from app.core.kind.own_fields import CHOSEN, TYPES
from app.core.kind.own_keeping import WORDS
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")


class NameField(MarkField):
    """What programs call it."""

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if not CODE.fullmatch(text):
            raise ValueError(_("It begins with a small letter and is made of small letters, digits and underscore."))
        return text


class Option(StepForm):
    code = NameField(_l("Code"), required=True, max_length=40)
    label_zh = TextField(_l("Label (Chinese)"), required=True, max_length=60)
    label_en = TextField(_l("Label (English)"), required=True, max_length=60)


def form_of(kind: str, row: Any = None) -> type[StepForm]:
    """The form for a new field of a kind; of one that is there, what may change."""
    return form_for([kind], new=row is None, listed=row is None or row.type in CHOSEN)


def form_for(kinds: Iterable[str], *, new: bool, listed: bool = True) -> type[StepForm]:
    """The form for a field of one of these kinds."""
    kinds, known = tuple(kinds), own_keeping.kinds()
    places = {place: words for kind in kinds for place, words in own_keeping.places(kind).items()}
    fixed = {
        "kind": ChoiceField(WORDS["kind"], choices={kind: known[kind].one for kind in kinds}, required=True),
        "code": NameField(WORDS["code"], required=True, max_length=40, description=_l("What programs call it.")),
        "type": ChoiceField(WORDS["type"], choices=TYPES, required=True),
    }
    shown = "type:" + "|".join(CHOSEN) if new else ""
    options = {"choices": RowsField(WORDS["choices"], row=Option, when=shown)}
    said = {
        "label_zh": TextField(WORDS["label_zh"], required=True, max_length=60),
        "label_en": TextField(WORDS["label_en"], required=True, max_length=60),
        "help_zh": TextField(WORDS["help_zh"], max_length=200),
        "help_en": TextField(WORDS["help_en"], max_length=200),
        "asked_in": ChoicesField(WORDS["asked_in"], choices=places),
        "required": YesNoField(WORDS["required"]),
        "in_list": YesNoField(WORDS["in_list"]),
        "in_search": YesNoField(WORDS["in_search"]),
        "on_paper": YesNoField(WORDS["on_paper"]),
        "position": WholeNumberField(WORDS["position"], max=10_000, description=_l("The smallest comes first.")),
    }
    active = {} if new else {"active": YesNoField(WORDS["active"], description=_l("No: it is asked no more."))}
    fields = {**(fixed if new else {}), **said, **(options if listed else {}), **active}
    return type("FieldForm", (StepForm,), fields)
