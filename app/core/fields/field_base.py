"""What every form field of the business has in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms import Field
from wtforms.validators import StopValidation

from ..kind.overrides import Rule, word
from ..text import cleaning
from ..text.cleaning import storable

MOST = 100  # values of one field


class BusinessField(Field):
    """Base of all: reads one text (form) or JSON value, says in words what is wrong, keeps what was typed."""

    record: Any = None  # the one whose step asks
    schema: dict[str, Any] = {"type": "string"}
    wide = False
    asked_more = False  # required by the company, whatever the process says
    tidy = staticmethod(cleaning.typed)  # what stands for something; words have a cleaning of their own

    def __init__(
        self,
        label: Any = None,
        *,
        required: bool = False,
        description: Any = "",
        kind: str = "",
        when: str = "",
        otherwise: str = "",
        twin: str = "",
        demanded: Callable[[Any], bool] | None = None,
        **kw: Any,
    ) -> None:
        super().__init__(label, [self._needed], description=description, **kw)
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
        self.description: Any = word(self.description, *rule.help)

    def bind(self, record: Any) -> None:
        """Let it know the record it is asked for."""
        self.record = record
        if self.demanded is not None and record is not None:
            self.required = self.flags.required = self.demanded(record) or self.asked_more

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
        if raw is None:
            return
        if isinstance(raw, dict | list):
            raise ValueError(_("A single value is expected here."))
        if text := self.tidy(storable(str(raw))):
            self.data = self.clean(raw, text)

    def beginning(self, text: str) -> Any:
        """What a new form would begin with; raises ValueError with a sentence."""
        return self.clean(text, text)

    def begin(self, text: str) -> None:
        """A new form has it already; what nobody could choose any more is left out."""
        with suppress(ValueError):
            self.data = self.beginning(text)

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

    @staticmethod
    def told(value: Any) -> Any:
        """A value that is kept, as people read it."""
        return value


def blame(field: BusinessField, sentence: str) -> bool:
    """Say what is wrong beside a field; False, so that `validate` may return it."""
    field.errors = [*field.errors, sentence]
    return False


def several(valuelist: list[Any]) -> list[str]:
    """Repeated form values or a JSON array as texts."""
    flat = [item for value in valuelist for item in (value if isinstance(value, list) else [value])]
    if len(flat) > MOST or any(isinstance(item, dict | list) for item in flat):
        raise ValueError(_("A list of values is expected here."))
    texts = [cleaning.typed(storable(str(item))) for item in flat if item is not None]
    return [text for text in texts if text]


def attributes(field: Field, kw: Mapping[str, Any]) -> Markup:
    pairs = {"id": field.id, "name": field.name, **kw}
    if field.flags.required:
        pairs["aria-required"] = "true"
    return Markup(" ").join(Markup('{}="{}"').format(name.rstrip("_"), escape(value)) for name, value in pairs.items())
