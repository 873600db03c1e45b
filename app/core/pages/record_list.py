"""The list of a kind of record: counted tabs, chips, and how urgent things come first."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from flask import request
from sqlalchemy import ColumnElement, and_, func, literal, select, union_all
from sqlalchemy.orm import Query

from ..model import AnyRow
from ..process.also_waiting import waiting
from ..process.whose_turn import due_at
from ..process.workflow import AnyWorkflow
from ..record.records import Record
from ..rights.current import current_rights
from ..text.wording import lazy_gettext as _l
from ..time import clock
from ..time.when import FULL, SHORT, due_stamp, stamp
from ..types import Text
from .listing import CAP, capped
from .show import Badge
from .views import Column


@dataclass(frozen=True)
class Tab:
    """A tab with its capped count."""

    key: str
    label: Text
    count: int

    @property
    def counted(self) -> str:
        return capped(self.count)


@dataclass(frozen=True)
class Chip:
    """A narrowing of the list at one click: its words, and what a row must fulfil."""

    label: Text
    condition: Callable[[AnyRow], ColumnElement[bool]]

    def __str__(self) -> str:
        return str(self.label)


def due_today(model: type[Record]) -> ColumnElement[bool]:
    """Not late yet, and late tomorrow."""
    tonight = clock.midnight_after(clock.today()) + timedelta(seconds=1)
    return and_(model.due_at > clock.now(), model.due_at <= tonight)


CHIPS = {
    "mine": Chip(_l("Mine"), lambda model: waiting(current_rights().owner_keys)),
    "overdue": Chip(_l("Overdue"), lambda model: model.due_at <= clock.now()),
    "today": Chip(_l("Due today"), due_today),
}


def deadline_column(workflow: AnyWorkflow, model: type[Record]) -> Column:
    """What is left on the page; in a file the deadline itself, in the words of the page."""
    return Column(
        _l("Deadline"),
        lambda record: Badge.of_record(record, workflow),
        order=model.due_at,
        plain=lambda record: due_stamp(record.due_at, FULL),
        nullable=True,
    )


def own_deadline_column(workflow: AnyWorkflow, model: type[Record]) -> Column:
    """That of whoever's turn it is: it stands beside the name, while others owe something too."""
    return Column(
        _l("Deadline"),
        lambda record: Badge.until(due_at(workflow, record)),
        order=model.due_at,
        plain=lambda record: due_stamp(due_at(workflow, record), FULL),
        nullable=True,
    )


def changed_column(model: type[Record]) -> Column:
    """When a record was last changed; in a file as a moment to reckon with."""
    return Column(
        _l("Updated"),
        lambda record: stamp(record.changed_at, SHORT),
        order=model.changed_at,
        plain=lambda record: record.changed_at,
    )


def narrowed(
    query: Query[Record], model: type[Record], workflow: AnyWorkflow, chips: Mapping[str, Chip]
) -> Query[Record]:
    """The rows of the chosen tab and chips."""
    if states := _states(workflow, request.args.get("tab", "")):
        query = query.filter(model.state.in_(states))
    asked = set(",".join(request.args.getlist("chip")).split(","))
    return query.filter(*(chip.condition(model) for key, chip in chips.items() if key in asked))


def _states(workflow: AnyWorkflow, tab: str) -> list[str]:
    return [state.value for state in workflow.tabs[tab][1]] if tab in workflow.tabs else []


def tabs(scoped: Query[Record], model: type[Record], workflow: AnyWorkflow) -> list[Tab]:
    """One question for all counts, each capped; the table is never counted whole."""
    parts = []
    for key in workflow.tabs:
        states = _states(workflow, key)
        inner = scoped.with_entities(model.id).filter(model.state.in_(states)).order_by(None).limit(CAP + 1).subquery()
        parts.append(select(literal(key), func.count()).select_from(inner))
    counts = {row[0]: row[1] for row in scoped.session.execute(union_all(*parts))}
    total = min(sum(counts.values()), CAP + 1)
    return [
        *(Tab(key, label, counts[key]) for key, (label, _states_) in workflow.tabs.items()),
        Tab("", _l("All"), total),
    ]
