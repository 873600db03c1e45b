"""What a moved right would do to the open records, told before it is saved; and the steps nobody could take."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..record.records import Record
from . import whose_turn
from .holding import Holding
from .moving import RECORDS, Place, places
from .whose_turn import ByRight, alternatives

MANY = 500  # so many of a group are asked one by one; the rest go where the first of them goes
Digests = dict[tuple[str, str], str]
Goes = tuple[str, str, str, str, str, bool]  # a move before it is counted


@dataclass(frozen=True, order=True)
class Move:
    """So many open records of a state would be another's turn."""

    kind: str
    state: str
    old: str
    new: str
    step: str
    left: bool  # nobody could take the step: they wait for somebody responsible
    n: int


@dataclass(frozen=True)
class Unheld:
    """A step that is due somewhere and that nobody can take."""

    kind: str
    state: str
    step: str
    n: int  # open records there


def standing(session: Session, things: Collection[str]) -> Digests:
    """What the turns on some things depend on now; asked before rights are moved."""
    found = list(places(things))
    held = Holding(session, things) if found else None
    return {(place.workflow.name, place.state): place.digest(held) for place in found} if held else {}


def changed(session: Session, things: Collection[str], before: Digests) -> list[Place]:
    """The states whose turns depend on something else now than before; the caller has flushed."""
    if not before:
        return []
    held = Holding(session, things)
    return [place for place in places(things) if place.digest(held) != before[place.workflow.name, place.state]]


def ahead(session: Session, some: list[Place]) -> list[Move]:
    """Which open records of these states move with what holds now."""
    held, found = Holding(session, {place.workflow.thing for place in some}), Counter[Goes]()
    for place in some:
        for owner, department, n in _groups(session, place):
            found.update(_asked(session, place, held, owner, department, n))
    return sorted(Move(*facts, n) for facts, n in found.items())


def seal(moves: list[Move], left: list[Unheld]) -> str:
    """By which an administrator confirms exactly what was told."""
    return hashlib.sha256(repr((moves, left)).encode()).hexdigest()[:16] if moves or left else ""


def unheld(session: Session, things: Collection[str] | None = None) -> list[Unheld]:
    """The steps that no role holds, and those nobody active holds although open records wait for them."""
    every = list(places(things))
    if not every:
        return []
    held = Holding(session, {place.workflow.thing for place in every})
    found = [
        (place, turn)
        for place in every
        for turn in alternatives(place.facts.turn)
        if not held.able(turn.step, place.workflow.thing)
    ]
    counts = _counts(session, [place for place, _turn in found]) if found else {}
    rows = [
        Unheld(place.workflow.name, place.state, turn.step, counts.get((place.workflow.name, place.state), 0))
        for place, turn in found
    ]
    return [row for row, (place, turn) in zip(rows, found, strict=True) if row.n or not _any_role(held, place, turn)]


def _any_role(held: Holding, place: Place, turn: ByRight) -> bool:
    return bool(held.roles(turn.step, place.workflow.thing))


def _counts(session: Session, some: list[Place]) -> dict[tuple[str, str], int]:
    columns = (RECORDS.c.kind, RECORDS.c.state)
    query = sa.select(*columns, sa.func.count()).where(sa.or_(*(sa.and_(*place.here) for place in some)))
    return {(row[0], row[1]): row[2] for row in session.execute(query.group_by(*columns))}


def _groups(session: Session, place: Place) -> Iterator[tuple[str | None, int | None, int]]:
    columns = (RECORDS.c.owner, RECORDS.c.department_id)
    for row in session.execute(sa.select(*columns, sa.func.count()).where(*place.here).group_by(*columns)):
        yield row[0], row[1], row[2]


def _asked(
    session: Session, place: Place, held: Holding, owner: str | None, department: int | None, n: int
) -> Counter[Goes]:
    """Where those of one turn and one department would go; where more than the functions decides, each is asked."""
    mapper = sa.inspect(Record).polymorphic_map[place.workflow.name]
    mine = (RECORDS.c.owner.is_not_distinct_from(owner), RECORDS.c.department_id.is_not_distinct_from(department))
    query = sa.select(mapper.class_).where(*place.here, *mine).order_by(RECORDS.c.id)
    some = session.scalars(query.limit(1 if place.of_functions else MANY)).all()
    every = [_goes(session, place, held, record, owner) for record in some]
    found = Counter(each for each in every if each)
    if every[0]:
        found[every[0]] += n - len(every)
    return found


def _goes(session: Session, place: Place, held: Holding, record: Record, owner: str | None) -> Goes | None:
    turn = whose_turn.due(place.workflow, record)
    assert turn is not None
    new = turn.keys(session, place.workflow, record, held)[0]
    if new == owner:
        return None
    left = turn.is_left(session, place.workflow, record, held)
    return place.workflow.name, place.state, owner or "", new, turn.step, left
