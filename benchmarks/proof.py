"""What the proof of the history costs: CPU and memory of `portal audit verify`, told for a million lines.

`python -m benchmarks.proof [--lines N] [--database URL]`; plays the small demo and copies its records, chained,
sealed, noted and witnessed as the portal itself does it.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from app.core.record import audit, history, witness
from app.core.record.history import FIELDS, History, HistoryBlock, HistoryDetail, digest
from app.core.record.records import Record
from app.core.time.deadlines import Deadline
from app.demo import load
from app.extensions import db
from app.setup import initialise

AT_ONCE = 100  # copies that go on side by side, as records do
COPIED = ("record", "complaint", "deadline")
MILLION = 1_000_000


def portal(folder: Path, url: str) -> Flask:
    """A portal with a data folder of its own."""
    facts = {"DATA_DIR": str(folder), "UPLOAD_DIR": str(folder / "uploads"), "AUDIT_KEY": b"proof", "MAIL_SERVER": ""}
    return create_app({**facts, "SQLALCHEMY_DATABASE_URI": url or f"sqlite:///{folder / 'portal.db'}"})


def played(session: Session) -> None:
    """The small demo, sealed and noted."""
    initialise()
    list(load("Demo-Password-2026!", "small"))
    while history.seal(session):
        session.commit()
    history.anchor(session)


def counted(session: Session) -> int:
    return session.scalar(sa.select(sa.func.count(History.id))) or 0


def multiply(session: Session, lines: int) -> None:
    """Copy the complaints until there are so many lines."""
    rows = {name: [dict(row) for row in session.execute(_of_complaints(name)).mappings()] for name in COPIED}
    told = [dict(row) for row in session.execute(_lines()).mappings()]
    copies = max(0, lines - counted(session)) // len(told)
    step = max(row["id"] for row in rows["record"])
    first = session.scalar(sa.select(sa.func.max(History.id))) + 1
    for batch in range(0, copies, AT_ONCE):
        places = [step * (2 + copy) for copy in range(batch, min(batch + AT_ONCE, copies))]
        made, details, heads = _copied(told, places, first)
        first += len(made)
        records = [_record(row, place, heads) for place in places for row in rows["record"]]
        _insert(session, Record.__table__, records)
        _insert(session, sa.inspect(Record).polymorphic_map["complaint"].local_table,
                [{**row, "id": row["id"] + place} for place in places for row in rows["complaint"]])  # fmt: skip
        deadlines = [{**row, "record_id": row["record_id"] + place} for place in places for row in rows["deadline"]]
        _insert(session, Deadline.__table__, [{key: row[key] for key in row if key != "id"} for row in deadlines])
        _insert(session, History.__table__, made)
        _insert(session, HistoryDetail.__table__, details)
        session.commit()
        _sealed(session, made)
    witness.begin(session)
    session.commit()
    history.anchor(session)


def _of_complaints(name: str) -> sa.Select[Any]:
    table = Record.metadata.tables[name]
    record = Record.__table__
    ours = sa.select(record.c.id).where(record.c.kind == "complaint")
    return sa.select(table).where((table.c.record_id if "record_id" in table.c else table.c.id).in_(ours))


def _lines() -> sa.Select[Any]:
    detail = HistoryDetail.__table__
    columns = [column for column in detail.c if column.name != "line_id"]
    return (
        sa.select(History.__table__, *columns)
        .join(detail, detail.c.line_id == History.id)
        .join(Record, Record.id == History.record_id)
        .where(Record.kind == "complaint")
        .order_by(History.id)
    )


def _copied(told: list[dict[str, Any]], places: list[int], first: int) -> tuple[list[Any], list[Any], dict[int, str]]:
    heads: dict[int, str] = {}
    made, details = [], []
    for row in told:
        for place in places:
            line = {key: row[key] for key in ("id", *FIELDS, "previous", "hash")}
            number = row["record_id"] + place
            line.update(id=first + len(made), record_id=number, previous=heads.get(number, ""))
            line["hash"] = heads[number] = digest(line["previous"], [line[name] for name in FIELDS])
            made.append(line)
            details.append({"line_id": line["id"], **{key: row[key] for key in ("comment", "changes", "ip", "salt")}})
    return made, details, heads


def _record(row: dict[str, Any], place: int, heads: dict[int, str]) -> dict[str, Any]:
    number = row["id"] + place
    return {**row, "id": number, "number": f"{row['number']}/{place}", "head": heads[number]}


def _sealed(session: Session, made: list[dict[str, Any]]) -> None:
    rows = iter(made)
    while some := list(islice(rows, 1_000)):
        previous = session.scalar(sa.select(HistoryBlock.hash).order_by(HistoryBlock.id.desc()).limit(1)) or ""
        block = HistoryBlock(members=f"{some[0]['id']}-{some[-1]['id']}", at=some[-1]["at"], previous=previous)
        block.noted = session.scalar(sa.select(sa.func.count(HistoryBlock.id))) or 0
        block.hash = digest(previous, [*block.facts, [row["hash"] for row in some]])
        session.add(block)
        session.commit()


def _insert(session: Session, table: Any, rows: list[dict[str, Any]]) -> None:
    session.execute(sa.insert(table), rows)


def measured(lines: int, part: Callable[[Session], Iterator[str]]) -> float:
    """One part of the proof: its CPU, and the largest this process has been."""
    begin = time.process_time()
    faults = list(part(db.session))
    spent = (time.process_time() - begin) * MILLION / lines
    db.session.rollback()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    name = part.__name__.strip("_")
    print(f"{name:<12} {spent:7.1f} s CPU per million lines, {peak} MB at most, {len(faults)} faults")
    return spent


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--keep", type=Path, help="A folder for the data, used again when it is there.")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(exist_ok=True)
        with portal(folder, asked.database).app_context():
            if not history.anchor_file().exists():
                played(db.session)
                multiply(db.session, asked.lines)
                db.session.remove()
            lines = counted(db.session)
            print(f"{lines} lines, {db.engine.dialect.name}")
            total = sum(measured(lines, part) for part in audit.PARTS)
            print(f"{'all':<12} {total:7.1f} s CPU per million lines")


if __name__ == "__main__":
    main()
