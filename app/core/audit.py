"""Proof that nobody has touched the history: walks every chain, every detail and every block."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from .history import (
    FIELDS,
    History,
    HistoryBlock,
    HistoryDetail,
    HistoryUnsealed,
    anchor_file,
    digest,
    from_ranges,
)
from .records import Record


def faults(session: Session) -> Iterator[str]:
    """Every fault found, in words; nothing when the history is whole."""
    hashes: dict[int, str] = {}
    yield from _chains(session, hashes)
    yield from _details(session)
    yield from _blocks(session, dict(hashes))
    yield from _anchors(session)


def _anchors(session: Session) -> Iterator[str]:
    """What was noted outside the database must still stand in it."""
    file = anchor_file()
    blocks = {row.id: row.hash for row in session.execute(select(HistoryBlock.id, HistoryBlock.hash))}
    lines = file.read_text().splitlines() if file.exists() else []
    noted = {
        int(number): value for number, _blank, value in (line.partition(" ") for line in lines) if number.isdigit()
    }
    if len(noted) != len(lines):
        yield f"{file.name} is not what the portal wrote"
    for number, value in noted.items():
        if blocks.get(number) != value:
            yield f"block {number} was noted in {file.name} and is no longer what it was"
    newest = max(blocks, default=0)  # may still wait for its note
    for number in sorted(set(blocks) - set(noted) - {newest}):
        yield f"block {number} is not noted in {file.name}"


def _chains(session: Session, hashes: dict[int, str]) -> Iterator[str]:
    heads = {
        row.id: (row.number, row.seq, row.head)
        for row in session.execute(select(Record.id, Record.number, Record.seq, Record.head))
    }
    ends: dict[int, tuple[int, str]] = {}
    columns = [getattr(History, name) for name in ("id", *FIELDS, "previous", "hash")]
    rows = session.execute(select(*columns).order_by(History.record_id, History.seq).execution_options(yield_per=5000))
    for row in rows:
        facts = list(row[1:-2])
        record_id, seq = facts[0], facts[1]
        before = ends.get(record_id, (0, ""))
        if seq != before[0] + 1 or row.previous != before[1] or digest(row.previous, facts) != row.hash:
            yield f"{heads.get(record_id, ('?',))[0]}: line {seq} is altered, missing or out of place"
        ends[record_id] = (seq, row.hash)
        hashes[row.id] = row.hash
    for record_id, (number, seq, head) in heads.items():
        if ends.get(record_id, (0, "")) != (seq, head):
            yield f"{number}: the record knows {seq} lines, the history ends elsewhere"


def _details(session: Session) -> Iterator[str]:
    rows: Any = session.execute(
        select(
            History.record_id,
            History.seq,
            History.detail_digest,
            HistoryDetail.salt,
            HistoryDetail.comment,
            HistoryDetail.changes,
            HistoryDetail.ip,
        )
        .outerjoin(HistoryDetail, HistoryDetail.line_id == History.id)
        .execution_options(yield_per=5000)
    )
    for row in rows:
        facts = {"comment": row.comment, "changes": row.changes, "ip": row.ip}
        if row.salt is None:
            yield f"record {row.record_id}: the detail of line {row.seq} is missing"
        elif digest(row.salt, facts) != row.detail_digest:
            yield f"record {row.record_id}: the detail of line {row.seq} is altered"


def _blocks(session: Session, open_lines: dict[int, str]) -> Iterator[str]:
    waiting = set(session.scalars(select(HistoryUnsealed.line_id)))
    before = ""
    for block in session.scalars(select(HistoryBlock).order_by(HistoryBlock.id)):
        lines = [open_lines.pop(number, None) for number in from_ranges(block.members)]
        if None in lines:
            yield f"block {block.id}: {lines.count(None)} sealed line(s) are gone"
        if block.previous != before or digest(block.previous, [block.members, block.at, lines]) != block.hash:
            yield f"block {block.id} does not match its lines or the block before"
        before = block.hash
    for number in sorted(set(open_lines) - waiting):
        yield f"line {number} is neither sealed nor waiting"
    for number in sorted(waiting - set(open_lines)):
        yield f"line {number} is waiting to be sealed but is gone"
