"""The history walked in one go: lines, details and heads side by side, then blocks and lines; nothing is kept."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from itertools import chain
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..text.wording import gettext as _
from .codes import Code, code_with, number, quoted, read, told
from .history import FIELDS, History, HistoryBlock, HistoryDetail, HistoryUnsealed, anchor_file, from_ranges, key
from .records import Record

BATCH = 1_000  # more of them fill the processor's cache
DETAIL = (HistoryDetail.salt, HistoryDetail.comment, sa.cast(HistoryDetail.changes, sa.Text), HistoryDetail.ip)
LINES = (
    sa.select(*(getattr(History, name) for name in FIELDS), History.previous, History.hash, *DETAIL)
    .outerjoin(HistoryDetail, HistoryDetail.line_id == History.id)
    .order_by(History.record_id, History.seq)
)
HEADS = sa.select(Record.id, Record.number, Record.seq, Record.head).order_by(Record.id)
HASHES = sa.select(History.id, History.hash).order_by(History.id)
WAITING = sa.select(HistoryUnsealed.line_id).order_by(HistoryUnsealed.line_id)
BLOCKS = sa.select(
    HistoryBlock.id, HistoryBlock.members, HistoryBlock.at, HistoryBlock.noted, HistoryBlock.previous, HistoryBlock.hash
).order_by(HistoryBlock.id)
NOTED = sa.select(HistoryBlock.id, HistoryBlock.hash).order_by(HistoryBlock.id)


def stream(session: Session, query: sa.Executable) -> Iterator[Any]:
    """The rows of a query as they come, some thousands at a time."""
    return iter(session.connection().execute(query, execution_options={"yield_per": BATCH}))


def chains(session: Session) -> Iterator[str]:
    """Each line follows the one before it, each detail is what was written, each record knows its last line."""
    code, heads = code_with(key()), stream(session, HEADS)
    head, record, end = next(heads, None), 0, (0, "")
    for row in stream(session, LINES):
        number_of, seq, previous, hash_ = row[0], row[1], row[11], row[12]
        if number_of != record:
            head = yield from _up_to(number_of, heads, head, record, end)
            record, end = number_of, (0, "")
            name = head[1] if head is not None and head[0] == record else "?"
        if seq != end[0] + 1 or previous != end[1] or code(_line(row)) != hash_:
            told = _("line %(seq)s is altered, missing or out of place", seq=seq)
            yield f"{name}{_(': ')}{told}"
        if fault := _detail(code, row):
            yield fault
        end = (seq, hash_)
    yield from _up_to(None, heads, head, record, end)


def _up_to(
    last: int | None, heads: Iterator[Any], head: Any, record: int, end: tuple[int, str]
) -> Generator[str, None, Any]:
    """The records before that one: whether they end as they know. Answers the next record."""
    if record and (head is None or head[0] > record):
        yield _("Record %(id)s is gone: its history remains.", id=record)
    while head is not None and (last is None or head[0] < last):
        if (head[2], head[3]) != (end if head[0] == record else (0, "")):
            sentence = _("the record knows %(seq)s lines, the history ends elsewhere", seq=head[2])
            yield f"{head[1]}{_(': ')}{sentence}"
        head = next(heads, None)
    return head


def _line(row: Any) -> str:
    """What the hash of a line covers, as `history.digest` tells it."""
    record, seq, at, actor, behalf, step, source, target, clause, version, detail, previous = row[:12]
    try:
        return (
            f"{previous}[{number(record)},{number(seq)},{quoted(at)},{number(actor)},{number(behalf)},{quoted(step)},"
            f"{quoted(source)},{quoted(target)},{quoted(clause)},{number(version)},{quoted(detail)}]"
        )
    except TypeError:  # what no portal writes
        return f"{previous}{told(list(row[:11]))}"


def _detail(code: Code, row: Any) -> str:
    """What is wrong with the detail of a line; nothing when it is what was written."""
    salt, comment, changes, ip = row[13:]
    if salt is None:
        return _("record %(id)s: the detail of line %(seq)s is missing", id=row[0], seq=row[1])
    try:
        plain = changes if changes == "{}" else told(read(changes))
        text = f'{salt}{{"changes":{plain},"comment":{quoted(comment)},"ip":{quoted(ip)}}}'
    except (ValueError, TypeError) as error:
        return _("What is stored can't be read any more: %(error)s", error=error)
    if code(text) != row[10]:
        return _("record %(id)s: the detail of line %(seq)s is altered", id=row[0], seq=row[1])
    return ""


def blocks(session: Session) -> Iterator[str]:
    """Each block covers its lines and the block before; each line is sealed once, or waits for it."""
    code, lines = code_with(key()), stream(session, HASHES)
    before, noted, seen, early = "", 0, 0, dict[int, str]()  # a line committed late waits there for its block
    for block in stream(session, BLOCKS):
        sealed: list[str | None] = []
        for line in from_ranges(block.members):
            while seen < line and (row := next(lines, None)) is not None:
                seen, early[row[0]] = row[0], row[1]
            sealed.append(early.pop(line, None))
        if None in sealed:
            yield _("block %(id)s: %(n)s sealed lines are gone", id=block.id, n=sealed.count(None))
        facts = [block.members, block.at, *([] if block.noted is None else [block.noted]), sealed]
        if block.previous != before or code(block.previous + told(facts)) != block.hash:
            yield _("block %(id)s does not match its lines or the block before", id=block.id)
        if block.noted is not None and block.noted < noted:
            about = {"file": anchor_file().name, "id": block.id, "n": noted}
            yield _("%(file)s was lost or cut before block %(id)s: %(n)s blocks had been noted", **about)
        before, noted = block.hash, block.noted or 0
    unsealed = chain(((line,) for line in sorted(early)), ((row[0],) for row in lines))
    for (line,), is_there in _apart(unsealed, (tuple(row) for row in stream(session, WAITING))):
        if is_there:
            yield _("line %(id)s is neither sealed nor waiting", id=line)
        else:
            yield _("line %(id)s is waiting to be sealed but is gone", id=line)


def anchors(session: Session) -> Iterator[str]:
    """What was noted outside the database must still stand in it, and every block but the newest be noted."""
    file, strange = anchor_file(), list[str]()
    notes, found = _notes(strange), stream(session, NOTED)
    newest = session.scalar(sa.select(sa.func.max(HistoryBlock.id)))  # may still wait for its note
    for (block, _hash), is_noted in _apart(notes, (tuple(row) for row in found)):
        if is_noted:
            yield _("block %(id)s was noted in %(file)s and is no longer what it was", id=block, file=file.name)
        elif block != newest:
            yield _("block %(id)s is not noted in %(file)s", id=block, file=file.name)
    if strange:
        yield _("%(file)s is not what the portal wrote", file=file.name)


def _notes(strange: list[str]) -> Iterator[tuple[int, str]]:
    """The notes in the order of their blocks; `strange` is told of a line that is none."""
    file, last = anchor_file(), 0
    if not file.exists():
        return
    with file.open() as lines:
        for line in lines:
            block, _blank, value = line.rstrip("\n").partition(" ")
            if not block.isdigit() or int(block) <= last:
                strange[:] = [line]
                continue
            last = int(block)
            yield last, value


def _apart(left: Iterator[Any], right: Iterator[Any]) -> Iterator[tuple[Any, bool]]:
    """What only one of two ordered streams has or has otherwise, and whether that is the left one."""
    here, there = next(left, None), next(right, None)
    while here is not None or there is not None:
        if here is not None and (there is None or here[0] <= there[0]):
            if here != there:
                yield here, True
            if there is not None and here[0] == there[0]:
                there = next(right, None)
            here = next(left, None)
        else:
            yield there, False
            there = next(right, None)
