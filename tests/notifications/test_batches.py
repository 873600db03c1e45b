"""Batches: the questions put do not grow with the mails and deadlines; what becomes of each stays its own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import String, cast, func, literal, select, update
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core.model import table_of
from app.core.process import also_waiting
from app.core.process.turns import holders, role_turn, user_turn, users_with_role
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.deadline_rules import DEFAULTS, Told, current_rule
from app.core.time.deadlines import Deadline
from app.customers.models import Customer
from app.extensions import db
from app.gm.models import GmReport
from app.notifications import letters, outbox, scan, sender
from app.notifications.models import Notice, OutboxMail
from app.notifications.scan import scan_deadlines, step_due
from app.notifications.sender import BATCH, deliver_due
from app.organisation.models import EmployeeProfile
from app.organisation.people import managers_of
from benchmarks.data import fill
from tests.support import counted

from .conftest import Sink

MOST = 4  # statements for a mail, whatever its event
FEW, MANY = 20, 200


@pytest.fixture
def stock(portal: Any, sink: Sink) -> Iterator[Session]:
    """A portal with two hundred records of as many customers, over a real mail server."""
    portal.config.update(sink.where)
    with portal.app_context():
        fill(db.session, MANY, MANY)
        written_to = literal("c") + Customer.phone_digits + "@example.com"
        db.session.execute(update(Customer).values(email=written_to))
        db.session.commit()
        yield db.session  # type: ignore[misc]
        db.session.remove()


def records(session: Session, count: int) -> list[Any]:
    query = select(Record.id, Record.customer_id).where(Record.kind == "complaint")
    return list(session.execute(query.order_by(Record.id.desc()).limit(count)))


def colleagues(session: Session) -> list[int]:
    return list(session.scalars(select(EmployeeProfile.user_id).order_by(EmployeeProfile.user_id)))


def owe(session: Session, count: int, what: str) -> None:
    """So many mails: of a step to colleagues, or to customers."""
    people = colleagues(session)
    for n, row in enumerate(records(session, count)):
        if what == "step":
            outbox.owe(session, "complaint.hand_over", row.id, "1", [people[n % len(people)]])
        elif what == "customer":
            told = {"technician": "李志强", "phone": "1", "planned_on": "2026-11-26"}
            outbox.owe_customer(session, "complaint_assigned", row.id, "1", "", "zh", told)
        else:
            numbers = select(Deadline.id).where(Deadline.record_id == row.id)
            facts = {"deadline": session.scalar(numbers)}
            outbox.owe(session, "deadline_breached", row.id, "1", [people[n % len(people)]], payload=facts)
    session.commit()


# --- mails ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("what", ["step", "customer", "deadline"])
def test_a_mail_takes_few_statements_and_the_two_hundredth_no_more_than_the_twentieth(stock: Session, what: str):
    each = []
    for count in (FEW, MANY):
        stock.execute(update(OutboxMail).values(key=literal("old ") + cast(OutboxMail.id, String)))
        owe(stock, count, what)
        with counted() as statements:
            while deliver_due(stock):
                continue
        each.append(len(statements) / count)
    assert {state for (state,) in stock.execute(select(OutboxMail.state).distinct())} == {"sent"}
    assert max(each) <= MOST
    assert each[1] <= each[0]


def test_a_batch_says_what_each_mail_would_say_alone(stock: Session):
    for what in ("step", "customer", "deadline"):
        owe(stock, FEW, what)
    together = said(stock, [outbox.claim(stock, 3 * FEW)])
    stock.execute(update(OutboxMail).values(state="pending", lease_until=None))
    stock.commit()
    alone = said(stock, [[claim] for claim in outbox.claim(stock, 3 * FEW)])
    assert len(together) == 3 * FEW
    assert together == alone


def said(session: Session, batches: list[list[outbox.Claim]]) -> dict[int, tuple[str, str, str, str]]:
    """Address, subject and both texts of every mail, made ready in these batches."""
    found = {}
    for claims in batches:
        for claim, letter in letters.ready(session, claims):
            assert isinstance(letter, letters.Letter)
            texts = [letter.message.get_body((kind,)).get_content() for kind in ("plain", "html")]  # type: ignore[union-attr]
            found[claim.id] = (letter.address, str(letter.message["Subject"]), *texts)
    return found  # type: ignore[return-value]


def test_each_mail_is_settled_before_the_next_is_handed_over(stock: Session, sink: Sink):
    owe(stock, 3, "step")
    seen: list[int] = []
    bind = stock.get_bind()

    def look() -> None:
        with Session(bind) as other:
            seen.append(other.scalar(select(func.count()).where(OutboxMail.state == "sent")) or 0)
        sink.meanwhile = look

    sink.meanwhile = look
    deliver_due(stock)
    assert seen == [0, 1, 2]


def test_whoever_leaves_while_a_slow_server_takes_the_batch_gets_no_mail_any_more(stock: Session, sink: Sink):
    owe(stock, 5, "step")
    last = stock.scalars(select(OutboxMail.user_id).order_by(OutboxMail.id.desc()).limit(1)).one()
    bind = stock.get_bind()

    def leaves() -> None:
        with Session(bind) as other:
            other.execute(update(User).where(User.id == last).values(active=False))
            other.commit()
        clock.set_frozen(clock.now() + timedelta(seconds=30))

    sink.meanwhile = leaves
    deliver_due(stock)
    ended = select(OutboxMail.state, OutboxMail.last_error).order_by(OutboxMail.id)
    assert [tuple(row) for row in stock.execute(ended)] == [("sent", "")] * 4 + [("cancelled", "left")]


def test_what_another_engine_has_taken_over_meanwhile_is_left_to_it(stock: Session, sink: Sink):
    owe(stock, 3, "step")
    last = stock.scalars(select(func.max(OutboxMail.id))).one()
    bind = stock.get_bind()

    def taken_over() -> None:
        with Session(bind) as other:
            other.execute(update(OutboxMail).where(OutboxMail.id == last).values(token="another"))
            other.commit()
        clock.set_frozen(clock.now() + timedelta(seconds=30))

    sink.meanwhile = taken_over
    deliver_due(stock)
    assert len(sink.mails) == 2
    assert stock.get_one(OutboxMail, last).state == "sending"


def test_a_mail_that_cannot_be_put_into_words_is_dead_and_the_batch_goes_on(stock: Session, sink: Sink):
    owe(stock, 5, "step")
    third = stock.scalars(select(OutboxMail.id).order_by(OutboxMail.id).offset(2).limit(1)).one()
    stock.execute(update(OutboxMail).where(OutboxMail.id == third).values(payload=[1]))
    stock.commit()
    deliver_due(stock)
    states = list(stock.scalars(select(OutboxMail.state).order_by(OutboxMail.id)))
    assert states == ["sent", "sent", "dead", "sent", "sent"]


def test_a_round_goes_on_beyond_a_batch_over_the_same_connection(stock: Session, sink: Sink, monkeypatch: Any):
    monkeypatch.setattr(sender, "ROUND", 600.0)
    owe(stock, BATCH + 5, "step")
    assert deliver_due(stock) == BATCH + 5
    assert sink.connections == 1


# --- deadlines ------------------------------------------------------------------------------------------------

CODES = ("ACK", "HAND_TO_QC", "NEGOTIATE", "ARRIVE_IN", "CLOSE")
LATE = [timedelta(hours=hours) for hours in (-1, 1, 25, 73, -50)]


def bring_near(session: Session, count: int, late: list[timedelta]) -> None:
    """Of so many clocks of all sorts a step is due; turns are a person's, a function's, and several together."""
    now, people = clock.now(), colleagues(session)
    owners = [user_turn(people[3]), role_turn(session, "qc"), role_turn(session, "qc_manager"), user_turn(people[5])]
    table = table_of(Deadline)
    rows = session.execute(select(Deadline.id, Deadline.record_id).order_by(Deadline.id).limit(count)).all()
    for n, row in enumerate(rows):
        code, due_at = CODES[n % len(CODES)], now - late[n % len(late)]
        rule = {"code": code, "rule_id": current_rule(session, code).id, "told": Told.nobody}
        at = {"due_at": due_at, "warn_at": due_at - timedelta(hours=2), "tell_at": min(due_at, now)}
        session.connection().execute(update(table).where(table.c.id == row.id).values(**rule, **at))
        owner = {"owner": owners[n % len(owners)]}
        session.connection().execute(update(table_of(Record)).where(table_of(Record).c.id == row.record_id), owner)
        if n % 3 == 0:
            session.merge(also_waiting.Awaited(record_id=row.record_id, owner=user_turn(people[n % 6])))
    session.commit()
    session.expire_all()


def expected(session: Session) -> tuple[set[tuple[str, bool]], dict[int, int]]:
    """One deadline after the other: the keys that are owed with their haste, and how far each one is told."""
    keys, told = set[tuple[str, bool]](), dict[int, int]()
    for item in session.scalars(select(Deadline).order_by(Deadline.id)):
        step = step_due(session, item, clock.now()) if item.tell_at and item.tell_at <= clock.now() else Told.nobody
        told[item.id] = max(item.told, step)
        if step <= item.told:
            continue
        record, default = item.record, DEFAULTS[item.code]
        if default.responsible is not None:
            people = set(default.responsible(session, record))
        else:
            turns = [record.owner, *also_waiting.beside(session, record)]
            people = {person for turn in turns for person in holders(session, turn)}
        if step >= Told.breached:
            people |= set(managers_of(session, people))
            people |= {person for code in default.beyond for person in users_with_role(session, code)}
        if step >= Told.day_late:
            people |= set(users_with_role(session, "leader"))
        event_ = scan.EVENTS[step]
        stamp = f"{item.id}.{int(item.due_at.timestamp())}"
        assert isinstance(record, Complaint)
        keys |= {(f"{event_}:{record.id}:{stamp}:{person}", record.is_major) for person in people}
    return keys, told


def test_told_together_they_are_told_as_one_after_the_other(stock: Session):
    bring_near(stock, 60, LATE)
    keys, told = expected(stock)
    overdue = {row.record_id for row in stock.scalars(select(Deadline)) if told[row.id] == Told.three_days_late}
    stock.rollback()
    while scan_deadlines(stock):
        continue
    of_deadlines = select(OutboxMail.key, OutboxMail.urgent).where(OutboxMail.event.startswith("deadline_"))
    assert {tuple(row) for row in stock.execute(of_deadlines)} == keys
    assert dict(map(tuple, stock.execute(select(Deadline.id, Deadline.told)).all())) == told | {
        row.id: 0 for row in stock.scalars(select(Deadline).where(Deadline.id.not_in(told)))
    }
    rung = select(Notice.event, Notice.record_id, Notice.user_id).where(Notice.event.startswith("deadline_"))
    assert sorted(tuple(row) for row in stock.execute(rung)) == sorted(bells(keys))
    assert set(stock.scalars(select(GmReport.about_id).where(GmReport.reason == "overdue"))) == overdue


def bells(keys: set[tuple[str, bool]]) -> list[tuple[str, int, int]]:
    parts = [key.split(":") for key, _urgent in keys]
    return [(event_, int(record), int(person)) for event_, record, _occurrence, person in parts]


def test_scanned_again_nobody_is_told_twice(stock: Session):
    bring_near(stock, 30, LATE)
    while scan_deadlines(stock):
        continue
    owed = stock.scalar(select(func.count()).select_from(OutboxMail))
    stock.connection().execute(update(table_of(Deadline)).values(told=0, tell_at=clock.now()))
    stock.commit()
    stock.expire_all()
    while scan_deadlines(stock):
        continue
    assert stock.scalar(select(func.count()).select_from(OutboxMail)) == owed


def test_a_deadline_takes_hardly_a_statement_and_two_hundred_take_no_more_than_twenty(stock: Session):
    took = []
    for count in (FEW, MANY):
        bring_near(stock, count, [timedelta(hours=1), timedelta(hours=-1), timedelta(hours=25)])
        with counted() as statements:
            assert scan_deadlines(stock) == count
        took.append(len(statements))
    assert took[0] <= 2 * FEW
    assert took[1] <= 1.5 * took[0]


def test_where_nothing_is_due_a_scan_is_one_look_along_the_index(stock: Session):
    with counted() as statements:
        assert scan_deadlines(stock) == 0
    assert len(statements) == 1
    if stock.get_bind().dialect.name == "sqlite":
        literal = statements[0].replace("?", "'2026-11-24'", 1).replace("?", "1")
        plan = stock.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {literal}").all()
        assert "ix_deadline_tell" in str(plan)


def test_where_no_mail_is_due_claiming_is_one_look_along_the_index(stock: Session):
    with counted() as statements:
        assert deliver_due(stock) == 0
    assert len(statements) == 1
    if stock.get_bind().dialect.name == "sqlite":
        literal = statements[0].replace("?", "'2026-11-24'", 2).replace("?", "1")
        plan = stock.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {literal}").all()
        assert "ix_outbox_due" in str(plan)
