"""A customer's records, as far as this reader may see them; no other domain is named here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from app.core.records import Record
from app.core.security import Rights, current_rights
from app.core.workflow import WORKFLOWS

MOST = 10
VISIBLE: dict[str, Callable[[Rights], ColumnElement[bool]]] = {}  # kind of record → its row rights


@dataclass(frozen=True)
class Told:
    """A record in a few words."""

    number: str
    title: str
    url: str
    label: Any
    tone: str
    at: Any


def complaints_of(session: Session, customer_id: int) -> list[Told]:
    """The newest records of the customer, of all kinds this person may see."""
    rights = current_rights()
    found: list[Record] = []
    for kind, visible in VISIBLE.items():
        workflow = WORKFLOWS[kind]
        if rights.may("can_list", workflow.thing):
            found += session.scalars(select(Record).where(
                Record.kind == kind, Record.customer_id == customer_id, Record.id.in_(_ids(kind, visible(rights))))
                .order_by(Record.id.desc()).limit(MOST))
    return [_told(record) for record in sorted(found, key=lambda record: -record.id)[:MOST]]


def _ids(kind: str, condition: ColumnElement[bool]) -> Any:
    mapper = Record.__mapper__.polymorphic_map[kind]
    return select(mapper.class_.id).where(condition)


def _told(record: Record) -> Told:
    state = WORKFLOWS[record.kind].states[record.state]  # type: ignore[index]
    return Told(record.number, record.title, f"/{record.kind}/show/{record.id}", state.label, state.tone, record.created_at)
