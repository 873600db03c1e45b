"""The company's own fields: rows of a table, values in `extra`, in force at the next request of every worker."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import current_app, g, has_request_context
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import AnyModel, Model, rows_written
from ..text.sameness import searchable as key_of
from ..text.wording import get_locale
from ..text.wording import lazy_gettext as _l
from ..types import PREFIX, IsoDay, IsoMoment, OneOfSeveral, Text

if TYPE_CHECKING:
    from ..fields.forms import StepForm

OwnColumn = sa.ColumnElement[Any]  # of what type, the administrator has said
TYPES: dict[str, Text] = {
    "text": _l("Text"),
    "long_text": _l("Long text"),
    "integer": _l("Whole number"),
    "money": _l("Amount of money"),
    "day": _l("Day"),
    "moment": _l("Day and time"),
    "choice": _l("One of a list"),
    "choices": _l("Several of a list"),
    "yes_no": _l("Yes or no"),
    "customer": _l("Customer"),
    "product": _l("Product"),
    "person": _l("Colleague"),
    "file": _l("File"),
}
CHOSEN = ("choice", "choices")
LINKED = ("customer", "product", "person")


class CustomField(Model):
    """One field of the company's own; retired, never deleted."""

    __tablename__ = "custom_field"
    __table_args__ = (sa.UniqueConstraint("kind", "code", name="uq_custom_field_kind_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(40))
    code: Mapped[str] = mapped_column(sa.String(40))
    type: Mapped[str] = mapped_column(sa.String(20))
    label_zh: Mapped[str] = mapped_column(sa.String(60))
    label_en: Mapped[str] = mapped_column(sa.String(60))
    help_zh: Mapped[str] = mapped_column(sa.String(200), default="")
    help_en: Mapped[str] = mapped_column(sa.String(200), default="")
    choices: Mapped[list[dict[str, str]]] = mapped_column(sa.JSON, default=list)
    asked_in: Mapped[list[str]] = mapped_column(sa.JSON, default=list)
    required: Mapped[bool] = mapped_column(default=False)
    in_list: Mapped[bool] = mapped_column(default=False)
    in_search: Mapped[bool] = mapped_column(default=False)
    on_paper: Mapped[bool] = mapped_column(default=False)
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return _in_locale(self.label_zh, self.label_en)


class FieldsVersion(Model):
    """One row, stamped anew in the transaction that changes a field; every request reads it with its rights.

    A stamp is drawn, not counted: one that was rolled back, or of a restored database, never comes again.
    """

    __tablename__ = "custom_field_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    n: Mapped[int]


# ---- a field as the program uses it


READ: dict[str, Callable[[Any], object]] = {
    "money": Decimal,
    "day": date.fromisoformat,
    "moment": datetime.fromisoformat,
}
AS_SQL: dict[str, Callable[[Any], OwnColumn]] = {
    "text": lambda found: found.as_string(),
    "integer": lambda found: found.as_integer(),
    "choices": lambda found: sa.type_coerce(found.as_string(), OneOfSeveral()),
    "customer": lambda found: found.as_integer(),
    "product": lambda found: found.as_integer(),
    "file": lambda found: found.as_integer(),
    "yes_no": lambda found: found.as_boolean(),
    "money": lambda found: sa.cast(found.as_string(), sa.Numeric(14, 2)),
    "day": lambda found: sa.type_coerce(found.as_string(), IsoDay()),
    "moment": lambda found: sa.type_coerce(found.as_string(), IsoMoment()),
}


@dataclass(frozen=True)
class Own:
    """A field of the company's own: what it is called, where it stands, and how it reads a row."""

    code: str
    type: str
    words: tuple[str, str]
    helps: tuple[str, str]
    options: Mapping[str, tuple[str, str]]
    asked_in: frozenset[str]
    required: bool
    in_list: bool
    in_search: bool
    on_paper: bool
    active: bool

    @property
    def name(self) -> str:
        """What forms, filters and histories call it."""
        return PREFIX + self.code

    @property
    def label(self) -> Text:
        return LazyString(_in_locale, *self.words)

    @property
    def help(self) -> Text:
        return LazyString(_in_locale, *self.helps) if any(self.helps) else ""

    @property
    def choices(self) -> dict[str, Text]:
        return {code: LazyString(_in_locale, *words) for code, words in self.options.items()}

    def stored(self, row: object) -> Any:
        """The value as JSON has it."""
        return (getattr(row, "extra", None) or {}).get(self.code)

    def value(self, row: object) -> object:
        """The value as the program reckons with it; None when there is none."""
        raw, read = self.stored(row), READ.get(self.type)
        if raw in (None, "", []):
            return None
        return read(raw) if read else raw

    def column(self, model: AnyModel) -> OwnColumn:
        """The value in SQL, for filters and order."""
        return AS_SQL.get(self.type, AS_SQL["text"])(model.extra[self.code])

    def found_by(self, row: object) -> str:
        """What a person may look for: choices by their words in both languages."""
        value = self.stored(row)
        items = value if isinstance(value, list) else [value]
        words = (word for item in items for word in self.options.get(str(item), (item,)))
        return " ".join(str(word) for word in words if not (word is None or isinstance(word, bool)))


@dataclass(frozen=True)
class Known:
    """The fields of a version, and the forms made of them."""

    version: int
    fields: Mapping[str, tuple[Own, ...]]
    forms: dict[tuple[type[StepForm] | None, str, str], type[StepForm]] = field(default_factory=dict)


KNOWN: dict[str, Known] = {}  # database → the latest, replaced when the version moves


def known(session: Session | sa.Connection) -> Known:
    """The fields in force: read again when the administrator has changed one."""
    if (version := g.get("fields_version") if has_request_context() else None) is None:
        version = session.scalar(sa.select(FieldsVersion.n).where(FieldsVersion.id == 1)) or 0
        if has_request_context():
            g.fields_version = version
    key = current_app.config["SQLALCHEMY_DATABASE_URI"]
    found = KNOWN.get(key)
    if found is None or found.version != version:
        fields: dict[str, tuple[Own, ...]] = {}
        if version:
            every = sa.select(*CustomField.__table__.columns).order_by(CustomField.position, CustomField.id)
            for row in session.execute(every):
                fields[row.kind] = (*fields.get(row.kind, ()), _own(row))
        KNOWN[key] = found = Known(version, fields)
    return found


def _own(row: Any) -> Own:
    options = {item["code"]: (item["label_zh"], item["label_en"]) for item in row.choices}
    words, helps = (row.label_zh, row.label_en), (row.help_zh, row.help_en)
    asked = frozenset(row.asked_in)
    shown = (row.in_list, row.in_search, row.on_paper)
    return Own(row.code, row.type, words, helps, options, asked, row.required, *shown, row.active)


def of(session: Session | sa.Connection, kind: str, *, retired: bool = False) -> list[Own]:
    """The fields of a kind in the administrator's order; those retired are read, never asked."""
    return [each for each in known(session).fields.get(kind, ()) if each.active or retired]


def kind_of(model: object) -> str:
    """The kind whose fields a table's rows have; nothing for a table without."""
    if not hasattr(model, "extra"):
        return ""
    mapper = sa.inspect(model)
    return str(mapper.polymorphic_identity or mapper.class_.__tablename__)


def bump(session: Session) -> None:
    """Every worker reads the fields again at its next request."""
    stamp = 1 + secrets.randbelow(2**31 - 1)
    if not rows_written(session, sa.update(FieldsVersion).values(n=stamp)):
        session.add(FieldsVersion(id=1, n=stamp))
    session.flush()
    if has_request_context():
        g.pop("fields_version", None)


def kept(value: object) -> object:
    """A cleaned value as JSON keeps it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else value


def searchable(connection: sa.Connection, model: object, row: object) -> list[str]:
    """The keys of what people may look for in a row's own fields."""
    if not getattr(row, "extra", None):
        return []
    fields = (each for each in of(connection, kind_of(model), retired=True) if each.in_search)
    return [key for each in fields if (key := key_of(each.found_by(row)))]


def _in_locale(zh: str, en: str) -> str:
    return en if str(get_locale() or "zh") == "en" and en else zh
