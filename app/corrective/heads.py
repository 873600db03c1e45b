"""The head of a notice: corrected while it is a draft; complaints are linked and unlinked as long as it lives."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core.kind.asks import as_asked, may, need, written
from app.core.process.refused import Invalid
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.core.time import clock, deadlines

from .codes import C
from .models import CorrectiveAction

N = CorrectiveAction
OVER = (C.closed, C.void)


def is_draft(record: CorrectiveAction) -> bool:
    """An old notice was issued without a requirement: it can't be added there."""
    return record.state == C.draft


HEAD = (
    may(N.complaints),
    may(N.source),
    need(N.department_id),
    need(N.problem),
    need(N.requirement, demanded=is_draft),
    may(N.due_on),
    may(N.product_id),
    may(N.failure_mode_id),
)


def title_of(problem: str) -> str:
    """A notice is known by the first line of what was not right."""
    return problem.split("\n")[0][:200]


def editable(record: CorrectiveAction, actor: Actor) -> bool:
    """Whoever may change notices (QC) holds the head, whatever department it is for."""
    return record.state not in OVER and actor.may("can_edit")


def corrected(session: Session, record: CorrectiveAction, values: dict[str, Any]) -> dict[str, Any]:
    """The new head as attributes of the record. Raises Invalid where an issued notice would say something else."""
    if record.state != C.draft:
        old = as_asked(HEAD, record)
        said = [
            name for name, value in values.items() if name != "complaints" and (value or None) != (old[name] or None)
        ]
        if said:
            sentence = _("The notice is issued: only the complaints it is for can be changed.")
            raise Invalid({name: [sentence] for name in said})
    return {
        **written(HEAD, values, N),
        "source": values.get("source") or record.source,
        "title": title_of(values["problem"]),
        "complaints": linked(session, record, values.get("complaints") or []),
    }


def linked(session: Session, record: CorrectiveAction, numbers: list[Any]) -> list[Complaint]:
    """The complaints it is for from now on; one that was closed because of it stays linked (2.6)."""
    wanted = [session.get_one(Complaint, int(number)) for number in numbers]
    for gone in set(record.complaints) - set(wanted):
        others = [notice for notice in gone.notices if notice is not record and notice.counts_for_closing]
        if gone.responsibility == "own_quality" and gone.state == "closed" and not others:
            raise Invalid(
                {"complaints": [_("2.6: %(number)s was closed with this notice and stays linked.", number=gone.number)]}
            )
    if record.counts_for_closing:
        for complaint in wanted:
            deadlines.meet(session, complaint, ("CAPA_ISSUE",), clock.now())
    return wanted
