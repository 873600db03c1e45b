"""Which records a person may open: a link is shown where it leads somewhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from flask import current_app

from .record_views import RecordView


def openable(records: Iterable[Any]) -> set[int]:
    """Those of the records (or of rows with kind and id) whose page this person may open; one question a kind."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for record in records:
        if record is not None:
            by_kind[record.kind].append(record.id)
    found: set[int] = set()
    for view in current_app.appbuilder.baseviews if by_kind else ():  # type: ignore[attr-defined]
        if isinstance(view, RecordView) and view.workflow.name in by_kind and view.may("can_show"):
            rows = view.scoped().filter(view.pk_column.in_(by_kind[view.workflow.name]))
            found |= {key for (key,) in rows.with_entities(view.pk_column)}
    return found
