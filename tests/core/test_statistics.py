"""The database knows how large its tables are: after setting up, and every day anew."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.core import statistics
from app.core.time import clock
from app.customers.models import Customer
from app.extensions import db
from app.notifications.counting import count_tables
from app.notifications.engine import run_once
from tests.core.test_hardening import add_customers


def known(table: str) -> int | None:
    """How many rows the database believes a table to have."""
    if db.engine.dialect.name == "postgresql":
        found = db.session.scalar(sa.text("SELECT reltuples FROM pg_class WHERE relname = :t"), {"t": table})
        return int(found) if found >= 0 else None
    found = db.session.scalar(sa.text("SELECT max(stat) FROM sqlite_stat1 WHERE tbl = :t"), {"t": table})
    return int(found.split()[0]) if found else None


@pytest.fixture
def portal(own_portal: Flask) -> Any:
    with own_portal.app_context():
        yield own_portal
        db.session.remove()


def test_after_setting_up_the_database_knows_its_tables(portal: Flask):
    assert (known("region") or 0) > 3_000


def test_the_engine_lets_the_tables_be_counted_once_a_day(portal: Flask):
    run_once(portal)
    before = known("customer") or 0
    add_customers(db.session, [f"Counted {index}" for index in range(50)])
    run_once(portal)
    db.session.rollback()
    assert (known("customer") or 0) == before
    clock.set_frozen(clock.now() + timedelta(days=1, minutes=1))
    count_tables(db.session)
    assert known("customer") == db.session.scalar(sa.select(sa.func.count(Customer.id)))


def test_of_several_engines_one_lets_the_tables_be_counted(portal: Flask, monkeypatch):
    counts: list[sa.Engine] = []
    monkeypatch.setattr(statistics, "refresh", counts.append)
    for _engine in range(3):
        count_tables(db.session)
    assert len(counts) == 1


def test_a_connection_of_sqlite_keeps_little_and_maps_nothing(app: Flask):
    with app.app_context(), db.engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA cache_size").scalar() == -4000
        assert connection.exec_driver_sql("PRAGMA mmap_size").scalar() in (0, None)
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
