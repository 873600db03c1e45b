"""How often somebody has tried, counted where all workers see it: the portal's own database."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from flask import current_app
from limits.storage import Storage
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..time import clock


class RateCount(Model):
    """How many requests of one caller fall into the present window."""

    __tablename__ = "rate_count"

    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    hits: Mapped[int]
    until: Mapped[float] = mapped_column(sa.Float, index=True)


HIT = sa.text("""
    INSERT INTO rate_count (key, hits, until) VALUES (:key, :amount, :until)
    ON CONFLICT (key) DO UPDATE SET
        hits = CASE WHEN rate_count.until <= :now THEN :amount ELSE rate_count.hits + :amount END,
        until = CASE WHEN rate_count.until <= :now THEN :until ELSE rate_count.until END
    RETURNING hits""")
SEEN = sa.text("SELECT hits, until FROM rate_count WHERE key = :key AND until > :now")
GONE = sa.text("DELETE FROM rate_count WHERE key = :key")
OVER = sa.text("DELETE FROM rate_count WHERE until <= :now")
EVERY = 500  # hits of a worker between two sweeps


class DatabaseStorage(Storage):
    """`portal://`: the counters of Flask-Limiter in the portal's database."""

    STORAGE_SCHEME = ["portal"]

    def __init__(self, uri: str | None = None, wrap_exceptions: bool = False, **options: float | str | bool) -> None:
        super().__init__(uri, wrap_exceptions, **options)
        self._hits = 0

    @property
    def base_exceptions(self) -> type[Exception]:
        return sa.exc.SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        now = clock.now().timestamp()
        facts = {"key": _short(key), "amount": amount, "now": now, "until": now + expiry}
        with _engine().begin() as connection:
            hits: int = connection.execute(HIT, facts).scalar_one()
            self._hits += 1
            if self._hits % EVERY == 0:
                connection.execute(OVER, {"now": now})
        return hits

    def get(self, key: str) -> int:
        return self._seen(key)[0]

    def get_expiry(self, key: str) -> float:
        return self._seen(key)[1]

    def check(self) -> bool:
        self._seen("")
        return True

    def reset(self) -> int | None:
        with _engine().begin() as connection:
            return connection.execute(sa.text("DELETE FROM rate_count")).rowcount

    def clear(self, key: str) -> None:
        with _engine().begin() as connection:
            connection.execute(GONE, {"key": _short(key)})

    def _seen(self, key: str) -> tuple[int, float]:
        now = clock.now().timestamp()
        with _engine().connect() as connection:
            row = connection.execute(SEEN, {"key": _short(key), "now": now}).first()
        return (row.hits, row.until) if row else (0, now)


def _engine() -> sa.Engine:
    engine: sa.Engine = current_app.extensions["sqlalchemy"].engine
    return engine


def _short(key: str) -> str:
    """An address is nobody's to read in the database, and a key of any length fits."""
    return hashlib.sha256(key.encode()).hexdigest()


class SignInTries(Model):
    """Wrong tries under one typed name, whether somebody is called so or not: both are answered alike."""

    __tablename__ = "sign_in_tries"

    name: Mapped[str] = mapped_column(sa.String(64), primary_key=True)  # folded and digested
    failed: Mapped[int]
    until: Mapped[float] = mapped_column(sa.Float, index=True)  # of the lock, or of the count


TRY_NAME = sa.text("""
    INSERT INTO sign_in_tries (name, failed, until) VALUES (:name, 1, :until)
    ON CONFLICT (name) DO UPDATE SET
        failed = CASE WHEN sign_in_tries.failed >= :most AND sign_in_tries.until <= :now THEN 1
                      ELSE sign_in_tries.failed + 1 END,
        until = :until
    WHERE sign_in_tries.failed < :most OR sign_in_tries.until <= :now
    RETURNING failed""")
LOCKED_NAME = sa.text("SELECT until FROM sign_in_tries WHERE name = :name")
FORGET_NAME = sa.text("DELETE FROM sign_in_tries WHERE name = :name")
FORGET_OLD = sa.text("DELETE FROM sign_in_tries WHERE until <= :then")
KEPT = timedelta(days=1)


def try_name(session: Session, name: str, most: int, locked: timedelta) -> datetime | None:
    """Count a try under a typed name before it is judged; until when the name is locked, if it is. Commits."""
    now = clock.now()
    facts = {"name": _folded(name), "now": now.timestamp(), "until": (now + locked).timestamp(), "most": most}
    counted = session.execute(TRY_NAME, facts).scalar()
    until = None if counted else session.execute(LOCKED_NAME, {"name": facts["name"]}).scalar()
    if counted == most:
        session.execute(FORGET_OLD, {"then": (now - KEPT).timestamp()})
    session.commit()
    return datetime.fromtimestamp(until, UTC) if until else None


def forget(session: Session, *names: str | None) -> None:
    """Who is in has no wrong tries; the caller commits."""
    for name in names:
        if name:
            session.execute(FORGET_NAME, {"name": _folded(name)})


def _folded(name: str) -> str:
    """The same for every way a name can be typed."""
    return _short(name.strip().casefold())
