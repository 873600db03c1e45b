"""Form fields of the regulation's steps: one declaration for dialog, validation and REST schema."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput, DateInput, DateTimeLocalInput, FileInput, HiddenInput, TextArea, TextInput

from app.extensions import db

from . import clock
from .lookups import LOOKUPS

LONGEST = 20_000
LARGEST = 2**31 - 1
MOST = 100


def storable(text: str) -> str:
    """The text, when every database can keep it."""
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise ValueError(_("There is a character in the text that can't be stored. Please type it again."))
    return text


class BusinessField(Field):
    """Base of all: reads one text (form) or JSON value, says in words what is wrong, keeps what was typed."""

    schema: dict[str, Any] = {"type": "string"}
    wide = False

    def __init__(
        self, label: Any = None, *, required: bool = False, description: Any = "", kind: str = "", **kw: Any
    ) -> None:
        super().__init__(label, [self._needed], description=description, **kw)
        self.required, self.kind = required, kind
        self.flags.required = required

    def _needed(self, form: Any, field: Field) -> None:
        if getattr(self, "errors", ()):
            raise StopValidation
        if self.required and self.data in (None, "", []):
            raise StopValidation(self.wanted())

    def wanted(self) -> str:
        return _("Please fill in “%(field)s”.", field=str(self.label.text))

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        raw = valuelist[0] if valuelist else None
        if raw is None or (isinstance(raw, str) and not raw.strip()):
            return
        if isinstance(raw, dict | list):
            raise ValueError(_("A single value is expected here."))
        self.data = self.clean(raw, storable(str(raw)).strip())

    def clean(self, raw: Any, text: str) -> Any:
        """The typed text as a value; raises ValueError with a sentence."""
        return text

    def json_schema(self) -> dict[str, Any]:
        title = {"title": str(self.label.text)}
        return {**self.schema, **title, **({"description": str(self.description)} if self.description else {})}

    def _value(self) -> str:
        if self.raw_data and isinstance(self.raw_data[0], str):
            return str(self.raw_data[0])
        return self.shown(self.data)

    def shown(self, value: Any) -> str:
        return "" if value is None else str(value)


class TextField(BusinessField):
    """One line."""

    widget = TextInput()

    def __init__(self, label: Any = None, *, max_length: int = 200, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.max_length = max_length
        if self.kind == "signature":
            self.widget = SignatureWidget()

    def clean(self, raw: Any, text: str) -> Any:
        if not isinstance(raw, str):
            raise ValueError(_("Text is expected here."))
        if len(text) > self.max_length:
            raise ValueError(_("At most %(n)s characters fit here.", n=self.max_length))
        return text

    def json_schema(self) -> dict[str, Any]:
        return {**super().json_schema(), "maxLength": self.max_length}


class LongTextField(TextField):
    """Several lines."""

    widget = TextArea()
    wide = True

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **{"max_length": LONGEST, **kw})


class SignatureWidget:
    """A pad to sign on; the drawing travels as a data URL in a hidden input."""

    def __call__(self, field: Field, **kw: Any) -> Markup:
        return Markup(
            '<div class="pad" data-signature><canvas aria-label="{label}" role="img"></canvas>'
            '<input type="hidden" id="{id}" name="{name}" value="{value}">'
            '<button type="button" class="btn btn-default" data-clear>{clear}</button></div>'
        ).format(label=field.label.text, id=field.id, name=field.name, value=field._value(), clear=_("Clear"))


class ChoiceField(BusinessField):
    """One code of a list, shown by its label; blank first, so nothing is chosen by accident."""

    def __init__(self, label: Any = None, *, choices: Mapping[str, Any], number: bool = False, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.choices, self.number = choices, number

    def clean(self, raw: Any, text: str) -> Any:
        if isinstance(raw, bool) or text not in self.choices:
            raise ValueError(_("Choose one of: %(list)s.", list=", ".join(self.choices)))
        return int(text) if self.number else text

    def wanted(self) -> str:
        return _("Please choose “%(field)s”.", field=str(self.label.text))

    def widget(self, field: Field, **kw: Any) -> Markup:
        now = self._value()
        options = [("", _("Please choose")), *self.choices.items()]
        inner = Markup("").join(
            Markup('<option value="{}"{}>{}</option>').format(code, Markup(" selected") if code == now else "", label)
            for code, label in options
        )
        return Markup("<select {}>{}</select>").format(_attributes(field, kw), inner)

    def json_schema(self) -> dict[str, Any]:
        codes: Sequence[Any] = [int(code) for code in self.choices] if self.number else list(self.choices)
        return {**super().json_schema(), "type": "integer" if self.number else "string", "enum": codes}


def several(valuelist: list[Any]) -> list[str]:
    """Repeated form values or a JSON array as texts."""
    flat = [item for value in valuelist for item in (value if isinstance(value, list) else [value])]
    if len(flat) > MOST or any(isinstance(item, dict | list) for item in flat):
        raise ValueError(_("A list of values is expected here."))
    texts = [storable(str(item)).strip() for item in flat if item is not None]
    return [text for text in texts if text]


class ManyField(BusinessField):
    """Several values: repeated in a form, an array in JSON."""

    schema = {"type": "array", "items": {"type": "string"}}

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        self.data = [self.one(text) for text in several(valuelist)]

    def one(self, text: str) -> Any:
        return text


class ChoicesField(ManyField):
    """Several codes of a list, as check boxes."""

    def __init__(self, label: Any = None, *, choices: Mapping[str, Any], **kw: Any) -> None:
        super().__init__(label, **kw)
        self.choices = choices

    def one(self, text: str) -> Any:
        if text not in self.choices:
            raise ValueError(_("Choose one of: %(list)s.", list=", ".join(self.choices)))
        return text

    def widget(self, field: Field, **kw: Any) -> Markup:
        chosen = set(self.data or [])
        boxes = Markup("").join(
            Markup('<label class="tick"><input type="checkbox" name="{}" value="{}"{}> {}</label>').format(
                self.name, code, Markup(" checked") if code in chosen else "", label
            )
            for code, label in self.choices.items()
        )
        return Markup('<div class="ticks" id="{}" role="group">{}</div>').format(self.id, boxes)

    def json_schema(self) -> dict[str, Any]:
        return {**super().json_schema(), "items": {"type": "string", "enum": list(self.choices)}}


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

    def clean(self, raw: Any, text: str) -> Any:
        if text.lower() not in self.WORDS:
            raise ValueError(_("Answer with yes or no."))
        return self.WORDS[text.lower()]

    def wanted(self) -> str:
        return _("Please answer “%(field)s”.", field=str(self.label.text))

    def widget(self, field: Field, **kw: Any) -> Markup:
        radio = Markup('<label class="tick"><input type="radio" name="{}" value="{}"{}> {}</label>')
        inner = Markup("").join(
            radio.format(self.name, code, Markup(" checked") if self.data is value else "", label)
            for code, value, label in (("true", True, _("Yes")), ("false", False, _("No")))
        )
        return Markup('<div class="ticks" id="{}" role="radiogroup">{}</div>').format(self.id, inner)


class DayField(BusinessField):
    """A day of the calendar."""

    widget = DateInput()
    schema = {"type": "string", "format": "date"}

    def __init__(self, label: Any = None, *, not_past: bool = False, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.not_past = not_past

    def clean(self, raw: Any, text: str) -> Any:
        try:
            day = date.fromisoformat(text if isinstance(raw, str) else "")
        except ValueError:
            raise ValueError(_("Type a day such as 2026-11-24.")) from None
        if not 1990 <= day.year <= 2100:
            raise ValueError(_("The year must be between 1990 and 2100."))
        if self.not_past and day < clock.today():
            raise ValueError(_("This day is over. Choose today or later."))
        return day


class MomentField(BusinessField):
    """A moment: wall-clock time of the company in the form, ISO 8601 with offset in JSON; aware UTC inside."""

    widget = DateTimeLocalInput()
    schema = {"type": "string", "format": "date-time"}

    def __init__(self, label: Any = None, *, not_future: bool = False, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.not_future = not_future

    def clean(self, raw: Any, text: str) -> Any:
        try:
            moment = datetime.fromisoformat(text if isinstance(raw, str) else "")
        except ValueError:
            raise ValueError(_("Type a time such as 2026-11-24 09:20.")) from None
        if not 1990 <= moment.year <= 2100:
            raise ValueError(_("The year must be between 1990 and 2100."))
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())).astimezone(UTC)
        if self.not_future and moment > clock.now():
            raise ValueError(_("This time has not come yet."))
        return moment

    def shown(self, value: Any) -> str:
        return clock.local(value).strftime("%Y-%m-%dT%H:%M") if value else ""


class NumberField(BusinessField):
    """A number with up to two decimals."""

    widget = TextInput()
    schema = {"type": "number"}

    def __init__(self, label: Any = None, *, min: int = 0, max: int = 999_999_999, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.low, self.high = min, max

    def clean(self, raw: Any, text: str) -> Any:
        try:
            if isinstance(raw, bool):
                raise InvalidOperation
            number = Decimal(text.replace(",", "").removeprefix("¥").strip())
            if not number.is_finite():
                raise InvalidOperation
        except InvalidOperation:
            raise ValueError(_("Type a number such as 3600.00.")) from None
        if not self.low <= number <= self.high:
            raise ValueError(_("The number must be between %(low)s and %(high)s.", low=self.low, high=self.high))
        if number != round(number, 2):
            raise ValueError(_("At most two decimals."))
        return round(number, 2)


class MoneyField(NumberField):
    """An amount in yuan."""


class WholeNumberField(BusinessField):
    """A whole number within bounds."""

    widget = TextInput()
    schema = {"type": "integer"}

    def __init__(self, label: Any = None, *, min: int = 0, max: int = LARGEST, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.low, self.high = min, max
        if self.kind == "hidden":
            self.widget = HiddenInput()

    def clean(self, raw: Any, text: str) -> Any:
        digits = text.removeprefix("-")
        if isinstance(raw, bool) or not (digits.isascii() and digits.isdigit()):
            raise ValueError(_("Type a whole number."))
        if len(digits) > 12 or not self.low <= int(text) <= self.high:
            raise ValueError(_("The number must be between %(low)s and %(high)s.", low=self.low, high=self.high))
        return int(text)


class RemoteSelectField(BusinessField):
    """Something out of many, searched on the server; the value is its id, checked in the lookup's own scope."""

    text = ""

    def __init__(self, label: Any = None, *, lookup: str, multiple: bool = False, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.lookup, self.multiple = lookup, multiple

    def process_formdata(self, valuelist: list[Any]) -> None:
        if not self.multiple:
            return super().process_formdata(valuelist)
        self.data = None
        self.data = [self._found(text)[0] for text in several(valuelist)]
        return None

    def clean(self, raw: Any, text: str) -> Any:
        key, self.text = self._found(text)
        return key

    def _found(self, text: str) -> tuple[Any, str]:
        found = LOOKUPS[self.lookup].find(db.session, text) if len(text) < 80 else None
        if found is None:
            raise ValueError(_("There is no such entry. Choose one from the list."))
        return found

    def wanted(self) -> str:
        return _("Please choose “%(field)s”.", field=str(self.label.text))

    def widget(self, field: Field, **kw: Any) -> Markup:
        values = self.data if isinstance(self.data, list) else [self.data]
        shown = [(value, self._text(value)) for value in values if value not in (None, "")]
        inner = Markup("").join(Markup('<option value="{}" selected>{}</option>').format(*pair) for pair in shown)
        blank = "" if self.multiple else Markup('<option value=""></option>')
        kw["class"] = f"my_select2 {kw.get('class', 'form-control')}"
        more = Markup(' data-ajax--url="/lookup/{}" data-ajax--delay="250"{}').format(
            self.lookup, Markup(" multiple") if self.multiple else ""
        )
        return Markup("<select {}{}>{}{}</select>").format(_attributes(field, kw), more, blank, inner)

    def _text(self, value: Any) -> str:
        found = LOOKUPS[self.lookup].find(db.session, str(value))
        return found[1] if found else str(value)

    def json_schema(self) -> dict[str, Any]:
        if self.multiple:
            return {**super().json_schema(), "type": "array", "items": {"type": ["integer", "string"]}}
        return {**super().json_schema(), "type": ["integer", "string"]}


class PersonField(RemoteSelectField):
    """A colleague by login; whether the person fits is the step's own question."""

    def _found(self, text: str) -> tuple[Any, str]:
        from flask_appbuilder.security.sqla.models import User
        from sqlalchemy import select

        login = db.session.scalar(select(User.username).where(User.username == text)) if len(text) < 80 else None
        if login is None:
            raise ValueError(_("There is nobody with this login."))
        return login, text

    def json_schema(self) -> dict[str, Any]:
        return {
            **super().json_schema(),
            **({"type": "array", "items": {"type": "string"}} if self.multiple else {"type": "string"}),
        }


class PeopleField(PersonField):
    """Several colleagues by login."""

    def __init__(self, label: Any = None, *, lookup: str, **kw: Any) -> None:
        super().__init__(label, lookup=lookup, multiple=True, **kw)


class UploadField(BusinessField):
    """A file chosen in the browser; programs upload it first and name the attachment."""

    widget = FileInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        files = [item for item in valuelist if isinstance(item, FileStorage) and item.filename]
        self.data = files[0] if files else None

    def _value(self) -> bool:  # type: ignore[override]
        return False


class TickField(BusinessField):
    """A plain check box."""

    WORDS = {**YesNoField.WORDS, "": False}

    widget = CheckboxInput()
    schema = {"type": "boolean"}

    def process_formdata(self, valuelist: list[Any]) -> None:
        word = str(valuelist[0]).lower() if valuelist else ""
        self.data = self.WORDS.get(word)
        if self.data is None:
            raise ValueError(_("Answer with yes or no."))

    def _value(self) -> str:
        return "true"


def _attributes(field: Field, kw: Mapping[str, Any]) -> Markup:
    pairs = {"id": field.id, "name": field.name, **kw}
    if field.flags.required:
        pairs["aria-required"] = "true"
    return Markup(" ").join(Markup('{}="{}"').format(name.rstrip("_"), escape(value)) for name, value in pairs.items())
