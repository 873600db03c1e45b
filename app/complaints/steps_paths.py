"""The exceptional paths: merging with another complaint, withdrawal by the customer."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update

from app.core import deadlines
from app.core.attachments import Attachment
from app.core.deadlines import Deadline
from app.core.locking import locked
from app.core.records import Comment, Follower
from app.core.turns import holders
from app.core.workflow import SYSTEM, Deed

from . import consultation
from .models import Complaint, ContactLog

D = Deed[Complaint]


def merge(deed: D) -> None:
    """合并: files, comments, hours, the earliest deadline and both owners move to the other complaint."""
    from .workflow import COMPLAINT

    session, source = deed.session, deed.record
    target = locked(session, Complaint, deed.data["into"])
    deed.set(merged_into_id=target.id)
    consultation.close_open(session, source, target.number)
    _follow(deed, target)
    moved = _move_papers(deed, target)
    hours = source.merged_hours + sum((row.hours or Decimal(0) for row in source.services), Decimal(0))
    due = _earliest_deadline(deed, target)
    note = {"merged": source.number, "files": moved or None, "due_at": due}
    COMPLAINT.edit(session, target, deed.actor, {"merged_hours": target.merged_hours + hours}, name="absorb", note=note)
    if new := sorted(set(source.major_criteria or []) - set(target.major_criteria or [])):
        COMPLAINT.fire(session, target, "mark_major", SYSTEM, {"criteria": new}, at=deed.at)  # 4.4: major stays major


def _follow(deed: D, target: Complaint) -> None:
    """Both owners: whoever had the merged complaint hears of the other one from now on."""
    people = {deed.record.kept_by_id, *holders(deed.session, deed.record.owner)} - {None, target.kept_by_id}
    for person in sorted(people):  # type: ignore[type-var]
        if deed.session.get(Follower, (target.id, person)) is None:
            deed.session.add(Follower(record_id=target.id, user_id=person))


def _move_papers(deed: D, target: Complaint) -> int:
    """Files, comments and contacts; those that carry a signature stay with what was signed."""
    session, source = deed.session, deed.record
    signed = {item.attachment_id for item in source.confirmations} | {item.attachment_id for item in source.quotes}
    files = [item.id for item in source.attachments if item.id not in signed]
    session.execute(update(Attachment).where(Attachment.id.in_(files)).values(record_id=target.id))
    session.execute(update(Comment).where(Comment.record_id == source.id).values(record_id=target.id))
    session.execute(update(ContactLog).where(ContactLog.complaint_id == source.id).values(complaint_id=target.id))
    session.expire(source, ["attachments", "contacts"])
    session.expire(target, ["attachments", "contacts"])
    return len(files)


def _earliest_deadline(deed: D, target: Complaint) -> str | None:
    """The customer was promised the earlier moment: the other complaint keeps that promise."""
    mine, theirs = (_next(record) for record in (deed.record, target))
    if mine is None or theirs is None or mine.due_at >= theirs.due_at:
        return None
    deadlines.recompute(deed.session, theirs, deed.record.number, due_at=mine.due_at)
    return theirs.due_at.isoformat()


def _next(record: Complaint) -> Deadline | None:
    return min((item for item in record.deadlines if item.is_running), key=lambda item: item.due_at, default=None)


def ask_withdrawal(deed: D) -> None:
    """申请撤诉: the customer takes the complaint back; somebody else must approve."""
    deed.set(withdrawal_asked_by_id=deed.actor.user_id, withdrawal_reason=deed.data["reason"])


def approve_withdrawal(deed: D) -> None:
    consultation.close_open(deed.session, deed.record, deed.record.withdrawal_reason or deed.record.number)
    deed.set(closed_at=deed.at, outcome="withdrawn")


def void(deed: D) -> None:
    consultation.close_open(deed.session, deed.record, deed.comment)
