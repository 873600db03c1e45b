"""The company's own fields as people and programs read them: cards, lists, files, paper, history, REST."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa
from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import User
from markupsafe import Markup

from app.extensions import db

from ..model import AnyModel
from ..record.records import Record
from ..rights.current import current_rights
from ..rights.people import full_name
from ..text.wording import gettext as _
from ..time import clock
from ..time.when import stamp
from ..types import PREFIX
from . import own_fields, registry
from .by_word import Row
from .own_fields import LINKED, READ, Own, OwnColumn

FILE = "file"
KNOWN = 5_000  # names of one sort that are kept in mind


def fields_of(row: object) -> list[Own]:
    """What is told of a row: every field in force, and a retired one where it is filled."""
    found = own_fields.of(db.session, own_fields.kind_of(type(row)), retired=True)
    return [each for each in found if each.active or each.value(row) is not None]


def told(row: object) -> dict[str, object]:
    """`extra` of REST: a moment with the business zone's offset, money as text."""
    return {each.code: _plain(each, row) for each in fields_of(row)}


def _plain(own: Own, row: object) -> object:
    value = own.value(row)
    return clock.local(value).isoformat(timespec="seconds") if isinstance(value, datetime) else own.stored(row)


def columns(model: AnyModel) -> dict[str, OwnColumn]:
    """What REST may filter and order by."""
    kind = own_fields.kind_of(model)
    return {each.name: each.column(model) for each in own_fields.of(db.session, kind, retired=True)}


def rows(row: object, *, chosen: Callable[[Own], bool] = lambda own: True) -> list[Row]:
    """Label and value of a row's own fields."""
    fields = [each for each in fields_of(row) if chosen(each)]
    learn(fields, [row])
    return [(each.label, shown(each, row)) for each in fields]


def on_paper(kind: str, row: object) -> list[Row]:
    """The box of the paper forms; of no record the labels alone."""
    if row is not None:
        return rows(row, chosen=lambda own: own.on_paper)
    return [(each.label, "") for each in own_fields.of(db.session, kind) if each.on_paper]


def listed(model: object) -> list[Own]:
    """The columns of a list."""
    kind = own_fields.kind_of(model)
    return [each for each in own_fields.of(db.session, kind) if each.in_list] if kind else []


def shown(own: Own, row: object) -> object:
    """The value of a row as people read it; None when it is empty."""
    raw = own.stored(row)
    if own.type != FILE or raw is None:
        return said(own, raw)
    assert isinstance(row, Record)  # only records hold files
    return Markup('<a href="/{}/{}/file/{}">{}</a>').format(row.kind, row.id, raw, said(own, raw))


def said(own: Own, raw: object) -> object:
    """A value as JSON has it, in the reader's words."""
    if raw is None or raw == "" or raw == []:
        return None
    if isinstance(raw, bool):
        return _("Yes") if raw else _("No")
    if own.type in own_fields.CHOSEN:
        words = own.choices
        return ", ".join(str(words.get(str(code), code)) for code in (raw if isinstance(raw, list) else [raw]))
    if own.type in (*LINKED, FILE):
        return _names(own.type, [raw]).get(raw, str(raw))
    read = READ.get(own.type)
    value = read(raw) if read else raw
    if isinstance(value, Decimal):
        return f"{value:,.2f}"
    return stamp(value) if isinstance(value, datetime) else value


def exported(own: Own, row: object) -> object:
    """As a spreadsheet holds it: numbers, days and moments to reckon with."""
    value = own.value(row)
    return value if own.type in ("integer", "money", "day", "moment") else said(own, own.stored(row))


# ---- the names of what is linked: one question a type for a whole page


def learn(fields: Iterable[Own], of: Iterable[object]) -> None:
    """The names of everything these rows are linked to."""
    found, linked = list(of), [each for each in fields if each.type in (*LINKED, FILE)]
    for sort in {each.type for each in linked}:
        values = (each.stored(row) for each in linked if each.type == sort for row in found)
        _names(sort, [raw for raw in values if raw is not None])


def learn_changes(kind: str, changes: Iterable[Mapping[str, list[object]]]) -> None:
    """The names a record's history tells of."""
    pairs = [(name, pair) for told in changes for name, pair in told.items() if name.startswith(PREFIX)]
    for each in own_fields.of(db.session, kind, retired=True) if pairs else ():
        if each.type in (*LINKED, FILE):
            _names(each.type, [raw for name, pair in pairs if name == each.name for raw in pair if raw is not None])


def _names(sort: str, values: Collection[object]) -> dict[object, str]:
    known: dict[object, str] = g.setdefault("own_names", {}).setdefault(sort, {}) if has_request_context() else {}
    if missing := set(values) - set(known):
        if len(known) > KNOWN:  # a file of very many rows, most of which are told of by now
            known.clear()
            missing = set(values)
        known.update({**dict.fromkeys(missing, ""), **_asked(sort, missing)})
    return {value: known[value] or str(value) for value in values}


def _asked(sort: str, values: Iterable[object]) -> dict[object, str]:
    """A name for each, as far as this person may see what it belongs to."""
    if sort == "person":
        people = db.session.scalars(sa.select(User).where(User.username.in_(values)))
        return {person.username: full_name(person) for person in people}
    if sort == FILE:
        from ..record.attachments import Attachment

        files = sa.select(Attachment.id, Attachment.name).where(Attachment.id.in_(values))
        return {row.id: row.name for row in db.session.execute(files)}
    thing = next(each for each in registry.things() if each.model.__tablename__ == sort)
    visible = thing.visible(current_rights()) if has_request_context() else sa.true()
    things = db.session.scalars(sa.select(thing.model).where(thing.model.id.in_(values), visible))
    return {each.id: str(getattr(each, "label", each)) for each in things}


def named(kind: str, name: str) -> Own | None:
    """The field of a name in a history."""
    if not name.startswith(PREFIX):
        return None
    return next((each for each in own_fields.of(db.session, kind, retired=True) if each.name == name), None)
