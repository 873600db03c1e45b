"""Proof that nobody has touched the history: walks every chain, every detail and every block."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from ..text.wording import gettext as _
from ..time.deadline_rules import Told
from ..time.deadlines import Deadline
from . import witness
from .attachments import Attachment, damage_of
from .history import FIELDS, History, HistoryBlock, HistoryDetail, HistoryUnsealed, anchor_file, digest, from_ranges
from .records import Record

MONTH = timedelta(31)


def faults(session: Session) -> Iterator[str]:
    """Every fault found, in words; nothing when the history is whole."""
    hashes: dict[int, str] = {}
    yield from _told(lambda: _chains(session, hashes))
    yield from _told(lambda: _details(session))
    yield from _told(lambda: _blocks(session, dict(hashes)))
    yield from _told(lambda: _anchors(session))
    yield from _told(lambda: _witnessed(session))
    yield from _told(lambda: _files(session))
    yield from _told(lambda: _silenced(session))


def _told(part: Callable[[], Iterator[str]]) -> Iterator[str]:
    """A part of the proof; what can't even be read any more is a fault like any other."""
    try:
        yield from part()
    except (ValueError, TypeError, LookupError) as error:
        yield _("What is stored can't be read any more: %(error)s", error=error)


def _witnessed(session: Session) -> Iterator[str]:
    """What the records are must be what the portal wrote; some hundreds of them at a time."""
    for ids in witness.batches(session):
        yield from of_records(session, ids)
        session.expunge_all()


def of_records(session: Session, ids: list[int]) -> Iterator[str]:
    """The same for some records."""
    numbers = dict(session.execute(select(Record.id, Record.number).where(Record.id.in_(ids))).all())  # type: ignore[arg-type]
    known = witness.stored(session.connection(), ids)
    for record_id, rows in witness.rows_of(session, ids).items():
        for sentence in _differences(known.get(record_id), rows):
            yield f"{numbers[record_id]}{_(': ')}{sentence}"


def _differences(known: witness.Known | None, rows: list[witness.Row]) -> Iterator[str]:
    if known is None:
        yield _("what the portal wrote of it is not witnessed any more")
        return
    if known.code != witness.code_of(known.record_id, known.marks):
        yield _("the witness of what the portal wrote was changed")
    marks: witness.Marks = json.loads(known.marks)
    for row in rows:
        if (before := marks.pop(row.name, None)) is None:
            yield _("%(what)s was added outside the history", what=row.title)
        elif differing := row.differing_from(before):
            columns = ", ".join(differing)
            yield _("%(what)s was changed outside the history (%(columns)s)", what=row.title, columns=columns)
    for name in marks:
        words = witness.called_of(name.partition(":")[0])[0]
        yield _("%(what)s was removed outside the history", what=f"{words} {name.partition(':')[2]}")


def _silenced(session: Session) -> Iterator[str]:
    """Nobody puts off when a running deadline is told of: a month is more than any escalation and any holiday takes."""
    waiting = (Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None), Deadline.told < Told.breached)
    put_off = or_(Deadline.tell_at.is_(None), Deadline.tell_at > Deadline.due_at)
    query = select(Record.number, Deadline).join(Record).where(*waiting, put_off).order_by(Deadline.id)
    for number, item in session.execute(query):
        if item.tell_at is None or item.tell_at - item.due_at > MONTH:
            sentence = _("nobody would be told of the deadline %(code)s in time", code=item.code)
            yield f"{number}{_(': ')}{sentence}"


def _files(session: Session) -> Iterator[str]:
    """Every file must still have the bytes that were taken."""
    query = select(Attachment, Record.number).join(Record, Record.id == Attachment.record_id).order_by(Attachment.id)
    for file, number in session.execute(query.execution_options(yield_per=500)):
        if damage := damage_of(file):
            yield f"{number}{_(': ')}{damage}"
        session.expunge(file)


def _anchors(session: Session) -> Iterator[str]:
    """What was noted outside the database must still stand in it."""
    file = anchor_file()
    blocks = {row.id: row.hash for row in session.execute(select(HistoryBlock.id, HistoryBlock.hash))}
    lines = file.read_text().splitlines() if file.exists() else []
    noted = {
        int(number): value for number, _blank, value in (line.partition(" ") for line in lines) if number.isdigit()
    }
    if len(noted) != len(lines):
        yield _("%(file)s is not what the portal wrote", file=file.name)
    for number, value in noted.items():
        if blocks.get(number) != value:
            yield _("block %(id)s was noted in %(file)s and is no longer what it was", id=number, file=file.name)
    newest = max(blocks, default=0)  # may still wait for its note
    for number in sorted(set(blocks) - set(noted) - {newest}):
        yield _("block %(id)s is not noted in %(file)s", id=number, file=file.name)


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
            sentence = _("line %(seq)s is altered, missing or out of place", seq=seq)
            yield f"{heads.get(record_id, ('?',))[0]}{_(': ')}{sentence}"
        ends[record_id] = (seq, row.hash)
        hashes[row.id] = row.hash
    for record_id in sorted(set(ends) - set(heads)):
        yield _("Record %(id)s is gone: its history remains.", id=record_id)
    for record_id, (number, seq, head) in heads.items():
        if ends.get(record_id, (0, "")) != (seq, head):
            sentence = _("the record knows %(seq)s lines, the history ends elsewhere", seq=seq)
            yield f"{number}{_(': ')}{sentence}"


def _details(session: Session) -> Iterator[str]:
    rows = session.execute(
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
            yield _("record %(id)s: the detail of line %(seq)s is missing", id=row.record_id, seq=row.seq)
        elif digest(row.salt, facts) != row.detail_digest:
            yield _("record %(id)s: the detail of line %(seq)s is altered", id=row.record_id, seq=row.seq)


def _blocks(session: Session, open_lines: dict[int, str]) -> Iterator[str]:
    waiting = set(session.scalars(select(HistoryUnsealed.line_id)))
    before, noted = "", 0
    for block in session.scalars(select(HistoryBlock).order_by(HistoryBlock.id)):
        lines = [open_lines.pop(number, None) for number in from_ranges(block.members)]
        if None in lines:
            yield _("block %(id)s: %(n)s sealed lines are gone", id=block.id, n=lines.count(None))
        if block.previous != before or digest(block.previous, [*block.facts, lines]) != block.hash:
            yield _("block %(id)s does not match its lines or the block before", id=block.id)
        if block.noted is not None and block.noted < noted:
            facts = {"file": anchor_file().name, "id": block.id, "n": noted}
            yield _("%(file)s was lost or cut before block %(id)s: %(n)s blocks had been noted", **facts)
        before, noted = block.hash, block.noted or 0
    for number in sorted(set(open_lines) - waiting):
        yield _("line %(id)s is neither sealed nor waiting", id=number)
    for number in sorted(waiting - set(open_lines)):
        yield _("line %(id)s is waiting to be sealed but is gone", id=number)
