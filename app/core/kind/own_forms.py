"""The company's own fields as forms ask for them, and how their answers are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms.validators import StopValidation

from app.extensions import db

from ..fields.choice_fields import ChoiceField, ChoicesField, YesNoField
from ..fields.field_base import BusinessField, Sent
from ..fields.fields import (
    DayField,
    LongTextField,
    MomentField,
    MoneyField,
    TextField,
    UploadField,
    WholeNumberField,
)
from ..fields.forms import StepForm
from ..fields.remote_fields import PersonField, RemoteSelectField
from ..process.refused import Invalid
from ..record import attachments
from ..record.attachments import NotAccepted, Received
from ..text.wording import gettext as _
from ..types import PREFIX, Values
from . import own_fields
from .own_fields import CHOSEN, Own, kept

if TYPE_CHECKING:
    from ..record.records import Record

CREATE, EDIT = "create", "edit"  # where a field is asked beside the steps


class OwnFileField(UploadField):
    """A file sent with the form and kept beside the record, or the id of one that is there."""

    schema = {"type": "integer"}
    THERE = ".there"  # beside its name: the file that is there already

    def process(self, formdata: Sent, *args: Any, **kw: Any) -> None:
        super().process(formdata, *args, **kw)
        there = str(formdata.get(self.name + self.THERE) or "") if formdata and self.data is None else ""
        if there.isdecimal() and len(there) < 10:
            self.data = int(there)

    def process_formdata(self, valuelist: list[object]) -> None:
        super().process_formdata(valuelist)
        named = str(valuelist[0]) if valuelist and isinstance(valuelist[0], int | str) else ""
        if self.data is None and named:
            self.data = int(named) if named.isdecimal() and len(named) < 10 else -1

    def pre_validate(self, form: object) -> None:
        there = [file.id for file in getattr(getattr(form, "record", None), "attachments", ())]
        if isinstance(self.data, int) and self.data not in there:
            raise StopValidation(_("The record has no such file. Attach it first, then name its id."))

    def drawn(self, **kw: object) -> Markup:
        if not isinstance(self.data, int):
            return super().drawn(**kw)
        chooser = self.chooser(self, **kw)
        known = Markup('<input type="hidden" name="{}" value="{}">').format(self.name + self.THERE, self.data)
        return chooser + known + Markup('<p class="hint">{}</p>').format(_("The file that is there stays."))


MADE: dict[str, Callable[..., BusinessField]] = {
    "text": TextField,
    "long_text": LongTextField,
    "integer": lambda *words, **facts: WholeNumberField(*words, min=-(2**31), **facts),
    "money": lambda *words, **facts: MoneyField(*words, min=-999_999_999, **facts),
    "day": DayField,
    "moment": MomentField,
    "choice": ChoiceField,
    "choices": ChoicesField,
    "yes_no": YesNoField,
    "customer": lambda *words, **facts: RemoteSelectField(*words, lookup="customer", **facts),
    "product": lambda *words, **facts: RemoteSelectField(*words, lookup="product", **facts),
    "person": lambda *words, **facts: PersonField(*words, lookup="employee", **facts),
    "file": lambda *words, **facts: OwnFileField(*words, category="other", **facts),
}


def field_of(own: Own) -> BusinessField:
    """The field of a form."""
    facts: dict[str, object] = {"required": own.required, "description": own.help}
    if own.type in CHOSEN:
        facts["choices"] = own.choices
    return MADE[own.type](own.label, **facts)


def asked(session: Session, base: type[StepForm] | None, kind: str, place: str) -> type[StepForm] | None:
    """A form with the company's own fields of that place (`create`, `edit`, a step); made once a version."""
    fields = [each for each in own_fields.of(session, kind) if place in each.asked_in]
    if not fields:
        return base
    forms, key = own_fields.known(session).forms, (base, kind, place)
    if key not in forms:
        forms[key] = type("Extended", (base or StepForm,), {each.name: field_of(each) for each in fields})
    found: type[StepForm] = forms[key]
    return found


def standing(session: Session, row: object) -> Values:
    """What a row's own fields hold, by the names of the forms."""
    if row is None or not getattr(row, "extra", None):
        return {}
    return {each.name: each.value(row) for each in own_fields.of(session, own_fields.kind_of(type(row)))}


def completed(session: Session, row: object, raw: Mapping[str, object]) -> Mapping[str, object]:
    """What a program left out of its JSON stays as it stands; a browser sends every field it drew."""
    if isinstance(raw, MultiDict) or hasattr(raw, "getlist"):
        return raw
    return {**{name: kept(value) for name, value in standing(session, row).items()}, **raw}


def flat(body: Values) -> Values:
    """`extra: {code: value}` of a program's JSON by the names of the forms. Raises Invalid."""
    if "extra" not in body:
        return body
    extra = body["extra"]
    if not isinstance(extra, dict):
        raise Invalid({"extra": [_("Send an object: code and value of each field.")]})
    rest = {name: value for name, value in body.items() if name != "extra"}
    return {**rest, **{PREFIX + code: value for code, value in extra.items()}}


def nothing_unasked(form: StepForm, row: object, raw: Mapping[str, object]) -> None:
    """A program hears of what it sent in vain; what stands already may come back unchanged. Raises Invalid."""
    if hasattr(raw, "getlist"):
        return
    stands = getattr(row, "extra", None) or {}
    vain = [
        name
        for name, value in raw.items()
        if name.startswith(PREFIX) and name not in form and value != stands.get(name.removeprefix(PREFIX))
    ]
    if vain:
        raise Invalid({name: [_("This field is not asked for here.")] for name in vain})


def parted(values: Mapping[str, object]) -> tuple[Values, Values]:
    """The standing fields, and the company's own by their codes."""
    own = {name.removeprefix(PREFIX): value for name, value in values.items() if name.startswith(PREFIX)}
    return {name: value for name, value in values.items() if not name.startswith(PREFIX)}, own


def keep(session: Session, row: Any, own: Mapping[str, object], user_id: int | None) -> dict[str, list[object]]:
    """Write the answers (code → cleaned value) to a row; answers old → new for the history. Raises Invalid."""
    if not own:
        return {}  # most things have no field of the company's own
    old = row.extra or {}
    new = {code: _stored(session, row, code, value, user_id) for code, value in own.items()}
    new = {code: value for code, value in new.items() if value != old.get(code)}
    if new:
        row.extra = {**old, **new}  # another dictionary: the column sees that it changed
    return {PREFIX + code: [old.get(code), value] for code, value in new.items()}


def _stored(session: Session, row: Record, code: str, value: object, user_id: int | None) -> object:
    """As JSON keeps it; a file goes beside the record and is kept by its id."""
    if not isinstance(value, Received):
        return kept(None if value == [] else value)
    session.flush()
    try:
        return attachments.keep(session, row, value, user_id).id
    except NotAccepted as error:
        raise Invalid({PREFIX + code: [str(error)]}) from error


def form_for(model: object, base: type[StepForm] | None, place: str) -> type[StepForm] | None:
    """The form of a page or resource in the request."""
    kind = own_fields.kind_of(model)
    return asked(db.session, base, kind, place) if kind else base
