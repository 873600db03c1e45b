"""Fields that choose among a few: codes with labels, yes or no."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Unpack

from markupsafe import Markup
from wtforms import ValidationError
from wtforms.widgets import CheckboxInput

from app.extensions import db

from ..kind.choices import Choices, has, offered
from ..text.wording import gettext as _
from ..types import Json, Text
from .field_base import Asking, BusinessField, Widget, attributes, several


def shown(choices: Mapping[str, Text], *chosen: str) -> dict[str, Text]:
    """What may be chosen, and what stands there already."""
    open_ones = offered(choices)
    return {code: label for code, label in choices.items() if code in open_ones or code in chosen}


def still_offered(choices: Mapping[str, Text], code: str, form: object) -> None:
    """A retired code is only taken where it stands already. Raises ValidationError with a sentence."""
    if not isinstance(choices, Choices) or code not in choices or code in choices.offered:
        return
    if not has(db.session, getattr(form, "record", None), choices, code):
        raise ValidationError(_("“%(word)s” is no longer chosen. Choose another.", word=str(choices[code])))


class ChoiceField(BusinessField):
    """One code of a list, shown by its label; blank first, so nothing is chosen by accident."""

    def __init__(
        self, label: Text | None = None, *, choices: Mapping[str, Text], number: bool = False, **kw: Unpack[Asking]
    ) -> None:
        super().__init__(label, **kw)
        self.choices, self.number = choices, number

    def clean(self, raw: object, text: str) -> object:
        if isinstance(raw, bool) or text not in self.choices:
            raise ValueError(_("Choose one of: %(list)s.", list=", ".join(offered(self.choices))))
        return int(text) if self.number else text

    def beginning(self, text: str) -> object:
        value = super().beginning(text)
        if text not in offered(self.choices):
            raise ValueError(_("“%(word)s” is no longer chosen. Choose another.", word=str(self.choices[text])))
        return value

    def pre_validate(self, form: object) -> None:
        if self.data is not None:
            still_offered(self.choices, str(self.data), form)

    def wanted(self) -> str:
        return _("Please choose “%(field)s”.", field=str(self.label.text))

    def drawn(self, **kw: object) -> Markup:
        now = self._value()
        options = [("", _("Please choose")), *shown(self.choices, now).items()]
        inner = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(code, Markup(" selected") if code == now else "", label)
            for code, label in options
        )
        return Markup("<select {}>{}</select>").format(attributes(self, kw), inner)

    def json_schema(self) -> Json:
        open_ones = offered(self.choices)
        codes: Sequence[int | str] = [int(code) for code in open_ones] if self.number else list(open_ones)
        return {**super().json_schema(), "type": "integer" if self.number else "string", "enum": codes}


class ManyField(BusinessField):
    """Several values: repeated in a form, an array in JSON."""

    schema = {"type": "array", "items": {"type": "string"}}

    def process_formdata(self, valuelist: list[object]) -> None:
        self.data = None
        self.data = [self.one(text) for text in several(valuelist)]

    def one(self, text: str) -> str:
        return text


class ChoicesField(ManyField):
    """Several codes of a list, as check boxes."""

    def __init__(self, label: Text | None = None, *, choices: Mapping[str, Text], **kw: Unpack[Asking]) -> None:
        super().__init__(label, **kw)
        self.choices = choices

    def one(self, text: str) -> str:
        if text not in self.choices:
            raise ValueError(_("Choose one of: %(list)s.", list=", ".join(offered(self.choices))))
        return text

    def pre_validate(self, form: object) -> None:
        for code in self.data or ():
            still_offered(self.choices, code, form)

    def drawn(self, **kw: object) -> Markup:
        chosen = set(self.data or [])
        boxes = Markup("").join(
            Markup('<label class="tick"><input type="checkbox" name="{}" value="{}"{}> {}</label>').format(
                self.name, code, Markup(" checked") if code in chosen else "", label
            )
            for code, label in shown(self.choices, *chosen).items()
        )
        return Markup('<div class="ticks" id="{}" role="group">{}</div>').format(self.id, boxes)

    def json_schema(self) -> Json:
        return {**super().json_schema(), "items": {"type": "string", "enum": list(offered(self.choices))}}


class YesNoField(BusinessField):
    """Yes, no, or not said yet."""

    schema = {"type": "boolean"}
    WORDS = {
        "true": True,
        "1": True,
        "yes": True,
        "y": True,
        "on": True,
        "false": False,
        "0": False,
        "no": False,
        "n": False,
    }

    def clean(self, raw: object, text: str) -> object:
        if text.lower() not in self.WORDS:
            raise ValueError(_("Answer with yes or no."))
        return self.WORDS[text.lower()]

    def wanted(self) -> str:
        return _("Please answer “%(field)s”.", field=str(self.label.text))

    def drawn(self, **kw: object) -> Markup:
        radio = Markup('<label class="tick"><input type="radio" name="{}" value="{}"{}> {}</label>')
        inner = Markup("").join(
            radio.format(self.name, code, Markup(" checked") if self.data is value else "", label)
            for code, value, label in (("true", True, _("Yes")), ("false", False, _("No")))
        )
        return Markup('<div class="ticks" id="{}" role="radiogroup">{}</div>').format(self.id, inner)


class TickField(BusinessField):
    """A plain check box."""

    WORDS = {**YesNoField.WORDS, "": False}

    widget: Widget = CheckboxInput()
    schema = {"type": "boolean"}

    def process_formdata(self, valuelist: list[object]) -> None:
        word = str(valuelist[0]).lower() if valuelist else ""
        self.data = self.WORDS.get(word)
        if self.data is None:
            raise ValueError(_("Answer with yes or no."))

    def _value(self) -> str:
        return "true"
