"""The complaint line's part when somebody leaves: slips at the reception, visits under way."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.locking import locked
from app.core.records import Record
from app.core.workflow import Actor
from app.organisation import handing
from app.organisation.competence import missing_competences

from .codes import OPEN
from .models import Assignment, Complaint
from .workflow import COMPLAINT

STILL_OPEN = [state.value for state in OPEN]


def _received(user_id: int) -> list[object]:
    return [Complaint.received_by_id == user_id, Complaint.state.in_(STILL_OPEN)]


def slips(session: Session, user_id: int) -> int:
    """Open complaints this person received."""
    return session.scalar(select(func.count()).select_from(Complaint).where(*_received(user_id))) or 0  # type: ignore[arg-type]


def give_slips(session: Session, user_id: int, to: int, actor: Actor, reason: str) -> None:
    for number in session.scalars(select(Complaint.id).where(*_received(user_id)).order_by(Complaint.id)).all():  # type: ignore[arg-type]
        record = locked(session, Complaint, number)
        record.received_by_id = to
        session.expire(record, ["received_by"])
        COMPLAINT.edit(session, record, actor, {}, name="hand_work", comment=reason, note={"received_by": to})


def _running(user_id: int) -> list[object]:
    return [Assignment.technician_id == user_id, Assignment.ended_at.is_(None), Record.state.in_(STILL_OPEN)]


def visits(session: Session, user_id: int) -> int:
    """Running assignments of this person."""
    query = select(func.count()).select_from(Assignment).join(Record, Record.id == Assignment.complaint_id)
    return session.scalar(query.where(*_running(user_id))) or 0  # type: ignore[arg-type]


def give_visits(session: Session, user_id: int, to: int, actor: Actor, reason: str) -> None:
    """A competence that is missing is written down like that of an assignment by hand (2.3)."""
    query = select(Assignment.complaint_id).join(Record, Record.id == Assignment.complaint_id).where(*_running(user_id))  # type: ignore[arg-type]
    for number in session.scalars(query.order_by(Assignment.complaint_id)).all():
        record = locked(session, Complaint, number)
        row = record.assignment
        if row is None:
            continue
        category = record.product.category_id if record.product else None
        lacking = missing_competences(session, to, category, record.changed_at.date())
        row.technician_id = to
        row.missing_competence = "; ".join(str(item.label) for item in lacking)[:200] or None
        row.override_reason = reason if lacking else row.override_reason
        session.flush()
        session.expire(row, ["technician"])
        COMPLAINT.edit(session, record, actor, {}, name="hand_work", comment=reason, note={"technician": to})


handing.KINDS.append(handing.Work(_l("Complaints received"), slips, give_slips))
handing.KINDS.append(handing.Work(_l("Visits under way"), visits, give_visits))
