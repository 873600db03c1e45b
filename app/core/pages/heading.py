"""Whose turn it is, what is to be done, until when: the line under a record's number, for every kind alike."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from ..process import also_waiting
from ..process.admission import first_objection
from ..process.deeds import Deed
from ..process.whose_turn import due_at
from ..process.workflow import AnyStep, AnyWorkflow
from ..rights.actor import Actor
from ..rights.people import turn_label
from ..time import clock
from ..types import Text
from .timeline import foremost

if TYPE_CHECKING:
    from ..record.records import Record

ANYBODY = Actor(0, "anybody", lambda permission: True, is_system=True)  # whoever is not barred as a person


@dataclass(frozen=True)
class Awaited:
    """What a record waits for."""

    who: str
    also: list[str]
    what: Text | None  # the words of the main step
    first: str  # what must be done before it
    due_at: datetime | None


def others(session: Session, workflow: AnyWorkflow, record: Record) -> list[str]:
    """The further turns of a record that is not done."""
    return also_waiting.beside(session, record) if workflow.is_open(record) else []


def awaiting(session: Session, workflow: AnyWorkflow, record: Record, beside: list[str]) -> Awaited | None:
    """Who has to do what until when; None when the record is done."""
    if not workflow.is_open(record):
        return None
    step, first = _next(session, workflow, record)
    also = [label for owner in beside if (label := turn_label(owner))]
    return Awaited(turn_label(record.owner), also, step.label if step else None, first, due_at(workflow, record))


def _next(session: Session, workflow: AnyWorkflow, record: Record) -> tuple[AnyStep | None, str]:
    """The main step of the state that somebody can take now; else the one that moves it on, with what it lacks."""
    rows = [step for step in workflow.steps if record.state in step.source and step.tone == "main"]
    if step := foremost(rows, lambda row: not _lacking(session, record, row)):
        return step, ""
    step = min(rows, key=lambda row: row.target is None, default=None)
    return step, _lacking(session, record, step) if step else ""


def _lacking(session: Session, record: Record, step: AnyStep) -> str:
    deed = Deed(session, record, step, ANYBODY, {}, clock.now())
    return first_objection(step.guards, deed)
