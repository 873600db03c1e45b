"""Form fields of the regulation's steps: one declaration for dialog, validation and REST schema."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Unpack

from markupsafe import Markup
from wtforms.widgets import DateInput, DateTimeLocalInput, HiddenInput, TextArea, TextInput

from ..text import cleaning, mail_address, spellings
from ..text.wording import gettext as _
from ..time import clock
from ..types import Json, Text
from .choice_fields import ChoiceField, ChoicesField, ManyField, TickField, YesNoField
from .field_base import Asking, BusinessField, Widget
from .file_fields import FileField, SignatureField, UploadField
from .remote_fields import PeopleField, PersonField, RemoteSelectField
from .rows_field import RowsField

__all__ = [
    "BusinessField",
    "ChoiceField",
    "ChoicesField",
    "CodeField",
    "DayField",
    "EmailField",
    "FileField",
    "LongTextField",
    "ManyField",
    "MarkField",
    "MomentField",
    "MoneyField",
    "NumberField",
    "PeopleField",
    "PersonField",
    "RemoteSelectField",
    "RowsField",
    "SignatureField",
    "TextField",
    "TickField",
    "UploadField",
    "WholeNumberField",
    "YesNoField",
]

CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
LONGEST = 20_000
LARGEST = 2**31 - 1


class TextField(BusinessField):
    """One line."""

    widget: Widget = TextInput()
    tidy = staticmethod(cleaning.line)
    longest = 200  # signs, unless a form says otherwise

    def __init__(self, label: Text | None = None, *, max_length: int | None = None, **kw: Unpack[Asking]) -> None:
        super().__init__(label, **kw)
        self.max_length = self.longest if max_length is None else max_length

    def clean(self, raw: object, text: str) -> str:
        if not isinstance(raw, str):
            raise ValueError(_("Text is expected here."))
        if len(text) > self.max_length:
            raise ValueError(_("At most %(n)s characters fit here.", n=self.max_length))
        return text

    def json_schema(self) -> Json:
        return {**super().json_schema(), "maxLength": self.max_length}


class LongTextField(TextField):
    """Several lines."""

    widget: Widget = TextArea()
    wide = True
    tidy = staticmethod(cleaning.lines)
    longest = LONGEST


class MarkField(TextField):
    """One line that is a mark and no words: a serial number, a postcode, a receipt's number."""

    tidy = staticmethod(cleaning.typed)


class EmailField(MarkField):
    """One e-mail address."""

    longest = 120

    def clean(self, raw: object, text: str) -> str:
        return super().clean(raw, mail_address.sendable(text) if isinstance(raw, str) else text)

    @staticmethod
    def told(value: object) -> object:
        return Markup('<a href="mailto:{}">{}</a>').format(value, value)


class CodeField(MarkField):
    """A short code or login."""

    def clean(self, raw: object, text: str) -> str:
        text = super().clean(raw, text)
        if not CODE.fullmatch(text):
            raise ValueError(_("It is made of letters, digits, point, hyphen and underscore."))
        return text


class DayField(BusinessField):
    """A day of the calendar."""

    widget: Widget = DateInput()
    schema = {"type": "string", "format": "date"}

    def __init__(
        self, label: Text | None = None, *, not_past: bool = False, not_future: bool = False, **kw: Unpack[Asking]
    ) -> None:
        super().__init__(label, **kw)
        self.not_past, self.not_future = not_past, not_future

    def clean(self, raw: object, text: str) -> object:
        day = spellings.day(text if isinstance(raw, str) else "")
        if not 1990 <= day.year <= 2100:
            raise ValueError(_("The year must be between 1990 and 2100."))
        if self.not_past and day < clock.today():
            raise ValueError(_("This day is over. Choose today or later."))
        if self.not_future and day > clock.today():
            raise ValueError(_("This day has not come yet. Choose today or earlier."))
        return day


class MomentField(BusinessField):
    """A moment: wall-clock time of the company in the form, ISO 8601 with offset in JSON; aware UTC inside."""

    widget: Widget = DateTimeLocalInput()
    schema = {"type": "string", "format": "date-time"}

    def __init__(self, label: Text | None = None, *, not_future: bool = False, **kw: Unpack[Asking]) -> None:
        super().__init__(label, **kw)
        self.not_future = not_future

    def clean(self, raw: object, text: str) -> object:
        moment = spellings.moment(text if isinstance(raw, str) else "")
        if not 1990 <= moment.year <= 2100:
            raise ValueError(_("The year must be between 1990 and 2100."))
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())).astimezone(UTC)
        if self.not_future and moment > clock.now():
            raise ValueError(_("This time has not come yet."))
        return moment

    def shown(self, value: object) -> str:
        return clock.local(value).strftime("%Y-%m-%dT%H:%M") if isinstance(value, datetime) else ""


class NumberField(BusinessField):
    """A number with up to two decimals."""

    widget: Widget = TextInput()
    schema = {"type": "number"}

    def __init__(
        self, label: Text | None = None, *, min: int = 0, max: int = 999_999_999, **kw: Unpack[Asking]
    ) -> None:
        super().__init__(label, **kw)
        self.low, self.high = min, max

    def clean(self, raw: object, text: str) -> object:
        number = self.read(text) if isinstance(raw, str) else _sent(raw)
        if not self.low <= number <= self.high:
            raise ValueError(_("The number must be between %(low)s and %(high)s.", low=self.low, high=self.high))
        if number != round(number, 2):
            raise ValueError(_("At most two decimals."))
        return round(number, 2)

    def read(self, text: str) -> Decimal:
        return spellings.number(text)


class MoneyField(NumberField):
    """An amount in yuan."""

    def read(self, text: str) -> Decimal:
        return spellings.amount(text)


def _sent(raw: object, *, whole: bool = False) -> Decimal:
    """A number as a program sends it."""
    number = Decimal(str(raw)) if isinstance(raw, int | float) and not isinstance(raw, bool) else Decimal("NaN")
    if not number.is_finite():
        raise ValueError(spellings.like(whole=whole))
    return number


class WholeNumberField(BusinessField):
    """A whole number within bounds."""

    widget: Widget = TextInput()
    schema = {"type": "integer"}

    def __init__(self, label: Text | None = None, *, min: int = 0, max: int = LARGEST, **kw: Unpack[Asking]) -> None:
        super().__init__(label, **kw)
        self.low, self.high = min, max
        if self.kind == "hidden":
            self.widget = HiddenInput()

    def clean(self, raw: object, text: str) -> object:
        number = spellings.number(text, whole=True) if isinstance(raw, str) else _sent(raw, whole=True)
        if number != number.to_integral_value():
            raise ValueError(_("Type a whole number."))
        if not self.low <= number <= self.high:
            raise ValueError(_("The number must be between %(low)s and %(high)s.", low=self.low, high=self.high))
        return int(number)
