"""What a record's rows were when the portal last wrote them: whatever is changed in another way is seen.

Every row that belongs to a record – the record itself, its deadlines, files, and what its steps wrote – is kept as
keyed marks, one per column, and all marks of a record under one code. Whoever can write the database can write
neither without the key of the history. The marks follow from the tables: a new part is witnessed by itself.
"""

from __future__ import annotations

import hmac
import json
from binascii import b2a_base64
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, Mapper, RelationshipProperty, Session, mapped_column

from ..model import Model
from ..text.wording import lazy_gettext as _l
from .codes import code_with, marker_with, plain_of
from .history import key
from .records import Record
from .shadows import is_shadow

if TYPE_CHECKING:
    from ..types import Text

    Known = sa.Row[int, str, str]  # what a record's witness holds

Columns = tuple[sa.Column[object], ...]
Marks = dict[str, dict[str, str]]  # "deadline:12" → column → mark

BESIDE = frozenset(  # belongs to a record and proves nothing: chained by itself, computed, or a matter of service
    {"history", "history_detail", "history_unsealed", "record_witness", "awaited", "follower", "outbox_mail", "notice"}
)
WORKING = frozenset(  # columns that follow from others
    # whose turn it is follows from the state and from who may what, when to tell of a deadline from its end
    {"record.changed_at", "record.owner", "deadline.tell_at"}
)
BATCH = 500
WRITTEN = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
WORDS: dict[str, tuple[Text, str]] = {}  # table → what a row is called, and the column that tells which one
THINGS: dict[str, Text] = {}  # table → the same of what a domain declares
FIRST: dict[str, str] = {}  # column → what it was called when it was first marked: a mark keeps that name
BROKEN, NOTHING = "broken", "\0"


class Witness(Model):
    """The marks of one record's rows, and the code over them."""

    __tablename__ = "record_witness"

    record_id: Mapped[int] = mapped_column(sa.ForeignKey("record.id"), primary_key=True)
    marks: Mapped[str] = mapped_column(sa.Text)
    code: Mapped[str] = mapped_column(sa.String(64))


WITNESSES = Witness.metadata.tables[Witness.__tablename__]


@dataclass(frozen=True, eq=False)
class Part:
    """A table whose rows belong to records: its key, the columns that are marked, and the way to the record."""

    table: sa.Table
    path: Columns  # the columns to go along; the last one holds the record's id
    keys: Columns
    columns: Columns

    @property
    def record_id(self) -> sa.Column[object]:
        return self.path[-1]

    @cached_property
    def marked(self) -> tuple[tuple[str, str, Callable[[object], str]], ...]:
        """Of each column: its name among the marks, its own, and how its values are told."""
        return tuple((name_in_marks(column), column.name, plain_of(column)) for column in self.columns)

    def rows(self) -> sa.Select[*tuple[object, ...]]:
        """Every row with the id of its record first."""
        told = [self.record_id.label("of_record"), *self.keys, *self.columns]
        source: sa.FromClause = self.table
        for column, onward in zip(self.path, self.path[1:], strict=False):
            source = source.join(onward.table, column == next(iter(onward.table.primary_key)))
        return sa.select(*told).select_from(source)


# ---- what is witnessed


def called(table: str, words: Text, which: str = "") -> None:
    """What a row of a table is called where a person is told of it."""
    WORDS[table] = (words, which)


def first_called(names: dict[str, str]) -> None:
    """Columns that were renamed: what was marked before holds as it was written."""
    FIRST.update(names)


def name_in_marks(column: sa.Column[object]) -> str:
    """What a column is called among the marks."""
    return FIRST.get(str(column), column.name)


def called_of(table: str) -> tuple[Text, str]:
    """What a row of a table is called, and the column that tells which one."""
    return WORDS[table] if table in WORDS else (THINGS[table], "")


@cache
def parts() -> dict[str, Part]:
    """All of them by table."""
    found = {name: way for name, way in sorted(ways().items()) if name not in BESIDE and not is_shadow(name)}
    return {name: _part(Model.metadata.tables[name], way) for name, way in found.items()}


@cache
def ways() -> dict[str, Columns]:
    """The tables whose rows belong to a record, found along the keys that lead to it, and these keys."""
    tables = Model.metadata.tables
    found: dict[str, Columns] = {"record": (tables["record"].c.id,)}
    while more := {name: way for name, table in tables.items() if name not in found and (way := _way(table, found))}:
        found |= more
    return found


def _way(table: sa.Table, known: dict[str, Columns]) -> Columns | None:
    """Along the first key that must be there."""
    for column in table.columns:
        for link in column.foreign_keys:
            there = link.column.table.name
            if column.nullable or there not in known:
                continue
            own = known[there]
            return (column,) if own[-1].table.name == there and own[-1].primary_key else (column, *own)
    return None


def _part(table: sa.Table, way: Columns) -> Part:
    keys = tuple(table.primary_key)
    marked = (column for column in table.columns if not column.primary_key and str(column) not in WORKING)
    return Part(table, way, keys, tuple(marked))


@cache
def is_witnessed(mapper: Mapper[object]) -> bool:
    """Whether rows of this kind belong to a record."""
    return any(table.name in parts() for table in mapper.tables)


@cache
def columns_of(mapper: Mapper[object]) -> tuple[tuple[str, sa.Column[object]], ...]:
    """Attribute and column of what is marked of a kind of row; nothing for what is not witnessed."""
    marked = {column for table in mapper.tables if table.name in parts() for column in parts()[table.name].columns}
    kept = ((prop.key, column) for prop in mapper.column_attrs for column in prop.columns)
    return tuple((key, column) for key, column in kept if isinstance(column, sa.Column) and column in marked)


@cache
def pairs_of(mapper: Mapper[object]) -> tuple[RelationshipProperty[object], ...]:
    """The relations of a kind of row that are kept in a witnessed table of pairs."""
    return tuple(link for link in mapper.relationships if link.secondary is not None and str(link.secondary) in parts())


# ---- marks


def mark(row: str, column: sa.Column[object], value: object) -> str:
    """Eighteen bits that only the holder of the key can compute: enough to name what differs."""
    return marker()(f"{row}.{name_in_marks(column)}={plain_of(column)(value)}")


def marker() -> Callable[[str], str]:
    """Marks “deadline:12.code=ACK”."""
    made = marker_with(_secret(key()), 3)
    return lambda text: b2a_base64(made(text), newline=False).decode()


@lru_cache(maxsize=8)
def _secret(of_history: bytes) -> bytes:
    return hmac.digest(of_history, b"witness", "sha256")


def code_of(record_id: int, marks: str) -> str:
    """The code over all marks of a record."""
    return code_with(_secret(key()))(f"{record_id}\n{marks}")


def written(marks: Marks) -> str:
    """As the database keeps them."""
    return WRITTEN.encode(marks)


def row_name(part: Part, keys: Iterable[object]) -> str:
    return f"{part.table.name}:{'.'.join(str(value) for value in keys)}"


# ---- reading


@dataclass(frozen=True)
class Row:
    """A row as the database has it now."""

    part: Part
    name: str
    values: dict[str, object]

    @property
    def title(self) -> str:
        """“Deadline” and its code."""
        words, which = called_of(self.part.table.name)
        return f"{words} {self.values.get(which) or ''}".strip()

    @property
    def marks(self) -> dict[str, str]:
        made, row, values = marker(), self.name, self.values
        return {name: made(f"{row}.{name}={plain(values[column])}") for name, column, plain in self.part.marked}

    def differing_from(self, before: dict[str, str]) -> list[str]:
        """The columns that are not as they were marked; one that was never marked differs from nothing."""
        if (now := self.marks) == before:
            return []
        return [column for name, column, _plain in self.part.marked if before.get(name, now[name]) != now[name]]


def rows_of(session: Session, ids: list[int]) -> dict[int, list[Row]]:
    """All rows of some records, one question per table."""
    found: dict[int, list[Row]] = {number: [] for number in ids}
    for part in parts().values():
        width, names = 1 + len(part.keys), [column.name for column in part.columns]
        for row in session.execute(part.rows().where(part.record_id.in_(ids))):
            values = dict(zip(names, row[width:], strict=True))
            found[row.of_record].append(Row(part, row_name(part, row[1:width]), values))
    return found


def batches(session: Session, *conditions: sa.ColumnElement[bool]) -> Iterator[list[int]]:
    """The ids of all records, some hundreds at a time."""
    last = 0
    query = sa.select(Record.id).where(*conditions).order_by(Record.id).limit(BATCH)
    while ids := list(session.scalars(query.where(Record.id > last))):
        yield ids
        last = ids[-1]


def stored(connection: sa.Connection, ids: list[int], lock: bool = False) -> dict[int, Known]:
    """What is witnessed of some records."""
    query = sa.select(WITNESSES).where(WITNESSES.c.record_id.in_(ids)).order_by(WITNESSES.c.record_id)
    return {row.record_id: row for row in connection.execute(query.with_for_update() if lock else query)}


def begin(session: Session) -> int:
    """Witness the records of a portal that had no witness before; answers how many. The caller commits."""
    done = 0
    for ids in batches(session, Record.id.not_in(sa.select(WITNESSES.c.record_id))):
        rows = []
        for number, found in rows_of(session, ids).items():
            marks = written({row.name: row.marks for row in found})
            rows.append({"record_id": number, "marks": marks, "code": code_of(number, marks)})
        session.execute(sa.insert(WITNESSES), rows)
        done += len(ids)
    return done


called("record", _l("Record"), "number")
called("comment", _l("Comment"))
