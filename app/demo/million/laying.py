"""Lays so many complaints and customers into a portal with the people of the full demo."""

from __future__ import annotations

import os
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.model import Model
from app.core.record import history, search, witness
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.workdays import load_calendar
from app.extensions import db

from . import bulk, patterns, tables, telling, work
from .crowd import Crowd
from .numbering import Numbers
from .patterns import Pattern
from .plan import Plan
from .words import Words

COMPLAINTS, A_CUSTOMER = 1_000_000, 5  # complaints in all, and of a customer


def lay(session: Session, complaints: int, customers: int, workers: int | None = None) -> Iterator[str]:
    """So many complaints beside those that are there, from one seed; says how far it has come.

    The portal has the people of the full demo, and nobody works in it meanwhile.
    """
    _seal(session)
    crowd = Crowd(session, customers)
    found, contents = _patterns(crowd)
    yield f"{len(found)} stories told once"
    yield from crowd.settle()
    stage = work.Stage(
        clock.now(), found, contents, crowd, work.travellers(session, telling.TECHNICIAN), Words(complaints)
    )
    plan = Plan(found, complaints, stage.now, load_calendar(session))
    numbers = Numbers(session, {head.kind for pattern in found for head in pattern.heads if not head.beside})
    first = {name: _next(session, name) for name in tables.gives_numbers()}
    session.commit()
    laid = [*tables.ways(), witness.WITNESSES.name, *(index.name for index in search.INDEXES if index.model is Record)]
    with bulk.quick(db.engine, laid):
        yield from _told(session, stage, plan, numbers, first, workers or len(os.sched_getaffinity(0)))
        yield "laying the indexes"
    numbers.keep(session)
    bulk.settle(session.connection(), laid)
    session.commit()


def _patterns(crowd: Crowd) -> tuple[list[Pattern], dict[str, bytes]]:
    places = {zone: there[0][0] for zone, there in crowd.places.items() if there}
    with telling.told(places) as (session, stories):
        return patterns.read(session, stories), telling.contents(session)


def _told(
    session: Session, stage: work.Stage, plan: Plan, numbers: Numbers, first: dict[str, int], workers: int
) -> Iterator[str]:
    """Story by story, sealed as they come."""
    waiting: list[tuple[int, str]] = []
    told, said = 0, 0
    with work.told(stage, plan.slices(numbers, first), workers) as parts:
        _hurry(session)
        for part in parts:
            if part.rows:
                bulk.insert(session.connection(), part.rows)
                session.commit()
            waiting += part.lines
            told += part.stories
            if len(waiting) >= history.BATCH:
                _close(session, waiting)
                waiting = []
            if told * 20 // plan.stories > said:
                said = told * 20 // plan.stories
                yield f"{told:,} stories told"
    if waiting:
        _close(session, waiting)


def _close(session: Session, lines: list[tuple[int, str]]) -> None:
    history.close(session, [number for number, _hash in lines], [digest for _number, digest in lines])
    session.commit()
    history.anchor(session)


def _seal(session: Session) -> None:
    """What was written before is sealed before."""
    while history.seal(session):
        session.commit()
        history.anchor(session)
    session.rollback()


def _hurry(session: Session) -> None:
    """Nobody works here yet: what a power failure takes is laid anew."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql("PRAGMA synchronous = OFF")
        session.connection().exec_driver_sql("PRAGMA cache_size = -500000")


def _next(session: Session, name: str) -> int:
    return (session.scalar(select(func.max(Model.metadata.tables[name].c.id))) or 0) + 1
