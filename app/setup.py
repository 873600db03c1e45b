"""Setting a portal up: schema, triggers, functions and rights, calendar, regions, deadline rules."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from flask_babel import gettext as _
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from . import access
from .core import deadlines, search, seeding, triggers, workdays
from .core.recompute import recompute_open
from .core.workflow import SYSTEM
from .extensions import db
from .organisation.models import Region
from .organisation.people import add_missing_profiles
from .organisation.regions import import_regions


def initialise() -> None:
    """Migrate to head and seed what is missing; never restores what an administrator removed."""
    with _alone():
        upgrade()
        seed()


def seed() -> None:
    """What a portal needs before its first person signs in; every part is idempotent."""
    session = db.session
    triggers.install_triggers(session.connection())
    seeding.seed_functions(session, access.FUNCTIONS)
    seeding.seed_rights(session, access.cells())
    workdays.seed_calendar(session)
    deadlines.seed_rules(session)
    add_missing_profiles(session)
    for index in search.INDEXES:
        index.fill_missing(session)
    if not session.scalar(select(func.count()).select_from(Region)):
        import_regions(session)
    session.commit()


@contextmanager
def _alone() -> Iterator[None]:
    """One `portal init` at a time, on one machine and on one database."""
    with (Path(current_app.config["DATA_DIR"]) / "init.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if db.engine.dialect.name != "postgresql":
            yield
            return
        with db.engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(4712)"))
            yield
            connection.execute(text("SELECT pg_advisory_unlock(4712)"))


def add_administrator(username: str, email: str, password: str) -> None:
    """The first person of a new portal. Raises ValueError with a sentence."""
    from .organisation.people import create_person

    create_person(
        db.session,
        username=username,
        first_name=username,
        last_name="",
        email=email,
        password=password,
        functions=("admin",),
        locale=current_app.config["BABEL_DEFAULT_LOCALE"],
    )
    db.session.commit()


def import_calendar_year(year: int) -> str:
    """Bring in a year and compute the running deadlines again."""
    confirmed = workdays.import_year(db.session, year).confirmed
    reason = str(_("The calendar of %(year)s was imported.", year=year))
    changed = recompute_open(db.session, reason, SYSTEM)
    db.session.commit()
    told = f"{year} is {'confirmed' if confirmed else 'not published yet: its days stay provisional'}."
    return f"{told} {changed} running deadlines changed."
