"""The clocks on a record: start, meet, breach, cancel, compute again, warn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, Integer, MetaData, Table, create_engine, event, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.core import settings
from app.core.record.records import Record
from app.core.record.shadows import lay_search
from app.core.time import clock, deadlines
from app.core.time.deadline_rules import DEFAULTS
from app.core.time.deadlines import Deadline, DeadlineRule, Status
from app.core.time.periods import Unit
from app.core.time.workdays import CalendarVersion, CalendarYear, WorkCalendarDay, import_year, override_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
TABLES = [Record, Deadline, DeadlineRule, WorkCalendarDay, CalendarYear, CalendarVersion, settings.Setting]


@pytest.fixture(scope="module")
def engine() -> Iterator[Any]:
    """Only the tables a deadline needs; what they point to is a bare key."""
    bare = MetaData()
    for name in ("department", "customer", "ab_user"):
        Table(name, bare, Column("id", Integer, primary_key=True))
    for model in TABLES:
        model.__table__.to_metadata(bare)
    engine = create_engine("sqlite://")
    bare.create_all(engine)
    with engine.begin() as connection:
        for name in ("record_search", "record_phone_search"):
            lay_search(Operations(MigrationContext.configure(connection)), name, "record")
    with Session(engine) as session:
        import_year(session, 2026)
        import_year(session, 2027)
        deadlines.seed_rules(session)
        session.commit()
    yield engine
    engine.dispose()


@pytest.fixture
def session(engine: Any) -> Iterator[Session]:
    with engine.connect() as connection, connection.begin() as everything:
        with Session(connection, join_transaction_mode="create_savepoint") as opened:
            yield opened
        everything.rollback()


@pytest.fixture
def record(session: Session) -> Record:
    made = Record(number="TS-20261124-001", state="received")
    session.add(made)
    session.flush()
    return made


def at(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=SHANGHAI).astimezone(UTC)


def end_of_day(words: str) -> datetime:
    return at(words) + timedelta(days=1)


def test_every_default_is_a_rule_in_both_languages(session: Session) -> None:
    rules = session.scalars(select(DeadlineRule)).all()
    assert {rule.code for rule in rules} == set(DEFAULTS)
    assert all(rule.name_zh and rule.name_en and rule.version == 1 and rule.active for rule in rules)
    assert deadlines.seed_rules(session) == []


@pytest.mark.parametrize(
    ("code", "due"),
    [
        ("HAND_TO_QC", "2026-11-24"),
        ("ACK", "2026-11-25"),
        ("NEGOTIATE", "2026-12-01"),
        ("QC_RECEIVE", "2026-11-25"),
        ("CONSULT", "2026-11-25"),
        ("DISPOSE", "2026-11-26"),
        ("ASSIGN", "2026-11-25"),
        ("ARRIVE_IN", "2026-11-27"),
        ("ARRIVE_OUT", "2026-12-01"),
        ("ARRIVE_REMOTE", "2026-12-04"),
        ("COMPLETE", "2026-11-27"),
        ("CONFIRM", "2026-12-04"),
        ("RETURN_FORM", "2026-11-25"),
        ("CLOSE", "2026-11-27"),
        ("CAPA_ISSUE", "2026-11-25"),
        ("CAPA_ACK", "2026-11-25"),
        ("CAPA_PLAN", "2026-12-01"),
        ("CAPA_ACCEPT", "2026-11-26"),
        ("CAPA_OBJECTION", "2026-11-26"),
        ("CAPA_VERIFY", "2026-12-24"),
        ("GM_REPORT", "2026-11-25"),
    ],
)
def test_what_starts_on_a_tuesday_is_due(session: Session, record: Record, code: str, due: str) -> None:
    started = deadlines.start(session, record, code, at("2026-11-24 15:00"))
    assert started.due_at == end_of_day(due)
    assert record.due_at == started.due_at
    assert deadlines.preview(session, code, at("2026-11-24 15:00")).due_at == started.due_at


def test_2_1_handed_over_at_17_05_is_on_time(session: Session, record: Record) -> None:
    deadlines.start(session, record, "HAND_TO_QC", at("2026-11-24 09:20"))
    [met] = deadlines.meet(session, record, ["HAND_TO_QC"], at("2026-11-24 17:05"))
    assert met.status() is Status.met
    assert record.due_at is None


def test_2_1_handed_over_after_midnight_is_breached_for_good(session: Session, record: Record) -> None:
    deadlines.start(session, record, "HAND_TO_QC", at("2026-11-27 22:40"))
    [late] = deadlines.meet(session, record, ["HAND_TO_QC"], at("2026-11-28 08:10"), reason="夜间受理")
    assert late.status(at("2026-11-27 23:00")) is Status.breached
    assert late.breach_reason == "夜间受理"


def test_midnight_itself_is_too_late_and_a_moment_before_is_not(session: Session, record: Record) -> None:
    one = deadlines.start(session, record, "HAND_TO_QC", at("2026-11-24 09:20"))
    assert one.status(one.due_at - timedelta(microseconds=1)) is Status.running
    assert one.status(one.due_at) is Status.breached
    one.met_at = one.due_at
    assert one.status() is Status.breached
    one.met_at = one.due_at - timedelta(microseconds=1)
    assert one.status() is Status.met


def test_the_clock_says_whether_a_running_one_is_breached(session: Session, record: Record) -> None:
    one = deadlines.start(session, record, "ARRIVE_IN", at("2026-11-24 15:00"))
    with clock.frozen(at("2026-11-27 23:59")):
        assert one.status() is Status.running
    with clock.frozen(at("2026-11-28 00:00")):
        assert one.status() is Status.breached


def test_a_cancelled_clock_is_neither_late_nor_the_record_s_due(session: Session, record: Record) -> None:
    deadlines.start(session, record, "HAND_TO_QC", at("2026-11-24 09:20"))
    kept = deadlines.start(session, record, "NEGOTIATE", at("2026-11-24 09:30"))
    [gone] = deadlines.cancel(session, record, ["HAND_TO_QC"], at("2026-11-24 09:30"))
    assert gone.status(at("2027-01-01")) is Status.cancelled
    assert record.due_at == kept.due_at
    assert deadlines.cancel(session, record, None, at("2026-11-24 10:00")) == [kept]
    assert record.due_at is None


def test_a_second_round_starts_a_second_clock(session: Session, record: Record) -> None:
    deadlines.start(session, record, "HAND_TO_QC", at("2026-11-24 09:20"))
    deadlines.meet(session, record, ["HAND_TO_QC"], at("2026-11-24 10:00"))
    again = deadlines.start(session, record, "HAND_TO_QC", at("2026-11-25 09:00"))
    assert again.sequence == 2
    assert deadlines.running(session, record, "HAND_TO_QC") == [again]
    assert deadlines.is_running(record, "HAND_TO_QC")
    assert not deadlines.is_running(record, "ACK")
    assert [deadline.sequence for deadline in record.deadlines] == [1, 2]


def test_a_deadline_comes_back_from_the_database_with_its_reasons(session: Session, record: Record) -> None:
    deadlines.start(session, record, "ARRIVE_IN", at("2026-11-24 15:00"))
    session.flush()
    session.expire_all()
    [one] = record.deadlines
    assert one.explanation("zh") == "自2026-11-24起算，首日不计，3个自然日，至2026-11-27 24:00止"
    assert one.explanation("en") == ("From 2026-11-24, first day not counted, 3 calendar days, until 2026-11-27 24:00")
    assert (one.clause, one.rule.version, one.due_at) == ("2.2", 1, end_of_day("2026-11-27"))


def test_an_agreed_day_and_a_typed_moment_replace_the_rule(session: Session, record: Record) -> None:
    revisit = deadlines.start(session, record, "REVISIT", at("2026-11-24 15:00"), due_at=date(2026, 12, 5))
    special = deadlines.start(
        session, record, "ARRIVE_SPECIAL", at("2026-11-24 15:00"), due_at=at("2026-12-18 18:00"), reason="签证"
    )
    assert revisit.due_at == end_of_day("2026-12-05")
    assert (special.due_at, special.reason) == (at("2026-12-18 18:00"), "签证")
    longer = deadlines.start(session, record, "CONSULT", at("2026-11-24 15:00"), quantity=3)
    assert longer.due_at == end_of_day("2026-11-27")
    with pytest.raises(ValueError):
        deadlines.start(session, record, "REVISIT", at("2026-11-24 15:00"))


@pytest.mark.parametrize(("roll", "due"), [("none", "2026-11-29"), ("next_workday", "2026-11-30")])
def test_a1_the_same_day_on_a_sunday_is_a_setting(session: Session, record: Record, roll: str, due: str) -> None:
    settings.put(session, "same_day_roll", roll)
    assert deadlines.start(session, record, "HAND_TO_QC", at("2026-11-29 10:00")).due_at == end_of_day(due)


def test_2_2_another_region_moves_the_running_arrival_only(session: Session, record: Record) -> None:
    first = deadlines.start(session, record, "ARRIVE_OUT", at("2026-11-24 15:00"))
    answer = deadlines.recompute(session, first, "现场在浙江", code="ARRIVE_IN")
    assert answer == (end_of_day("2026-12-01"), end_of_day("2026-11-27"))
    assert (first.code, first.rule.code) == ("ARRIVE_IN", "ARRIVE_IN")
    assert first.was_due_at == end_of_day("2026-12-01")
    assert (first.change_reason, record.due_at) == ("现场在浙江", end_of_day("2026-11-27"))
    deadlines.meet(session, record, ["ARRIVE_IN"], at("2026-11-26 10:12"))
    assert deadlines.recompute(session, first, "again", code="ARRIVE_OUT") is None
    assert first.due_at == end_of_day("2026-11-27")


def test_a5_a_region_without_a_period_keeps_the_end_till_one_is_typed(session: Session, record: Record) -> None:
    one = deadlines.start(session, record, "ARRIVE_IN", at("2026-11-24 15:00"))
    assert deadlines.recompute(session, one, "香港", code="ARRIVE_SPECIAL") is None
    assert (one.code, one.due_at) == ("ARRIVE_SPECIAL", end_of_day("2026-11-27"))
    moved = deadlines.recompute(session, one, "约定", due_at=date(2026, 12, 9))
    assert moved == (end_of_day("2026-11-27"), end_of_day("2026-12-09"))


def test_a_changed_rule_is_a_new_version_and_moves_open_clocks_only(session: Session, record: Record) -> None:
    met = deadlines.start(session, record, "ARRIVE_OUT", at("2026-09-29 10:00"))
    deadlines.meet(session, record, ["ARRIVE_OUT"], at("2026-10-01 10:00"))
    running = deadlines.start(session, record, "ARRIVE_OUT", at("2026-09-29 10:00"))
    new = deadlines.new_version(session, running.rule, roll=True)
    assert (new.version, new.quantity, new.roll) == (2, 7, True)
    assert deadlines.current_rule(session, "ARRIVE_OUT") is new
    moved = deadlines.recompute_all(session, "规则改为顺延", codes=["ARRIVE_OUT"])
    assert moved == [(running, end_of_day("2026-10-06"), end_of_day("2026-10-08"))]
    assert (met.rule.version, met.due_at) == (1, end_of_day("2026-10-06"))
    assert "顺延至 2026-10-08（民法典203）" in running.explanation_zh
    with pytest.raises(ValueError):
        deadlines.new_version(session, new, code="OTHER")


def test_only_one_version_of_a_rule_is_in_force(session: Session) -> None:
    session.add(DeadlineRule(code="ACK", version=9, name_zh="回执", name_en="Receipt", unit=Unit.workday))
    with pytest.raises(IntegrityError):
        session.flush()


def test_a_provisional_end_is_settled_when_the_year_is_published(session: Session, record: Record) -> None:
    one = deadlines.start(session, record, "GM_REPORT", at("2026-12-31 10:00"))
    certain = deadlines.start(session, record, "ARRIVE_IN", at("2026-12-31 10:00"))
    assert one.provisional
    assert (one.due_at, certain.provisional) == (end_of_day("2027-01-04"), False)
    override_day(session, date(2027, 1, 4), False, "元旦", "New Year")
    session.get_one(CalendarYear, 2027).confirmed = True
    override_day(session, date(2027, 1, 3), True, "调休", "Working Sunday")
    session.flush()
    assert deadlines.recompute_all(session, "2027年日历公布") == [
        (one, end_of_day("2027-01-04"), end_of_day("2027-01-03"))
    ]
    assert not one.provisional


@pytest.mark.parametrize(
    ("code", "start", "warn"),
    [
        ("HAND_TO_QC", "2026-11-24 09:20", "2026-11-24 16:30"),
        ("HAND_TO_QC", "2026-11-24 16:31", None),
        ("HAND_TO_QC", "2026-11-29 09:20", "2026-11-29 16:30"),
        ("ASSIGN", "2026-11-24 09:20", "2026-11-25 15:30"),
        ("ARRIVE_IN", "2026-11-24 15:00", "2026-11-26 15:30"),
        ("ARRIVE_IN", "2026-11-26 15:00", "2026-11-27 15:30"),  # due on Sunday: Saturday is off
        ("DISPOSE", "2026-11-27 15:00", "2026-11-30 15:30"),
        ("GM_READ", "2026-11-24 10:02", None),
    ],
)
def test_a_warning_comes_in_working_time(
    session: Session, record: Record, code: str, start: str, warn: str | None
) -> None:
    assert deadlines.start(session, record, code, at(start)).warn_at == (at(warn) if warn else None)


def test_a_rule_may_say_when_to_warn(session: Session, record: Record) -> None:
    rule = deadlines.current_rule(session, "CAPA_VERIFY")
    deadlines.new_version(session, rule, warn_minutes_before=3 * 24 * 60)
    one = deadlines.start(session, record, "CAPA_VERIFY", at("2026-11-24 15:00"))
    assert one.warn_at == end_of_day("2026-12-24") - timedelta(days=3)


def test_the_scanner_s_questions_use_an_index(session: Session) -> None:
    open_ones = "SELECT id FROM deadline WHERE met_at IS NULL AND cancelled_at IS NULL"
    for condition, index in (
        ("due_at <= '2026-11-24'", "ix_deadline_due"),
        ("tell_at <= '2026-11-24' ORDER BY tell_at, id LIMIT 500", "ix_deadline_tell"),
    ):
        rows = session.execute(text(f"EXPLAIN QUERY PLAN {open_ones} AND {condition}"))
        plan = " ".join(row[3] for row in rows)
        assert index in plan, plan


def test_starting_a_clock_costs_few_questions(session: Session, record: Record) -> None:
    deadlines.start(session, record, "ACK", at("2026-11-24 09:20"))
    session.flush()
    asked: list[str] = []
    listener = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(session.get_bind(), "before_cursor_execute", listener)
    deadlines.start(session, record, "HAND_TO_QC", at("2026-11-24 09:20"))
    event.remove(session.get_bind(), "before_cursor_execute", listener)
    assert [line.split()[0] for line in asked] == ["SELECT"]


def test_both_indexes_of_the_scanner_are_partial() -> None:
    indexes = {index.name: index for index in inspect(Deadline).local_table.indexes}
    for name in ("ix_deadline_due", "ix_deadline_tell"):
        for dialect in ("sqlite", "postgresql"):
            assert "met_at IS NULL" in str(indexes[name].dialect_options[dialect]["where"])
