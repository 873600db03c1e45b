"""Whose turn it is follows from who may take the step that is due: a right that moves takes the records along."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy.orm import Session

from ..record.records import Record
from ..rights.actor import Actor
from ..time.deadline_rules import DEFAULTS
from . import also_waiting
from .holding import Holding
from .turns import answerable, user_turn

if TYPE_CHECKING:
    from .workflow import AnyStep, AnyWorkflow

Condition = Callable[[Any], bool]
Persons = Callable[[Session, Any], Iterable[int]]


@dataclass(frozen=True)
class ByRight:
    """The turn of whoever may take a step: a person the record lies with, else the functions that hold the step.

    The functions the process names go first, in its order; whoever merely holds the step beside them (a manager who
    inherits it) has the turn only when none of those is left. `whose` of the step narrows both.
    """

    step: str
    persons: Persons | None = None  # with whom the record lies: the first of them who holds the step
    shared: bool = False  # every one of them who holds it
    when: Condition | None = None
    named: tuple[str, ...] = ()  # where it is a plain right and no step: the functions whose work it is

    @property
    def follows_functions(self) -> bool:
        """The same for all records of a state."""
        return self.persons is None and self.when is None

    def holds_for(self, record: Record) -> bool:
        return self.when is None or self.when(record)

    def keys(self, session: Session, workflow: AnyWorkflow, record: Record, held: Holding) -> list[str]:
        """`user:17`, or `role:5@3` for each function: the first owns the record, the others are awaited."""
        lying = self._lying(session, record)
        row = workflow.row(self.step, record.state)
        return self._able(workflow, row, record, held, lying) or [self.left(session, row, record, lying)]

    def is_left(self, session: Session, workflow: AnyWorkflow, record: Record, held: Holding) -> bool:
        """Nobody can take the step."""
        row = workflow.row(self.step, record.state)
        return not self._able(workflow, row, record, held, self._lying(session, record))

    def _lying(self, session: Session, record: Record) -> list[int]:
        return list(dict.fromkeys(self.persons(session, record))) if self.persons else []

    def _able(
        self, workflow: AnyWorkflow, row: AnyStep | None, record: Record, held: Holding, lying: list[int]
    ) -> list[str]:
        able = [user_turn(person) for person in lying if held.has(person, self.step, workflow.thing)]
        if able:
            return able if self.shared else able[:1]
        return self.of_functions(workflow, row, held, record)

    def of_functions(
        self, workflow: AnyWorkflow, row: AnyStep | None, held: Holding, record: Record | None = None
    ) -> list[str]:
        """The functions that hold the step and have people; none when nobody could take it."""
        order = {code: place for place, code in enumerate(self._named(row))}
        found: list[tuple[int, str]] = []
        for role in held.roles(self.step, workflow.thing):
            key = _key(workflow, row, record, role, held)
            if key and _behind(key, held):
                found.append((order.get(held.code.get(role, ""), len(order)), key))
        own = [key for place, key in sorted(found) if place < len(order)]
        return own or [key for _place, key in found]

    def left(
        self,
        session: Session,
        row: AnyStep | None,
        record: Record | None = None,
        lying: Iterable[int] = (),
    ) -> str:
        """Nobody can take it: the manager of the department concerned, else the executive in charge."""
        if record is None or row is None or row.whose is None:
            return answerable(session, None, (), self._named(row))
        return answerable(session, record.department_id, lying, self._named(row))

    def _named(self, row: AnyStep | None) -> tuple[str, ...]:
        return self.named or (row.granted_to if row else ())


Turn = ByRight | tuple[ByRight, ...]  # of several the first whose condition holds


def alternatives(turn: Turn | None) -> tuple[ByRight, ...]:
    """The turns a state can have."""
    return (turn,) if isinstance(turn, ByRight) else turn or ()


def due(workflow: AnyWorkflow, record: Record) -> ByRight | None:
    """The turn that holds for a record; None when it is done."""
    return next((each for each in alternatives(workflow.states[record.state].turn) if each.holds_for(record)), None)


def due_at(workflow: AnyWorkflow, record: Record) -> datetime | None:
    """Until when whoever's turn it is has time: the end of what the step meets, never of what somebody else owes."""
    turn = due(workflow, record)
    if turn is None:
        return None
    clocks = [item for item in record.deadlines if item.is_running]
    own = _met_by(workflow, record, (turn,))
    others = _met_by(workflow, record, workflow.states[record.state].also)
    others |= {item.code for item in clocks if DEFAULTS[item.code].responsible is not None}
    mine = [item.due_at for item in clocks if item.code in own]
    return min(mine or (item.due_at for item in clocks if item.code not in others), default=None)


def _met_by(workflow: AnyWorkflow, record: Record, turns: Iterable[ByRight]) -> set[str]:
    rows = (workflow.row(each.step, record.state) for each in turns)
    return {code for row in rows if row for code in row.meets}


def awaited(session: Session, workflow: AnyWorkflow, record: Record, held: Holding | None = None) -> list[str]:
    """Everybody a record waits for: first who owns it, then who holds the same step, then who is awaited beside."""
    turn = due(workflow, record)
    if turn is None:
        return []
    held = held or Holding.latest(session, workflow.thing)
    turns = (turn, *(each for each in workflow.states[record.state].also if each.holds_for(record)))
    return list(dict.fromkeys(key for each in turns for key in each.keys(session, workflow, record, held)))


def settle(session: Session, workflow: AnyWorkflow, record: Record, held: Holding | None = None) -> tuple[str, ...]:
    """Write down whose turn it is and who else is awaited; answers who is newly awaited beside."""
    keys = awaited(session, workflow, record, held)
    record.owner = keys[0] if keys else None
    return tuple(also_waiting.settle(session, record, keys[1:]))


def stood_for(step: AnyStep, record: Record, actor: Actor) -> int | None:
    """代理: the absent colleague by whose right, or in whose place, somebody acts."""
    if (person := actor.for_whom(step.name)) is not None or step.whose is None or actor.user_id is None:
        return person
    if step.whose(record, replace(actor, stands_for=frozenset({actor.user_id}))):
        return None
    away = sorted(actor.stands_for - {actor.user_id})
    return next((each for each in away if step.whose(record, replace(actor, stands_for=frozenset({each})))), None)


def _key(workflow: AnyWorkflow, row: AnyStep | None, record: Record | None, role: int, held: Holding) -> str:
    """A function anywhere or in the record's department, as far as the step is theirs; empty when it is not."""
    if row is None or row.whose is None or record is None:
        return f"role:{role}@0"
    if row.whose(record, held.actor(role, workflow.thing)):
        return f"role:{role}@0"
    place = record.department_id
    if place and row.whose(record, held.actor(role, workflow.thing, frozenset({place}))):
        return f"role:{role}@{place}"
    return ""


def _behind(key: str, held: Holding) -> frozenset[int]:
    """The active persons behind the turn of a function."""
    role, _at, place = key.removeprefix("role:").partition("@")
    people = held.people(int(role))
    return people & held.members(int(place)) if int(place) else people
