"""The complaint line's part when somebody leaves: slips at the reception, visits under way."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from app.core.process.locking import locked
from app.core.process.turns import users_with_role
from app.core.record.records import Record
from app.core.rights.people import full_name
from app.core.text.wording import lazy_gettext as _l
from app.organisation import handing
from app.organisation.people import TRAVELLING, Person, find_login

from .codes import OPEN
from .dispatch import gaps
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


def give_slips(session: Session, deal: handing.Deal) -> None:
    """Who received it stays on the form; a successor looks after it (2.1)."""
    for number in session.scalars(_slips(deal.user_id)).all():
        record = locked(session, Complaint, number)
        record.clerk_id = deal.to.user_id
        session.flush()
        session.expire(record, ["clerk"])
        note = {"clerk": full_name(deal.to.user)}
        COMPLAINT.edit(session, record, deal.actor, {}, name="hand_work", comment=deal.reason, note=note)


def _visits(user_id: int) -> Select[int]:
    mine = Assignment.co_workers.any(CoWorker.user_id == user_id) | (Assignment.technician_id == user_id)
    running = select(Assignment.complaint_id).join(Record, Record.id == Assignment.complaint_id)
    return running.where(mine, Assignment.ended_at.is_(None), Record.state.in_(STILL_OPEN)).order_by(
        Assignment.complaint_id
    )


def visits(session: Session, user_id: int) -> int:
    """Running assignments of this person, those as a co-worker included."""
    return _number(session, _visits(user_id))


def give_visits(session: Session, deal: handing.Deal) -> None:
    for number in session.scalars(_visits(deal.user_id)).all():
        record = locked(session, Complaint, number)
        if (row := record.assignment) is not None:
            note = _replace(session, record, row, deal)
            COMPLAINT.edit(session, record, deal.actor, {}, name="hand_work", comment=deal.reason, note=note)


def _replace(session: Session, record: Complaint, row: Assignment, deal: handing.Deal) -> dict[str, Any]:
    """Who travels instead; a competence that is missing is written down like that of an assignment by hand (2.3)."""
    to, travelling = deal.to, {worker.user_id for worker in row.co_workers} - {deal.user_id}
    role = "technician" if row.technician_id in (deal.user_id, to.user_id) else "co_workers"
    if row.technician_id == deal.user_id:
        row.technician_id = to.user_id
    travelling = (travelling | {to.user_id}) - {row.technician_id}
    kept = {worker.user_id: worker for worker in row.co_workers}
    row.co_workers = [kept.get(person) or CoWorker(user_id=person) for person in sorted(travelling)]
    session.flush()
    session.expire(row, ["technician"])
    return {role: full_name(to.user), **_override(session, record, row, deal)}


def _override(session: Session, record: Complaint, row: Assignment, deal: handing.Deal) -> dict[str, Any]:
    """What is missing of everybody sent out now, and why it is done all the same."""
    row.missing_competence = gaps(session, record, row.people)[:200] or None
    if not gaps(session, record, [deal.to.user_id]):
        row.override_reason = row.override_reason if row.missing_competence else None
        return {}
    row.override_reason = deal.override
    return {"override_reason": deal.override, "missing_competence": row.missing_competence}


def lacking(session: Session, user_id: int, to: Person) -> str:
    """What a colleague is not competent for among the products of somebody's visits (2.3)."""
    records = session.scalars(select(Complaint).where(Complaint.id.in_(_visits(user_id)))).unique()
    kinds = {record.product.category_id: record for record in records if record.product}
    found = (gaps(session, record, [to.user_id]) for record in kinds.values())
    return "; ".join(dict.fromkeys(gap for gap in found if gap))


def candidates(session: Session, user_id: int) -> list[handing.Candidate]:
    """Everybody who may be sent, the competent first."""
    logins = session.scalars(select(User.username).where(User.id.in_(_able(session)), User.id != user_id))
    people = [person for login in logins if (person := find_login(session, login))]
    named = [(full_name(person.user), lacking(session, user_id, person)) for person in people]
    rows = [handing.Candidate(name, missing.replace(f"{name}: ", "")) for name, missing in named]
    return sorted(rows, key=lambda row: (bool(row.missing), row.name))


_able = holding(*TRAVELLING)
handing.KINDS.append(handing.Work("slips", _l("Complaints received"), slips, give_slips, holding("reception")))
handing.KINDS.append(handing.Work("visits", _l("Visits under way"), visits, give_visits, _able, lacking, candidates))
