"""How many rows a statement has changed: known for what writes, which a session's general answer does not say."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import CursorResult, Executable
from sqlalchemy.orm import Session


def rows_changed(session: Session, statement: Executable, facts: Mapping[str, object] | None = None) -> int:
    """Do an UPDATE, DELETE or INSERT; answers how many rows it has met."""
    done = session.execute(statement, facts)
    assert isinstance(done, CursorResult)
    return done.rowcount
