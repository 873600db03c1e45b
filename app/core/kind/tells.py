"""Facts as people read them: on cards, in lists, on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import partial
from inspect import isclass
from typing import Any

from flask_appbuilder.security.sqla.models import User
from markupsafe import Markup, escape
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import db

from ..fields import lookups
from ..fields.field_base import BusinessField
from ..pages.openable import openable
from ..record.records import Record
from ..rights import masking
from ..rights.current import current_rights
from ..rights.people import full_name, name_of
from ..text.wording import gettext as _
from ..time.when import stamp
from ..types import Text
from .by_word import Row
from .facts import Attribute, code_of, is_several, relation_of, told_by

Value = Callable[[Any], object]  # how a row of some table is told
Called = Text | Attribute | Callable[[Any], Text]  # a word, a fact's own, or one of the row's
Told = Attribute | tuple[Called, Value]  # a fact, or label and value


@dataclass(frozen=True)
class Cell:
    """A fact that is told in its own way."""

    attribute: Attribute
    value: Value


def shown(row: object, attribute: Attribute) -> object:
    """A fact of a row as people read it; nothing when it is empty."""
    told, value = told_by(attribute), masking.seen(row, str(attribute.key))
    if value is None or value in ("", []):
        return None
    if (look := look_of(row, attribute)) is not None:
        return look(value)
    if is_several(attribute):
        reach = openable(value)
        return Markup("<br>").join(escape(linked(item, reach)) for item in value)
    if told.choices is not None:
        return (
            ", ".join(str(told.choices.get(each, each)) for each in value)
            if isinstance(value, list)
            else told.choices.get(value, value)
        )
    if told.person:
        return name_of(value)
    if told.lookup:
        if (relation := relation_of(attribute)) and hasattr(row, relation):
            return linked(getattr(row, relation))
        return lookups.told(db.session, told.lookup, str(value))
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    made = told.field.func if isinstance(told.field, partial) else told.field
    if isclass(made) and issubclass(made, BusinessField):
        return made.told(value)
    return stamp(value) if isinstance(value, datetime) else value


def exported(row: object, attribute: Attribute) -> object:
    """A fact as a spreadsheet holds it: texts, days and moments as they are kept, anything else as people read it."""
    told, value = told_by(attribute), getattr(row, attribute.key)
    if told.masked is not None:
        return in_full_or_masked(row, attribute)
    plain = isinstance(value, str | date) and not (told.choices or told.lookup or told.person)
    return value if plain else shown(row, attribute)


def in_full_or_masked(row: object, attribute: Attribute) -> str:
    """What only some may see in full, as this reader may; an empty text where there is none."""
    value, look = getattr(row, attribute.key), look_of(row, attribute)
    return look(value) if look is not None else value or ""


def look_of(row: object, attribute: Attribute) -> Callable[[str | None], str] | None:
    """How a fact looks to this reader who may not see it in full; None for whoever may."""
    code, look = code_of(type(row)), told_by(attribute).masked
    if (mask := masking.MASKS.get(code, {}).get(str(attribute.key))) is not None:
        return None if mask.visible(row) else mask.look
    return None if look is None or current_rights().may("see_contact", masking.RIGHTS[code]) else look


def rows(row: object, parts: Iterable[Told | Cell]) -> list[Row]:
    """Label and value of each; of no row the labels alone."""
    return [(called(part), "" if row is None else _value(row, part)) for part in parts]


def called(part: Told | Cell, row: object = None) -> Text:
    """The label of a line: a fact's, a word, or a word of the row's own."""
    label = part[0] if isinstance(part, tuple) else fact_of(part)
    if isinstance(label, InstrumentedAttribute):
        return told_by(label).label
    return label(row) if callable(label) else label


def _value(row: object, part: Told | Cell) -> object:
    if isinstance(part, tuple):
        return part[1](row)
    return part.value(row) if isinstance(part, Cell) else shown(row, part)


def fact_of(part: Attribute | Cell) -> Attribute:
    """The fact behind a cell."""
    return part.attribute if isinstance(part, Cell) else part


def linked(thing: object, reach: set[int] | None = None) -> object:
    """Another record, with the way to it for those who may open it; anything else by its label.

    `reach` spares the question where a page shows many: the records this person may open.
    """
    if isinstance(thing, User):
        return full_name(thing)
    if not isinstance(thing, Record):
        return getattr(thing, "label", thing)
    if thing.id not in (openable([thing]) if reach is None else reach):
        return f"{thing.number} {thing.title}"
    return Markup('<a href="/{}/show/{}">{}</a> {}').format(thing.kind, thing.id, thing.number, thing.title)


def stamped(row: object, deed: str) -> str | None:
    """Who did it, and when: `read_by_id` and `read_at` in one line."""
    at = getattr(row, f"{deed}_at")
    return at and f"{name_of(getattr(row, f'{deed}_by_id'))} {stamp(at)}"
