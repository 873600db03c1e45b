"""What is asked of the settings, and what follows from a change: one way for page and REST."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from app.core import settings
from app.core.company import put_logo
from app.core.fields.field_base import blame
from app.core.fields.fields import (
    ChoiceField,
    EmailField,
    MarkField,
    MoneyField,
    RemoteSelectField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.fields.forms import StepForm
from app.core.fields.phone_field import PhoneField
from app.core.files import file_kinds
from app.core.process.refused import Invalid
from app.core.record import numbers
from app.core.rights.actor import Actor
from app.core.settings import DECLARED, Declared
from app.core.text.wording import gettext as _
from app.core.time.recompute import recompute_open

from .forms import TimeField
from .regions import ZONE_CHANGED

ARRIVAL = ("same_day_roll", "business_hours_end")  # what running deadlines were computed with
UPLOADED = "picture"  # of these settings the form holds nothing
LARGEST = 5_000_000  # bytes of a picture that becomes a logo


def field_of(item: Declared) -> Any:
    """The input for a setting, by its kind."""
    facts: dict[str, Any] = {"description": item.help, "required": not item.optional}
    kinds: dict[str, Callable[[], Any]] = {
        "int": lambda: WholeNumberField(item.label, max=100_000, **facts),
        "decimal": lambda: MoneyField(item.label, **facts),
        "bool": lambda: YesNoField(item.label, **facts),
        "time": lambda: TimeField(item.label, max_length=5, **facts),
        "choice": lambda: ChoiceField(item.label, choices=dict(item.choices), **facts),
        "number": lambda: NumberField(item.label, max_length=60, **facts),
        "phone": lambda: PhoneField(item.label, **facts),
        "mail": lambda: EmailField(item.label, **facts),
        "region": lambda: RemoteSelectField(item.label, lookup="province", **facts),
    }
    make = kinds.get(item.kind)
    return make() if make else TextField(item.label, **facts)


class NumberField(MarkField):
    """How the numbers of a kind are made."""

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if sentence := numbers.wrong(text):
            raise ValueError(sentence)
        return text


def twins(form: StepForm) -> set[str]:
    """The number patterns of a form that would give two kinds one form of number."""
    keys = [key for key, item in DECLARED.items() if item.kind == "number" and form[key].data]
    return numbers.twins({key: form[key].data for key in keys})


def form_class() -> type[StepForm]:
    """A form with every setting declared so far."""

    class Settings(StepForm):
        def validate(self, *args: Any, **kw: Any) -> bool:
            fine = bool(super().validate(*args, **kw))
            begin, end = self["business_hours_start"], self["business_hours_end"]
            for key in twins(self):
                fine = blame(self[key], _("Two kinds cannot have numbers of one form."))
            if begin.data and end.data and begin.data >= end.data:
                return blame(end, _("Business hours must end after they begin."))
            return fine

    for key, item in DECLARED.items():
        if item.kind != UPLOADED:
            setattr(Settings, key, field_of(item))
    return Settings


def upcoming(session: Session, form: StepForm) -> dict[str, str]:
    """The next number of each kind by the patterns of a form, where they can be used."""
    keys = [key for key, item in DECLARED.items() if item.kind == "number" and form[key].data and not form[key].errors]
    return {key: numbers.coming(session, form[key].data) for key in keys}


def in_force(session: Session) -> dict[str, Any]:
    """Every setting with its value."""
    return {key: settings.get(session, key) for key in DECLARED}


def save(session: Session, form: StepForm, actor: Actor) -> tuple[list[str], int]:
    """Put what was changed; answers which, and how many running deadlines moved. The caller commits."""
    before = in_force(session)
    changed = [key for key, value in form.values().items() if not same(value, before[key])]
    for key in changed:
        settings.put(session, key, plain(form[key].data), actor.user_id)
    moved = 0
    if set(changed) & set(ARRIVAL):
        moved += recompute_open(session, _("The settings were changed."), actor)
    if "home_province" in changed:
        moved += sum(listener(session, None, actor) for listener in ZONE_CHANGED)
    return changed, moved


def save_logo(session: Session, upload: Any, actor: Actor) -> str:
    """The company's logo from a file; answers its digest. Raises Invalid; the caller commits."""
    content = upload.read(LARGEST + 1) if upload else b""
    if not content:
        raise Invalid({"file": [_("Choose a file.")]})
    if len(content) > LARGEST:
        raise Invalid({"file": [_("The picture is too large. Send it in a smaller size.")]})
    try:
        return put_logo(session, file_kinds.logo(content), actor.user_id)
    except file_kinds.NotAccepted as error:
        raise Invalid({"file": [str(error)]}) from error


def same(typed: Any, kept: Any) -> bool:
    """Whether nothing was changed: 95.0 is 95.00."""
    return typed == Decimal(str(kept)) if isinstance(typed, Decimal) and kept != "" else plain(typed) == kept


def plain(value: Any) -> Any:
    """A value as the settings table keeps it."""
    if value is None:
        return ""
    return str(value) if isinstance(value, Decimal) else value
