"""100,000 complaints of 20,000 customers, laid down in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.complaints.codes import OPEN, S
from app.complaints.models import Complaint
from app.core.process.turns import role_turn, user_turn
from app.core.record import history
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.deadline_rules import current_rule
from app.core.time.deadlines import Deadline
from app.customers.models import Customer
from app.organisation.people import find_login

STATES = [state.value for state in S if state is not S.merged]
BATCH = 5_000


def fill(session: Session, complaints: int, customers: int) -> None:
    """Customers first, then complaints in every state with one history line and one deadline each."""
    first = (session.scalar(sa.select(sa.func.max(Customer.id))) or 0) + 1
    _bulk(
        session,
        Customer.__table__,
        (
            {
                "id": first + number,
                "name": f"示例顾客{number:06d}有限公司",
                "pinyin": "slgk",
                "kind": "enterprise",
                "level": "normal",
                "line": "mf",
                "region_code": "330206",
                "phone": f"1980{number:07d}",
                "phone_digits": f"1980{number:07d}",
                "language": "zh",
                "active": True,
                "version": 1,
                "created_at": clock.now(),
            }
            for number in range(customers)
        ),
    )
    _complaints(session, complaints, first, customers)
    if session.get_bind().dialect.name == "postgresql":  # the portal goes on behind the numbers that were given
        for table in ("customer", "record", "history"):
            last = sa.text(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
            session.execute(last)
    session.commit()


def _complaints(session: Session, count: int, first_customer: int, customers: int) -> None:
    now, reception = clock.now(), find_login(session, "reception")
    assert reception is not None
    turns = [user_turn(reception.user_id), role_turn(session, "qc"), role_turn(session, "qc_manager")]
    rule = current_rule(session, "CLOSE")
    start = (session.scalar(sa.select(sa.func.max(Record.id))) or 0) + 1
    rows = range(count)
    _bulk(
        session,
        Record.__table__,
        (
            {
                "id": start + n,
                "kind": "complaint",
                "number": f"TS-2025{n // 100000 + 1:02d}01-{n:06d}",
                "title": f"主轴异响 {n}",
                "state": STATES[n % len(STATES)],
                "line": "mf",
                "customer_id": first_customer + n % customers,
                "version": 1,
                "owner": turns[n % 3] if S(STATES[n % len(STATES)]) in OPEN else None,
                "due_at": now + timedelta(hours=n % 4000 - 1000) if S(STATES[n % len(STATES)]) in OPEN else None,
                "created_at": now,
                "created_by_id": reception.user_id,
                "changed_at": now,
                "seq": 1,
                "head": "bench",
            }
            for n in rows
        ),
    )
    _bulk(
        session,
        Complaint.__table__,
        (
            {
                "id": start + n,
                "channel": "phone",
                "received_at": now - timedelta(hours=n % 9000),
                "backfilled": False,
                "received_by_id": reception.user_id,
                "site_region_code": "330206",
                "description": "主轴高速运转异响",
                "nature": "quality",
                "is_major": n % 25 == 0,
                "major_criteria": [],
                "round": 1,
                "unconfirmed": False,
                "reopened_count": 0,
            }
            for n in rows
        ),
    )
    _bulk(
        session,
        history.History.__table__,
        (
            {
                "id": start + n,
                "record_id": start + n,
                "seq": 1,
                "at": now.isoformat(),
                "actor_id": reception.user_id,
                "step": "register",
                "source": "",
                "target": "received",
                "clause": "2.1",
                "version": 1,
                "detail_digest": "",
                "previous": "",
                "hash": "bench",
            }
            for n in rows
        ),
    )
    _bulk(
        session,
        Deadline.__table__,
        (
            {
                "record_id": start + n,
                "rule_id": rule.id,
                "code": "CLOSE",
                "clause": "2.6",
                "sequence": 1,
                "reason": "",
                "started_at": now,
                "due_at": now + timedelta(days=3),
                "change_reason": "",
                "provisional": False,
                "explanation_zh": "…",
                "explanation_en": "…",
                "breach_reason": "",
            }
            for n in rows
        ),
    )


def _bulk(session: Session, table: Any, rows: Iterable[dict[str, Any]]) -> None:
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            session.execute(sa.insert(table), batch)
            batch = []
    if batch:
        session.execute(sa.insert(table), batch)
