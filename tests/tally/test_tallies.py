"""What is kept equals what the rows say: whatever changes, whoever changes it, folded or not, on each database."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.compliance.checks import checks
from app.compliance.clauses import CLAUSES
from app.compliance.figures import Period, listed, page_of
from app.core.tally.folding import fold, fold_all, forget
from app.core.tally.models import Tally, TallyKept, TallyStale
from app.core.tally.proof import differing
from app.core.tally.reading import figures, recounted
from app.core.tally.sources import SOURCES
from app.core.time import clock
from app.core.types import UtcDateTime
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db
from app.notifications.engine import run_once
from tests.conftest import NOW, portal_at

ROUNDS = 60
BESIDE = {"id", "number", "kind", "record_id"}  # who a row is


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def portal(request: pytest.FixtureRequest, template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The company of the small demo on each database; the tests go on from what the one before left."""
    folder = tmp_path_factory.mktemp("tally")
    url = f"sqlite:///{shutil.copy(template / 'portal.db', folder / 'portal.db')}"
    if request.param == "postgresql":
        url = request.getfixturevalue("staffed_postgres_of_module")
    app = portal_at(folder, url)
    clock.set_frozen(NOW)
    with app.app_context():
        tell(db.session, PLOTS)
        db.session.remove()
    yield app
    clock.set_frozen(None)
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def told(portal: Flask) -> Iterator[Session]:
    """Everything is kept."""
    with portal.app_context():
        fold_all(db.session)
        yield db.session
        db.session.remove()


def periods() -> Iterator[list[date]]:
    today = clock.today()
    yield [today - timedelta(days=365), today + timedelta(days=1)]
    yield [
        today - timedelta(days=70),
        today - timedelta(days=31),
        today - timedelta(days=1),
        today + timedelta(days=40),
    ]
    yield [today, today + timedelta(days=1)]


def differences(session: Session) -> list[str]:
    """Where what is kept and what the rows say part."""
    found = []
    for edges in periods():
        for by in (False, True):
            kept, counted = (ask(session, list(SOURCES), edges, by=by) for ask in (figures, recounted))
            found += [f"{key}: {kept.get(key)} kept, {counted.get(key)} counted" for key in {*kept, *counted}
                      if kept.get(key) != counted.get(key)]  # fmt: skip
    session.rollback()
    return found


def lists_that_differ(session: Session) -> list[str]:
    """Pages of the clauses that are not the lines of the whole list."""
    found, today = [], clock.today()
    period = Period(today - timedelta(days=365), today)
    for clause in CLAUSES:
        ours = [check for check in checks().values() if check.clause == clause]
        for which in ("breaches", "apart", "all"):
            every = session.execute(listed(period, ours, which)).all()
            pages = [page_of(session, period, ours, which, begin, 7) for begin in (0, 7, 21)]
            if ours and pages != [every[begin : begin + 7] for begin in (0, 7, 21)]:
                found.append(f"{clause} {which}")
    session.rollback()
    return found


def test_what_was_told_by_steps_is_kept_and_equal(told: Session):
    assert told.scalar(select(func.count()).select_from(Tally)) > 100
    assert told.scalar(select(func.count()).select_from(TallyStale)) == 0
    assert set(told.scalars(select(TallyKept.source))) == set(SOURCES)
    assert differences(told) == []


def test_time_alone_makes_a_deadline_late_before_and_after_the_engine_tells_it(told: Session, portal: Flask):
    for days in (1, 4, 30):
        clock.set_frozen(clock.now() + timedelta(days=days))
        assert differences(told) == []
        run_once(portal)
        assert differences(told) == []


def test_whatever_a_source_reads_may_change_by_plain_sql(told: Session):
    chance = Random(20261129)
    places = sorted({(table, name) for source in SOURCES.values() for table, names in source.read.items()
                     for name in names}, key=str)  # fmt: skip
    for number in range(ROUNDS):
        done = [changed(told, chance, *chance.choice(places)) for _change in range(chance.choice((1, 2, 5)))]
        assert differences(told) == [], f"round {number}: {done}"
        if number % 10 == 0:
            assert lists_that_differ(told) == [], f"round {number}: {done}"
        if chance.random() < 0.5:
            fold(told)
            assert differences(told) == [], f"round {number}, folded: {done}"
    fold_all(told)
    assert told.scalar(select(func.count()).select_from(TallyStale)) == 0
    assert differences(told) == []


def changed(session: Session, chance: Random, table: Any, name: str) -> str:
    """One change to a column that matters: moved in time, emptied, taken from another row; or a row is gone."""
    key, column = next(iter(table.primary_key)), table.c[name]
    keys = session.scalars(select(key)).all()
    if not keys:
        return f"{table.name} is empty"
    chosen = chance.sample(list(keys), min(len(keys), chance.choice((1, 1, 5, 20))))
    with suppress(DBAPIError):  # a foreign key, or append-only: the database itself refuses
        if chance.random() < 0.15 or name in BESIDE:
            session.execute(delete(table).where(key == chosen[0]))
        else:
            value = some_value(chance, column, session.scalars(select(column)).all())
            session.execute(update(table).where(key.in_(chosen)).values({name: value}))
        if chance.random() < 0.1:
            session.rollback()
        session.commit()
    session.rollback()
    return f"{table.name}.{name}"


def some_value(chance: Random, column: Any, values: Any) -> Any:
    if column.nullable and chance.random() < 0.2:
        return None
    value = chance.choice(values)
    if isinstance(column.type, UtcDateTime):
        near = value if isinstance(value, datetime) else clock.now()
        return near + timedelta(hours=chance.randint(-60, 60), minutes=chance.randint(0, 59))
    return value


def test_a_source_that_asks_in_another_way_is_kept_anew(told: Session):
    told.execute(update(TallyKept).values(shape="as it was asked before"))
    told.execute(update(Tally).values(cases=Tally.cases + 1))
    told.commit()
    assert differences(told) == []
    fold_all(told)
    assert differences(told) == []


def test_the_check_names_what_is_kept_wrongly(told: Session):
    assert list(differing(told, 0.5)) == []
    told.execute(update(Tally).where(Tally.source == "received").values(cases=Tally.cases + 1))
    told.commit()
    assert "received" in " ".join(differing(told, 2))
    forget(told)
    told.commit()


def test_what_was_forgotten_is_made_again_day_by_day(told: Session):
    before = set(told.execute(select(Tally.__table__)).all())
    forget(told)
    told.commit()
    fold(told)
    assert differences(told) == []
    fold_all(told)
    assert set(told.execute(select(Tally.__table__)).all()) == before
