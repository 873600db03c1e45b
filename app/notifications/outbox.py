"""The outbox: owing, claiming and settling mails. The truth is in the database; an engine only ticks it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy import ColumnElement, CursorResult, and_, bindparam, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core.model import table_of
from app.core.time import clock

from .models import OPEN, Notice, OutboxMail

LEASE = timedelta(minutes=5)
BACKOFF = (1, 2, 4, 8, 16, 32, 60)  # minutes
TRIES = 77  # with these pauses: 72 hours of trying
UNDER_WAY = ("pending", "sending")
BROKEN = "broken"  # how often the connection broke behind the message

MAILS = table_of(OutboxMail)
SETTLED = update(MAILS).where(
    MAILS.c.id == bindparam("number"), MAILS.c.token == bindparam("fence"), MAILS.c.state == "sending"
)  # said once: every mail is settled by a statement of its own
Told = tuple[int | None, int | None, str]  # the person, the record, the event


@dataclass(frozen=True)
class Claim:
    """A mail leased to one engine. The fence is kept here, apart from the row that may be read again."""

    id: int
    token: str
    attempts: int
    event: str


@dataclass(frozen=True)
class Debt:
    """What one occurrence owes to several people."""

    event: str
    record_id: int | None
    occurrence: str
    people: Collection[int]
    urgent: bool
    not_before: datetime | None
    payload: dict[str, Any]

    def rows(self) -> list[dict[str, Any]]:
        facts = {"event": self.event, "record_id": self.record_id, "urgent": self.urgent, "next_at": self.not_before}
        key = f"{self.event}:{self.record_id}:{self.occurrence}"
        return [
            _row(f"{key}:{person}", user_id=person, payload=self.payload, **facts) for person in sorted(self.people)
        ]


def owe(
    session: Session,
    event: str,
    record_id: int | None,
    occurrence: str,
    people: Iterable[int],
    *,
    urgent: bool = False,
    not_before: datetime | None = None,
    payload: dict[str, Any] | None = None,
    bell: bool = True,
) -> int:
    """Owe a mail and a line of the bell to each person, once per occurrence; in the caller's transaction."""
    debt = Debt(event, record_id, occurrence, frozenset(people), urgent, not_before, payload or {})
    return owe_all(session, [debt], bell=bell)


def owe_all(session: Session, debts: Iterable[Debt], *, bell: bool = True) -> int:
    """Owe what many occurrences call for, in two statements; answers how many mails are new."""
    told = _insert(session, [row for debt in debts for row in debt.rows()])
    if bell:
        _ring(session, told)
    return len(told)


def ring(session: Session, event: str, record_id: int | None, people: Iterable[int]) -> None:
    """A line of the bell for each person."""
    _ring(session, [(person, record_id, event) for person in people])


def _ring(session: Session, told: Sequence[Told]) -> None:
    lines = [
        {"user_id": person, "record_id": record_id, "event": event, "created_at": clock.now()}
        for person, record_id, event in told
    ]
    if lines:
        session.execute(insert(Notice), lines)


def owe_customer(
    session: Session,
    event: str,
    record_id: int,
    occurrence: str,
    address: str,
    locale: str,
    payload: dict[str, Any],
    not_before: datetime | None = None,
) -> bool:
    """Owe a mail to a customer's address."""
    key = f"{event}:{record_id}:{occurrence}:customer"
    facts = {"event": event, "record_id": record_id, "address": address, "locale": locale, "next_at": not_before}
    row = _row(key, user_id=None, payload=payload, **facts)
    return bool(_insert(session, [row]))


def _row(key: str, **values: Any) -> dict[str, Any]:
    host = urlsplit(current_app.config["PUBLIC_URL"]).hostname or "after-sales"
    return {
        "locale": "",
        "address": "",
        "urgent": False,
        **values,
        "key": key[:160],
        "state": "pending",
        "attempts": 0,
        "token": "",
        "last_error": "",
        "created_at": clock.now(),
        "next_at": values.get("next_at") or clock.now(),
        "message_id": f"<{secrets.token_hex(16)}@{host}>",
    }


def _insert(session: Session, rows: list[dict[str, Any]]) -> list[Told]:
    """One row per key, however often it is asked for; answers which rows are new."""
    if not rows:
        return []
    new: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[session.get_bind().dialect.name]
    statement = new(OutboxMail).on_conflict_do_nothing(index_elements=["key"])
    told = statement.returning(OutboxMail.user_id, OutboxMail.record_id, OutboxMail.event)
    return [(row.user_id, row.record_id, row.event) for row in session.execute(told, rows)]


def begin(session: Session) -> None:
    """A transaction that is going to write: on SQLite it queues up now instead of failing later."""
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        session.execute(text("BEGIN IMMEDIATE"))


def claim(session: Session, limit: int) -> list[Claim]:
    """Lease due mails to this engine; the token fences off whoever was slower. Commits."""
    now, token = clock.now(), secrets.token_hex(16)
    due = select(OutboxMail.id).where(
        text(OPEN),  # in the words of the index
        OutboxMail.next_at <= now,
        OutboxMail.lease_until.is_(None) | (OutboxMail.lease_until < now),
    )
    if session.scalars(due.limit(1)).first() is None:  # a look that locks nothing
        return []
    begin(session)
    first = due.order_by(OutboxMail.urgent.desc(), OutboxMail.next_at, OutboxMail.id).limit(limit)
    ids = list(session.scalars(first.with_for_update(skip_locked=True)))
    if ids:
        lease = {"state": "sending", "token": token, "lease_until": now + LEASE, "attempts": OutboxMail.attempts + 1}
        session.execute(update(OutboxMail).where(OutboxMail.id.in_(ids)).values(lease))
    session.commit()
    mine = select(OutboxMail).where(OutboxMail.id.in_(ids), OutboxMail.token == token)
    rows = session.scalars(mine.order_by(OutboxMail.urgent.desc(), OutboxMail.next_at, OutboxMail.id)).all()
    return [Claim(row.id, token, row.attempts, row.event) for row in rows]


def renew(session: Session, claims: Sequence[Claim]) -> None:
    """Lease the mails of one claim anew, but for those that another engine holds by now. Commits."""
    session.rollback()
    _mine(session, claims, lease_until=clock.now() + LEASE)
    session.commit()


def held(claims: Sequence[Claim]) -> ColumnElement[bool]:
    """The condition that a mail of one claim is still leased by it."""
    return and_(
        OutboxMail.id.in_([claim.id for claim in claims]),
        OutboxMail.token == claims[0].token,
        OutboxMail.state == "sending",
    )


def settle(
    session: Session, claim: Claim, state: str, error: str = "", again_at: datetime | None = None, **more: Any
) -> bool:
    """Write down what became of a mail, if it is still ours; the caller commits."""
    values = {"state": state, "last_error": error[:2000], "lease_until": None, **more}
    if state in ("sent", "written"):
        values["sent_at"] = clock.now()
    if again_at is not None:
        values["next_at"] = again_at
    ours = {"number": claim.id, "fence": claim.token}
    written: CursorResult[Any] = session.connection().execute(SETTLED, {**values, **ours})
    session.expire_all()
    return written.rowcount > 0


def _mine(session: Session, claims: Sequence[Claim], **values: Any) -> None:
    session.execute(
        update(OutboxMail).where(held(claims)).values(values), execution_options={"synchronize_session": False}
    )
    session.expire_all()


def postpone(session: Session, claim: Claim, error: str) -> bool:
    """Try again later, for three days; False when it is given up. The caller commits."""
    if claim.attempts >= TRIES:
        return not settle(session, claim, "dead", error)
    minutes = BACKOFF[min(claim.attempts, len(BACKOFF)) - 1] * random.uniform(0.9, 1.1)  # noqa: S311 (jitter)
    settle(session, claim, "pending", error, clock.now() + timedelta(minutes=minutes))
    return True


def release(session: Session, claims: Sequence[Claim]) -> None:
    """Give back what was not tried, as if it had never been claimed. Commits."""
    session.rollback()
    _mine(session, claims, state="pending", lease_until=None, attempts=OutboxMail.attempts - 1)
    session.commit()


def resend(session: Session, mail: OutboxMail) -> bool:
    """An administrator asks for it once more; False while it is under way. The caller commits."""
    payload = {name: value for name, value in (mail.payload or {}).items() if name != BROKEN}
    fresh = {"state": "pending", "next_at": clock.now(), "lease_until": None, "token": "", "attempts": 0}
    at_rest = (OutboxMail.id == mail.id, OutboxMail.state.not_in(UNDER_WAY))
    done: Any = session.execute(update(OutboxMail).where(*at_rest).values({**fresh, "payload": payload}))
    return bool(done.rowcount)
