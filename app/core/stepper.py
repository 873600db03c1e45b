"""What the record page tells of a record's life: beads of the stepper, lines of the timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from .deadlines import Deadline
from .history import History
from .records import Comment
from .workflow import Stage, Transition, Workflow

WORDS = {
    "register": lambda: _("Registered"),
    "edit": lambda: _("Form corrected"),
    "recompute": lambda: _("Deadline recomputed"),
    "freeze": lambda: _("Signed record frozen as PDF"),
    "explain": lambda: _("Delay explained"),
    "hand_work": lambda: _("Work handed to a colleague"),
    "absorb": lambda: _("Another complaint was merged into this one"),
    "renew_link": lambda: _("New link for the customer"),
    "revoke_link": lambda: _("Customer's link withdrawn"),
    "acknowledge": lambda: _("Receipt printed for the customer"),
}


def step_label(workflow: Workflow[Any], step: str) -> Any:
    """The words for a step of the table, or for what the portal wrote beside it."""
    return workflow.label_of(step) or WORDS.get(step, lambda: step)()


@dataclass(frozen=True)
class Bead:
    """One stage: when it ended, by whom, and whether it was late."""

    label: Any
    number: int
    status: str  # done | skip (never came to it) | now | todo
    at: datetime | None
    who: int | None
    late: bool
    due: datetime | None


@dataclass(frozen=True)
class Line:
    """One entry of the timeline."""

    at: datetime
    label: Any
    who: int | None
    on_behalf_of: int | None
    comment: str
    clause: str = ""
    kind: str = "step"
    changes: dict[str, Any] = field(default_factory=dict)

    @property
    def by_customer(self) -> bool:
        """Done by the customer's own link."""
        return "via" in self.changes

    @staticmethod
    def of(line: History, workflow: Workflow[Any]) -> Line:
        return Line(
            line.moment,
            step_label(workflow, line.step),
            line.actor_id,
            line.on_behalf_id,
            line.comment,
            line.clause,
            "step",
            line.changes,
        )


MORE: list[Callable[[Session, Any], list[Line]]] = []  # what else the timeline tells (mails)


def lines_of(session: Session, record: Any) -> list[History]:
    """The record's history with its details, newest first."""
    query = select(History).where(History.record_id == record.id).options(joinedload(History.detail))
    return list(session.scalars(query.order_by(History.seq.desc())))


def learn_names(session: Session, record: Any, lines: list[History]) -> None:
    """All names of a page in one question."""
    from .names import names_of

    names_of(
        session,
        {number for line in lines for number in (line.actor_id, line.on_behalf_id)}
        | {item.uploaded_by_id for item in record.attachments},
    )


def timeline(session: Session, record: Any, lines: list[History]) -> list[Line]:
    """Steps, comments and mails, newest first."""
    from .workflow import WORKFLOWS

    workflow = WORKFLOWS[record.kind]
    notes = session.execute(
        select(Comment, User.id).outerjoin(User, User.id == Comment.author_id).where(Comment.record_id == record.id)
    ).all()
    found = [Line.of(line, workflow) for line in lines]
    found += [Line(note.at, _("Comment"), author, None, note.text, kind="note") for note, author in notes]
    for tell in MORE:
        found += tell(session, record)
    return sorted(found, key=lambda line: line.at, reverse=True)


def beads(workflow: Workflow[Any], record: Any, lines: list[History]) -> list[Bead]:
    """The stages of the stepper for this record."""
    current = next(
        (index for index, stage in enumerate(workflow.stages) if record.state in stage.states), len(workflow.stages)
    )
    if not workflow.is_open(record) and record.state != "closed":
        current = -1
    found = []
    for index, stage in enumerate(workflow.stages):
        ended = next((line for line in lines if _ends(line, stage, record.state)), None) if index < current else None
        clocks = [item for item in record.deadlines if item.code in stage.deadlines]
        found.append(
            Bead(
                stage.label,
                index + 1,
                "done" if ended else "skip" if index < current else "now" if index == current else "todo",
                ended.moment if ended else None,
                ended.actor_id if ended else None,
                _late(clocks),
                _due(clocks) if index >= current else None,
            )
        )
    return found


def _ends(line: History, stage: Stage, state: str) -> bool:
    """The step that ended a stage; the last one is ended by whatever closed the record."""
    return line.step in stage.ends_with or (
        state == "closed" == line.target != line.source and "close" in stage.ends_with
    )


def foremost(offered: list[Transition[Any]]) -> Transition[Any] | None:
    """The step that gets the filled button: the main one, or the only one unless it undoes something."""
    only = offered[0] if len(offered) == 1 and offered[0].tone == "side" else None
    return next((step for step in offered if step.tone == "main"), only)


def _late(clocks: list[Deadline]) -> bool:
    return any(item.status().value == "breached" for item in clocks)


def _due(clocks: list[Deadline]) -> datetime | None:
    return min((item.due_at for item in clocks if item.is_running), default=None)
