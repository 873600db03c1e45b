"""A complaint as its customer may know it: where it stands, in plain words, and what happened when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l

from .codes import S
from .models import Complaint

STATUS: dict[str, Any] = {
    S.received: _l("We have received your complaint."),
    S.negotiating: _l("We are looking for a solution together with you."),
    S.pending_qc: _l("Your complaint is on its way to our quality department."),
    S.handed_over: _l("Your complaint is on its way to our quality department."),
    S.at_qc: _l("Our quality department is examining your complaint."),
    S.disposed: _l("The solution is decided, we are preparing the visit."),
    S.assigned: _l("Our technician is assigned and will come to you."),
    S.on_site: _l("Our technician is working on your problem."),
    S.awaiting_confirmation: _l("The work is done. We wait for your confirmation."),
    S.confirmed: _l("You have confirmed the work. Thank you."),
    S.form_returned: _l("You have confirmed the work. Thank you."),
    S.returned: _l("The work is done, we are filing the record."),
    S.closed: _l("Our work on your complaint is complete. Thank you for your trust."),
    S.merged: _l("Your complaint is being handled together with another one of yours."),
    S.void: _l("This record was cancelled."),
}
ANEW = ("reject", "dispute", "reopen", "send_back")
MILESTONES = (
    (("register",), (), _l("Complaint received")),
    (("issue_disposition", "settle"), ANEW, _l("Solution decided")),
    (("arrive", "handle_remotely"), ANEW, _l("Work begun")),
    (("confirm", "settle", "close"), (*ANEW, "amend"), _l("Completed")),
)


def status(record: Complaint) -> str:
    """Where it stands."""
    return str(STATUS.get(record.state) or _("In progress"))


def story(record: Complaint) -> list[tuple[Any, datetime | None]]:
    """Four lines: each milestone, and when it was last reached; not one that has to be reached anew."""
    reached: list[datetime | None] = [None] * len(MILESTONES)
    for line in sorted(record.history, key=lambda item: item.seq):
        for place, (steps, undone_by, _label) in enumerate(MILESTONES):
            if line.step in steps:
                reached[place] = line.moment
            elif line.step in undone_by:
                reached[place] = None
    return [(label, at) for (_steps, _undone_by, label), at in zip(MILESTONES, reached, strict=True)]
