"""The list of a kind of record: counted tabs, chips, and how urgent things come first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import product
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, and_, func, literal, select, union_all
from sqlalchemy.orm import Query, Session
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList

from ..model import AnyRow, table_of
from ..process.also_waiting import turns, waiting
from ..process.whose_turn import due_at
from ..process.workflow import AnyWorkflow
from ..record.records import Record
from ..rights.current import current_rights
from ..text.wording import lazy_gettext as _l
from ..time import clock
from ..time.when import FULL, SHORT, due_stamp, stamp
from ..types import Text
from .listing import CAP, LAYOUT, capped
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
    """A narrowing of the list at one click: its words, and what a row must fulfil.

    `parts` exclude each other and say the same, where no one index serves the whole condition.
    """

    label: Text
    condition: Callable[[AnyRow], ColumnElement[bool]]
    parts: Callable[[AnyRow], list[ColumnElement[bool]]] = lambda model: []

    def __str__(self) -> str:
        return str(self.label)


def due_today(model: type[Record]) -> ColumnElement[bool]:
    """Not late yet, and late tomorrow."""
    tonight = clock.midnight_after(clock.today()) + timedelta(seconds=1)
    return and_(model.due_at > clock.now(), model.due_at <= tonight)


FEW = 2_000  # records: whoever sees no more is told them from their numbers

CHIPS = {
    "mine": Chip(
        _l("Mine"), lambda model: waiting(current_rights().owner_keys), lambda model: turns(current_rights().owner_keys)
    ),
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
    query: Query[Record], model: type[Record], workflow: AnyWorkflow, chips: Mapping[str, Chip], apart: bool = False
) -> Query[Record]:
    """The rows of the chosen tab and chips; `apart`: but for what `parts` says."""
    if (states := _states(workflow, request.args.get("tab", ""))) and not apart:
        query = query.filter(model.state.in_(states))
    chosen = (chips[key] for key in _chosen(chips))
    return query.filter(*(chip.condition(model) for chip in chosen if not (apart and chip.parts(model))))


def _chosen(chips: Mapping[str, Chip]) -> list[str]:
    asked = set(",".join(request.args.getlist("chip")).split(","))
    return [key for key in chips if key in asked]


def _states(workflow: AnyWorkflow, tab: str) -> list[str]:
    return [state.value for state in workflow.tabs[tab][1]] if tab in workflow.tabs else []


def seen_few(session: Session, model: type[Record], condition: ColumnElement[bool]) -> dict[int, str] | None:
    """The records of a kind, with their states, that somebody sees who sees few; None where there are many.

    Each way of seeing them is asked by itself, along its own index; a list of few is then made of these alone.
    """
    is_any = isinstance(condition, BooleanClauseList) and condition.operator is operators.or_
    ways: list[Any] = list(condition.get_children()) if is_any else [condition]
    seen = table_of(Record).c
    each = [select(seen.id, seen.state).select_from(model).where(way).limit(FEW + 1).subquery() for way in ways]
    found = {row.id: row.state for row in session.execute(union_all(*map(select, each)))}
    return found if len(found) <= FEW else None


def parts(model: type[Record], workflow: AnyWorkflow, chips: Mapping[str, Chip]) -> list[ColumnElement[bool]]:
    """What the chosen tab and chips can be taken apart into: a state each, and each turn of mine."""
    apart = [[model.state == state for state in _states(workflow, request.args.get("tab", ""))]]
    apart += [chips[key].parts(model) for key in _chosen(chips)]
    return [and_(*each) for each in product(*filter(None, apart))] if any(apart) else []


def tabs(visible: Query[Record], model: type[Record], workflow: AnyWorkflow) -> list[Tab]:
    """One question for all counts, each capped; the table is never counted whole."""
    parts = []
    for key in workflow.tabs:
        here = visible.with_entities(model.id).filter(model.state.in_(_states(workflow, key)))
        parts.append(select(literal(key), func.count()).select_from(here.order_by(None).limit(CAP + 1).subquery()))
    return _tabs({row[0]: row[1] for row in visible.session.execute(union_all(*parts))}, workflow)


def tabs_of(states: Iterable[str], workflow: AnyWorkflow) -> list[Tab]:
    """The same of records whose states are known."""
    many = Counter(states)
    counts = {key: sum(many[state] for state in _states(workflow, key)) for key in workflow.tabs}
    return _tabs({key: min(count, CAP + 1) for key, count in counts.items()}, workflow)


def _tabs(counts: Mapping[str, int], workflow: AnyWorkflow) -> list[Tab]:
    every = Tab("", _l("All"), min(sum(counts.values()), CAP + 1))
    return [*(Tab(key, label, counts[key]) for key, (label, _states_) in workflow.tabs.items()), every]


def count(tabs: list[Tab], workflow: AnyWorkflow) -> int | None:
    """How many rows the list has, where its tab says so."""
    chosen, narrowed = request.args.get("tab", ""), set(request.args) - LAYOUT - {"tab"}
    every = [state for key in workflow.tabs for state in _states(workflow, key)]
    if narrowed or (chosen not in workflow.tabs and sorted(every) != sorted(workflow.states)):
        return None
    return next((tab.count for tab in tabs if tab.key == chosen), tabs[-1].count)
