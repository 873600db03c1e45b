"""What the administrator says otherwise than the program: words and codes, in force at the next request everywhere.

Everything is read at once and kept until it changes: one row says which edition is in force, and every request (or
turn of the engine) looks at that row alone.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import current_app, g, has_app_context, has_request_context
from flask_babel.speaklater import LazyString
from markupsafe import escape
from sqlalchemy import String, UniqueConstraint, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extensions import db

from ..model import Model, rows_written
from ..text.wording import get_locale
from ..types import Text

NAMES = {"title": "subject"}  # what forms call every record's own columns
CODES: dict[str, str] = {}  # thing → its name in its table, as things are registered
EDITION = "edition"
KEPT = "overrides"  # where a session keeps what it has read


class OverrideVersion(Model):
    """One row: the edition in force. A mark and no number, so that what was rolled back never comes again."""

    __tablename__ = "override_version"

    id: Mapped[int] = mapped_column(primary_key=True)
    edition: Mapped[str] = mapped_column(String(32))


class ChoiceRow(Model):
    """选项: one value of a choice list; an empty label leaves the program's own word."""

    __tablename__ = "choice"
    __table_args__ = (UniqueConstraint("list", "code", name="uq_choice_list_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    list: Mapped[str] = mapped_column(String(60))
    code: Mapped[str] = mapped_column(String(20))
    label_zh: Mapped[str] = mapped_column(String(60), default="")
    label_en: Mapped[str] = mapped_column(String(60), default="")
    position: Mapped[int] = mapped_column(default=0)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return f"{self.list} · {self.code}"


class Label(Model):
    """字段名称: what a field of a thing is called instead of the program's word."""

    __tablename__ = "label"
    __table_args__ = (UniqueConstraint("thing", "field", name="uq_label_thing_field"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    thing: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(60))
    label_zh: Mapped[str] = mapped_column(String(60), default="")
    label_en: Mapped[str] = mapped_column(String(60), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return f"{self.thing} · {self.field}"


class FieldRule(Model):
    """字段规则: what the company asks of a field in one place, beyond what the process does."""

    __tablename__ = "field_rule"
    __table_args__ = (UniqueConstraint("kind", "asked_in", "field", name="uq_field_rule_place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    asked_in: Mapped[str] = mapped_column(String(60))
    field: Mapped[str] = mapped_column(String(60))
    required: Mapped[bool] = mapped_column(default=False)
    default: Mapped[str] = mapped_column(String(200), default="")
    help_zh: Mapped[str] = mapped_column(String(200), default="")
    help_en: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return f"{self.kind} · {self.asked_in} · {self.field}"


@dataclass(frozen=True)
class Rule:
    """What the company asks of a field in one place."""

    required: bool = False
    default: str = ""
    help: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Value:
    """A row of a choice list, as long as its edition is in force."""

    code: str
    words: tuple[str, str]
    position: int
    active: bool


@dataclass(frozen=True)
class Overrides:
    """One edition, and what is made of it."""

    edition: str = ""
    choices: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    labels: Mapping[tuple[str, str], tuple[str, str]] = field(default_factory=dict)  # code of the thing, field
    rules: Mapping[tuple[str, str, str], Rule] = field(default_factory=dict)  # kind, place, field
    made: dict[tuple[object, ...], Any] = field(default_factory=dict)


NOTHING = Overrides()
KNOWN: dict[str, Overrides] = {}  # database → the latest edition


def in_force() -> Overrides:
    """The edition of this request, or of this turn of the engine; nothing where there is no portal."""
    if not has_app_context():
        return NOTHING
    session: Session = db.session
    seen = g.get(EDITION)  # read with the rights of this request
    found: Overrides | None = session.info.get(KEPT)
    if found is None or seen not in (None, found.edition):
        with session.no_autoflush:
            session.info[KEPT] = found = _edition(session, seen)
    return found


def changed(session: Session) -> None:
    """Another edition, in the transaction of the change."""
    session.flush()
    edition = uuid.uuid4().hex
    if not rows_written(session, update(OverrideVersion).values(edition=edition)):
        session.add(OverrideVersion(id=1, edition=edition))
        session.flush()
    session.info.pop(KEPT, None)
    g.pop(EDITION, None)


def word(original: Text, zh: str, en: str) -> Text:
    """The administrator's word in the reader's language, else the program's own."""
    return Typed(_said, original, zh, en) if zh or en else original


class Typed(LazyString):
    """A word somebody typed: on a page it is text, whatever signs it holds."""

    def __html__(self) -> str:
        return escape(str(self))


class Worded(Typed):
    """A field's word: the administrator's own, else the program's; asked each time it is read."""

    def __init__(self, code: str, name: str, original: Text) -> None:
        self.code, self.name = code, plain_name(name)
        self.original: Text = original.original if isinstance(original, Worded) else original
        super().__init__(_called, code, self.name, self.original)


def plain_name(name: str) -> str:
    """A field by the name of the forms, whatever column it is kept in."""
    return NAMES.get(name, name.removesuffix("_id").removesuffix("_code"))


def _called(code: str, name: str, original: Text) -> str:
    return _said(original, *in_force().labels.get((code, name), ("", "")))


def rule_of(place: tuple[str, str], name: str) -> Rule | None:
    """What the company asks of a person; a customer's link and the portal itself are asked what the process asks.

    What is asked of a new one is asked of its correction too.
    """
    if (g.get("rights") if has_request_context() else None) is None:
        return None
    code, asked_in = place
    return in_force().rules.get((code, "create" if asked_in == "edit" else asked_in, plain_name(name)))


def _said(original: Text, zh: str, en: str) -> str:
    if not (zh or en):
        return str(original)
    return (en if str(get_locale() or "zh") == "en" else zh) or str(original)


def _edition(session: Session, edition: str | None) -> Overrides:
    if edition is None:
        edition = session.scalar(select(OverrideVersion.edition).where(OverrideVersion.id == 1)) or ""
    database = current_app.config["SQLALCHEMY_DATABASE_URI"]
    found = KNOWN.get(database)
    if found is None or found.edition != edition:
        KNOWN[database] = found = (
            Overrides(edition, _choices(session), _labels(session), _rules(session)) if edition else NOTHING
        )
    return found


def _choices(session: Session) -> dict[str, tuple[Value, ...]]:
    columns = (getattr(ChoiceRow, name) for name in ("list", "code", "label_zh", "label_en", "position", "active"))
    lists: dict[str, tuple[Value, ...]] = {}
    for row in session.execute(select(*columns).order_by(ChoiceRow.position, ChoiceRow.id)):
        value = Value(row.code, (row.label_zh, row.label_en), row.position, row.active)
        lists[row.list] = (*lists.get(row.list, ()), value)
    return lists


def _labels(session: Session) -> dict[tuple[str, str], tuple[str, str]]:
    rows = session.execute(select(Label.thing, Label.field, Label.label_zh, Label.label_en))
    return {(CODES[row.thing], row.field): (row.label_zh, row.label_en) for row in rows if row.thing in CODES}


def _rules(session: Session) -> dict[tuple[str, str, str], Rule]:
    return {
        (row.kind, row.asked_in, row.field): Rule(row.required, row.default, (row.help_zh, row.help_en))
        for row in session.execute(select(*FieldRule.__table__.columns))
    }
