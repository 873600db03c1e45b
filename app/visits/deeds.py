"""What an entry does to the record: the step, or, when the record went on without it, a note."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from app.complaints.models import Complaint
from app.complaints.workflow import COMPLAINT
from app.core.files.file_kinds import not_drawn
from app.core.pages.words import Words
from app.core.process.refused import Forbidden, Invalid
from app.core.record import attachments
from app.core.record.attachments import Attachment, NotAccepted, Received
from app.core.record.history import History
from app.core.record.records import Comment
from app.core.record.shelf import shelved
from app.core.rights.rights import Rights
from app.core.text.wording import gettext as _
from app.core.time.when import stamp

from .entry import Entry
from .jobs import is_theirs, signed


class Conflict(Exception):
    """The record went on meanwhile: the sentence, and what others did since."""

    def __init__(self, sentence: str, lines: list[History]) -> None:
        super().__init__(sentence)
        self.lines = lines


def do(session: Session, record: Complaint, entry: Entry, rights: Rights) -> dict[str, Any]:
    """Take the step of a locked record, at the time it was taken on site; the caller commits. Raises Conflict."""
    refuse_conflict(session, record, entry, rights)
    row = COMPLAINT.row(entry.step, record.state)
    data = dict(entry.data)
    if row is not None and row.moment:
        data.setdefault(row.moment, entry.at.isoformat())
    kept = _photos(session, record, entry, rights)
    at = max(entry.at, record.changed_at)  # the history goes forward, however late an entry arrives
    try:
        COMPLAINT.fire(session, record, entry.step, rights.actor("Complaint"), data, at=at)
    except Exception:
        _forget(kept)
        raise
    return {"id": record.id, "state": record.state, "version": record.version}


def refuse_conflict(session: Session, record: Complaint, entry: Entry, rights: Rights) -> None:
    """A conflict: no longer his job, the state was moved, or a field of this step was touched by somebody else."""
    lines = _since(session, record, entry.version, rights)
    if entry.photos and (refusal := shelved(record)):
        raise Conflict(str(refusal), lines)
    if not is_theirs(record, rights):
        raise Conflict(_("This job is no longer yours."), lines)
    moved = any(line.source != line.target for line in lines)
    touched = {_field(name) for line in lines for name in line.changes} & set(entry.data)
    if moved or touched:
        raise Conflict(_("Somebody changed this complaint while you were away."), lines)
    if COMPLAINT.row(entry.step, record.state) is None:
        state = str(COMPLAINT.states[record.state].label)
        raise Conflict(_("The complaint is already “%(state)s”.", state=state), lines)
    if entry.read != signed(record, entry.step):
        raise Conflict(_("The text was changed after the customer had signed it. Let the customer sign again."), lines)


def _since(session: Session, record: Complaint, version: int, rights: Rights) -> list[History]:
    """What others did to the record since this person saw it."""
    others = or_(History.actor_id.is_(None), History.actor_id != rights.user_id)
    query = select(History).where(History.record_id == record.id, History.version > version, others)
    return list(session.scalars(query.options(joinedload(History.detail)).order_by(History.seq)))


def _field(name: str) -> str:
    """The field of a column: `failure_mode_id`."""
    return name.removesuffix("_id").removesuffix("_code")


def note(session: Session, record: Complaint, entry: Entry, rights: Rights) -> dict[str, Any]:
    """Both are kept: the record as it went on, and what was written on site, as a comment with its files."""
    if not rights.may("can_comment", "Complaint"):
        raise Forbidden
    session.add(Comment(record_id=record.id, author_id=rights.user_id, text=_told(entry)))
    kept = _photos(session, record, entry, rights)
    if drawn := entry.data.get("signature"):
        got = drawn if isinstance(drawn, Received | NotAccepted) else not_drawn()
        proof = replace(got, category="evidence") if isinstance(got, Received) else got
        try:
            attachments.keep(session, record, proof, rights.user_id)
        except NotAccepted as error:
            _forget(kept)
            raise Invalid({"signature": [str(error)]}) from error
    return {"id": record.id, "state": record.state, "version": record.version, "note": True}


def _told(entry: Entry) -> str:
    """An entry in the person's words."""
    words = Words(COMPLAINT, (), {})
    step = str(COMPLAINT.label_of(entry.step))
    lines = [_("Written on site, not applied: %(step)s (%(time)s)", step=step, time=stamp(entry.at))]
    for name, value in entry.data.items():
        if words.tells(entry.step, name, [None, value]):
            lines.append(f"{words.label(entry.step, name)}: {_said(words, entry.step, name, value)}")
    return "\n".join(lines)


def _said(words: Words, step: str, name: str, value: Any) -> str:
    rows = value if isinstance(value, list) else []
    if rows and all(isinstance(row, Mapping) for row in rows):
        return "; ".join(" × ".join(str(cell) for cell in row.values()) for row in rows)
    word = words.word(step, name)
    return str(value) if isinstance(value, str) and not (word and word.choices) else words.say(step, name, value)


def _photos(session: Session, record: Complaint, entry: Entry, rights: Rights) -> list[Attachment]:
    """2.4: the photos of the site, beside the record."""
    if entry.photos and not rights.may("can_attach", "Complaint"):
        raise Forbidden
    kept: list[Attachment] = []
    try:
        for photo in entry.photos:
            kept += [attachments.keep(session, record, photo, rights.user_id)]
    except NotAccepted as error:
        _forget(kept)
        raise Invalid({"photo": [str(error)]}) from error
    return kept


def _forget(kept: list[Attachment]) -> None:
    """Files of a deed that is not done; their rows go with the transaction."""
    for row in kept:
        attachments.path_of(row).unlink(missing_ok=True)
