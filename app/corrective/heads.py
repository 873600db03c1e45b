"""The head of a notice: corrected while it is a draft; complaints are linked and unlinked as long as it lives."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core import clock, deadlines
from app.core.workflow import Actor, Invalid
from app.extensions import db

from .codes import C
from .models import CorrectiveAction

PLAIN = ("source", "problem", "requirement")
OVER = (C.closed, C.void)


def title_of(problem: str) -> str:
    """A notice is known by the first line of what was not right."""
    return problem.split("\n")[0][:200]


def editable(record: CorrectiveAction, actor: Actor) -> bool:
    """QC holds the notice's head, whatever department it is for."""
    return record.state not in OVER and actor.may("can_edit") and actor.may("accept_plan")


def as_correction(record: CorrectiveAction) -> dict[str, Any]:
    """The head as it stands."""
    return {
        **{name: getattr(record, name) for name in PLAIN},
        "complaints": [str(item.id) for item in record.complaints],
        "responsible_department": record.department_id,
        "due": record.due_on,
        "product": record.product_id,
        "failure_mode": record.failure_mode_id,
    }


def corrected(session: Session, record: CorrectiveAction, values: dict[str, Any]) -> dict[str, Any]:
    """The new head as attributes of the record. Raises Invalid where an issued notice would say something else."""
    if record.state != C.draft:
        old = as_correction(record)
        said = [
            name for name, value in values.items() if name != "complaints" and (value or None) != (old[name] or None)
        ]
        if said:
            sentence = _("The notice is issued: only the complaints it is for can be changed.")
            raise Invalid({name: [sentence] for name in said})
    return {
        **{name: values.get(name) for name in PLAIN if name != "source"},
        "source": values.get("source") or record.source,
        "title": title_of(values["problem"]),
        "department_id": values["responsible_department"],
        "due_on": values.get("due"),
        "product_id": values.get("product"),
        "failure_mode_id": values.get("failure_mode"),
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


class HeadEditing:
    """The same correction of the head for page and REST."""

    def editable(self, record: CorrectiveAction, actor: Actor) -> bool:
        return editable(record, actor)

    def as_correction(self, record: CorrectiveAction) -> dict[str, Any]:
        return as_correction(record)

    def corrected(self, record: CorrectiveAction, values: dict[str, Any]) -> dict[str, Any]:
        return corrected(db.session, record, values)
