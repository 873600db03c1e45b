"""What becomes of a record's clocks when another record goes on in its place.

A promise the other one has already kept counts as kept. One that is still ahead of it, and that it would not keep
earlier by itself, stands there with the number of the record that made it, and ends with the step that keeps it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from ..time import deadlines
from ..time.deadlines import Deadline
from .workflow import AnyWorkflow

if TYPE_CHECKING:
    from ..record.records import Record


def inherit(session: Session, workflow: AnyWorkflow, source: Record, target: Record) -> list[Deadline]:
    """Hand the clocks of a merged record on; answers those that stand on the other record now."""
    stands = []
    for item in [item for item in source.deadlines if item.is_running]:
        if not _ahead(workflow, target, item.code):
            item.met_at = max(item.started_at, _kept_at(workflow, target, item.code))
            continue
        same = _running(workflow, target, item.code)
        if same is None or item.due_at < same.due_at:
            stands.append(_stand(session, target, item, same, item.origin or source.number))
    return stands


def _running(workflow: AnyWorkflow, target: Record, code: str) -> Deadline | None:
    """The record's own clock that ends with the same step."""
    alike = _alike(workflow, code)
    return next((item for item in target.deadlines if item.is_running and item.code in alike), None)


def _stand(session: Session, target: Record, promise: Deadline, same: Deadline | None, origin: str) -> Deadline:
    """On a clock of the same kind that runs already, else on one of its own."""
    due, begun = promise.due_at, promise.started_at
    if same is not None:
        deadlines.recompute(session, same, origin, due_at=due)
    found = same or deadlines.start(session, target, promise.code, begun, due_at=due, reason=origin)
    found.origin = origin
    return found


def outlived(workflow: AnyWorkflow, record: Record, at: datetime) -> list[Deadline]:
    """Inherited promises whose step the record has passed: nothing else could ever end them."""
    over = [
        item
        for item in record.deadlines
        if item.origin and item.is_running and not _reachable(workflow, record.state, item.code)
    ]
    for item in over:
        item.met_at = at
    return over


def _ahead(workflow: AnyWorkflow, target: Record, code: str) -> bool:
    """Whether the record still has to keep such a promise: its own clock runs, or the step is still to come."""
    mine = [item for item in target.deadlines if item.code in _alike(workflow, code)]
    if mine:
        return any(item.is_running for item in mine)
    return _reachable(workflow, target.state, code)


def _steps(workflow: AnyWorkflow, code: str) -> frozenset[str]:
    """The steps that keep such a promise."""
    return frozenset(step.name for step in workflow.steps if code in step.meets)


def _alike(workflow: AnyWorkflow, code: str) -> set[str]:
    """The kinds of clocks that end with the very same steps: whatever the region, one arrives once (2.2)."""
    steps = _steps(workflow, code)
    every = {other for step in workflow.steps for other in step.meets}
    return {code, *(other for other in every if steps and _steps(workflow, other) == steps)}


def _reachable(workflow: AnyWorkflow, state: str, code: str) -> bool:
    """Whether a step that ends such a clock lies before a record; what no step ends is ended from elsewhere."""
    ending = [step for step in workflow.steps if code in (*step.meets, *step.cancels)]
    if not ending:
        return True
    states, place = {state}, _place(workflow, state)
    while True:
        onward = {
            str(step.target)
            for step in workflow.steps
            if step.target is not None and not callable(step.target) and states & set(map(str, step.source))
        }
        new = {each for each in onward - states if _place(workflow, each) >= place}
        if not new:
            return any(states & set(map(str, step.source)) for step in ending if code in step.meets)
        states |= new


def _place(workflow: AnyWorkflow, state: str) -> int:
    """How far along the stages a state is; what is done lies before all, for nobody goes on from there."""
    return next((index for index, stage in enumerate(workflow.stages) if state in stage.states), -1)


def _kept_at(workflow: AnyWorkflow, target: Record, code: str) -> datetime:
    """When the other record kept such a promise: its own clock, the step itself, else the last change."""
    alike = _alike(workflow, code)
    ended = [item.met_at or item.cancelled_at for item in target.deadlines if item.code in alike]
    ended += [line.moment for line in target.history if line.step in _steps(workflow, code)]
    return max((moment for moment in ended if moment), default=target.changed_at)
