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
from . import chain, witness
from .attachments import Attachment, damage_of
from .records import Record

MONTH = timedelta(31)


def faults(session: Session) -> Iterator[str]:
    """Every fault found, in words; nothing when the history is whole."""
    for part in PARTS:
        yield from _told(part(session))


def _told(part: Iterator[str]) -> Iterator[str]:
    """A part of the proof; what can't even be read any more is a fault like any other."""
    try:
        yield from part
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


PARTS: tuple[Callable[[Session], Iterator[str]], ...] = (
    chain.chains, chain.blocks, chain.anchors, _witnessed, _files, _silenced,
)  # fmt: skip
