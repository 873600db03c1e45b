"""A step's form: the same fields for the dialog, the validation and REST."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict
from wtforms import Form

from .fields import BusinessField, UploadField


class StepForm(Form):
    """Declared once per step; made `of` what a browser or a program sent."""

    record: Any = None

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> StepForm:
        """From a browser's form or a program's JSON; what is absent or null is not filled in."""
        if isinstance(raw, MultiDict) or hasattr(raw, "getlist"):
            return cls(raw)
        return cls(MultiDict([(key, value) for key, value in raw.items() if value is not None]))

    def bind(self, record: Any) -> None:
        """Let fields that depend on the record know it."""
        self.record = record

    def values(self) -> dict[str, Any]:
        """The cleaned fields, None where nothing was filled in."""
        return {name: field.data for name, field in self._fields.items()}

    def sentences(self) -> dict[str, list[str]]:
        """What is wrong, per field, in the reader's language."""
        return {
            name: [str(error) for error in field.errors] or [_("This is not valid.")]
            for name, field in self._fields.items()
            if field.errors
        }

    @classmethod
    def json_schema(cls) -> dict[str, Any]:
        """The fields as JSON Schema, for REST."""
        fields = [field for field in cls() if isinstance(field, BusinessField) and not isinstance(field, UploadField)]
        return {
            "type": "object",
            "properties": {field.name: field.json_schema() for field in fields},
            "required": [field.name for field in fields if field.required],
        }


def marked(form: StepForm, errors: Mapping[str, list[str]]) -> StepForm:
    """A form with the sentences beside its fields."""
    form.validate()
    for name, sentences in errors.items():
        if name in form:
            form[name].errors = list(sentences)
    return form
