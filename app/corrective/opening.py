"""A notice begins: numbered, with what it watches taken from its complaints."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.core.kind.asks import written
from app.core.record import numbers
from app.core.rights.actor import Actor

from . import rules
from .heads import HEAD, title_of
from .models import CorrectiveAction
from .workflow import CORRECTIVE


def create(session: Session, values: dict[str, Any], actor: Actor) -> CorrectiveAction:
    """A draft, numbered JZ-YYYY-NNN. Raises Refused."""
    rules.somebody_else_issues(session, actor)
    facts, number = written(HEAD, values, CorrectiveAction), numbers.next_for(session, "corrective_action")
    record = CorrectiveAction(**facts, number=number, title=title_of(values["problem"]), drafted_by_id=actor.user_id)
    first = next(iter(record.complaints), None)
    record.source = record.source or ("complaint" if first else "other")
    if first is not None:
        record.product_id = record.product_id or first.product_id
        record.failure_mode_id = record.failure_mode_id or first.failure_mode_id
        record.customer_id = first.customer_id
    CORRECTIVE.begin(session, record, actor, dict(values), clause="2.6")
    return record
