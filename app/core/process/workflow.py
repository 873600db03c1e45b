"""A workflow is a typed table. `fire` is the only code that changes a record's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from ..record import history
from ..record.records import Record
from ..rights.actor import Actor
from ..time import clock, deadlines
from ..types import Text, Values
from . import whose_turn
from .deeds import Deed
from .whose_turn import ByRight, Turn

if TYPE_CHECKING:
    from ..fields.forms import StepForm

R = TypeVar("R", bound=Record)
S = TypeVar("S", bound=StrEnum)
Guard = Callable[[Deed[R]], str | None]
Starts = str | Callable[[R], str | None]


@dataclass(frozen=True)
class Transition(Generic[R]):
    """One row of the regulation: who may move what from where to where, and on what conditions."""

    name: str
    label: Text
    source: frozenset[StrEnum]
    target: StrEnum | Callable[[R], StrEnum] | None  # None: the state stays
    granted_to: tuple[str, ...]  # functions seeded with it; the administrator decides at run time
    clause: str = ""
    form: type[StepForm] | None = None
    guards: tuple[Guard[R], ...] = ()  # need no field: asked before it is offered, and again when it is taken
    checks: tuple[Guard[R], ...] = ()  # with the fields
    effect: Callable[[Deed[R]], None] | None = None
    starts: tuple[Starts[R], ...] = ()
    meets: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    whose: Callable[[R, Actor], bool] | None = None
    tone: str = "main"  # main | side | danger
    icon: str = "fa-arrow-right"
    late: tuple[str, ...] = ()  # deadlines whose lateness asks for `late_reason`
    moment: str = ""  # the field that says when it happened
    stamps: str = ""  # `reported`: fills `reported_at` and, where there is one, `reported_by_id`
    joins: str = ""  # the field that names another record this step changes too
    fades: bool = False  # not shown at all while a guard refuses it; the others stand greyed with the sentence

    def codes_started(self, record: R) -> list[str]:
        """The deadlines this step would start on a record."""
        named = [start if isinstance(start, str) else start(record) for start in self.starts]
        return [code for code in named if code]


AnyStep = Transition[Any]  # of a process that is not known beforehand


@dataclass(frozen=True)
class State:
    """How a state is shown, whose turn it is (nobody's when the record is done), and who else is awaited."""

    label: Text
    tone: str
    turn: Turn | None
    also: tuple[ByRight, ...] = ()
    goes_on_as: Callable[[Any], Record | None] | None = None  # the record that lives on in the place of this one


@dataclass(frozen=True)
class Stage:
    """One bead of the stepper."""

    label: Text
    states: frozenset[StrEnum]
    ends_with: frozenset[str]
    deadlines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fired:
    """What the listeners (mails, bell) are told after a step, inside its transaction."""

    session: Session
    record: Record
    workflow: AnyWorkflow
    step: str
    line: history.History
    actor: Actor
    data: Values
    joined: tuple[str, ...] = ()  # further turns the record has begun to wait for


LISTENERS: list[Callable[[Fired], None]] = []
REACTIONS: dict[tuple[str, str], list[Callable[[Fired], None]]] = {}
WORKFLOWS: dict[str, AnyWorkflow] = {}


class Workflow(Generic[R]):
    """A process of the regulation: its states, its steps, the way it is shown."""

    def __init__(
        self,
        name: str,
        *,
        thing: str,
        initial: StrEnum,
        states: Mapping[S, State],
        steps: Iterable[Transition[R]],
        stages: tuple[Stage, ...] = (),
        tabs: Mapping[str, tuple[Text, tuple[StrEnum, ...]]] | None = None,
        begins: tuple[Starts[R], ...] = (),
        since: Mapping[str, Callable[[R], datetime]] | None = None,  # begun at another moment than the creation
        title: Text = "",
    ) -> None:
        self.name, self.thing, self.initial, self.title = name, thing, initial, title
        from ..fields.forms import at  # the fields know people, and people whose turn it is

        placed = (replace(step, form=at(step.form, name, step.name)) if step.form else step for step in steps)
        self.states: Mapping[str, State] = dict(states.items())
        self.stages, self.begins = stages, begins
        self.steps: tuple[Transition[R], ...] = tuple(placed)
        self.tabs, self.since = tabs or {}, since or {}
        self._rows = {(step.name, str(source)): step for step in self.steps for source in step.source}
        WORKFLOWS[name] = self

    @property
    def step_names(self) -> list[str]:
        return list(dict.fromkeys(step.name for step in self.steps))

    def row(self, name: str, state: str) -> Transition[R] | None:
        """The row that holds for a step in a state."""
        return self._rows.get((name, state))

    def rows(self, name: str) -> list[Transition[R]]:
        return [step for step in self.steps if step.name == name]

    def label_of(self, name: str) -> Text | None:
        """The words for a step in the history, whatever row it came from."""
        return next((step.label for step in self.steps if step.name == name), None)

    @cached_property
    def through(self) -> frozenset[str]:
        """The final states of what went the whole way: those the steps lead to that end the last stage."""
        steps = [step for stage in self.stages[-1:] for name in stage.ends_with for step in self.rows(name)]
        ends = [step.target for step in steps if isinstance(step.target, StrEnum)]
        return frozenset(state for state in ends if self.states[state].turn is None)

    def is_open(self, record: Record) -> bool:
        return self.states[record.state].turn is not None

    def held(self, state: str, actor: Actor) -> list[Transition[R]]:
        """The steps granted to this person in a state, whosever record it is."""
        return [step for step in self.steps if state in step.source and actor.may(step.name)]

    def offered(self, record: R, actor: Actor) -> list[Transition[R]]:
        """The steps this person holds in this state, whether they can succeed now or not."""
        return [step for step in self.steps if record.state in step.source and allowed(step, record, actor)]

    def begin(
        self,
        session: Session,
        record: R,
        actor: Actor,
        data: Values | None = None,
        *,
        due: Mapping[str, tuple[datetime | date, str]] | None = None,
        clause: str = "",
    ) -> history.History:
        """A new record exists: the same history line, deadlines and mails as any later step.

        `data` is what the form said, the company's own fields among it. `due` fixes the end of a deadline by hand:
        code → (moment or day, reason).
        """
        from ..kind import own_forms

        at = clock.now()
        said, own = own_forms.parted(data or {})
        record.state, record.created_by_id, record.changed_by_id = self.initial, actor.user_id, actor.user_id
        session.add(record)
        changes = own_forms.keep(session, record, own, actor.user_id)
        session.flush()
        for start in self.begins:
            code = start if isinstance(start, str) else start(record)
            if code:
                until, why = (due or {}).get(code, (None, ""))
                begun = self.since[code](record) if code in self.since else at
                deadlines.start(session, record, code, begun, due_at=until, reason=why)
        joined = self._settle(session, record, at)
        line = history.append(
            session,
            record,
            at,
            step="register",
            target=record.state,
            actor_id=actor.user_id,
            clause=clause,
            changes=changes,
        )
        tell(Fired(session, record, self, "register", line, actor, said, joined))
        return line

    def fire(
        self,
        session: Session,
        record: R,
        name: str,
        actor: Actor,
        data: Mapping[str, object] | None = None,
        *,
        version: int | None = None,
        at: datetime | None = None,
        own: bool = False,
    ) -> history.History:
        """Take a step: check, move, write history, deadlines and mails, all in the caller's transaction.

        The caller has locked the record. `data` is raw (form or JSON); with `own` it answers the company's own fields
        too, as a colleague or a program does who is asked for them. Raises Forbidden, Stale, Refused, Invalid.
        """
        from ..kind import own_forms
        from .admission import admit  # the order of refusals lives in one place

        deed = admit(self, session, record, name, actor, data or {}, version, at or clock.now(), own)
        step, source = deed.step, record.state
        deadlines.meet(session, record, step.meets, deed.moment)
        deadlines.cancel(session, record, step.cancels, deed.at)
        if step.effect:
            step.effect(deed)
        deed.changes.update(own_forms.keep(session, record, deed.own, actor.user_id))
        if step.target is not None:
            record.state = step.target(record) if callable(step.target) else step.target
        for code in step.codes_started(record):
            due_at, reason = deed.due.get(code, (None, ""))
            deadlines.start(session, record, code, deed.begins.get(code, deed.moment), due_at=due_at, reason=reason)
        return self._close(deed, source)

    def edit(
        self,
        session: Session,
        record: R,
        actor: Actor,
        values: Mapping[str, object],
        *,
        name: str = "edit",
        version: int | None = None,
        comment: str = "",
        note: Mapping[str, object] | None = None,
        own: Mapping[str, object] | None = None,
    ) -> history.History | None:
        """Correct fields of a record without moving it; the old values stay in the history.

        `note` tells of what was changed beside the record's own fields; `own` are the company's own, by code.
        """
        from ..kind import own_forms
        from .admission import fresh

        fresh(session, record, version)
        deed = Deed(
            session, record, Transition(name, name, frozenset(), None, ()), actor, {}, clock.now(), comment=comment
        )
        deed.set(**values)
        deed.note(**(note or {}))
        deed.changes.update(own_forms.keep(session, record, own or {}, actor.user_id))
        return self._close(deed, record.state) if deed.changes else None

    def _close(self, deed: Deed[R], source: str) -> history.History:
        from .inheriting import outlived

        record, actor, session = deed.record, deed.actor, deed.session
        record.version += 1
        record.changed_at, record.changed_by_id = deed.at, actor.user_id
        outlived(self, record, deed.at)
        joined = self._settle(session, record, deed.at)
        line = history.append(
            session,
            record,
            deed.at,
            step=deed.step.name,
            source=source,
            target=record.state,
            clause=deed.step.clause,
            actor_id=actor.user_id,
            on_behalf_id=whose_turn.stood_for(deed.step, record, actor),
            comment=deed.comment,
            changes={**deed.changes, "via": [None, actor.via]} if actor.via else deed.changes,
        )
        tell(Fired(session, record, self, deed.step.name, line, actor, deed.data, joined))
        return line

    def _settle(self, session: Session, record: R, at: datetime) -> tuple[str, ...]:
        joined = whose_turn.settle(session, self, record)
        if not self.is_open(record):
            deadlines.cancel(session, record, None, at)
        session.flush()
        deadlines.refresh(session, record)
        return joined


AnyWorkflow = Workflow[Any]  # of a kind of record that is not known beforehand


def allowed(step: AnyStep, record: Record, actor: Actor) -> bool:
    """Granted by the administrator, and this record is this person's where the step says so."""
    return actor.may(step.name) and (actor.is_system or step.whose is None or step.whose(record, actor))


def after(kind: str, *steps: str) -> Callable[[Callable[[Fired], None]], Callable[[Fired], None]]:
    """Declare what the portal itself does when a step of a kind was taken, in the same transaction: once, however often."""

    def mark(reaction: Callable[[Fired], None]) -> Callable[[Fired], None]:
        for step in steps:
            if reaction not in (known := REACTIONS.setdefault((kind, step), [])):
                known.append(reaction)
        return reaction

    return mark


def tell(fired: Fired) -> None:
    """Hand the step to whoever listens, then let the portal react to it, in the same transaction."""
    for listener in LISTENERS:
        listener(fired)
    for reaction in REACTIONS.get((fired.record.kind, fired.step), []):
        reaction(fired)
