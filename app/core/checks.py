"""The order of refusals: 403 not your step, 409 changed meanwhile, 409 not now, 422 a field."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from . import deadlines
from .history import History
from .records import Record
from .workflow import Actor, Deed, Forbidden, Invalid, Refused, Stale, Transition, Workflow, allowed

REASONS = ("reason", "late_reason", "comment")


def admit(
    workflow: Workflow[Any],
    session: Session,
    record: Any,
    name: str,
    actor: Actor,
    raw: Mapping[str, Any],
    version: int | None,
    at: datetime,
) -> Deed[Any]:
    """The step as a deed that may be done, or the refusal."""
    rows, step = workflow.rows(name), workflow.row(name, record.state)
    if not any(allowed(row, record, actor) for row in ([step] if step else rows)):
        raise Forbidden
    fresh(session, record, version)
    if step is None:
        state = str(workflow.states[record.state].label)
        raise Refused(_("%(step)s: not possible, the record is “%(state)s”.", step=str(rows[0].label), state=state))
    deed = Deed(session, record, step, actor, {}, at)
    _ask(step.guards, deed)
    deed.data = fields(step, record, raw)
    _late(deed)
    _ask(step.checks, deed)
    deed.comment = next((str(deed.data[key]) for key in REASONS if deed.data.get(key)), "")
    return deed


def fresh(session: Session, record: Record, version: int | None) -> None:
    """Refuse a deed that was decided on an older version of the record."""
    if version is not None and version != record.version:
        lines = session.scalars(
            select(History)
            .where(History.record_id == record.id, History.version > version)
            .order_by(History.seq.desc())
        )
        raise Stale(list(lines))


def fields(step: Transition[Any], record: Any, raw: Mapping[str, Any]) -> dict[str, Any]:
    """The cleaned fields of a step; raises Invalid with a sentence per field."""
    if step.form is None:
        return {}
    form = step.form.of(raw)
    form.bind(record)
    if not form.validate():
        raise Invalid(form.sentences())
    return form.values()


def _ask(questions: tuple[Any, ...], deed: Deed[Any]) -> None:
    for question in questions:
        if sentence := question(deed):
            raise Refused(f"{deed.step.label}: {sentence}")


def _late(deed: Deed[Any]) -> None:
    """A deed past its deadline says why where the table demands it; a reason given stays with the deadline."""
    if "late_reason" not in deed.data or deed.actor.is_system:
        return
    missed = [
        item
        for code in deed.step.meets
        for item in deadlines.running(deed.session, deed.record, code)
        if deed.moment >= item.due_at
    ]
    reason = (deed.data["late_reason"] or "").strip()
    if not reason and any(item.code in deed.step.late for item in missed):
        raise Invalid({"late_reason": [_("This is past its deadline: give the reason.")]})
    for item in missed:
        item.breach_reason = reason
