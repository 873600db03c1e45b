"""What a record is must be what the portal wrote: whatever is changed by plain SQL is found and named."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from flask_migrate import downgrade

from app.complaints.models import Assignment, Complaint, CoWorker, Survey
from app.core.process.workflow import WORKFLOWS
from app.core.record import attachments, audit, history, witness
from app.core.record.audit import faults, of_records
from app.core.record.contacts import ContactLog
from app.core.record.records import Comment, Record
from app.core.rights.actor import SYSTEM
from app.core.time import clock
from app.core.types import UtcDateTime
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db
from app.notifications.engine import seal
from app.setup import initialise
from tests.conftest import NOW, portal_at
from tests.support import counted


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template: Path) -> Iterator[Flask]:
    """A portal in which everything has happened that the demo tells."""
    folder = tmp_path_factory.mktemp("told")
    if request.param == "sqlite":
        shutil.copy(template / "portal.db", folder / "portal.db")
        app = portal_at(folder, f"sqlite:///{folder / 'portal.db'}")
    else:
        app = portal_at(folder, request.getfixturevalue("staffed_postgres_of_module"))
    with app.app_context(), clock.frozen(NOW):
        tell(db.session, PLOTS)
        _besides()
        seal(db.session)
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def _besides() -> None:
    """What the demo does not tell: somebody travels along, a talk, a note, a word after the closure."""
    visit = db.session.scalars(sa.select(Assignment).limit(1)).one()
    colleague = db.session.scalar(sa.text("SELECT max(id) FROM ab_user"))
    visit.co_workers.append(CoWorker(user_id=colleague))
    number = visit.complaint_id
    db.session.add(ContactLog(record_id=number, channel="phone", content="called", reached=True, round=1))
    db.session.add(Comment(record_id=number, author_id=colleague, text="a note"))
    db.session.add(Survey(complaint_id=number, score=5, remark="thank you"))
    db.session.commit()


@pytest.fixture
def portal(told: Flask) -> Iterator[Flask]:
    with told.app_context(), clock.frozen(NOW), force_locale("en"):
        db.session.rollback()
        yield told
        db.session.rollback()


def other(column: sa.Column[Any], value: Any) -> Any:
    """A different value that the column takes."""
    if column.foreign_keys:
        there = next(iter(column.foreign_keys)).column
        return db.session.scalar(sa.select(there).where(there != value if value is not None else sa.true()).limit(1))
    if isinstance(column.type, sa.Boolean):
        return not value
    if isinstance(column.type, sa.JSON):
        return ["tampered"]
    if isinstance(column.type, sa.Numeric):
        return Decimal("77.77")
    if isinstance(column.type, UtcDateTime | sa.Date):
        moment = datetime(2020, 1, 1, tzinfo=UTC)
        return moment if isinstance(column.type, UtcDateTime) else moment.date()
    return (value or 0) + 7 if isinstance(column.type, sa.Integer) else ("y" if value == "x" else "x")


def a_row(part: witness.Part) -> Any:
    return db.session.execute(part.rows().order_by(*part.keys).limit(1)).first()


def condition(part: witness.Part, row: Any) -> Any:
    return sa.and_(*(key == getattr(row, key.name) for key in part.keys))


def test_what_the_portal_did_is_whole(portal: Flask):
    assert list(faults(db.session)) == []


def test_whatever_belongs_to_a_record_is_witnessed_and_has_a_name(portal: Flask):
    parts, things = set(witness.parts()), set(witness.THINGS)
    assert set(witness.WORDS) | (things & parts) == parts
    assert all(a_row(part) is not None for part in witness.parts().values()), "there is too little to try it on"


def test_every_column_of_every_part_is_held_against_what_was_written(portal: Flask):
    missed = []
    for name, part in witness.parts().items():
        row = a_row(part)
        for column in part.columns:
            value = other(column, getattr(row, column.name))
            if value is None:
                continue  # a key to what there is only one of
            try:
                with db.session.begin_nested():
                    change = part.table.update().where(condition(part, row)).values({column: value})
                    db.session.connection().execute(change)
                    found = list(of_records(db.session, [row.of_record]))
                    if not any(column.name in sentence and "changed outside" in sentence for sentence in found):
                        moved = any("removed outside" in sentence for sentence in found)
                        missed += [] if moved and column in part.path else [f"{name}.{column.name}"]
                    raise LookupError
            except LookupError:
                continue
    assert missed == []


@pytest.mark.parametrize("column", ["told", "warn_at", "explanation_zh", "explanation_en"])
def test_nobody_silences_a_deadline_or_rewrites_why_it_ends(portal: Flask, column: str):
    part = witness.parts()["deadline"]
    row = a_row(part)
    changed = {"told": 4, "warn_at": NOW}.get(column, "until next year")
    statement = part.table.update().where(condition(part, row)).values({column: changed})
    db.session.connection().execute(statement)
    assert any(f"({column})" in sentence for sentence in of_records(db.session, [row.of_record]))
    db.session.rollback()


@pytest.mark.parametrize("moment", ["NULL", "'2099-01-01 00:00:00+00:00'"])
def test_nobody_puts_off_when_a_deadline_is_told_of(portal: Flask, moment: str):
    waiting = "met_at IS NULL AND cancelled_at IS NULL AND told < 2"
    item = db.session.scalar(sa.text(f"SELECT min(id) FROM deadline WHERE {waiting}"))
    assert not list(faults(db.session))
    db.session.execute(sa.text(f"UPDATE deadline SET tell_at = {moment} WHERE id = {item}"))
    with force_locale("en"):
        assert len([sentence for sentence in faults(db.session) if "nobody would be told" in sentence]) == 1
    db.session.rollback()


def test_a_row_that_is_taken_away_or_slipped_in_is_found(portal: Flask):
    for name, part in witness.parts().items():
        row = a_row(part)
        if name in ("record", "complaint", "corrective_action", "gm_report", "consultation"):
            continue
        db.session.rollback()
        connection = db.session.connection()
        _without_keys(connection)
        copy = dict(connection.execute(part.table.select().where(condition(part, row))).one()._mapping)
        connection.execute(part.table.delete().where(condition(part, row)))
        assert any("removed outside" in line for line in of_records(db.session, [row.of_record])), name
        new = {**copy, **{key.name: 990_001 for key in part.keys if not key.foreign_keys}}
        if name in ("public_link", "attachment"):
            new |= {"token_hash": "f" * 64} if name == "public_link" else {"storage": "f" * 48}
        if new != copy:
            connection.execute(part.table.insert().values(new))
            assert any("added outside" in line for line in of_records(db.session, [row.of_record])), name
        db.session.rollback()


def _without_keys(connection: sa.Connection) -> None:
    """Who writes by plain SQL is not held by foreign keys."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    else:
        connection.exec_driver_sql("UPDATE record SET id = id WHERE id = 0")  # begins the transaction
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")


def test_the_witness_itself_cannot_be_made_to_fit(portal: Flask):
    """Taken away, changed, or the whole of it from an earlier day."""
    session, record = db.session, db.session.scalars(sa.select(Record).order_by(Record.id)).first()
    assert record is not None
    mine = {"n": record.id}
    for deed in (
        "DELETE FROM record_witness WHERE record_id = :n",
        "UPDATE record_witness SET marks = '{}' WHERE record_id = :n",
        "UPDATE record_witness SET code = 'f' WHERE record_id = :n",
        "UPDATE record_witness SET marks = (SELECT marks FROM record_witness WHERE record_id > :n LIMIT 1), "
        "code = (SELECT code FROM record_witness WHERE record_id > :n LIMIT 1) WHERE record_id = :n",
    ):
        session.execute(sa.text(deed), mine)
        assert next(of_records(session, [mine["n"]]), None), deed
        session.rollback()


def test_the_sentence_names_the_record_and_what_differs_in_both_languages(portal: Flask):
    deadline = db.session.execute(
        sa.text(
            "SELECT d.id, d.code, r.id AS record, r.number FROM deadline d JOIN record r ON r.id = d.record_id "
            "WHERE d.code = 'HAND_TO_QC' ORDER BY d.id LIMIT 1"
        )
    ).one()
    late = "UPDATE deadline SET breach_reason = 'traffic' WHERE id = :n"
    db.session.execute(sa.text(late), {"n": deadline.id})
    with force_locale("en"):
        said = list(of_records(db.session, [deadline.record]))
    assert said == [f"{deadline.number}: Deadline HAND_TO_QC was changed outside the history (breach_reason)"]
    with force_locale("zh"):
        said = list(of_records(db.session, [deadline.record]))
    assert said == [f"{deadline.number}：时限 HAND_TO_QC：未经流转记录被改动（breach_reason）"]


def test_what_was_false_before_is_not_made_true_by_the_next_step(portal: Flask):
    """Tampered, then worked on: verify still tells of it."""

    session = db.session
    record = session.scalars(sa.select(Complaint).where(Complaint.state == "at_qc").limit(1)).one()
    number, before = record.id, witness.stored(session.connection(), [record.id])[record.id]
    session.execute(sa.text("UPDATE complaint SET complainant = 'somebody else' WHERE id = :n"), {"n": number})
    session.commit()
    session.expire_all()
    WORKFLOWS["complaint"].edit(session, session.get_one(Complaint, number), SYSTEM, {"quantity": 17})
    session.commit()
    assert any("complainant" in line for line in of_records(session, [number]))
    session.get_one(Complaint, number).complainant = record.complainant
    facts = {"n": number, "m": before.marks, "c": before.code}
    session.execute(sa.text("UPDATE record_witness SET marks = :m, code = :c WHERE record_id = :n"), facts)
    session.commit()
    WORKFLOWS["complaint"].edit(session, session.get_one(Complaint, number), SYSTEM, {"quantity": 18})
    session.commit()
    assert list(of_records(session, [number])), "an earlier witness passed once more was written"
    session.execute(sa.text("DELETE FROM record_witness WHERE record_id = :n"), {"n": number})
    witness.begin(session)
    session.commit()


def test_a_portal_of_the_version_before_is_witnessed_when_it_is_set_up_again(portal: Flask):
    session = db.session
    session.execute(sa.text("DELETE FROM record_witness"))
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("ALTER TABLE history_block DISABLE TRIGGER ALL"))
    else:
        session.execute(sa.text("DROP TRIGGER history_block_no_update"))
    assert next(faults(session), None)
    assert witness.begin(session) > 10
    assert list(faults(session)) == []
    session.rollback()


def test_witnesses_that_are_gone_are_not_made_anew_by_setting_up_again(portal: Flask):
    assert history.counts_notes(db.session)
    number = db.session.scalar(sa.text("SELECT min(record_id) FROM record_witness"))
    db.session.execute(sa.text("DELETE FROM record_witness WHERE record_id = :n"), {"n": number})
    db.session.commit()
    initialise()
    assert any("not witnessed" in line for line in audit.of_records(db.session, [number]))
    witness.begin(db.session)
    db.session.commit()


def test_a_file_with_other_bytes_or_none_is_found(portal: Flask):
    file = db.session.scalars(sa.select(attachments.Attachment).limit(1)).one()
    path = attachments.path_of(file)
    content = path.read_bytes()
    path.write_bytes(content + b" ")
    assert any(file.name in line for line in faults(db.session))
    path.unlink()
    assert any(file.name in line for line in faults(db.session))
    path.write_bytes(content)


def test_a_note_that_is_lost_is_told_although_the_engine_begins_it_anew(portal: Flask):
    file = history.anchor_file()
    _a_further_step(portal)
    assert len(file.read_text().splitlines()) > 1
    file.unlink()
    _a_further_step(portal)
    assert file.exists()
    assert any("was lost or cut" in line for line in faults(db.session))


def _a_further_step(portal: Flask) -> None:

    record = db.session.scalars(sa.select(Complaint).where(Complaint.state == "at_qc").limit(1)).one()
    WORKFLOWS["complaint"].edit(db.session, record, SYSTEM, {"quantity": (record.quantity or 0) + 1})
    db.session.commit()
    seal(db.session)


def test_a_step_costs_one_question_and_one_line_more(portal: Flask):
    """However many rows the record has, and however many the step writes."""
    number = db.session.scalar(sa.select(Complaint.id).where(Complaint.state == "at_qc").limit(1))
    record = db.session.get_one(Complaint, number)
    with counted() as asked:
        WORKFLOWS["complaint"].edit(db.session, record, SYSTEM, {"quantity": 21})
        db.session.add_all(Comment(record_id=record.id, text=f"note {index}") for index in range(5))
        db.session.commit()
    assert len([statement for statement in asked if "record_witness" in statement]) == 2
    assert list(of_records(db.session, [record.id])) == []


def test_many_records_at_once_are_witnessed_in_as_few_statements(portal: Flask):
    ids = list(db.session.scalars(sa.select(Record.id).limit(12)))
    with counted() as asked:
        db.session.add_all(Comment(record_id=number, text="a round letter") for number in ids)
        db.session.commit()
    assert len([statement for statement in asked if "record_witness" in statement]) == 2
    assert list(of_records(db.session, ids)) == []


def test_what_was_rolled_back_to_a_savepoint_leaves_no_mark(portal: Flask):
    number = db.session.scalar(sa.select(sa.func.max(Complaint.id)))
    with pytest.raises(LookupError), db.session.begin_nested():
        db.session.add(Comment(record_id=number, text="never"))
        db.session.get_one(Complaint, number).complainant = "never"
        db.session.flush()
        raise LookupError
    db.session.add(Comment(record_id=number, text="kept"))
    db.session.commit()
    assert list(of_records(db.session, [number])) == []


def test_a_database_of_the_version_before_is_whole_after_the_upgrade(own_portal: Flask):
    with own_portal.app_context(), clock.frozen(NOW):
        tell(db.session, PLOTS[:4])
        db.session.remove()
        downgrade(revision="20261124_letter")
        initialise()
        assert list(faults(db.session)) == []
        assert db.session.scalar(sa.select(sa.func.count()).select_from(witness.Witness)) > 3
        db.session.remove()
