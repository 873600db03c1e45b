"""What every form field of the business has in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup, escape
from wtforms import Field
from wtforms.validators import StopValidation

MOST = 100  # values of one field


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
        self,
        label: Any = None,
        *,
        required: bool = False,
        description: Any = "",
        kind: str = "",
        when: str = "",
        **kw: Any,
    ) -> None:
        super().__init__(label, [self._needed], description=description, **kw)
        self.required, self.kind, self.when = required, kind, when  # when: “field:value”, shown for that choice
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


def several(valuelist: list[Any]) -> list[str]:
    """Repeated form values or a JSON array as texts."""
    flat = [item for value in valuelist for item in (value if isinstance(value, list) else [value])]
    if len(flat) > MOST or any(isinstance(item, dict | list) for item in flat):
        raise ValueError(_("A list of values is expected here."))
    texts = [storable(str(item)).strip() for item in flat if item is not None]
    return [text for text in texts if text]


def attributes(field: Field, kw: Mapping[str, Any]) -> Markup:
    pairs = {"id": field.id, "name": field.name, **kw}
    if field.flags.required:
        pairs["aria-required"] = "true"
    return Markup(" ").join(Markup('{}="{}"').format(name.rstrip("_"), escape(value)) for name, value in pairs.items())
