"""The stories of a plan, told by as many processes as there are cores; what comes out does not depend on how many."""

from __future__ import annotations

import multiprocessing
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from threading import Semaphore

from flask import Flask, current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.model import Model, table_of
from app.core.rights.people import name_of
from app.core.time import clock
from app.extensions import db
from app.organisation.models import EmployeeCompetence, EmployeeProfile

from . import bulk
from .copies import Rows, Teller
from .crowd import Crowd
from .patterns import Pattern
from .plan import SEED, SLICE, Slice, Story
from .values import Copy, Traveller
from .words import Words

AHEAD = 4  # slices that may wait for whoever lays them down


@dataclass(frozen=True)
class Stage:
    """All that is needed to tell a story again."""

    now: datetime
    patterns: list[Pattern]
    contents: dict[str, bytes]
    crowd: Crowd
    travellers: list[Traveller]
    words: Words


@dataclass(frozen=True)
class Done:
    """A part that was done: the lines of its history, and its rows where they are not laid down yet."""

    stories: int
    lines: list[tuple[int, str]]
    rows: Rows | None


class Worker:
    """Tells slices; on PostgreSQL it also lays them down."""

    def __init__(self, stage: Stage, session: Session) -> None:
        self.stage, self.session = stage, session
        self.teller = Teller(session, stage.patterns, stage.contents)
        self.copies = session.get_bind().dialect.name == "postgresql"
        names = bulk.columns_of("history")
        self.places = names.index("id"), names.index("hash")

    def do(self, part: Slice | range) -> Done:
        """Tell some stories, or settle some customers."""
        rows: Rows = defaultdict(list)
        self._settle(part, rows) if isinstance(part, range) else self._tell(part, rows)
        number, digest = self.places
        lines = [(int(str(row[number])), str(row[digest])) for row in rows["history"]]
        ordered = _in_order(rows)
        if self.copies:
            bulk.copy(self.session.connection(), ordered)
            self.session.commit()
        return Done(0 if isinstance(part, range) else len(part.stories), lines, None if self.copies else ordered)

    def _settle(self, numbers: range, rows: Rows) -> None:
        finder = self.teller.finder
        for model, found in self.stage.crowd.rows(numbers).items():
            table = table_of(model)
            for facts in found:
                whole = bulk.completed(table, facts)
                rows[table.name].append(finder.row(table, *whole.values()))
                finder.learn_row(model, whole, rows)

    def _tell(self, part: Slice, rows: Rows) -> None:
        random = Random(f"{SEED} {part.number}")  # noqa: S311 (the same stories every time)
        first = dict(part.first)
        for count, story in enumerate(part.stories):
            pattern = self.stage.patterns[story.pattern]
            copy = self._copy(random, part.number * SLICE + count, story, pattern, first)
            self.teller.tell(story.pattern, copy, rows)
            for table, many in pattern.rows.items():
                first[table] += many

    def _copy(self, random: Random, number: int, story: Story, pattern: Pattern, first: dict[str, int]) -> Copy:
        stage = self.stage
        caller = stage.crowd.pick(random, pattern.zone)
        subject, description = stage.words.about(random, number, caller.product if pattern.product else "")
        return Copy(
            ids=dict(first),
            numbers=story.numbers,
            days=story.days,
            shift=story.days + timedelta(seconds=story.seconds),
            caller=caller,
            traveller=random.choice(stage.travellers),
            subject=subject,
            description=description,
            random=random,
            now=stage.now,
        )


def _in_order(rows: Rows) -> Rows:
    """Parents before their children; what stands in no model last."""
    first = [table.name for table in Model.metadata.sorted_tables if rows.get(table.name)]
    return {name: rows[name] for name in (*first, *(name for name in rows if name not in first and rows[name]))}


def travellers(session: Session, like: str) -> list[Traveller]:
    """Who may be sent in the place of this person: all with the same competences."""
    today = clock.today()
    held: dict[int, set[int]] = defaultdict(set)
    for row in session.scalars(select(EmployeeCompetence).order_by(EmployeeCompetence.user_id)):
        if row.valid_to is None or row.valid_to >= today:
            held[row.user_id].add(row.competence_id)
    people = {row.user_id: row for row in session.scalars(select(EmployeeProfile))}
    logins = {number: people[number].user.username for number in held}
    needed = next(held[number] for number, login in logins.items() if login == like)
    return [
        Traveller(number, name_of(number), logins[number], str(people[number].mobile))
        for number in sorted(held)
        if held[number] >= needed and logins[number].startswith(like)
    ]


# ---- processes

_worker: Worker | None = None


def _begin(app: Flask, stage: Stage) -> None:
    global _worker
    app.app_context().push()
    db.engine.dispose(close=False)  # the connections of the process it came from are not its own
    if db.engine.dialect.name == "postgresql":
        db.session.connection().exec_driver_sql("SET synchronous_commit = off")
    _worker = Worker(stage, db.session)  # type: ignore[arg-type]


def _do(part: Slice | range) -> Done:
    assert _worker is not None
    return _worker.do(part)


@contextmanager
def done(stage: Stage, parts: Iterator[Slice | range], workers: int) -> Iterator[Iterator[Done]]:
    """All parts done, in their order."""
    if workers == 1:
        worker = Worker(stage, db.session)  # type: ignore[arg-type]
        yield map(worker.do, parts)
        return
    db.session.remove()
    db.engine.dispose()
    app = current_app._get_current_object()  # type: ignore[attr-defined]
    room = Semaphore(workers * AHEAD)
    with multiprocessing.get_context("fork").Pool(workers, _begin, (app, stage)) as pool:
        yield _released(pool.imap(_do, _as_there_is_room(parts, room)), room)


def _as_there_is_room(parts: Iterator[Slice | range], room: Semaphore) -> Iterator[Slice | range]:
    for part in parts:
        room.acquire()
        yield part


def _released(done: Iterator[Done], room: Semaphore) -> Iterator[Done]:
    for each in done:
        yield each
        room.release()
