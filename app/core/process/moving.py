"""A right that moves takes the open records along: whose turn they are is worked out again, without a line each.

Where the turn is a function's it is one UPDATE a state, in the very transaction that moves the right; where a person is
named or others are awaited the engine asks record by record, some hundreds at a time. What has come to whom is counted,
so that everybody is told once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model, rows_written, table_of
from ..record.records import Record
from . import whose_turn
from .also_waiting import Awaited
from .holding import VERSION, Holding
from .whose_turn import ByRight, alternatives
from .workflow import WORKFLOWS, AnyWorkflow, State

SLICE = 500
RECORDS, WAITING = table_of(Record), table_of(Awaited)


class TurnFollowed(Model):
    """How far the records of a state have followed whoever holds its steps."""

    __tablename__ = "turn_followed"

    kind: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    state: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    rights: Mapped[int] = mapped_column(default=0)  # the version of the rights that was looked at
    holding: Mapped[str] = mapped_column(sa.String(64), default="")  # who held the steps then
    upto: Mapped[int | None]  # the last record that was asked; None when all were


class TurnNews(Model):
    """How many records have come to a turn since its holders were last told."""

    __tablename__ = "turn_news"

    owner: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


@dataclass(frozen=True)
class Place:
    """One open state of one process."""

    workflow: AnyWorkflow
    state: str
    facts: State

    @property
    def here(self) -> tuple[sa.ColumnElement[bool], sa.ColumnElement[bool]]:
        return RECORDS.c.kind == self.workflow.name, RECORDS.c.state == self.state

    @property
    def turns(self) -> tuple[ByRight, ...]:
        return (*alternatives(self.facts.turn), *self.facts.also)

    @property
    def of_functions(self) -> ByRight | None:
        """The turn that is the same for every record here; None where a person or the record itself plays a part."""
        turn = self.facts.turn
        row = self.workflow.row(turn.step, self.state) if isinstance(turn, ByRight) else None
        narrowed = row is not None and row.whose is not None
        return turn if isinstance(turn, ByRight) and turn.follows_functions and not narrowed else None

    def keys(self, session: Session, held: Holding) -> list[str]:
        """Whose turn everything here is."""
        turn = self.of_functions
        assert turn is not None
        row = self.workflow.row(turn.step, self.state)
        return turn.of_functions(self.workflow, row, held) or [turn.left(session, row)]

    def digest(self, held: Holding) -> str:
        """What the turns here depend on."""
        facts = [self._facts(turn, held) for turn in self.turns]
        return hashlib.sha256(repr(facts).encode()).hexdigest()

    def _facts(self, turn: ByRight, held: Holding) -> tuple[object, ...]:
        thing = self.workflow.thing
        row, roles = self.workflow.row(turn.step, self.state), held.roles(turn.step, thing)
        staffed = [(role, bool(held.people(role))) for role in roles]
        if turn.persons is None and (row is None or row.whose is None):
            return turn.step, staffed
        able = held.able(turn.step, thing)
        places = [(place, sorted(held.members(place) & able)) for place in held.departments]
        return turn.step, staffed, sorted(able), places, [sorted(held.rights(role, thing)) for role in roles]


def places(things: Collection[str] | None = None) -> Iterator[Place]:
    """Every open state, or those of some things."""
    for workflow in WORKFLOWS.values():
        if things is None or workflow.thing in things:
            for state, facts in workflow.states.items():
                if facts.turn is not None:
                    yield Place(workflow, str(state), facts)


def at_once(session: Session, changed: Collection[Place]) -> int:
    """Right after rights have moved: every state whose turn is a function's. Answers how many records moved."""
    swept = [place for place in changed if place.of_functions]
    held = Holding(session, {place.workflow.thing for place in swept})
    return sum(_sweep(session, place, held) for place in swept)


def is_due(session: Session) -> bool:
    """Whether the engine has something to follow, or to tell. Writes nothing."""
    version, known = session.scalar(VERSION), _followed(session)
    rows = [known.get((place.workflow.name, place.state)) for place in places()]
    behind = any(row is None or row.rights != version or row.upto is not None for row in rows)
    return behind or bool(session.scalar(sa.select(sa.exists().where(TurnNews.n > 0))))


def follow(session: Session) -> int | None:
    """The engine's part: what has changed since, then a slice of what is asked one by one. None when all is done."""
    version, known, asked = session.scalar(VERSION) or 0, _locked(session), 0
    held = Holding(session, {place.workflow.thing for place in places()})
    for place in places():
        row = known[place.workflow.name, place.state]
        if row.rights != version:
            _look(session, place, row, held)
            row.rights = version
        if row.upto is not None and asked < SLICE:
            asked += _slice(session, place, row, held, SLICE - asked)
    session.flush()
    return asked if any(row.upto is not None for row in known.values()) else None


def news(session: Session) -> dict[str, int]:
    """How many records have come to each turn since this was last asked."""
    rows = session.scalars(sa.select(TurnNews).order_by(TurnNews.owner).with_for_update()).all()
    found = {row.owner: row.n for row in rows}
    session.execute(sa.delete(TurnNews))
    return found


def _followed(session: Session) -> dict[tuple[str, str], TurnFollowed]:
    return {(row.kind, row.state): row for row in session.scalars(sa.select(TurnFollowed))}


def _locked(session: Session) -> dict[tuple[str, str], TurnFollowed]:
    """A row for every open state, locked: of several engines one follows."""
    rows = [{"kind": place.workflow.name, "state": place.state, "rights": 0, "holding": ""} for place in places()]
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    session.execute(insert(TurnFollowed).values(rows).on_conflict_do_nothing())
    query = sa.select(TurnFollowed).order_by(TurnFollowed.kind, TurnFollowed.state).with_for_update()
    found = session.scalars(query, execution_options={"populate_existing": True})
    return {(row.kind, row.state): row for row in found}


def _look(session: Session, place: Place, row: TurnFollowed, held: Holding) -> None:
    if row.holding == (now := place.digest(held)):
        return
    row.holding = now
    if place.of_functions:
        _sweep(session, place, held)
    row.upto = 0 if not place.of_functions or place.facts.also else None


def _sweep(session: Session, place: Place, held: Holding) -> int:
    """All records of a state at once."""
    first, *others = place.keys(session, held)
    owner = RECORDS.c.owner
    turned = sa.update(RECORDS).where(*place.here, sa.or_(owner != first, owner.is_(None))).values(owner=first)
    moved = rows_written(session, turned, changes_nothing=True)
    if not place.facts.also:
        _beside(session, place, others)
    if moved:
        session.expire_all()
        _count(session, first, moved)
    return moved


def _beside(session: Session, place: Place, others: list[str]) -> None:
    """The further functions that hold the step are awaited, and nobody else."""
    ids = sa.select(RECORDS.c.id).where(*place.here)
    gone = sa.delete(Awaited).where(Awaited.record_id.in_(ids), Awaited.owner.not_in(others))
    session.execute(gone, execution_options={"synchronize_session": False})
    for key in others:
        known = sa.exists().where(Awaited.record_id == RECORDS.c.id, Awaited.owner == key)
        rows = sa.select(RECORDS.c.id, sa.literal(key)).where(*place.here, ~known)
        _count(session, key, rows_written(session, sa.insert(WAITING).from_select(["record_id", "owner"], rows)))


def _slice(session: Session, place: Place, row: TurnFollowed, held: Holding, most: int) -> int:
    """The next records of a state, one by one, each under lock; answers how many were asked."""
    mapper = sa.inspect(Record).polymorphic_map[place.workflow.name]
    query = sa.select(mapper.class_).where(*place.here, RECORDS.c.id > row.upto).order_by(RECORDS.c.id).limit(most)
    query = query.with_for_update(of=Record).execution_options(populate_existing=True)
    records = session.scalars(query).all()
    for record in records:
        before = record.owner
        joined = whose_turn.settle(session, place.workflow, record, held)
        for key in (*([record.owner] if record.owner and record.owner != before else []), *joined):
            _count(session, key, 1)
    row.upto = records[-1].id if len(records) == most else None
    return len(records)


def _count(session: Session, owner: str, n: int) -> None:
    if n:
        row = session.get(TurnNews, owner, with_for_update=True) or TurnNews(owner=owner, n=0)
        row.n += n
        session.add(row)
        session.flush()
