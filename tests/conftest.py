"""The portal under test: migrated, seeded and staffed once, copied for every test that writes."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app, domains
from app.core.time import clock
from app.extensions import db
from app.setup import initialise

from .support import PASSWORD, Browser, Rest, staff

domains.load()  # before anything is collected: a test that walks all kinds knows all of them
POSTGRES = os.environ.get("TEST_DATABASE_URL", "postgresql+psycopg2://postgres@127.0.0.1:5432/postgres")
NOW = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)  # Tuesday 09:20 in Shanghai


def missing(what: str) -> None:
    """A service that is not there: named in a skip, or a failure where it must be there."""
    if os.environ.get("REQUIRE_SERVICES"):
        pytest.fail(f"{what} is required (REQUIRE_SERVICES is set)")
    pytest.skip(f"{what} not found")


def portal_at(folder: Path, url: str) -> Flask:
    """An application on its own data folder and database."""
    return create_app(
        {
            "TESTING": True,
            "PORTAL_ENV": "test",
            "DATA_DIR": str(folder),
            "UPLOAD_DIR": str(folder / "uploads"),
            "MAIL_DIR": str(folder / "mail"),
            "SQLALCHEMY_DATABASE_URI": url,
            "SECRET_KEY": "test-" * 8,
            "AUDIT_KEY": b"audit-test",
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "MAIL_SERVER": "",
        }
    )


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A staffed SQLite database, made once by the migrations and the seeds themselves."""
    folder = tmp_path_factory.mktemp("template")
    app = portal_at(folder, f"sqlite:///{folder / 'portal.db'}")
    with app.app_context(), clock.frozen(NOW):
        initialise()
        staff(db.session)
        db.session.commit()
        db.session.remove()
        with db.engine.connect() as connection:
            connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)"))
        db.engine.dispose()
    return folder


@pytest.fixture(scope="session")
def _shared(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """One application for all tests; its database file is laid anew for each of them."""
    folder = tmp_path_factory.mktemp("portal")
    shutil.copy(template / "portal.db", folder / "portal.db")
    return portal_at(folder, f"sqlite:///{folder / 'portal.db'}")


@pytest.fixture
def app(_shared: Flask, template: Path) -> Iterator[Flask]:
    """The portal with nothing but its staff, at 09:20 on Tuesday 2026-11-24."""
    folder = Path(_shared.config["DATA_DIR"])
    with _shared.app_context():
        db.session.remove()
        db.engine.dispose()
    for leftover in ("portal.db", "portal.db-wal", "portal.db-shm"):  # a new file: a late connection keeps the old one
        (folder / leftover).unlink(missing_ok=True)
    shutil.copy(template / "portal.db", folder / "portal.db")
    (folder / "audit-anchor.log").unlink(missing_ok=True)
    shutil.rmtree(folder / "uploads", ignore_errors=True)
    shutil.rmtree(folder / "mail", ignore_errors=True)
    from app.core.rights import rights  # its model too waits for the portal's own database

    rights.KNOWN.clear()  # what is known of people belongs to the file that has gone
    clock.set_frozen(NOW)
    yield _shared
    clock.set_frozen(None)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A look at the database beside the application, never the application's own session."""
    with app.app_context():
        engine = db.engine
    with Session(engine) as look:
        yield look


@pytest.fixture
def as_role(app: Flask) -> Callable[..., Browser]:
    """as_role("qc") is a browser signed in as that function's person."""
    return lambda login, locale="en": Browser(app, login, PASSWORD, locale)


@pytest.fixture
def rest(app: Flask) -> Callable[..., Rest]:
    """rest("qc") speaks REST with that person's token."""
    return lambda login, locale="en": Rest(app, login, PASSWORD, locale)


@pytest.fixture
def at() -> Iterator[Callable[[str], None]]:
    """at("2026-11-24 17:05") sets the clock, in Shanghai's time."""

    def set_to(text: str) -> None:
        clock.set_frozen(datetime.fromisoformat(text).replace(tzinfo=clock.zone()))

    yield set_to


def new_database(template: str = "template0") -> Iterator[str]:
    """A database of its own on the real PostgreSQL, dropped afterwards."""
    name = f"portal_{uuid.uuid4().hex[:12]}"
    server = sa.create_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        with server.connect() as connection:
            connection.execute(sa.text(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE {template}"))
    except sa.exc.OperationalError:
        missing("PostgreSQL")
        return
    yield str(sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False))
    with server.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """One PostgreSQL database for the tests that share it."""
    yield from new_database()


@pytest.fixture
def empty_postgres() -> Iterator[str]:
    """A PostgreSQL database for one test."""
    yield from new_database()


@pytest.fixture(scope="session")
def postgres_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The staffed portal on PostgreSQL, made once; others are copied from it as long as nobody is connected."""
    for url in new_database():
        app = portal_at(tmp_path_factory.mktemp("postgres-template"), url)
        with app.app_context(), clock.frozen(NOW):
            initialise()
            staff(db.session)
            db.session.commit()
            db.session.remove()
            db.engine.dispose()
        yield str(sa.make_url(url).database)


@pytest.fixture
def staffed_postgres(postgres_template: str) -> Iterator[str]:
    """A staffed PostgreSQL database for one test."""
    yield from new_database(postgres_template)


@pytest.fixture(scope="module")
def staffed_postgres_of_module(postgres_template: str) -> Iterator[str]:
    """A staffed PostgreSQL database for the tests of one module."""
    yield from new_database(postgres_template)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def own_portal(request: pytest.FixtureRequest, tmp_path: Path, template: Path) -> Iterator[Flask]:
    """A staffed portal of its own on each database, which other threads and processes may open too."""
    if request.param == "sqlite":
        shutil.copy(template / "portal.db", tmp_path / "portal.db")
        url = f"sqlite:///{tmp_path / 'portal.db'}"
    else:
        url = request.getfixturevalue("staffed_postgres")
    (tmp_path / "audit-key").write_text("audit-test")
    app = portal_at(tmp_path, url)
    clock.set_frozen(NOW)
    yield app
    clock.set_frozen(None)
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


TOGETHER = (  # what is made once for all of them is costly: a served portal with a Chromium, one that was told the demo
    "tests/browser/",
    "tests/core/test_hardening_postgresql.py",
    "tests/core/test_witness.py",
    "tests/test_cli.py",
    "tests/test_million.py",
    "tests/test_server.py",
)


@pytest.hookimpl(optionalhook=True)  # without workers nobody asks
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With several workers, tests that share something costly stay on one of them; any other goes where there is room.

    Not by marks of a group: xdist 3.8 writes them where pytest 9 does not look any more.
    """
    from xdist.scheduler import LoadScopeScheduling

    class Together(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return next((place for place in TOGETHER if nodeid.startswith(place)), nodeid)

    return Together(config, log)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    found: Any = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        missing("Chromium")
    return str(found)
