"""A customer's records, as far as this reader may see them; no other domain is named here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.records import Record
from app.core.security import current_rights
from app.core.workflow import WORKFLOWS

from .scope import VISIBLE, visible_records

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
    rights = current_rights()
    ids: list[int] = []
    for kind in VISIBLE:
        if rights.may("can_list", WORKFLOWS[kind].thing):
            ids += session.scalars(
                visible_records(kind, rights)
                .where(Record.customer_id == customer_id)
                .order_by(Record.id.desc())
                .limit(MOST)
            )
    table: Any = Record.__table__
    rows = session.execute(select(table).where(table.c.id.in_(ids)).order_by(table.c.id.desc()).limit(MOST))
    return [_told(row) for row in rows]


def _told(row: Any) -> Told:
    state = WORKFLOWS[row.kind].states[row.state]
    return Told(row.number, row.title, f"/{row.kind}/show/{row.id}", state.label, state.tone, row.created_at)
