"""A customer's records, as far as this reader may see them; no other domain is named here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.kind.registry import KINDS, visible_ids
from app.core.record.records import Record
from app.core.rights.current import current_rights

MOST = 10


@dataclass(frozen=True)
class Told:
    """A record in a few words."""

    number: str
    title: str
    url: str
    label: Any
    tone: str
    at: Any


def records_of(session: Session, customer_id: int) -> list[Told]:
    """The customer's newest records, of all kinds this person may see."""
    table: Any = Record.__table__
    mine = select(table).where(table.c.customer_id == customer_id, visible_ids(current_rights()))
    return [_told(row) for row in session.execute(mine.order_by(table.c.id.desc()).limit(MOST))]


def _told(row: Any) -> Told:
    state = KINDS[row.kind].workflow.states[row.state]
    return Told(row.number, row.title, f"/{row.kind}/show/{row.id}", state.label, state.tone, row.created_at)
