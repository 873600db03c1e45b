"""A told story as a pattern: its rows, and what of each row is another one when the story is told again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, partial

import sqlalchemy as sa
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session

from app.core.model import Model
from app.core.record.records import Record
from app.core.record.signatures import SIGNED, fingerprint
from app.core.rights.people import name_of
from app.organisation.codes import Zone
from app.organisation.models import EmployeeProfile

from . import tables, values
from .telling import ADDRESS, CONTACT, DESCRIPTION, SUBJECT, TECHNICIAN, Told
from .values import Copy, Texts, Value

Row = sa.Row[*tuple[object, ...]]
Known = dict[tuple[str, object], int]  # (table that numbers, number) → the how-manieth of the story
COMPUTED = "subject_id"  # a number that names a row of a table no key tells
ACTOR = "actor"  # who did it, in what a mail is told


@dataclass(frozen=True)
class Line:
    """A row of a story."""

    table: sa.Table
    record: int  # the how-manieth record of the story it belongs to
    told: dict[str, object]
    others: tuple[tuple[str, Value], ...]  # the columns that are another story's


@dataclass(frozen=True)
class Head:
    """A record of a story: its number is drawn by the day it is made, or begins with that of another."""

    kind: str
    number: str
    created_at: datetime
    beside: tuple[int, str] | None  # the record whose number it has, and what is added


@dataclass(frozen=True)
class Pattern:
    """A story that can be told again."""

    form: int
    share: int
    zone: Zone
    product: bool  # about a machine
    heads: tuple[Head, ...]
    lines: tuple[Line, ...]
    rows: dict[str, int]  # table that numbers → how many numbers the story takes
    complaints: int
    ends: datetime
    due_at: datetime | None  # of what still runs


def read(session: Session, stories: list[Told]) -> list[Pattern]:
    """The patterns of all told stories."""
    reader = _Reader(session, stories)
    return [reader.pattern(told) for told in stories]


class _Reader:
    """All rows of all stories, by story."""

    def __init__(self, session: Session, stories: list[Told]) -> None:
        self.session = session
        mine = sa.select(Record.id).where(Record.customer_id.in_([told.customer.id for told in stories]))
        first = session.scalar(sa.select(sa.func.min(mine.subquery().c.id)))
        records = list(session.scalars(sa.select(Record.id).where(Record.id >= first).order_by(Record.id)))
        self.rows = {name: tables.rows(session.connection(), name, records) for name in tables.ways()}
        self.story_of = _joined(self.rows)
        self.by_story: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        for name, rows in self.rows.items():
            for row in rows:
                self.by_story[self.story_of[row.of_record]][name].append(row)
        self.known = {story: _numbers(rows) for story, rows in self.by_story.items()}
        self.subjects = self._subjects()
        self.technician = session.scalars(sa.select(User).where(User.username == TECHNICIAN)).one()
        self.profile = session.get_one(EmployeeProfile, self.technician.id)

    def pattern(self, told: Told) -> Pattern:
        first = self.session.scalars(sa.select(Record).where(Record.customer_id == told.customer.id)).first()
        assert first is not None
        rows = self.by_story[self.story_of[first.id]]
        heads = [self._head(row, rows["record"]) for row in rows["record"]]
        maker = _Maker(self, told, self.known[self.story_of[first.id]], self._texts(told, heads), rows)
        lines = tuple(maker.line(name, row) for name in tables.ways() for row in rows[name])
        running = [row.due_at for row in rows["deadline"] if row.met_at is None and row.cancelled_at is None]
        return Pattern(
            form=told.number,
            share=told.form.share,
            zone=told.zone,
            product=told.product is not None,
            heads=tuple(heads),
            lines=lines,
            rows={name: len(rows[name]) for name in tables.gives_numbers() if rows[name]},
            complaints=len(rows["complaint"]),
            ends=max(datetime.fromisoformat(row.at) for row in rows["history"]),
            due_at=min(running, default=None),
        )

    def _subjects(self) -> dict[tuple[str, str], str]:
        """Which table a signature or a link names a row of: the only one that has all these rows in their stories."""
        found: dict[tuple[str, str], set[str]] = {}
        for name, rows in self.rows.items():
            column = Model.metadata.tables[name].columns.get(COMPUTED)
            for row in rows if column is not None else ():
                known = self.known[self.story_of[row.of_record]]
                if row.subject_id and column is not None:
                    there = {table for table in tables.gives_numbers() if (table, row.subject_id) in known}
                    key = _about(row, column)
                    found[key] = found.get(key, there) & there
        assert all(len(there) == 1 for there in found.values()), found
        return {about: there.pop() for about, there in found.items()}

    def _head(self, row: Row, all_rows: list[Row]) -> Head:
        """A consultation is called by the number of its complaint."""
        for place, other in enumerate(all_rows):
            if other.id < row.id and row.number.startswith(f"{other.number}-"):
                return Head(row.kind, row.number, row.created_at, (place, row.number[len(other.number) :]))
        return Head(row.kind, row.number, row.created_at, None)

    def _texts(self, told: Told, heads: list[Head]) -> Texts:
        """What stands for something else in any text of the story."""
        texts: dict[str, Callable[[Copy], str]] = {
            head.number: partial(_number, place) for place, head in enumerate(heads)
        }
        texts |= {
            SUBJECT: lambda copy: copy.subject,
            DESCRIPTION: lambda copy: copy.description,
            CONTACT: lambda copy: copy.caller.contact,
            ADDRESS: lambda copy: copy.caller.address,
            told.customer.name: lambda copy: copy.caller.name,
            str(told.customer.phone): lambda copy: copy.caller.phone,
            str(told.customer.email): lambda copy: copy.caller.email,
            name_of(self.technician.id): lambda copy: copy.traveller.name,
            str(self.profile.mobile): lambda copy: copy.traveller.phone,
        }
        if told.product:
            texts |= {
                told.product.model: lambda copy: copy.caller.product,
                told.serial: lambda copy: copy.caller.serial,
            }
        return texts


def _number(place: int, copy: Copy) -> str:
    return copy.numbers[place]


def _joined(rows: dict[str, list[Row]]) -> dict[int, int]:
    """Which story a record belongs to: the records that name each other are one."""
    story = {row.id: row.id for row in rows["record"]}

    def root(number: int) -> int:
        while story[number] != number:
            number = story[number]
        return number

    for name, found in rows.items():
        columns = [each.name for each in Model.metadata.tables[name].columns if tables.reference(each) == "record"]
        for row in found:
            for column in columns:
                if (other := row._mapping[column]) in story:
                    high, low = sorted((root(row.of_record), root(other)), reverse=True)
                    story[high] = low
    return {number: root(number) for number in story}


def _numbers(rows: dict[str, list[Row]]) -> Known:
    return {(name, row.id): place for name in tables.gives_numbers() for place, row in enumerate(rows[name])}


class _Maker:
    """Makes the lines of one story."""

    def __init__(self, reader: _Reader, told: Told, known: Known, texts: Texts, rows: dict[str, list[Row]]) -> None:
        self.reader, self.told, self.known, self.texts, self.rows = reader, told, known, texts, rows

    def line(self, name: str, row: Row) -> Line:
        table = Model.metadata.tables[name]
        told = {column.name: row._mapping[column.name] for column in table.columns}
        made = ((column.name, self._value(row, column, told[column.name])) for column in table.columns)
        others = tuple((column, value) for column, value in made if value is not None)
        return Line(table, self.known["record", row.of_record], told, others)

    def _value(self, row: Row, column: sa.Column[object], told: object) -> Value | None:
        if told is None or told == "":
            return None
        if column.name == "content_sha256":
            return self._signed(row)
        if column.name == COMPUTED and isinstance(told, int):
            return self._subject(row, column, told)
        if column.primary_key and not column.foreign_keys:
            return self._own(tables.numbered(column.table.name), told)
        if (there := tables.reference(column)) is not None:
            return self._refers(there, told)
        if isinstance(told, datetime):
            return values.moment(told)
        if isinstance(told, date):
            return values.day(told)
        if isinstance(told, dict | list):
            return values.json(told, self.texts, self._in_json)
        return self._word(told) if isinstance(told, str) else None

    def _own(self, numbered: str, told: object) -> Value | None:
        place = self.known.get((numbered, told))
        return None if place is None else lambda copy: copy.ids[numbered] + place

    def _refers(self, there: str, told: object) -> Value | None:
        """A number of the story's own rows, or of what the story is about."""
        about: dict[tuple[str, object], Value] = {
            ("customer", self.told.customer.id): lambda copy: copy.caller.id,
            ("region", self.told.customer.region_code): lambda copy: copy.caller.region,
            ("ab_user", self.reader.technician.id): lambda copy: copy.traveller.id,
        }
        if self.told.product:
            about["product", self.told.product.id] = lambda copy: copy.caller.product_id
        return about.get((there, told)) or self._own(there, told)

    def _word(self, told: str) -> Value | None:
        if told == f"user:{self.reader.technician.id}":
            return lambda copy: f"user:{copy.traveller.id}"
        return values.text(told, self.texts)

    def _in_json(self, name: str, told: object) -> Value | None:
        """Names of columns say what a number in JSON is the number of, and where a login stands."""
        if told == TECHNICIAN:
            return (lambda copy: copy.traveller.login) if "ab_user" in _named(f"{name}_id") else None
        if not isinstance(told, int) or isinstance(told, bool):
            return None
        found = (self._refers(there, told) for there in (["ab_user"] if name == ACTOR else _named(name)))
        return next((value for value in found if value), None)

    def _signed(self, row: Row) -> Value:
        """A signature is bound to its text."""
        record = self.reader.session.get_one(Record, row.of_record)
        signed = SIGNED[record.kind]
        words = signed.text(next(each for each in signed.rows(record) if each.id == row.subject_id))
        made = values.text(words, self.texts) or (lambda _copy: words)
        return lambda copy: fingerprint(str(made(copy)))

    def _subject(self, row: Row, column: sa.Column[object], told: int) -> Value | None:
        """The row that a signature or a link is about."""
        return self._own(self.reader.subjects[_about(row, column)], told) if told else None


@cache
def _named(column: str) -> list[str]:
    """What columns of this name refer to."""
    columns = (Model.metadata.tables[name].columns.get(column) for name in tables.ways())
    return sorted({there for each in columns if each is not None and (there := tables.reference(each))})


def _about(row: Row, column: sa.Column[object]) -> tuple[str, str]:
    """Links differ by their purpose in what they are about."""
    return column.table.name, str(row._mapping.get("purpose", ""))
