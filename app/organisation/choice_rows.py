"""What an administrator may do to a choice list: rename, order, retire, add; never delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.fields.field_base import blame
from app.core.fields.fields import ChoiceField, CodeField, TextField, WholeNumberField, YesNoField
from app.core.fields.forms import StepForm
from app.core.kind import choices, overrides
from app.core.kind.choices import LISTS, STEP
from app.core.kind.overrides import ChoiceRow
from app.core.process.refused import Refused
from app.core.record import decisions
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

KEPT = ("label_zh", "label_en", "position", "active")
decisions.WORDS["Choice"] = {
    "label_zh": _l("Name (Chinese)"),
    "label_en": _l("Name (English)"),
    "position": _l("Place in the list"),
    "active": _l("In force"),
}


class Labels(Mapping[str, Any]):
    """What the lists are called: those there are by the time one asks."""

    def __getitem__(self, name: str) -> Any:
        return LISTS[name].label

    def __iter__(self) -> Iterator[str]:
        return iter(LISTS)

    def __len__(self) -> int:
        return len(LISTS)


LABELS = Labels()


def named(key: str) -> str:
    """A value as the changes by administrators call it."""
    name, _slash, code = key.partition("/")
    return f"{LISTS[name].label} · {LISTS[name].get(code, code)}" if name in LISTS else key


decisions.NAMES["Choice"] = named


class ChoiceForm(StepForm):
    """选项."""

    list = ChoiceField(_l("Choice list"), choices=LABELS, required=True)
    code = CodeField(_l("Code"), required=True, max_length=20)
    label_zh = TextField(_l("Name (Chinese)"), max_length=60)
    label_en = TextField(_l("Name (English)"), max_length=60)
    position = WholeNumberField(_l("Place in the list"), max=100_000)
    active = YesNoField(_l("Active"), description=_l("What is retired is chosen no more; where it stands it stays."))

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        name, code = self["list"], self["code"]
        if self.record is not None:
            return fine and self._same(name, code)
        taken = select(ChoiceRow.id).where(ChoiceRow.list == name.data, ChoiceRow.code == code.data)
        if code.data and db.session.scalar(taken) is not None:
            fine = blame(code, _("The list has this code already."))
        for field in (self["label_zh"], self["label_en"]):
            fine = fine if field.data else blame(field, field.wanted())
        return fine

    def _same(self, name: Any, code: Any) -> bool:
        if name.data == self.record.list and code.data == self.record.code:
            return True
        return blame(code, _("The code stays as it was given: records refer to it."))


def saved(session: Session, row: ChoiceRow | None, values: dict[str, Any], actor: Actor) -> ChoiceRow:
    """A new value, or one that is called, placed or offered otherwise. Raises Refused; the caller commits."""
    its = LISTS[values["list"]]
    before = {} if row is None else facts(row)
    if row is None:
        if its.closed:
            raise Refused(_("This list gets no more values. %(rule)s.", rule=its.closed))
        row = ChoiceRow(list=its.name, code=values["code"])
        session.add(row)
    row.active = values["active"] is not False
    if not row.active and (rule := its.rule_of(row.code)):
        raise Refused(_("“%(word)s” can be renamed, not retired. %(rule)s.", word=its.get(row.code), rule=rule))
    if not row.active and before.get("active") and _is_last(session, row):
        word = its.get(row.code)
        raise Refused(_("“%(word)s” is the last that can be chosen here. Put another in force first.", word=word))
    for locale in ("zh", "en"):
        said = values[f"label_{locale}"] or ""
        setattr(row, f"label_{locale}", "" if said == choices.original(its, row.code, locale) else said)
    row.position = _last(session, its.name) if values["position"] is None else values["position"]
    session.flush()
    decisions.note(session, "Choice", f"{row.list}/{row.code}", before, facts(row), actor.user_id)
    overrides.changed(session)
    return row


def facts(row: ChoiceRow) -> dict[str, Any]:
    """What of a row is decided, as it is in force."""
    return {"label_zh": label(row, "zh"), "label_en": label(row, "en"), "position": row.position, "active": row.active}


def label(row: ChoiceRow, locale: str) -> str:
    """The word in force in a language."""
    own: str = getattr(row, f"label_{locale}")
    return own or choices.original(LISTS.get(row.list), row.code, locale)


def rule(row: ChoiceRow) -> str | None:
    """The rule that keeps a value from being retired."""
    found = LISTS[row.list].rule_of(row.code) if row.list in LISTS else ""
    return str(found) if found else None


def open_with(row: ChoiceRow) -> int:
    """How many open records have a value."""
    return choices.open_records(db.session, LISTS[row.list], row.code) if row.list in LISTS else 0


def _is_last(session: Session, row: ChoiceRow) -> bool:
    """Whether nothing could be chosen without it; of several administrators at once one is asked after the other."""
    whole = select(ChoiceRow.id, ChoiceRow.active).where(ChoiceRow.list == row.list).order_by(ChoiceRow.id)
    with session.no_autoflush:
        return not any(active for other, active in session.execute(whole.with_for_update()) if other != row.id)


def _last(session: Session, name: str) -> int:
    return (session.scalar(select(func.max(ChoiceRow.position)).where(ChoiceRow.list == name)) or 0) + STEP
