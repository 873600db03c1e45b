"""The complaint line's part when somebody leaves: slips at the reception, visits under way."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.core.locking import locked
from app.core.names import full_name
from app.core.records import Record
from app.core.turns import users_with_role
from app.core.workflow import Actor
from app.organisation import handing
from app.organisation.competence import missing_competences
from app.organisation.people import TRAVELLING, Person

from .codes import OPEN
from .models import Assignment, Complaint, CoWorker
from .workflow import COMPLAINT

STILL_OPEN = [state.value for state in OPEN]


def holding(*codes: str) -> handing.Able:
    """Whoever holds one of these functions."""
    return lambda session: [person for code in codes for person in users_with_role(session, code)]


def _number(session: Session, query: Select[int]) -> int:
    return session.scalar(select(func.count()).select_from(query.subquery())) or 0


def _slips(user_id: int) -> Select[int]:
    keeper: ColumnElement[int | None] = func.coalesce(Complaint.clerk_id, Complaint.received_by_id)
    return select(Complaint.id).where(keeper == user_id, Complaint.state.in_(STILL_OPEN)).order_by(Complaint.id)


def slips(session: Session, user_id: int) -> int:
    """Open complaints this person looks after at the reception."""
    return _number(session, _slips(user_id))


def give_slips(session: Session, user_id: int, to: Person, actor: Actor, reason: str) -> None:
    """Who received it stays on the form; a successor looks after it (2.1)."""
    for number in session.scalars(_slips(user_id)).all():
        record = locked(session, Complaint, number)
        record.clerk_id = to.user_id
        session.flush()
        session.expire(record, ["clerk"])
        note = {"clerk": full_name(to.user)}
        COMPLAINT.edit(session, record, actor, {}, name="hand_work", comment=reason, note=note)


def _visits(user_id: int) -> Select[int]:
    mine = Assignment.co_workers.any(CoWorker.user_id == user_id) | (Assignment.technician_id == user_id)
    running = select(Assignment.complaint_id).join(Record, Record.id == Assignment.complaint_id)
    return running.where(mine, Assignment.ended_at.is_(None), Record.state.in_(STILL_OPEN)).order_by(
        Assignment.complaint_id
    )


def visits(session: Session, user_id: int) -> int:
    """Running assignments of this person, those as a co-worker included."""
    return _number(session, _visits(user_id))


def give_visits(session: Session, user_id: int, to: Person, actor: Actor, reason: str) -> None:
    for number in session.scalars(_visits(user_id)).all():
        record = locked(session, Complaint, number)
        if (row := record.assignment) is not None:
            _replace(session, record, row, user_id, to, reason)
            note = {"technician" if row.technician_id == to.user_id else "co_workers": full_name(to.user)}
            COMPLAINT.edit(session, record, actor, {}, name="hand_work", comment=reason, note=note)


def _replace(session: Session, record: Complaint, row: Assignment, gone: int, to: Person, reason: str) -> None:
    """A competence that is missing is written down like that of an assignment by hand (2.3)."""
    travelling = {worker.user_id for worker in row.co_workers} - {gone}
    if row.technician_id == gone:
        category = record.product.category_id if record.product else None
        lacking = missing_competences(session, to.user_id, category, record.changed_at.date())
        row.technician_id = to.user_id
        row.missing_competence = "; ".join(str(item.label) for item in lacking)[:200] or None
        row.override_reason = reason if lacking else row.override_reason
        travelling -= {to.user_id}
    elif row.technician_id != to.user_id:
        travelling |= {to.user_id}
    kept = {worker.user_id: worker for worker in row.co_workers}
    row.co_workers = [kept.get(person) or CoWorker(user_id=person) for person in sorted(travelling)]
    session.flush()
    session.expire(row, ["technician"])


handing.KINDS.append(handing.Work("slips", _l("Complaints received"), slips, give_slips, holding("reception")))
handing.KINDS.append(handing.Work("visits", _l("Visits under way"), visits, give_visits, holding(*TRAVELLING)))
