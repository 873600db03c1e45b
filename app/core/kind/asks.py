"""Facts as steps and new records ask for them: one form for dialog, validation and JSON Schema."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from inspect import isclass
from typing import Any

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User

from app.extensions import db

from ..fields.field_base import BusinessField
from ..fields.fields import (
    ChoiceField,
    ChoicesField,
    DayField,
    LongTextField,
    MarkField,
    MomentField,
    MoneyField,
    PersonField,
    RemoteSelectField,
    RowsField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from ..fields.forms import StepForm
from ..model import AnyModel
from ..text.wording import lazy_gettext as _l
from ..types import Text, UtcDateTime, Values
from .facts import Attribute, Fact, column_of, is_several, name_in_forms, told_by

Made = Callable[..., BusinessField]  # what makes the field of a form


@dataclass(frozen=True)
class Beside:
    """Asked beside the facts: kept with the history line alone."""

    called: str
    field: Made
    label: Text
    facts: Mapping[str, object]

    def made(self) -> BusinessField:
        """The field of a form."""
        return self.field(self.label, **self.facts)


@dataclass(frozen=True)
class Ask:
    """A fact as a step or a new record asks for it."""

    attribute: Attribute
    required: bool = False
    name: str = ""  # where the process table calls it otherwise
    label: Text | None = None
    facts: Mapping[str, object] = field(default_factory=dict)
    stays: bool = False  # left empty, what stands there stays
    field: Made | None = None  # where it is not the fact's

    @property
    def called(self) -> str:
        """Its name in forms and in REST."""
        return self.name or name_in_forms(self.attribute)

    def made(self) -> BusinessField:
        """The field of a form: as the fact says, else as its column's type does."""
        told = told_by(self.attribute)
        made: Made = self.field or told.field or self._field(told)
        known: dict[str, object] = {"required": self.required, "description": told.help, **self._known(told, made)}
        return made(told.label if self.label is None else self.label, **{**known, **self.facts})

    def _field(self, told: Fact) -> type[BusinessField]:
        if is_several(self.attribute):
            return RemoteSelectField
        kind = column_of(self.attribute).type
        if told.choices is not None:
            return ChoicesField if isinstance(kind, sa.JSON) else ChoiceField
        if told.person or told.lookup:
            return PersonField if told.person else RemoteSelectField
        if told.code:
            return MarkField
        return next(made for types, made in FIELDS if isinstance(kind, types))

    def _known(self, told: Fact, made: Made) -> dict[str, object]:
        """What the fact says of its field."""
        if is_several(self.attribute):
            return {"lookup": told.lookup, "multiple": True}
        if made in (ChoiceField, ChoicesField):
            return {"choices": told.choices}
        if made in (PersonField, RemoteSelectField):
            return {"lookup": told.lookup or "employee"}
        kind = column_of(self.attribute).type
        if isinstance(kind, sa.String) and kind.length and isclass(made) and issubclass(made, TextField):
            return {"max_length": kind.length}
        return {}


@dataclass(frozen=True)
class Many:
    """Several rows of a part, asked in one dialog."""

    called: str
    label: Text
    asks: tuple[Ask, ...]
    required: bool = True

    def made(self) -> BusinessField:
        """The field of a form."""
        return RowsField(self.label, row=form_of(self.asks), required=self.required)


Asked = Ask | Beside | Many
FIELDS: tuple[tuple[type[object], type[BusinessField]], ...] = (
    (sa.Text, LongTextField),
    (sa.String, TextField),
    (sa.Boolean, YesNoField),
    (UtcDateTime, MomentField),
    (sa.Date, DayField),
    (sa.Integer, WholeNumberField),
    (sa.Numeric, MoneyField),
)


def need(
    attribute: Attribute, name: str = "", *, label: Text | None = None, field: Made | None = None, **facts: object
) -> Ask:
    """Asked, and must be answered."""
    return Ask(attribute, True, name, label, facts, field=field)


def may(
    attribute: Attribute,
    name: str = "",
    *,
    label: Text | None = None,
    stays: bool = False,
    field: Made | None = None,
    **facts: object,
) -> Ask:
    """Asked, and may stay empty; then what stands there goes, or `stays`."""
    return Ask(attribute, False, name, label, facts, stays, field)


def beside(name: str, field: Made, label: Text, **facts: object) -> Beside:
    """Asked, but no fact of the record: the history line keeps it."""
    return Beside(name, field, label, facts)


def rows(name: str, label: Text, *asks: Ask, required: bool = True) -> Many:
    """The rows of a part, asked together."""
    return Many(name, label, asks, required)


REASON = beside("reason", LongTextField, _l("Reason"), required=True)
LATE = beside("late_reason", LongTextField, _l("Reason for the delay"))  # where a step's `late` may ask for it


def form_of(asks: Iterable[Asked], base: type[StepForm] = StepForm) -> type[StepForm]:
    """The form of these facts: dialog, validation and JSON Schema alike; `base` is what it does beside asking."""
    asks = tuple(asks)
    if not asks:
        return base
    kept_as = {str(ask.attribute.key): ask.called for ask in asks if isinstance(ask, Ask)}
    facts = {"__doc__": base.__doc__, "kept_as": kept_as, **{ask.called: ask.made() for ask in asks}}
    return type("AskedForm" if base is StepForm else base.__name__, (base,), facts)


def of_model(asks: Iterable[Asked], model: AnyModel) -> list[Ask]:
    """Those that ask for facts of this model."""
    return [ask for ask in asks if isinstance(ask, Ask) and issubclass(model, ask.attribute.parent.class_)]


def written(asks: Iterable[Asked], data: Mapping[str, object], model: AnyModel) -> Values:
    """The answers as attributes of a row of this model."""
    told = ((ask, data.get(ask.called)) for ask in of_model(asks, model))
    return {str(ask.attribute.key): _kept(ask, value) for ask, value in told if not (ask.stays and value in (None, ""))}


def as_asked(asks: Iterable[Asked], row: object) -> Values:
    """A row as the form asks for it: what stands there already."""
    return {ask.called: _asked(ask, getattr(row, ask.attribute.key)) for ask in of_model(asks, type(row))}


def _kept(ask: Ask, value: Any) -> object:
    """A colleague is asked by login and kept by number; several others are asked by number and kept themselves."""
    if is_several(ask.attribute):
        model = ask.attribute.prop.mapper.class_
        return [db.session.get_one(model, number) for number in value or ()]
    if not value or not told_by(ask.attribute).person:
        return value
    return db.session.scalar(sa.select(User.id).where(User.username == value))


def _asked(ask: Ask, value: Any) -> object:
    if is_several(ask.attribute):
        return [str(item.id) for item in value]
    if not value or not told_by(ask.attribute).person:
        return value
    return db.session.scalar(sa.select(User.username).where(User.id == value))
