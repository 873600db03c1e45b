"""Setting a portal up: schema, triggers, functions and rights, calendar, regions, deadline rules."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app
from flask_migrate import upgrade
from sqlalchemy import func, select, text

from app.core import statistics
from app.core.kind import choices
from app.core.record import history, search, triggers, witness
from app.core.rights import seeding
from app.core.rights.actor import SYSTEM
from app.core.tally import folding
from app.core.text import cleaning, mail_address
from app.core.text.wording import gettext as _
from app.core.time import deadlines, workdays
from app.core.time.recompute import recompute_open

from . import access
from .extensions import db
from .organisation.models import Region
from .organisation.people import add_missing_profiles
from .organisation.regions import import_regions


def initialise() -> None:
    """Migrate to head and seed what is missing; never restores what an administrator removed."""
    with _alone():
        upgrade()
        seed()
        statistics.refresh(db.engine)


def seed() -> None:
    """What a portal needs before its first person signs in; every part is idempotent."""
    session = db.session
    connection = session.connection()
    if triggers.missing(connection):  # what changed meanwhile was not marked
        folding.forget(session)
    triggers.install_triggers(connection)
    seeding.seed_functions(session, access.FUNCTIONS)
    seeding.seed_rights(session, access.cells())
    workdays.seed_calendar(session)
    deadlines.seed_rules(session)
    choices.seed_choices(session)
    add_missing_profiles(session)
    for index in search.INDEXES:
        index.fill_missing(session)
    if not session.scalar(select(func.count()).select_from(Region)):
        import_regions(session)
    if not history.counts_notes(session):
        witness.begin(session)
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
        username=cleaning.typed(username),
        first_name=cleaning.line(username),
        last_name="",
        email=mail_address.sendable(email),
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
