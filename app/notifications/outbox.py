"""The outbox: owing, claiming and settling mails. The truth is in the database; an engine only ticks it."""

from __future__ import annotations

import random
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.core import clock

from .models import Notice, OutboxMail

LEASE = timedelta(minutes=5)
GIVE_UP = timedelta(hours=72)
BACKOFF = (1, 2, 4, 8, 16, 32, 60)  # minutes


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
) -> int:
    """Owe a mail and a line of the bell to each person, once per occurrence; in the caller's transaction."""
    owed = 0
    for person in sorted(set(people)):
        fresh = _insert(
            session,
            f"{event}:{record_id}:{occurrence}:{person}",
            event=event,
            record_id=record_id,
            user_id=person,
            urgent=urgent,
            payload=payload or {},
            next_at=not_before or clock.now(),
        )
        if fresh:
            session.add(Notice(user_id=person, record_id=record_id, event=event, created_at=clock.now()))
            owed += 1
    return owed


def owe_customer(
    session: Session, event: str, record_id: int, occurrence: str, address: str, locale: str, payload: dict[str, Any]
) -> bool:
    """Owe a mail to a customer's address."""
    return _insert(
        session,
        f"{event}:{record_id}:{occurrence}:customer",
        event=event,
        record_id=record_id,
        user_id=None,
        address=address,
        locale=locale,
        payload=payload,
        next_at=clock.now(),
    )


def _insert(session: Session, key: str, **values: Any) -> bool:
    """One row per key, however often it is asked for."""
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[session.get_bind().dialect.name]
    row = {
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
        "message_id": f"<{secrets.token_hex(16)}@after-sales>",
    }
    statement = insert(OutboxMail).values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(OutboxMail.id)
    return session.execute(statement).first() is not None


def claim(session: Session, limit: int = 20) -> list[OutboxMail]:
    """Lease due mails to this worker; its token fences off whoever was slower. Commits."""
    now, token = clock.now(), secrets.token_hex(16)
    if session.get_bind().dialect.name == "sqlite":
        session.rollback()
        session.execute(text("BEGIN IMMEDIATE"))
    due = (
        select(OutboxMail.id)
        .where(
            OutboxMail.state.in_(("pending", "sending")),
            OutboxMail.next_at <= now,
            (OutboxMail.lease_until.is_(None)) | (OutboxMail.lease_until < now),
        )
        .order_by(OutboxMail.urgent.desc(), OutboxMail.next_at, OutboxMail.id)
        .limit(limit)
    )
    if session.get_bind().dialect.name == "postgresql":
        due = due.with_for_update(skip_locked=True)
    ids = list(session.scalars(due))
    if ids:
        session.execute(
            update(OutboxMail)
            .where(OutboxMail.id.in_(ids))
            .values(state="sending", token=token, lease_until=now + LEASE, attempts=OutboxMail.attempts + 1)
        )
    session.commit()
    query = select(OutboxMail).where(OutboxMail.id.in_(ids), OutboxMail.token == token)
    return list(session.scalars(query.order_by(OutboxMail.urgent.desc(), OutboxMail.id)))


def settle(session: Session, mail: OutboxMail, state: str, error: str = "", again_at: datetime | None = None) -> bool:
    """Write down what became of a mail, if it is still ours. Commits."""
    values: dict[str, Any] = {"state": state, "last_error": error[:2000], "lease_until": None}
    if state in ("sent", "written"):
        values["sent_at"] = clock.now()
    if again_at is not None:
        values["next_at"] = again_at
    done = session.execute(
        update(OutboxMail).where(OutboxMail.id == mail.id, OutboxMail.token == mail.token).values(**values)
    )
    session.commit()
    return bool(done.rowcount)  # type: ignore[attr-defined]


def postpone(session: Session, mail: OutboxMail, error: str) -> None:
    """Try again later, up to three days; then it is dead and says why."""
    if clock.now() - mail.created_at > GIVE_UP:
        settle(session, mail, "dead", error)
        return
    minutes = BACKOFF[min(mail.attempts - 1, len(BACKOFF) - 1)] * random.uniform(0.9, 1.1)  # noqa: S311 (jitter)
    settle(session, mail, "pending", error, clock.now() + timedelta(minutes=minutes))


def resend(session: Session, mail: OutboxMail) -> None:
    """An administrator asks for it once more; the caller commits."""
    mail.state, mail.next_at, mail.lease_until, mail.token = "pending", clock.now(), None, ""
    mail.attempts, mail.created_at = 0, clock.now()
