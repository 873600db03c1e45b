"""The exceptional paths: merging with another complaint, withdrawal by the customer."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import update

from app.core.process.deeds import Deed
from app.core.process.inheriting import inherit
from app.core.process.locking import locked
from app.core.process.turns import holders
from app.core.record.attachments import Attachment
from app.core.record.contacts import ContactLog
from app.core.record.records import Comment, Follower
from app.core.rights.actor import SYSTEM

from . import consultation
from .models import Complaint

D = Deed[Complaint]


def merge(deed: D) -> None:
    """合并: files, comments, hours, the earliest deadline and both owners move to the other complaint."""
    from .workflow import COMPLAINT

    session, source = deed.session, deed.record
    target = locked(session, Complaint, deed.data["into"])
    consultation.close_open(session, source, target.number)
    _follow(deed, target)
    moved = _move_papers(deed, target)
    hours = source.merged_hours + sum((row.hours or Decimal(0) for row in source.services), Decimal(0))
    promised = inherit(session, COMPLAINT, source, target)  # the customer was promised the earlier moment
    due = min((item.due_at.isoformat() for item in promised), default=None)
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
    session.execute(update(ContactLog).where(ContactLog.record_id == source.id).values(record_id=target.id))
    session.expire(source, ["attachments", "contacts"])
    session.expire(target, ["attachments", "contacts"])
    return len(files)


def ask_withdrawal(deed: D) -> None:
    """申请撤诉: the customer takes the complaint back; somebody else must approve."""
    deed.set(withdrawal_asked_by_id=deed.actor.user_id)


def approve_withdrawal(deed: D) -> None:
    consultation.close_open(deed.session, deed.record, deed.record.withdrawal_reason or deed.record.number)
    deed.set(closed_at=deed.at, outcome="withdrawn")


def void(deed: D) -> None:
    consultation.close_open(deed.session, deed.record, deed.comment)
