"""What the record page tells of a record's life: beads of the stepper, lines of the timeline."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ..kind.registry import KINDS
from ..process.workflow import AnyStep, AnyWorkflow
from ..record.history import History
from ..record.records import Comment, Record
from ..rights import masking
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..time.deadlines import Deadline
from ..types import Text, Values

WORDS = {
    "register": _l("Registered"),
    "edit": _l("Form corrected"),
    "recompute": _l("Deadline recomputed"),
    "explain": _l("Delay explained"),
    "hand_work": _l("Work handed to a colleague"),
    "unreached": _l("A mail did not reach the customer"),
    "renew_link": _l("New link for the customer"),
    "revoke_link": _l("Customer's link withdrawn"),
}
SENTENCES: dict[str, Callable[[History], str]] = {}  # what a line of the portal's own says, in the reader's words


def step_label(workflow: AnyWorkflow, step: str) -> Text:
    """The words for a step of the table, or for what the portal wrote beside it."""
    beside = {**WORDS, **KINDS[workflow.name].beside}
    return workflow.label_of(step) or beside.get(step, step)


def said(line: History) -> str:
    """The words of a line: those of the person, or the portal's own."""
    return SENTENCES[line.step](line) if line.step in SENTENCES else line.comment


@dataclass(frozen=True)
class Bead:
    """One stage: when it ended, by whom, and whether it was late."""

    label: Text
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
    label: Text
    who: int | None
    on_behalf_of: int | None
    comment: str
    clause: str = ""
    kind: str = "step"
    step: str = ""
    changes: Values = field(default_factory=dict)

    @property
    def by_customer(self) -> bool:
        """Done by the customer's own link."""
        return "via" in self.changes

    @staticmethod
    def of(line: History, workflow: AnyWorkflow, record: Record) -> Line:
        """A line of the record's history as this reader may see it."""
        return Line(
            line.moment,
            step_label(workflow, line.step),
            line.actor_id,
            line.on_behalf_id,
            said(line),
            line.clause,
            "step",
            line.step,
            masking.changes(record, line.changes),
        )


MORE: list[Callable[[Session, Record], list[Line]]] = []  # what else the timeline tells (mails)


def lines_of(session: Session, record: Record) -> list[History]:
    """The record's history with its details, newest first."""
    query = select(History).where(History.record_id == record.id).options(joinedload(History.detail))
    return list(session.scalars(query.order_by(History.seq.desc())))


def learn_names(session: Session, record: Record, lines: list[History], also: list[str]) -> None:
    """All names of a page in one question: who acted, and whose turn it is."""
    from ..process.turns import user_turn
    from ..rights.people import learn_turns

    people = {number for line in lines for number in (line.actor_id, line.on_behalf_id)}
    people |= {item.uploaded_by_id for item in record.attachments}
    learn_turns(session, [record.owner, *also, *(user_turn(number) for number in people if number is not None)])


def timeline(session: Session, record: Record, lines: list[History]) -> list[Line]:
    """Steps, comments and mails, newest first."""
    from ..process.workflow import WORKFLOWS

    workflow = WORKFLOWS[record.kind]
    notes = session.execute(
        select(Comment, User.id).outerjoin(User, User.id == Comment.author_id).where(Comment.record_id == record.id)
    ).all()
    found = [Line.of(line, workflow, record) for line in lines]
    found += [Line(note.at, _("Comment"), author, None, note.text, kind="note") for note, author in notes]
    for tell in MORE:
        found += tell(session, record)
    return sorted(found, key=lambda line: line.at, reverse=True)


def beads(workflow: AnyWorkflow, record: Record, lines: list[History]) -> list[Bead]:
    """The stages of the stepper for this record."""
    current = next(
        (index for index, stage in enumerate(workflow.stages) if record.state in stage.states), len(workflow.stages)
    )
    if not workflow.is_open(record) and record.state not in workflow.through:
        current = -1
    found = []
    for index, stage in enumerate(workflow.stages):
        passed = index < current or current < 0  # what ended on the way shows how far it came
        ended = next((line for line in lines if line.step in stage.ends_with), None) if passed else None
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


def tried(held: list[AnyStep]) -> list[AnyStep]:
    """The steps among which the filled button is looked for."""
    return [step for step in held if step.tone == "main"] or held


def foremost(offered: list[AnyStep], free: Callable[[AnyStep], bool]) -> AnyStep | None:
    """The step that gets the filled button: a main one that can succeed now, first what moves the record on.

    Without a main step it is the only one that can succeed, unless it undoes something.
    """
    main = sorted((step for step in offered if step.tone == "main"), key=lambda step: step.target is None)
    if main:
        return next((step for step in main if free(step)), None)
    able = [step for step in offered if free(step)]
    return able[0] if len(able) == 1 and able[0].tone == "side" else None


def _late(clocks: list[Deadline]) -> bool:
    return any(item.status().value == "breached" for item in clocks)


def _due(clocks: list[Deadline]) -> datetime | None:
    return min((item.due_at for item in clocks if item.is_running), default=None)
