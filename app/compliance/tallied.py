"""The checks as kept sums: the clocks in one source, each check by hand in its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Select, case, literal, select

from app.core.tally.sources import Cases, Source, declare
from app.core.time.deadlines import Deadline
from app.core.time.lateness import began, differing, told_late

from .checks import BY_HAND, Check, kept_in_time

CLOCKS = "clock"


def _clocks() -> Cases:
    return _measured(kept_in_time(told_late()), Deadline.code)


def _lapsed(now: datetime) -> Iterator[Select[Any]]:
    """Running ones that only time has made late; those with a day agreed upon are told apart."""
    for condition, more in differing(now):
        agreed = case((Deadline.agreed_date.is_not(None), more), else_=0)
        yield select(
            Deadline.code,
            began(Deadline.started_at).label("at"),
            literal(0).label("by"),
            literal(0).label("cases"),
            (more - agreed).label("breached"),
            agreed.label("apart"),
        ).where(condition)


def _measured(cases: Select[Any], code: Any) -> Cases:
    """Of the columns of a check those that are summed up."""
    columns = cases.selected_columns
    measured = (code.label("code"), columns["at"], literal(0).label("by"), columns["breached"], columns["apart"])
    return cases.with_only_columns(*measured, maintain_column_froms=True)


def _of(check: Check) -> Source:
    return Source(check.code, lambda: _measured(check.cases(), literal(check.code)))


def source_of(check: Check) -> str:
    """The source its cases are kept in."""
    return check.code if check in BY_HAND else CLOCKS


SUMMED = (Source(CLOCKS, _clocks, _lapsed), *map(_of, BY_HAND))
declare(*SUMMED)
