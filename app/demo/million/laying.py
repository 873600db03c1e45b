"""Lays so many complaints and customers into a portal with the people of the full demo."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.model import Model, table_of
from app.core.record import history, witness
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.workdays import load_calendar
from app.customers.models import Contact, Customer, ProductUnit
from app.extensions import db

from . import bulk, patterns, tables, telling, work
from .crowd import Crowd
from .found import indexes_of
from .numbering import Numbers
from .patterns import Pattern
from .plan import Plan, Slice
from .words import Words

STEPS = 20  # of which each is told
COMPLAINTS, A_CUSTOMER = 1_000_000, 5  # complaints in all, and of a customer


def lay(session: Session, complaints: int, customers: int, workers: int | None = None) -> Iterator[str]:
    """So many complaints beside those that are there, from one seed; says how far it has come.

    The portal has the people of the full demo, and nobody works in it meanwhile.
    """
    _seal(session)
    crowd = Crowd(session, customers)
    found, contents = _patterns(crowd)
    yield f"{len(found)} stories told once"
    sent = work.travellers(session, telling.TECHNICIAN)
    stage = work.Stage(clock.now(), found, contents, crowd, sent, Words(complaints))
    plan = Plan(found, complaints, stage.now, load_calendar(session))
    numbers = Numbers(session, {head.kind for pattern in found for head in pattern.heads if not head.beside})
    first = {name: _next(session, name) for name in tables.gives_numbers()}
    crowd.make_products(session)
    session.commit()
    parts = chain[Slice | range](crowd.parts(), plan.slices(numbers, first))
    with bulk.quick(db.engine, _laid()):
        yield from _done(session, stage, parts, plan.stories, workers or len(os.sched_getaffinity(0)))
        yield "Now the indexes."
    numbers.keep(session)
    bulk.settle(session.connection(), _laid())
    session.commit()


@cache
def _laid() -> list[str]:
    models = (Customer, Contact, ProductUnit)
    shadows = [index.name for model in (Record, *models) for index in indexes_of(model)]
    return [*(table_of(model).name for model in models), *tables.ways(), witness.WITNESSES.name, *shadows]


def _patterns(crowd: Crowd) -> tuple[list[Pattern], dict[str, bytes]]:
    places = {zone: there[0][0] for zone, there in crowd.places.items() if there}
    with telling.told(places) as (session, stories):
        return patterns.read(session, stories), telling.contents(session)


def _done(
    session: Session, stage: work.Stage, parts: Iterator[Slice | range], stories: int, workers: int
) -> Iterator[str]:
    """Part by part, sealed as they come."""
    waiting: list[tuple[int, str]] = []
    told, said = 0, 0
    with work.done(stage, parts, workers) as finished, _hurry(session):
        for part in finished:
            if part.rows:
                bulk.insert(session.connection(), part.rows)
                session.commit()
            waiting += part.lines
            if len(waiting) >= history.BATCH:
                _close(session, waiting)
                waiting = []
            if (told := told + part.stories) * STEPS // stories > said:
                said = told * STEPS // stories
                yield f"{told:,} of {stories:,} stories told"
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


@contextmanager
def _hurry(session: Session) -> Iterator[None]:
    """SQLite waits for no disk meanwhile: what a power failure takes is laid anew."""
    if session.get_bind().dialect.name != "sqlite":
        yield
        return
    for pragma in ("synchronous = OFF", "cache_size = -500000"):
        session.connection().exec_driver_sql(f"PRAGMA {pragma}")
    yield
    session.commit()
    db.engine.dispose()  # the next connection waits again


def _next(session: Session, name: str) -> int:
    return (session.scalar(select(func.max(Model.metadata.tables[name].c.id))) or 0) + 1
