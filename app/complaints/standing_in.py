"""2.3: who stands in for a traveller masters the product, too; else the visit is on the QC manager's list."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, object_session

from app.core.pages import timeline
from app.core.process import also_waiting, whose_turn
from app.core.process.admission import demanded_by
from app.core.process.also_waiting import Awaited
from app.core.process.deeds import Deed, reads
from app.core.process.locking import locked
from app.core.process.workflow import WORKFLOWS
from app.core.record.history import History
from app.core.record.records import Record
from app.core.rights.actor import SYSTEM
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.organisation.absences import absent, stands_in

from .codes import S
from .dispatch import gaps
from .models import Assignment, Complaint, CoWorker

STEP = "unattended"


@reads("assignments.co_workers")
@demanded_by("2.3")
def masters_it_too(deed: Deed[Complaint]) -> str | None:
    """Who was sent was looked at then; who comes in that person's place is looked at now."""
    row, actor = deed.record.assignment, deed.actor
    if row is None or actor.user_id is None or actor.user_id in row.people or not row.people & actor.stands_for:
        return None
    missing = gaps(deed.session, deed.record, [actor.user_id])
    if not missing:
        return None
    who = _("Standing in without a valid competence: %(missing)s.", missing=missing)
    return who + " " + _("The QC manager has to reassign the visit.")


def unattended(session: Session, record: Complaint) -> bool:
    """Everybody sent out is away, and of those who stand in nobody masters the product."""
    row, today = record.assignment, clock.today()
    if row is None or not row.people <= set(session.scalars(absent(today))):
        return False
    deputies = {stands_in(session, person, today) for person in row.people} - {None}
    return all(gaps(session, record, [person]) for person in deputies if person)


def nobody_can_go(record: Complaint) -> bool:
    """Then it is the turn of whoever may reassign the visit, too."""
    session = object_session(record)
    return session is not None and unattended(session, record)


def pass_on(session: Session) -> int:
    """Bring the visits nobody can make to the QC manager's list, and take them off it; answers how many. Commits."""
    numbers = session.scalars(_concerned()).all()
    found = [number for number in numbers if _is_unsettled(session, session.get_one(Complaint, number))]
    session.rollback()
    return sum(_settle(session, number) for number in found)


def _concerned() -> Select[Any]:
    """The visits of those who are away today, and those that were passed on."""
    away = absent(clock.today())
    alone = Assignment.technician_id.in_(away) & ~Assignment.co_workers.any(CoWorker.user_id.not_in(away))
    theirs = select(Assignment.complaint_id).where(Assignment.ended_at.is_(None), alone)
    passed_on = select(Awaited.record_id).where(Awaited.owner.startswith("role:"))
    to_do = Record.state.in_((S.assigned.value, S.on_site.value))
    return select(Record.id).where(Record.kind == "complaint", to_do, Record.id.in_(theirs.union(passed_on)))


def _is_unsettled(session: Session, record: Complaint) -> bool:
    keys = whose_turn.awaited(session, WORKFLOWS["complaint"], record)
    return set(keys) - {record.owner} != set(also_waiting.beside(session, record))


def _settle(session: Session, number: int) -> bool:
    record = locked(session, Complaint, number)
    if not _is_unsettled(session, record):
        session.rollback()
        return False
    WORKFLOWS["complaint"].edit(session, record, SYSTEM, {}, name=STEP, note={STEP: unattended(session, record)})
    session.commit()
    return True


def sentence(line: History) -> str:
    """The line of the record in the reader's words."""
    if line.changes.get(STEP, [None, None])[1]:
        return _("Those sent are away, and who stands in has no valid competence for the product: reassign the visit.")
    return _("Those sent, or who stands in for them, can make the visit again.")


timeline.SENTENCES[STEP] = sentence
