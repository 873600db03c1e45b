"""A signed record is frozen: the form as PDF, kept with its hash beside the signature (2.5)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.pages import printing
from app.core.process.locking import locked
from app.core.record import attachments, history
from app.core.record.signatures import Confirmation
from app.core.time import clock

from .models import Complaint

PAPER = ("complaint", "complaint_record")
A_ROUND, LOOKED_AT = 5, 100  # a PDF takes a moment: few per round of the engine


def freeze_signed(session: Session) -> int:
    """Freeze what was signed since the last round; answers how many. Commits after each."""
    waiting = select(Confirmation.id).where(Confirmation.frozen_id.is_(None), Confirmation.valid.is_(True))
    numbers = session.scalars(waiting.order_by(Confirmation.id.desc()).limit(LOOKED_AT)).all()
    session.rollback()
    done = 0
    for number in numbers:  # one whose text was changed since is passed over, and stays as it is
        done += done < A_ROUND and _freeze(session, number)
    return done


def _freeze(session: Session, number: int) -> bool:
    """The paper is drawn without any lock; under the lock it is kept only if nothing has changed meanwhile."""
    signature = session.get_one(Confirmation, number)
    record, version = signature.record, signature.record.version
    if not signature.holds or record.confirmation is not signature:
        return False
    pdf = printing.pdf(printing.render(printing.FORMS[PAPER], record, "zh"))
    complaint_id = record.id
    session.rollback()
    locked(session, Complaint, complaint_id)
    signature = session.get_one(Confirmation, number)
    if signature.record.version != version or signature.frozen_id is not None:
        session.rollback()
        return False
    keep(session, signature, pdf)
    session.commit()
    return True


def keep(session: Session, signature: Confirmation, pdf: bytes) -> None:
    """The paper stands beside its signature, and the history says so. The caller holds the lock and commits."""
    record = signature.record
    paper = attachments.made(f"{record.number}-{printing.FORMS[PAPER].title_zh}.pdf", pdf, attachments.FROZEN)
    file = attachments.keep(session, record, paper, None)
    signature.frozen_id = file.id
    history.append(
        session,
        record,
        clock.now(),
        step="freeze",
        source=record.state,
        target=record.state,
        clause="2.5",
        changes={"sha256": [None, file.sha256]},
    )
