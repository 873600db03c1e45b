"""The list of a kind of record: counted tabs, chips, and how urgent things come first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, literal, select, union_all
from sqlalchemy.orm import Query

from . import clock
from .awaited import waiting
from .listing import CAP
from .security import current_rights
from .workflow import Workflow


@dataclass(frozen=True)
class Tab:
    """A tab with its capped count."""

    key: str
    label: Any
    count: int

    @property
    def counted(self) -> str:
        return f"{CAP}+" if self.count > CAP else str(self.count)


CHIPS = {"mine": _l("Mine"), "major": _l("Major"), "overdue": _l("Overdue"), "today": _l("Due today")}


def narrowed(query: Query[Any], model: Any, workflow: Workflow[Any]) -> Query[Any]:
    """The rows of the chosen tab and chips."""
    if states := _states(workflow, request.args.get("tab", "")):
        query = query.filter(model.state.in_(states))
    asked = set(",".join(request.args.getlist("chip")).split(","))
    if "mine" in asked:
        query = query.filter(waiting(current_rights().owner_keys))
    if "major" in asked and hasattr(model, "is_major"):
        query = query.filter(model.is_major.is_(True))
    if "overdue" in asked:
        query = query.filter(model.due_at <= clock.now())
    if "today" in asked:
        tonight = clock.midnight_after(clock.today())
        query = query.filter(model.due_at > clock.now(), model.due_at <= tonight + timedelta(seconds=1))
    return query


def _states(workflow: Workflow[Any], tab: str) -> list[str]:
    return [state.value for state in workflow.tabs[tab][1]] if tab in workflow.tabs else []


def tabs(scoped: Query[Any], model: Any, workflow: Workflow[Any]) -> list[Tab]:
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
