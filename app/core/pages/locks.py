"""Visible records under lock, before anything is looked at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from sqlalchemy.orm import Query

from app.extensions import db

from ..model import AnyColumn
from ..process.locking import lock_in_order, queue_writers
from ..process.workflow import AnyStep
from ..record.records import Record
from .views import one_or_404

R = TypeVar("R", bound=Record)


def lock(query: Query[R], column: AnyColumn, pk: object) -> R:
    """A visible record under a row lock; its version is read under the lock."""
    queue_writers(query.session, pk)
    return one_or_404(query.populate_existing().with_for_update(of=Record), column, pk)


def lock_joined(rows: list[AnyStep], raw: Mapping[str, object], pk: int | str) -> None:
    """A step that changes two records locks both before anything is looked at, in the order of their ids."""
    row = next((row for row in rows if row.joins and row.form), None)
    if row is None or row.form is None:
        return
    other = row.form.of({row.joins: raw.get(row.joins)})[row.joins].data
    if isinstance(other, int) and str(pk).isdecimal():
        lock_in_order(db.session, {int(pk), other})
