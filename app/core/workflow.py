"""A workflow is a typed table. `fire` is the only code that changes a record's state."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from . import awaited, clock, deadlines, history
from .deeds import SYSTEM, Actor, Deed, Forbidden, Invalid, Refused, Stale, plain
from .records import Record

if TYPE_CHECKING:
    from .forms import StepForm

__all__ = [
    "LISTENERS",
    "SYSTEM",
    "WORKFLOWS",
    "Actor",
    "Deed",
    "Fired",
    "Forbidden",
    "Invalid",
    "Refused",
    "Stage",
    "Stale",
    "State",
    "Transition",
    "Turn",
    "Workflow",
    "after",
    "allowed",
    "plain",
    "stood_for",
    "tell",
]

R = TypeVar("R", bound=Record)
Turn = Callable[[Session, Any], str | None]


Guard = Callable[[Any], str | None]
Starts = str | Callable[[Any], str | None]


@dataclass(frozen=True)
class Transition(Generic[R]):
    """One row of the regulation: who may move what from where to where, and on what conditions."""

    name: str
    label: Any
    source: frozenset[StrEnum]
    target: StrEnum | Callable[[Any], StrEnum] | None  # None: the state stays
    granted_to: tuple[str, ...]  # functions seeded with it; the administrator decides at run time
    clause: str = ""
    form: type[StepForm] | None = None
    guards: tuple[Guard, ...] = ()  # before the fields are looked at
    checks: tuple[Guard, ...] = ()  # with the fields
    effect: Callable[[Deed[Any]], None] | None = None
    starts: tuple[Starts, ...] = ()
    meets: tuple[str, ...] = ()
    cancels: tuple[str, ...] = ()
    whose: Callable[[Any, Actor], bool] | None = None
    tone: str = "main"  # main | side | danger
    icon: str = "fa-arrow-right"
    late: tuple[str, ...] = ()  # deadlines whose lateness asks for `late_reason`
    moment: str = ""  # the field that says when it happened

    def codes_started(self, record: Any) -> list[str]:
        """The deadlines this step would start on a record."""
        named = [start if isinstance(start, str) else start(record) for start in self.starts]
        return [code for code in named if code]


@dataclass(frozen=True)
class State:
    """How a state is shown, whose turn it is (nobody's when the record is done), and who else is awaited."""

    label: Any
    tone: str
    turn: Turn | None
    also: Callable[[Session, Any], Iterable[str]] | None = None


@dataclass(frozen=True)
class Stage:
    """One bead of the stepper."""

    label: Any
    states: frozenset[StrEnum]
    ends_with: frozenset[str]
    deadlines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Fired:
    """What the listeners (mails, bell) are told after a step, inside its transaction."""

    session: Session
    record: Record
    workflow: Workflow[Any]
    step: str
    line: history.History
    actor: Actor
    data: dict[str, Any]
    joined: tuple[str, ...] = ()  # further turns the record has begun to wait for


LISTENERS: list[Callable[[Fired], None]] = []
REACTIONS: dict[tuple[str, str], list[Callable[[Fired], None]]] = {}
WORKFLOWS: dict[str, Workflow[Any]] = {}


class Workflow(Generic[R]):
    """A process of the regulation: its states, its steps, the way it is shown."""

    def __init__(
        self,
        name: str,
        *,
        thing: str,
        initial: StrEnum,
        states: Mapping[Any, State],
        steps: Iterable[Transition[R]],
        stages: tuple[Stage, ...] = (),
        tabs: Mapping[str, tuple[Any, tuple[StrEnum, ...]]] | None = None,
        begins: tuple[Starts, ...] = (),
        since: Mapping[str, Callable[[Any], datetime]] | None = None,  # begun at another moment than the creation
        title: Any = "",
    ) -> None:
        self.name, self.thing, self.initial, self.title = name, thing, initial, title
        self.states, self.steps, self.stages, self.begins = states, tuple(steps), stages, begins
        self.awaits_others = any(facts.also for facts in states.values())
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

    def label_of(self, name: str) -> Any:
        """The words for a step in the history, whatever row it came from."""
        return next((step.label for step in self.steps if step.name == name), None)

    def is_open(self, record: Record) -> bool:
        return self.states[record.state].turn is not None

    def offered(self, record: R, actor: Actor) -> list[Transition[R]]:
        """The steps this person may take now."""
        return [step for step in self.steps if record.state in step.source and allowed(step, record, actor)]

    def begin(
        self,
        session: Session,
        record: R,
        actor: Actor,
        data: dict[str, Any] | None = None,
        *,
        due: Mapping[str, tuple[Any, str]] | None = None,
        clause: str = "",
    ) -> history.History:
        """A new record exists: the same history line, deadlines and mails as any later step.

        `due` fixes the end of a deadline by hand: code → (moment or day, reason).
        """
        at = clock.now()
        record.state, record.created_by_id, record.changed_by_id = self.initial, actor.user_id, actor.user_id
        session.add(record)
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
        )
        tell(Fired(session, record, self, "register", line, actor, data or {}, joined))
        return line

    def fire(
        self,
        session: Session,
        record: R,
        name: str,
        actor: Actor,
        data: Mapping[str, Any] | None = None,
        *,
        version: int | None = None,
        at: datetime | None = None,
    ) -> history.History:
        """Take a step: check, move, write history, deadlines and mails, all in the caller's transaction.

        The caller has locked the record. `data` is raw (form or JSON). Raises Forbidden, Stale, Refused, Invalid.
        """
        from .checks import admit  # the order of refusals lives in one place

        deed = admit(self, session, record, name, actor, data or {}, version, at or clock.now())
        step, source = deed.step, record.state
        deadlines.meet(session, record, step.meets, deed.moment)
        deadlines.cancel(session, record, step.cancels, deed.at)
        if step.effect:
            step.effect(deed)
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
        values: Mapping[str, Any],
        *,
        name: str = "edit",
        version: int | None = None,
        comment: str = "",
        note: Mapping[str, Any] | None = None,
    ) -> history.History | None:
        """Correct fields of a record without moving it; the old values stay in the history.

        `note` tells of what was changed beside the record's own fields.
        """
        from .checks import fresh

        fresh(session, record, version)
        deed = Deed(
            session, record, Transition(name, name, frozenset(), None, ()), actor, {}, clock.now(), comment=comment
        )
        deed.set(**values)
        deed.note(**(note or {}))
        return self._close(deed, record.state) if deed.changes else None

    def _close(self, deed: Deed[R], source: str) -> history.History:
        record, actor, session = deed.record, deed.actor, deed.session
        record.version += 1
        record.changed_at, record.changed_by_id = deed.at, actor.user_id
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
            on_behalf_id=stood_for(deed.step, record, actor),
            comment=deed.comment,
            changes={**deed.changes, "via": [None, actor.via]} if actor.via else deed.changes,
        )
        tell(Fired(session, record, self, deed.step.name, line, actor, deed.data, joined))
        return line

    def _settle(self, session: Session, record: R, at: datetime) -> tuple[str, ...]:
        state = self.states[record.state]
        record.owner = state.turn(session, record) if state.turn else None
        if state.turn is None:
            deadlines.cancel(session, record, None, at)
        session.flush()
        deadlines.refresh(session, record)
        if not self.awaits_others:
            return ()
        return tuple(awaited.settle(session, record, state.also(session, record) if state.also else ()))


def allowed(step: Transition[Any], record: Any, actor: Actor) -> bool:
    """Granted by the administrator, and this record is this person's where the step says so."""
    return actor.may(step.name) and (actor.is_system or step.whose is None or step.whose(record, actor))


def stood_for(step: Transition[Any], record: Any, actor: Actor) -> int | None:
    """代理: the absent colleague by whose right, or in whose place, somebody acts."""
    if (person := actor.for_whom(step.name)) is not None or step.whose is None or actor.user_id is None:
        return person
    if step.whose(record, replace(actor, stands_for=frozenset({actor.user_id}))):
        return None
    away = sorted(actor.stands_for - {actor.user_id})
    return next((each for each in away if step.whose(record, replace(actor, stands_for=frozenset({each})))), None)


def after(kind: str, *steps: str) -> Callable[[Callable[[Fired], None]], Callable[[Fired], None]]:
    """Declare what the portal itself does when a step of a kind was taken, in the same transaction."""

    def mark(reaction: Callable[[Fired], None]) -> Callable[[Fired], None]:
        for step in steps:
            REACTIONS.setdefault((kind, step), []).append(reaction)
        return reaction

    return mark


def tell(fired: Fired) -> None:
    """Hand the step to whoever listens, then let the portal react to it, in the same transaction."""
    for listener in LISTENERS:
        listener(fired)
    for reaction in REACTIONS.get((fired.record.kind, fired.step), []):
        reaction(fired)
