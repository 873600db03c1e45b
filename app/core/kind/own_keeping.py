"""The administrator makes, changes and retires a field: what is allowed, what it touches, and who did it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.extensions import db

from ..model import AnyModel
from ..process.refused import Invalid, Refused
from ..record import decisions, search
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..types import Text, Values
from . import own_fields, registry
from .kinds import Kind
from .own_fields import CHOSEN, TYPES, CustomField
from .own_forms import CREATE, EDIT
from .things import AnyThing

THING = "CustomField"
NAMED = 5  # records that are named before a change
FIXED = ("kind", "code", "type")
PLAIN = ("label_zh", "label_en", "help_zh", "help_en", "choices", "asked_in", "position")
SWITCHES = ("required", "in_list", "in_search", "on_paper", "active")
WORDS: dict[str, Text] = {
    "kind": _l("Kind"),
    "code": _l("Code"),
    "type": _l("Type"),
    "label_zh": _l("Label (Chinese)"),
    "label_en": _l("Label (English)"),
    "help_zh": _l("Help (Chinese)"),
    "help_en": _l("Help (English)"),
    "choices": _l("List to choose from"),
    "asked_in": _l("Asked in"),
    "required": _l("Must be filled in"),
    "in_list": _l("Column of the list"),
    "in_search": _l("Found by the search"),
    "on_paper": _l("On paper"),
    "position": _l("Position"),
    "active": _l("In force"),
}
decisions.WORDS[THING] = WORDS


def named(key: str) -> str:
    """A field as the changes by administrators call it."""
    kind, _dot, code = key.partition(".")
    label = next((each.label for each in own_fields.of(db.session, kind, retired=True) if each.code == code), code)
    return f"{kinds()[kind].one} · {label}" if kind in kinds() else key


def told(key: str, name: str, value: Any) -> object:
    """What of a field is kept as a code, in words."""
    kind = key.partition(".")[0]
    if name == "kind":
        return kinds()[value].one if value in kinds() else value
    if name == "asked_in" and kind in kinds():
        return decisions.in_words(places(kind), value)
    return decisions.in_words(TYPES, value) if name == "type" else value


decisions.NAMES[THING] = named
decisions.VALUES[THING] = told


def one_of_them() -> str:
    """What is said to whoever names nothing that can have a field."""
    return _("Choose one of: %(list)s.", list=", ".join(kinds()))


def kinds() -> dict[str, AnyThing]:
    """Everything that may have fields of the company's own, by its code."""
    return {code: thing for thing in registry.things() if (code := own_fields.kind_of(thing.model))}


def places(kind: str) -> dict[str, Text]:
    """Where a field of a kind can be asked: when it is made, corrected, and in every step people take."""
    thing = kinds()[kind]
    page, resource = thing.page, thing.resource
    found: dict[str, Text] = {CREATE: page.add_title} if page and resource and "post" in resource.writes else {}
    if not isinstance(thing, Kind):
        return found | {EDIT: _("Change: %(thing)s", thing=thing.one)}
    if thing.page.correction is not None:
        found[EDIT] = _("Correct the form")
    return found | {step.name: step.label for step in thing.workflow.steps if step.granted_to}


def save(session: Session, row: CustomField | None, values: Values, user_id: int | None) -> CustomField:
    """A new field, or another wording of one. Raises Invalid, Refused; the caller commits."""
    new = cleaned(values, row)
    _check(session, row, new)
    before = {} if row is None else {name: getattr(row, name) for name in new}
    if row is not None and before == new:
        return row
    is_new, row = row is None, row or CustomField()
    for name, value in new.items():
        setattr(row, name, value)
    session.add(row)
    session.flush()
    decisions.note(session, THING, f"{row.kind}.{row.code}", _written(before), _written(new), user_id)
    own_fields.bump(session)
    moved = {name for name in ("in_search", "choices") if name in new and before.get(name) != new[name]}
    if not is_new and ("in_search" in moved or (moved and row.in_search)):
        _learn_again(session, row)
    return row


def _written(facts: Values) -> Values:
    """As it is written down: a list to choose from by its words."""
    options = [f"{item['code']}: {item['label_zh']} / {item['label_en']}" for item in facts.get("choices", [])]
    return {**facts, "choices": options}


def cleaned(values: Values, row: CustomField | None) -> Values:
    """What the form said as the table keeps it."""
    found = {name: values[name] for name in (*FIXED, *PLAIN, *SWITCHES) if values.get(name) is not None}
    empty: Values = {"help_zh": "", "help_en": "", "choices": [], "asked_in": [], "position": 0}
    found = {**{name: none for name, none in empty.items() if row is None or name in values}, **found}
    if row is None:
        found = {**dict.fromkeys(SWITCHES, False), "active": True, **found}
    return found if (row or CustomField(type=found["type"])).type in CHOSEN else {**found, "choices": []}


def _check(session: Session, row: CustomField | None, new: Values) -> None:
    kind, sort = (row.kind, row.type) if row else (new["kind"], new["type"])
    if row is None and any(own.code == new["code"] for own in own_fields.of(session, kind, retired=True)):
        raise Invalid({"code": [_("There is a field with this code already, in force or retired.")]})
    if sort in CHOSEN and not new.get("choices", row and row.choices):
        raise Invalid({"choices": [_("Say what can be chosen.")]})
    codes = [item["code"] for item in new.get("choices", [])]
    if len(set(codes)) < len(codes):
        raise Invalid({"choices": [_("Each code stands in the list once.")]})
    if sort == "file" and not isinstance(kinds()[kind], Kind):
        raise Invalid({"type": [_("Only records hold files.")]})
    if row is not None and "choices" in new:
        for gone in {item["code"] for item in row.choices} - set(codes):
            if used := _count(session, row.kind, _chosen(row, gone)):
                raise Refused(_("“%(code)s” is used %(n)s times and stays in the list.", code=gone, n=used))


def _chosen(row: CustomField, code: str) -> sa.ColumnElement[bool]:
    value = _value(row.kind, row.code)
    return value.contains(f'"{code}"', autoescape=True) if row.type == "choices" else value == code


def _value(kind: str, code: str) -> sa.ColumnElement[str]:
    value: sa.ColumnElement[str] = kinds()[kind].model.extra[code].as_string()
    return value


def _count(session: Session, kind: str, *conditions: sa.ColumnElement[bool]) -> int:
    model = kinds()[kind].model
    return session.scalar(sa.select(sa.func.count(model.id)).where(*conditions)) or 0


def touched(session: Session, row: CustomField | None, values: Values) -> list[str]:
    """What a change means for the records that are open, or the things that are there, before it is saved."""
    new = cleaned(values, row)
    kind, code = (row.kind, row.code) if row else (new["kind"], new["code"])
    sentences = list(_meaning(row, new))
    if not sentences:
        return []
    thing = kinds()[kind]
    states = thing.workflow.states if isinstance(thing, Kind) else {}
    open_ones = [thing.model.state.in_([state for state, facts in states.items() if facts.turn])] if states else []
    value = _value(kind, code)
    filled, every = _count(session, kind, value.is_not(None), *open_ones), _count(session, kind, *open_ones)
    if not every or (not filled and new.get("active", True) is False):
        return []
    facts = {"all": every, "filled": filled, "empty": every - filled}
    if states:
        told = _("Of %(all)s open records, %(filled)s have a value and %(empty)s have none.", **facts)
        concerned = value.is_(None) if new.get("active", True) else value.is_not(None)
        sentences.append(_which(session, thing.model, concerned, *open_ones))
    else:
        told = _("Of %(all)s entries, %(filled)s have a value and %(empty)s have none.", **facts)
    return [told, *filter(None, sentences)]


def _which(session: Session, model: AnyModel, *conditions: sa.ColumnElement[bool]) -> str:
    """The newest of the records concerned, by their numbers."""
    query = sa.select(model.number).where(*conditions).order_by(model.id.desc()).limit(NAMED + 1)
    numbers = list(session.scalars(query))
    more = _(" and others") if len(numbers) > NAMED else ""
    return _("Concerned: %(numbers)s.", numbers=", ".join(numbers[:NAMED]) + more) if numbers else ""


def _meaning(row: CustomField | None, new: Values) -> Iterator[str]:
    before = row if row is not None and row.active else None
    if row is not None and row.active and new.get("active", True) is False:
        yield _("It is asked no more; what was filled in stays readable.")
    elif new.get("required", row and row.required) and new.get("active", row is None or row.active):
        asked = set(new.get("asked_in", row.asked_in if row else []))
        if before is None or not before.required or asked - set(before.asked_in):
            yield _("Where it is asked, those without a value can't go on until it is filled in.")


def _learn_again(session: Session, row: CustomField) -> None:
    model = kinds()[row.kind].model
    for index in search.INDEXES:
        if issubclass(model, index.model) and index.has_own(model):
            index.learn_again(session, model, _value(row.kind, row.code).is_not(None))
