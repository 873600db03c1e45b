"""Form fields of the regulation's steps: one declaration for dialog, validation and REST schema."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.datastructures import FileStorage
from wtforms import Field
from wtforms.widgets import DateInput, DateTimeLocalInput, FileInput, HiddenInput, TextArea, TextInput

from . import clock
from .choice_fields import ChoiceField, ChoicesField, ManyField, TickField, YesNoField
from .field_base import BusinessField
from .remote_fields import PeopleField, PersonField, RemoteSelectField
from .rows_field import RowsField

__all__ = [
    "BusinessField",
    "ChoiceField",
    "ChoicesField",
    "DayField",
    "LongTextField",
    "ManyField",
    "MomentField",
    "MoneyField",
    "NumberField",
    "PeopleField",
    "PersonField",
    "RemoteSelectField",
    "RowsField",
    "TextField",
    "TickField",
    "UploadField",
    "WholeNumberField",
    "YesNoField",
]

LONGEST = 20_000
LARGEST = 2**31 - 1


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


class DayField(BusinessField):
    """A day of the calendar."""

    widget = DateInput()
    schema = {"type": "string", "format": "date"}

    def __init__(self, label: Any = None, *, not_past: bool = False, not_future: bool = False, **kw: Any) -> None:
        super().__init__(label, **kw)
        self.not_past, self.not_future = not_past, not_future

    def clean(self, raw: Any, text: str) -> Any:
        try:
            day = date.fromisoformat(text if isinstance(raw, str) else "")
        except ValueError:
            raise ValueError(_("Type a day such as 2026-11-24.")) from None
        if not 1990 <= day.year <= 2100:
            raise ValueError(_("The year must be between 1990 and 2100."))
        if self.not_past and day < clock.today():
            raise ValueError(_("This day is over. Choose today or later."))
        if self.not_future and day > clock.today():
            raise ValueError(_("This day has not come yet. Choose today or earlier."))
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


class UploadField(BusinessField):
    """A file chosen in the browser; programs upload it first and name the attachment."""

    widget = FileInput()

    def process_formdata(self, valuelist: list[Any]) -> None:
        files = [item for item in valuelist if isinstance(item, FileStorage) and item.filename]
        self.data = files[0] if files else None

    def _value(self) -> bool:  # type: ignore[override]
        return False
