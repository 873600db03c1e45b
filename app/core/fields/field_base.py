"""What every form field of the business has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypedDict

from markupsafe import Markup, escape
from wtforms import Field, Label
from wtforms.validators import StopValidation

from ..kind.overrides import Rule, word
from ..model import AnyRow
from ..text import cleaning
from ..text.cleaning import storable
from ..text.wording import gettext as _
from ..types import Json, Text

MOST = 100  # values of one field
Widget = Callable[..., Markup]
Sent = Any  # what a browser or a program sent, as WTForms hands it to a field


class Asking(TypedDict, total=False):
    """What may be said of a field of any sort."""

    required: bool
    description: Text
    kind: str
    when: str
    otherwise: str
    twin: str
    demanded: Callable[[AnyRow], bool] | None
    default: object
    name: str


class Words(Label):
    """What a field is called, also in words that are chosen when they are read."""

    text: Any  # WTForms' own types know no such words

    def __init__(self, field_id: str, text: Text) -> None:
        self.field_id, self.text = field_id, text


class ByItself:
    """The widget of a field that draws itself."""

    def __call__(self, field: BusinessField, **kw: object) -> Markup:
        return field.drawn(**kw)


class BusinessField(Field):
    """Base of all: reads one text (form) or JSON value, says in words what is wrong, keeps what was typed."""

    label: Words
    description: Any  # words, too
    widget: Widget = ByItself()
    errors: Sequence[str]
    process_errors: list[str]
    record: AnyRow = None  # the one whose step asks
    schema: Json = {"type": "string"}
    wide = False
    asked_more = False  # required by the company, whatever the process says
    tidy = staticmethod(cleaning.typed)  # what stands for something; words have a cleaning of their own

    def __init__(
        self,
        label: Text | None = None,
        *,
        required: bool = False,
        description: Text = "",
        kind: str = "",
        when: str = "",
        otherwise: str = "",
        twin: str = "",
        demanded: Callable[[AnyRow], bool] | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(None, [self._needed], **kw)
        self.description = description
        self.label = Words(self.id, self.label.text if label is None else label)
        self.required, self.kind = required, kind
        self.when = when  # “field:value|value” is shown for those, “field!value” for all others, “&” joins the two
        self.otherwise = otherwise  # what a page sends for it while it is not shown
        self.twin = twin  # where on the page a hidden field's refusal is read
        self.demanded = demanded  # whether a record demands it, where that is not always so
        self.flags.required = required

    def ruled(self, rule: Rule) -> None:
        """What the company asks of it, beyond the process."""
        self.asked_more = rule.required
        self.required = self.flags.required = self.required or rule.required
        self.description = word(self.description, *rule.help)

    def bind(self, record: AnyRow) -> None:
        """Let it know the record it is asked for."""
        self.record = record
        if self.demanded is not None and record is not None:
            self.required = self.flags.required = self.demanded(record) or self.asked_more

    def _needed(self, form: object, field: Field) -> None:
        if getattr(self, "errors", ()):
            raise StopValidation
        if self.required and self.data in (None, "", []):
            raise StopValidation(self.wanted())

    def wanted(self) -> str:
        return _("Please fill in “%(field)s”.", field=str(self.label.text))

    def process_formdata(self, valuelist: list[object]) -> None:
        self.data = None
        raw = valuelist[0] if valuelist else None
        if raw is None:
            return
        if isinstance(raw, dict | list):
            raise ValueError(_("A single value is expected here."))
        if text := self.tidy(storable(str(raw))):
            self.data = self.clean(raw, text)

    def beginning(self, text: str) -> object:
        """What a new form would begin with; raises ValueError with a sentence."""
        return self.clean(text, text)

    def begin(self, text: str) -> None:
        """A new form has it already; what nobody could choose any more is left out."""
        with suppress(ValueError):
            self.data = self.beginning(text)

    def clean(self, raw: object, text: str) -> object:
        """The typed text as a value; raises ValueError with a sentence."""
        return text

    def json_schema(self) -> Json:
        title = {"title": str(self.label.text)}
        return {**self.schema, **title, **({"description": str(self.description)} if self.description else {})}

    def drawn(self, **kw: object) -> Markup:
        """The field on a page, where no widget of WTForms draws it."""
        raise NotImplementedError

    def _value(self) -> str:
        if self.raw_data and isinstance(self.raw_data[0], str):
            return str(self.raw_data[0])
        return self.shown(self.data)

    def shown(self, value: object) -> str:
        return "" if value is None else str(value)

    @staticmethod
    def told(value: object) -> object:
        """A value that is kept, as people read it."""
        return value


def blame(field: Field, sentence: str) -> bool:
    """Say what is wrong beside a field; False, so that `validate` may return it."""
    field.errors = [*field.errors, sentence]
    return False


def several(valuelist: list[object]) -> list[str]:
    """Repeated form values or a JSON array as texts."""
    flat = [item for value in valuelist for item in (value if isinstance(value, list) else [value])]
    if len(flat) > MOST or any(isinstance(item, dict | list) for item in flat):
        raise ValueError(_("A list of values is expected here."))
    texts = [cleaning.typed(storable(str(item))) for item in flat if item is not None]
    return [text for text in texts if text]


def attributes(field: Field, kw: Mapping[str, object]) -> Markup:
    pairs = {"id": field.id, "name": field.name, **kw}
    if field.flags.required:
        pairs["aria-required"] = "true"
    return Markup(" ").join(Markup('{}="{}"').format(name.rstrip("_"), escape(value)) for name, value in pairs.items())
