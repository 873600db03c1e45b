"""What the engine costs: mails to a local server, deadlines that are due at once, and a round in which nothing is due.

    python -m benchmarks.engine [running deadlines] [due at once] [mails]

BENCH_DATABASE_URL names an empty database to measure on (PostgreSQL); else SQLite in a folder of its own.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from app import create_app
from app.core.model import table_of
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.deadline_rules import current_rule
from app.core.time.deadlines import Deadline
from app.customers.models import Customer
from app.demo.staff import hire
from app.extensions import db
from app.notifications import engine as portal_engine
from app.notifications import outbox
from app.notifications.models import OutboxMail
from app.notifications.scan import scan_deadlines
from app.notifications.sender import deliver_due
from app.setup import initialise

from .data import fill
from .sink import sink
from .stock import PASSWORD

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)  # a Tuesday morning in Shanghai
IDLE_ROUNDS = 20
CLOCKS = 8  # of each record: a power of two
CODES = ("CLOSE", "ACK", "HAND_TO_QC", "ARRIVE_IN", "COMPLETE")
LATE = (timedelta(hours=-1), timedelta(hours=1), timedelta(hours=1), timedelta(days=1, hours=1))
LONG = timedelta(days=3, hours=1)  # brought before the general manager: one of fifty
STATEMENTS = {"sent": 0}


@event.listens_for(Engine, "before_cursor_execute")
def _count(*_args: Any) -> None:
    STATEMENTS["sent"] += 1


@dataclass(frozen=True)
class Cost:
    """What a piece of work took."""

    seconds: float
    cpu: float
    statements: int


def cost(work: Callable[[], Any]) -> Cost:
    """Do it, and tell what it took of this process."""
    STATEMENTS["sent"], begin, cpu = 0, time.perf_counter(), time.process_time()
    work()
    return Cost(time.perf_counter() - begin, time.process_time() - cpu, STATEMENTS["sent"])


def portal(folder: Path, running: int) -> Flask:
    """The portal with its staff, and so many clocks that run for days."""
    app = create_app(
        {
            "TESTING": True,
            "DATA_DIR": str(folder),
            "UPLOAD_DIR": str(folder / "up"),
            "SQLALCHEMY_DATABASE_URI": os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder / 'portal.db'}",
        }
    )
    with app.app_context():
        initialise()
        hire(db.session, PASSWORD)
        fill(db.session, running // CLOCKS, max(1, running // CLOCKS // 5))
        more_clocks(db.session)
        db.session.execute(sa.update(Customer).values(email=sa.literal("c") + Customer.phone_digits + "@example.com"))
        soon = NOW + timedelta(days=8)
        far = {"due_at": NOW + timedelta(days=9), "warn_at": soon, "tell_at": soon}
        db.session.connection().execute(sa.update(table_of(Deadline)).values(far))
        db.session.commit()
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(sa.text("ANALYZE"))
    return app


def more_clocks(session: Session) -> None:
    """Every record has several."""
    table = table_of(Deadline)
    others = [column for column in table.columns if not column.primary_key]
    rows = sa.insert(table).from_select([column.name for column in others], sa.select(*others))
    for _clock in range(CLOCKS.bit_length() - 1):
        session.connection().execute(rows)


def bring_near(session: Session, count: int) -> None:
    """Of so many clocks a step is due now: a warning, the end, a day after it; of some the last one."""
    rules = {code: current_rule(session, code).id for code in CODES}
    numbers = session.scalars(sa.select(Deadline.id).order_by(Deadline.id).limit(count)).all()
    changes = [
        {
            "number": number,
            "code": (code := CODES[n % len(CODES)]),
            "rule_id": rules[code],
            "due_at": NOW - (late := LONG if n % 50 == 0 else LATE[n % len(LATE)]),
            "warn_at": NOW - late - timedelta(hours=2),
            "tell_at": NOW - timedelta(minutes=1),
        }
        for n, number in enumerate(numbers)
    ]
    table = table_of(Deadline)
    session.connection().execute(sa.update(table).where(table.c.id == sa.bindparam("number")), changes)
    session.commit()


def owe_some(session: Session, count: int) -> None:
    """A third to colleagues about a step, a third to customers; the last third are what the deadlines owe."""
    session.execute(sa.delete(OutboxMail).where(OutboxMail.id > sa.select(_nth(count // 3)).scalar_subquery()))
    people = session.scalars(sa.select(sa.column("user_id")).select_from(sa.table("employee_profile"))).all()
    records = session.execute(sa.select(Record.id, Record.customer_id).order_by(Record.id.desc()).limit(count)).all()
    for n, row in enumerate(records[: count // 3]):
        outbox.owe(session, "complaint.hand_over", row.id, "1", [people[n % len(people)]])
    for row in records[count // 3 : 2 * count // 3]:
        facts = {"technician": "李志强", "phone": "13800000000", "planned_on": "2026-11-26"}
        outbox.owe_customer(session, "complaint_assigned", row.id, "1", "", "zh", facts)
    session.commit()


def _nth(count: int) -> Any:
    return sa.select(OutboxMail.id).order_by(OutboxMail.id).offset(count - 1).limit(1).subquery().c.id


def until_done(part: Callable[[Session], int]) -> None:
    while part(db.session):
        continue


def main(running: int = 300_000, due: int = 5_000, mails: int = 900) -> None:
    with tempfile.TemporaryDirectory() as name, clock.frozen(NOW), sink() as port:
        app = portal(Path(name), running)
        app.config.update(MAIL_SERVER="127.0.0.1", MAIL_PORT=port)
        portal_engine.run_once(app)
        print(f"{app.config['SQLALCHEMY_DATABASE_URI'].partition(':')[0]}, {running} running deadlines", flush=True)
        idle = cost(lambda: [portal_engine.tick(app) for _round in range(IDLE_ROUNDS)])
        each = idle.cpu / IDLE_ROUNDS
        print(
            f"nothing due: {each * 1000:.1f} ms CPU and {idle.statements / IDLE_ROUNDS:.0f} statements a round, "
            f"{each / portal_engine.PAUSE:.2%} of a core",
            flush=True,
        )
        with app.app_context():
            bring_near(db.session, due)
            told = cost(lambda: until_done(scan_deadlines))
            owed = db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMail))
            _tell(f"{due} deadlines due at once ({owed} mails owed)", told, due)
            owe_some(db.session, mails)
            sent = cost(lambda: until_done(deliver_due))
            states = sa.select(OutboxMail.state, sa.func.count()).group_by(OutboxMail.state)
            _tell(f"mails {dict(map(tuple, db.session.execute(states)))}", sent, mails)
            db.session.remove()
            db.engine.dispose()


def _tell(what: str, took: Cost, count: int) -> None:
    print(
        f"{what}: {took.seconds:.1f} s, {count / took.seconds:.0f} a second, {count / took.cpu:.0f} a CPU second, "
        f"{took.statements / count:.2f} statements each",
        flush=True,
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
