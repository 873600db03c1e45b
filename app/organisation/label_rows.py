"""What fields are called instead of the program's words."""

from __future__ import annotations

from typing import Any

from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.fields.field_base import blame
from app.core.fields.fields import MarkField, TextField
from app.core.fields.forms import StepForm
from app.core.kind import asked, overrides
from app.core.kind.overrides import Label, plain_name
from app.core.record import decisions
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

LANGUAGES = ("zh", "en")
decisions.WORDS["Label"] = {"label_zh": _l("Name (Chinese)"), "label_en": _l("Name (English)")}
decisions.NAMES["Label"] = lambda key: asked.called(*key.split("/", 1))


class LabelForm(StepForm):
    """字段名称."""

    thing = MarkField(_l("Thing"), required=True, max_length=60)
    field = MarkField(_l("Field"), required=True, max_length=60)
    label_zh = TextField(_l("Name (Chinese)"), max_length=60)
    label_en = TextField(_l("Name (English)"), max_length=60)

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        thing, name = self["thing"], self["field"]
        page = asked.thing_of(thing.data or "")
        if page is None:
            return blame(thing, _("There is no such thing."))
        thing.data, name.data = page.thing, plain_name(name.data or "")
        if name.data not in asked.fields_of(page):
            return blame(name, _("There is no such field."))
        if self.record is not None:
            same = (thing.data, name.data) == (self.record.thing, self.record.field)
            return fine and (same or blame(name, _("A word stays with its field.")))
        if found(db.session, thing.data, name.data) is not None:
            return blame(name, _("This field has a word of its own already: change that one."))
        if not (self["label_zh"].data or self["label_en"].data):
            return blame(self["label_zh"], _("Give the field a name in one language at least."))
        return fine


def found(session: Session, thing: str, name: str) -> Label | None:
    """The own word of a field, if it has one."""
    return session.scalar(select(Label).where(Label.thing == thing, Label.field == name))


def saved(session: Session, row: Label | None, values: dict[str, Any], actor: Actor) -> Label:
    """A field is called otherwise from the next request on. The caller commits."""
    before = in_force(values["thing"], values["field"])
    row = Label(thing=values["thing"], field=values["field"]) if row is None else row
    row.label_zh, row.label_en = values["label_zh"] or "", values["label_en"] or ""
    session.add(row)
    _note(session, row, before, actor)
    return row


def named(session: Session, thing: str, name: str, values: dict[str, Any], actor: Actor) -> None:
    """A field by the name typed for it; one that is the program's own is none of the company's."""
    its, row = original(thing, name), found(session, thing, name)
    own = {f"label_{code}": "" if values[f"label_{code}"] == its[code] else values[f"label_{code}"] for code in its}
    if any(own.values()):
        saved(session, row, {"thing": thing, "field": name, **own}, actor)
    elif row is not None:
        restored(session, row, actor)


def restored(session: Session, row: Label, actor: Actor) -> None:
    """The program's word again. The caller commits."""
    before = in_force(row.thing, row.field)
    session.delete(row)
    _note(session, row, before, actor)


def in_force(thing: str, name: str) -> dict[str, str]:
    """What a field is called in both languages."""
    page = asked.thing_of(thing)
    known = asked.fields_of(page).get(name) if page else None
    return {f"label_{locale}": _in(locale, known.label if known else name) for locale in LANGUAGES}


def original(thing: str, name: str) -> dict[str, str]:
    """What the program calls it."""
    page = asked.thing_of(thing)
    known = asked.fields_of(page).get(name) if page else None
    return {locale: _in(locale, known.original if known else name) for locale in LANGUAGES}


def _in(locale: str, words: Any) -> str:
    with force_locale(locale):
        return str(words)


def _note(session: Session, row: Label, before: dict[str, str], actor: Actor) -> None:
    overrides.changed(session)
    after = in_force(row.thing, row.field)
    decisions.note(session, "Label", f"{row.thing}/{row.field}", before, after, actor.user_id)
