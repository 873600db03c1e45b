"""A step's form: the same fields for the dialog, the validation and REST."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from werkzeug.datastructures import MultiDict
from wtforms import Form

from ..files import pending
from ..kind.overrides import Worded, rule_of
from ..model import AnyRow
from ..text.wording import gettext as _
from ..types import PREFIX, Json, Values
from .fields import BusinessField, FileField, UploadField

S = TypeVar("S", bound="StepForm")
Raw = Mapping[str, Any]  # what a browser or a program sent, by field name
PLACED: dict[tuple[type[StepForm], str, str], type[StepForm]] = {}


class StepForm(Form):
    """Declared once per step; made `of` what a browser or a program sent."""

    place: tuple[str, str] = ("", "")  # the kind of thing it is about, and where of that it is asked
    record: AnyRow = None
    kept_as: Mapping[str, str] = {}  # an attribute of the record → the field that asks for it
    loose: tuple[str, ...] = ()  # what is wrong beside the fields a person sees

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        for field in self if self.place[0] else ():
            field.label.text = Worded(self.place[0], field.name, field.label.text)
            if isinstance(field, BusinessField) and (rule := rule_of(self.place, field.name)):
                field.ruled(rule)

    if TYPE_CHECKING:  # every field is one of the business

        def __iter__(self) -> Iterator[BusinessField]: ...

        def __getitem__(self, name: str) -> BusinessField: ...

    def prefill(self, usual: Mapping[str, str] = MappingProxyType({})) -> Self:
        """A new form begins with what the company says, else with what is usual, where nothing better is known."""
        for field in self:
            rule = rule_of(self.place, field.name) if self.place[0] else None
            for default in (rule.default if rule else "", usual.get(field.name, "")):
                if default and field.data in (None, "", []):
                    field.begin(default)
        return self

    @classmethod
    def of(cls, raw: Raw) -> Self:
        """From a browser's form or a program's JSON; what is absent or null is not filled in."""
        if isinstance(raw, MultiDict) or hasattr(raw, "getlist"):
            return cls(raw)
        return cls(MultiDict([(key, value) for key, value in raw.items() if value is not None]))

    def bind(self, record: AnyRow) -> None:
        """Let fields that depend on the record know it."""
        self.record = record
        for field in self:
            if isinstance(field, BusinessField):
                field.bind(record)

    def bind_all(self, records: Sequence[AnyRow]) -> None:
        """Let fields that depend on them know the records of one step for many."""

    def shown(self) -> list[BusinessField]:
        """The fields a dialog draws: all, but those nobody is asked for at the moment."""
        return list(self)

    def values(self) -> Values:
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
    def json_schema(cls) -> Json:
        """The fields as JSON Schema, for REST; the company's own in an object of their own."""
        fields = [field for field in cls() if isinstance(field, BusinessField)]
        plain = [field for field in fields if not field.name.startswith(PREFIX) and not isinstance(field, UploadField)]
        schema = _object_of({field.name: field for field in plain})
        if own := {field.name.removeprefix(PREFIX): field for field in fields if field.name.startswith(PREFIX)}:
            extra = _object_of(own)
            schema["properties"]["extra"] = extra
            schema["required"] += ["extra"] if extra["required"] else []
        return schema


def _object_of(fields: Mapping[str, BusinessField]) -> Json:
    return {
        "type": "object",
        "properties": {name: field.json_schema() for name, field in fields.items()},
        "required": [name for name, field in fields.items() if field.required],
    }


def at(form: type[StepForm], code: str, place: str) -> type[StepForm]:
    """The form as it is asked in one place."""
    if form.place == (code, place):
        return form
    if (form, code, place) not in PLACED:
        facts = {"__doc__": form.__doc__, "__module__": form.__module__, "place": (code, place)}
        PLACED[form, code, place] = type(form.__name__, (form,), facts)
    return PLACED[form, code, place]


def received(raw: Raw, forms: Iterable[type[StepForm] | None]) -> Raw:
    """What was sent, with its files looked at and made ready: done here, before anything is locked."""
    ready: dict[str, object] = {}
    for form in {form for form in forms if form is not None}:
        names = [field.name for field in form() if isinstance(field, FileField)]
        sent = [(key, raw.get(key)) for name in names for key in (name, name + pending.SUFFIX)]
        read = form.of(MultiDict([(key, value) for key, value in sent if value is not None])) if names else ()
        ready |= {field.name: field.got for field in read if isinstance(field, FileField) and field.got is not None}
    return MultiDict({**MultiDict(raw).to_dict(flat=False), **ready}) if hasattr(raw, "getlist") else {**raw, **ready}


def marked(form: S, errors: Mapping[str, list[str]]) -> S:
    """A form with the sentences beside its fields."""
    form.validate()
    for name, sentences in errors.items():
        if name in form:
            form[name].errors = list(sentences)
        else:
            form.loose += tuple(sentences)
    return placed(form)


def placed(form: S) -> S:
    """A refused form as a page shows it: what is said of a hidden field stands at its visible twin, or on top."""
    for field in form:
        if not field.errors or getattr(field, "kind", "") != "hidden":
            continue
        sentences, field.errors = list(field.errors), []
        if field.twin in form:
            form[field.twin].errors = [*form[field.twin].errors, *sentences]
        else:
            form.loose += tuple(sentences)
    return form
