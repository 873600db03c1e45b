"""The order of refusals: 403 not your step, 409 changed meanwhile, 409 not now, 422 a field."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from ..fields.forms import StepForm
from ..kind import own_forms
from ..record.history import History
from ..record.records import Record
from ..rights.actor import Actor
from ..text.wording import gettext as _
from ..time import clock, deadlines
from ..types import Values
from .deeds import AnyDeed, Deed, R
from .refused import Forbidden, Invalid, Refused, Stale
from .workflow import AnyStep, AnyWorkflow, Guard, allowed

REASONS = ("reason", "late_reason", "comment")


@dataclass(frozen=True)
class Offer:
    """A step a person holds now, and the sentence it would be refused with whatever is filled in."""

    step: AnyStep
    hindrance: str

    @property
    def open(self) -> bool:
        """It can succeed."""
        return not self.hindrance


def offers(workflow: AnyWorkflow, session: Session, record: Record, actor: Actor) -> list[Offer]:
    """What a person is offered: the steps held in this state, each with what stands in its way."""
    return [Offer(step, hindrance(session, record, step, actor)) for step in workflow.offered(record, actor)]


def hindrance(session: Session, record: Record, step: AnyStep, actor: Actor) -> str:
    """The very sentence `admit` would refuse the step with before a field is looked at; empty when it may go on."""
    return first_objection(step.guards, Deed(session, record, step, actor, {}, clock.now()))


def admit(
    workflow: AnyWorkflow,
    session: Session,
    record: Record,
    name: str,
    actor: Actor,
    raw: Mapping[str, object],
    version: int | None,
    at: datetime,
    own: bool = False,
) -> AnyDeed:
    """The step as a deed that may be done, or the refusal; `own`: the company's own fields are asked with it."""
    rows, step = workflow.rows(name), workflow.row(name, record.state)
    if not any(allowed(row, record, actor) for row in ([step] if step else rows)):
        raise Forbidden
    fresh(session, record, version)
    if step is None:
        raise Refused(not_now(workflow, record, rows[0]))
    deed = Deed(session, record, step, actor, {}, at)
    _ask(step.guards, deed)
    form = own_forms.asked(session, step.form, record.kind, step.name) if own else step.form
    deed.data, deed.own = own_forms.parted(fields(session, form, record, raw))
    _late(deed)
    _ask(step.checks, deed)
    deed.comment = next((str(deed.data[key]) for key in REASONS if deed.data.get(key)), "")
    return deed


def looked_at(model: object, held: Iterable[AnyStep], tried: Iterable[AnyStep]) -> list[ORMOption]:
    """What decides of many records whose the steps are and whether those that are tried can succeed, loaded at once."""
    questions = (*(step.whose for step in held), *(guard for step in tried for guard in step.guards))
    names = sorted({name for question in questions for name in getattr(question, "reads", ())})
    return [_loaded(model, name) for name in names]


def _loaded(model: Any, path: str) -> Any:
    """A relation, or one of its own: `visits.people`."""
    first, _dot, rest = path.partition(".")
    relation = getattr(model, first)
    load = selectinload(relation)
    return load.options(_loaded(relation.property.mapper.class_, rest)) if rest else load


def not_now(workflow: AnyWorkflow, record: Record, step: AnyStep) -> str:
    """The sentence for a step that does not start from the record's state."""
    label, state = str(step.label), str(workflow.states[record.state].label)
    return _("“%(step)s” is not possible now: the record is “%(state)s”.", step=label, state=state)


def fresh(session: Session, record: Record, version: int | None) -> None:
    """Refuse a deed that was decided on an older version of the record."""
    if version is not None and version != record.version:
        lines = session.scalars(
            select(History)
            .where(History.record_id == record.id, History.version > version)
            .order_by(History.seq.desc())
        )
        raise Stale(list(lines))


def fields(session: Session, asked: type[StepForm] | None, record: Record, raw: Mapping[str, object]) -> Values:
    """The cleaned fields of a form about a record; raises Invalid with a sentence per field."""
    if asked is None:
        return {}
    form = asked.of(own_forms.completed(session, record, raw))
    form.bind(record)
    own_forms.nothing_unasked(form, record, raw)
    if not form.validate():
        raise Invalid(form.sentences())
    return form.values()


def demanded_by(clause: str) -> Callable[[Guard[R]], Guard[R]]:
    """Declare which clause of the regulation a condition answers, where it is not the step's own."""

    def mark(guard: Guard[R]) -> Guard[R]:
        guard.clause = clause  # type: ignore[attr-defined]
        return guard

    return mark


def objection(question: Guard[R], deed: Deed[R]) -> str:
    """The sentence a condition refuses with, and at its end the clause that demands it; empty when it is met.

    A wrong field is told with the clause where the condition names one of its own. Raises Invalid.
    """
    own = getattr(question, "clause", "")
    try:
        return _demanded(question(deed) or "", own or deed.step.clause)
    except Invalid as wrong:
        told = {name: [_demanded(sentence, own) for sentence in found] for name, found in wrong.errors.items()}
        raise Invalid(told) from wrong


def _demanded(sentence: str, clause: str) -> str:
    if not sentence or not clause:
        return sentence
    return _("%(sentence)s (clause %(clause)s).", sentence=sentence.rstrip(".。"), clause=clause)


def first_objection(questions: tuple[Guard[R], ...], deed: Deed[R]) -> str:
    """The first of them; empty when all conditions are met."""
    return next((sentence for question in questions if (sentence := objection(question, deed))), "")


def _ask(questions: tuple[Guard[R], ...], deed: Deed[R]) -> None:
    if sentence := first_objection(questions, deed):
        raise Refused(sentence)


def _late(deed: AnyDeed) -> None:
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
