"""What the company asks of a field in one place: required, begun with a value, explained."""

from __future__ import annotations

from typing import Any

from flask_babel import ngettext
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.fields.field_base import BusinessField, blame
from app.core.fields.fields import (
    ChoiceField,
    MarkField,
    NumberField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.fields.forms import StepForm
from app.core.kind import asked, overrides
from app.core.kind.kinds import Kind
from app.core.kind.overrides import FieldRule, plain_name
from app.core.record import decisions
from app.core.record.records import Record
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

KEPT = ("required", "default", "help_zh", "help_en")
BEGUN = (TextField, ChoiceField, YesNoField, NumberField, WholeNumberField)  # what can begin with a value
decisions.WORDS["FieldRule"] = {
    "required": _l("Required"),
    "default": _l("Begins with"),
    "help_zh": _l("Help (Chinese)"),
    "help_en": _l("Help (English)"),
}


def named(key: str) -> str:
    """A rule as the changes by administrators call it."""
    kind, place, name = key.split("/", 2)
    page = asked.thing_of(kind)
    return f"{asked.called(page.thing, name)} · {place_word(page, place)}" if page else key


def told(key: str, name: str, value: Any) -> Any:
    """What a form begins with, as the form shows it."""
    kind, place, field = key.split("/", 2)
    page = asked.thing_of(kind)
    known = asked.fields_of(page).get(field) if page and name == "default" else None
    found = known.asked.get(place) if known else None
    if isinstance(found, ChoiceField):
        return found.choices.get(value, value)
    return YesNoField.WORDS.get(value.lower(), value) if isinstance(found, YesNoField) else value


decisions.NAMES["FieldRule"] = named
decisions.VALUES["FieldRule"] = told


def place_word(page: Any, place: str) -> str:
    """Where a field is asked, in words."""
    known = {"create": _("New record"), "edit": _("Correct the form")}
    workflow = getattr(page, "workflow", None)
    return str(known.get(place) or (workflow and workflow.label_of(place)) or place)


class AskForm(StepForm):
    """What is asked of a field in one place."""

    required = YesNoField(_l("Required"))
    default = TextField(
        _l("Begins with"),
        max_length=200,
        description=_l("A new form has it already. Of a list its code; for yes or no: true, false."),
    )
    help_zh = TextField(_l("Help (Chinese)"), max_length=200)
    help_en = TextField(_l("Help (English)"), max_length=200)


def fits(form: StepForm, field: BusinessField) -> bool:
    """Whether the field can be asked so."""
    if form["required"].data and field.when and not field.required:
        return blame(form["required"], _("This field is only asked in some cases: it can't be required."))
    text = form["default"].data
    if text and not isinstance(field, BEGUN):
        return blame(form["default"], _("This field can't begin with a value."))
    try:
        if text:
            field.beginning(str(text))
    except ValueError as error:
        return blame(form["default"], str(error))
    return True


YES_NO = {"true": _l("Yes"), "false": _l("No")}


def form_of(field: BusinessField) -> type[AskForm]:
    """The form of the page: what a list offers is chosen, its codes are for programs."""
    choices = YES_NO if isinstance(field, YesNoField) else getattr(field, "choices", None)
    if choices is None or not isinstance(field, BEGUN):
        return AskForm
    begun = ChoiceField(_l("Begins with"), choices=choices, description=_l("A new form has it already."))
    return type("AskForm", (AskForm,), {"default": begun})


class RuleForm(AskForm):
    """字段规则."""

    kind = MarkField(_l("Thing"), required=True, max_length=40)
    asked_in = MarkField(_l("Asked in"), required=True, max_length=60)
    field = MarkField(_l("Field"), required=True, max_length=60)

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        kind, place, name = self["kind"], self["asked_in"], self["field"]
        page = asked.thing_of(kind.data or "")
        if page is None:
            return blame(kind, _("There is no such thing."))
        kind.data, name.data = overrides.CODES[page.thing], plain_name(name.data or "")
        known = asked.fields_of(page).get(name.data)
        if known is None:
            return blame(name, _("There is no such field."))
        if place.data not in known.asked or place.data == "edit":
            return blame(place, _("The field is not asked there."))
        here = (kind.data, place.data, name.data)
        if self.record is not None and here != (self.record.kind, self.record.asked_in, self.record.field):
            return blame(name, _("A rule stays with its field."))
        if self.record is None and found(db.session, *here) is not None:
            return blame(name, _("This field has a rule there already: change that one."))
        return fine and fits(self, known.asked[place.data])


def found(session: Session, kind: str, place: str, name: str) -> FieldRule | None:
    """The rule of a field in one place, if it has one."""
    same = (FieldRule.kind == kind, FieldRule.asked_in == place, FieldRule.field == name)
    return session.scalar(select(FieldRule).where(*same))


def begun(session: Session, kind: str, name: str) -> dict[str, Any]:
    """What a field begins with, by place, in words."""
    rows = session.scalars(select(FieldRule).where(FieldRule.kind == kind, FieldRule.field == name))
    return {row.asked_in: told(f"{kind}/{row.asked_in}/{name}", "default", row.default) for row in rows}


def saved(session: Session, row: FieldRule | None, values: dict[str, Any], actor: Actor) -> FieldRule:
    """The field is asked so from the next request on. The caller commits."""
    before = facts(row) if row is not None else {}
    row = FieldRule(kind=values["kind"], asked_in=values["asked_in"], field=values["field"]) if row is None else row
    row.required = bool(values["required"])
    for name in KEPT[1:]:
        setattr(row, name, values[name] or "")
    session.add(row)
    _note(session, row, before, facts(row), actor)
    return row


def removed(session: Session, row: FieldRule, actor: Actor) -> None:
    """What the process asks, and no more. The caller commits."""
    session.delete(row)
    _note(session, row, facts(row), {}, actor)


def facts(row: FieldRule) -> dict[str, Any]:
    """What of a rule is decided."""
    return {name: getattr(row, name) for name in KEPT}


def open_before(row: FieldRule) -> int:
    """How many open records the step may still be taken on."""
    page = asked.thing_of(row.kind)
    if not isinstance(page, Kind):
        return 0
    states = {str(state) for step in page.workflow.rows(row.asked_in) for state in step.source}
    waiting = (Record.kind == row.kind, Record.state.in_(states), Record.owner.is_not(None))
    return db.session.scalar(select(func.count()).select_from(Record).where(*waiting)) or 0


def touches(row: FieldRule) -> str:
    """What a rule touches, in words; nothing when no open record comes to it."""
    n = open_before(row)
    said = ngettext("%(num)s open record can still come to it.", "%(num)s open records can still come to it.", n)
    return said if n else ""


def _note(session: Session, row: FieldRule, before: dict[str, Any], after: dict[str, Any], actor: Actor) -> None:
    decisions.note(session, "FieldRule", f"{row.kind}/{row.asked_in}/{row.field}", before, after, actor.user_id)
    overrides.changed(session)
