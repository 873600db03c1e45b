"""A pattern told again: its rows with other numbers, names and moments, chained, witnessed and found like any other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core.record import history, links, witness
from app.core.record.codes import plain_of
from app.core.record.history import FIELDS

from .ends import COMPUTED, Ends
from .files import Shelf
from .found import Finder
from .patterns import Line, Pattern
from .storing import Stored, stored
from .values import Copy

Facts = dict[str, object]  # of one row, by column
Rows = dict[str, list[tuple[object, ...]]]  # of each table, as they are stored
Plain = Callable[[object], str]
KEPT, REST = timedelta(days=60), timedelta(days=2)  # older mails and lines of the bell are gone; have been read
DRAWN: dict[str, tuple[str, ...]] = {  # columns that follow from others, or are drawn by lot
    "record": ("head", "due_at"),
    "deadline": COMPUTED,
    "history": ("detail_digest", "previous", "hash"),
    "history_detail": ("salt",),
    "public_link": ("salt", "token_hash"),
    "attachment": ("storage",),
    "outbox_mail": ("key", "message_id", "state", "attempts", "sent_at"),
    "notice": ("read_at",),
}
SHORT_LIVED = ("outbox_mail", "notice")


@dataclass(frozen=True)
class _Mark:
    """A column that is witnessed: what stands there, or how it is told."""

    name: str
    column: str
    told: str | None
    plain: Plain


@dataclass(frozen=True)
class _Ready:
    """A line made ready for one database."""

    line: Line
    table: str
    kept: tuple[object, ...]  # the row as it was told, stored
    others: tuple[tuple[int, str, Stored], ...]  # the columns that differ
    marks: tuple[_Mark, ...]
    keys: tuple[str, ...]


class Teller:
    """Tells patterns again, for one database."""

    def __init__(self, session: Session, patterns: list[Pattern], contents: dict[str, bytes]) -> None:
        self.session, self.patterns = session, patterns
        self.ends, self.shelf, self.finder, self.secret = Ends(session), Shelf(contents), Finder(session), history.key()
        self.marked = witness.marker()
        dialect = session.get_bind().dialect
        self.ready = [[_ready(line, dialect) for line in pattern.lines] for pattern in patterns]

    def tell(self, number: int, copy: Copy, rows: Rows) -> None:
        """Add the rows of one story."""
        told: list[tuple[_Ready, Facts]] = []
        tables: dict[str, list[tuple[int, Facts]]] = defaultdict(list)
        gone = copy.now - KEPT - copy.shift
        for ready in self.ready[number]:
            if ready.table in SHORT_LIVED and ready.line.told["created_at"] < gone:  # type: ignore[operator]
                continue
            facts = ready.line.told.copy()
            for column, value in ready.line.others:
                facts[column] = value(copy)
            told.append((ready, facts))
            tables[ready.table].append((ready.line.record, facts))
        self._settle(copy, tables)
        for ready, facts in told:
            row = list(ready.kept)
            for place, column, store in ready.others:
                row[place] = store(facts[column])
            rows[ready.table].append(tuple(row))
        self._witness(told, tables["record"], rows)
        self.finder.learn([facts for _record, facts in tables["record"]], tables, rows)

    # ---- what follows from other rows

    def _settle(self, copy: Copy, tables: dict[str, list[tuple[int, Facts]]]) -> None:
        for _record, row in tables["deadline"]:
            self.ends.settle(row, copy.now)
        for place, (_record, record) in enumerate(tables["record"]):
            mine = (row for of, row in tables["deadline"] if of == place)
            running = [row["due_at"] for row in mine if row["met_at"] is None and row["cancelled_at"] is None]
            record["due_at"] = min(running, default=None)  # type: ignore[type-var]
        for _record, row in tables["public_link"]:
            row["salt"] = salt = f"{copy.random.getrandbits(128):032x}"
            row["token_hash"] = links.fingerprint(links.token_for(str(row["purpose"]), salt))
        for _record, row in tables["attachment"]:
            row["storage"] = name = f"{copy.random.getrandbits(192):048x}"
            self.shelf.put(str(row["sha256"]), name)
        for _record, row in tables["outbox_mail"]:
            _sent(copy, row)
        for _record, row in tables["notice"]:
            row["read_at"] = row["created_at"] if row["created_at"] < copy.now - REST else None  # type: ignore[operator]
        self._chain(copy, tables)

    def _chain(self, copy: Copy, tables: dict[str, list[tuple[int, Facts]]]) -> None:
        details = {row["line_id"]: row for _record, row in tables["history_detail"]}
        heads = [""] * len(tables["record"])
        for record, line in tables["history"]:
            detail = details[line["id"]]
            salt = detail["salt"] = f"{copy.random.getrandbits(128):032x}"
            facts = {name: detail[name] for name in ("comment", "changes", "ip")}
            line["detail_digest"] = history.digest(salt, facts, self.secret)
            line["previous"] = heads[record]
            line["hash"] = heads[record] = history.digest(heads[record], [line[name] for name in FIELDS], self.secret)
        for (_record, record_row), head in zip(tables["record"], heads, strict=True):
            record_row["head"] = head

    def _witness(self, told: list[tuple[_Ready, Facts]], records: list[tuple[int, Facts]], rows: Rows) -> None:
        marks: list[witness.Marks] = [{} for _record in records]
        witnessed, made = witness.parts(), self.marked
        for ready, facts in told:
            if ready.table in witnessed:
                name = _name(ready, facts)
                marks[ready.line.record][name] = {
                    mark.name: made(
                        f"{name}.{mark.name}={mark.plain(facts[mark.column]) if mark.told is None else mark.told}"
                    )
                    for mark in ready.marks
                }
        for (_record, record), mine in zip(records, marks, strict=True):
            number, text = record["id"], witness.written(mine)
            assert isinstance(number, int)
            row = self.finder.row(witness.WITNESSES, number, text, witness.code_of(number, text))
            rows[witness.WITNESSES.name].append(row)


def _name(ready: _Ready, facts: Facts) -> str:
    return f"{ready.table}:{'.'.join([str(facts[key]) for key in ready.keys])}"


def _sent(copy: Copy, mail: Facts) -> None:
    """Nobody gets a mail of the demo."""
    event, _record, occurrence, _whose = str(mail["key"]).split(":")
    mail["key"] = f"{event}:{mail['record_id']}:{occurrence}:{mail['user_id'] or 'customer'}"
    host = str(mail["message_id"]).partition("@")[2]
    mail["message_id"] = f"<{copy.random.getrandbits(128):032x}@{host}"
    mail.update(state="sent", attempts=1, sent_at=mail["created_at"])


def _ready(line: Line, dialect: sa.Dialect) -> _Ready:
    table = line.table
    differs = {column for column, _value in line.others} | set(DRAWN.get(table.name, ()))
    columns = list(table.columns)
    store = {column.name: stored(column, dialect) for column in columns}
    return _Ready(
        line,
        table.name,
        tuple(None if column.name in differs else store[column.name](line.told[column.name]) for column in columns),
        tuple((place, each.name, store[each.name]) for place, each in enumerate(columns) if each.name in differs),
        tuple(_marks(line, differs)),
        tuple(column.name for column in table.primary_key),
    )


def _marks(line: Line, differs: set[str]) -> Iterator[_Mark]:
    part = witness.parts().get(line.table.name)
    for column in part.columns if part else ():
        plain = plain_of(column)
        told = None if column.name in differs else plain(line.told[column.name])
        yield _Mark(witness.name_in_marks(column), column.name, told, plain)
