"""Two hundred ways of touching the history by plain SQL, each found by `portal audit verify`."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.core.record import history
from app.core.record.audit import faults
from app.extensions import db
from app.notifications.engine import run_once
from tests.complaints.conftest import Line
from tests.support import PASSWORD, Rest

TRIES = 200
TABLES = ("record", "history", "history_detail", "history_unsealed", "history_block")


@pytest.fixture
def portal(own_portal: Flask) -> Iterator[Flask]:
    """Some complaints, their history partly sealed; nobody is kept from writing any more."""
    with own_portal.app_context():
        engine = db.engine
    with Session(engine) as look:
        line = Line(lambda login, locale="en": Rest(own_portal, login, PASSWORD, locale), look)
        line.at("at_qc")
        line.at("on_site")
        run_once(own_portal)
        line.at("returned")
        run_once(own_portal)
        line.at("handed_over")  # these lines still wait for their block
    with own_portal.app_context():
        _unlock()
        yield own_portal


def _unlock() -> None:
    with db.engine.begin() as connection:
        if connection.dialect.name == "sqlite":
            names = connection.execute(sa.text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).scalars().all()
            for name in names:
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            for table in history.APPEND_ONLY:
                connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE TRIGGER ALL")


def lines(session: Any) -> list[Any]:
    return list(session.execute(sa.text("SELECT id, record_id, seq FROM history ORDER BY id")).all())


def alter(session: Any, chance: random.Random) -> str:
    """One column of one line."""
    name = chance.choice(("at", "actor_id", "on_behalf_id", "step", "source", "target", "clause", "version", "seq",
                          "detail_digest", "previous", "hash"))  # fmt: skip
    row = chance.choice(lines(session))
    new: Any = {"actor_id": 3, "on_behalf_id": 4, "version": 77, "seq": 99}.get(name, "2020-01-01")
    old = session.scalar(sa.text(f"SELECT {name} FROM history WHERE id = :n"), {"n": row.id})
    if old == new:
        new = 5
    session.execute(sa.text(f"UPDATE history SET {name} = :v WHERE id = :n"), {"v": new, "n": row.id})
    return f"{name} of line {row.id}"


def alter_detail(session: Any, chance: random.Random) -> str:
    row, name = chance.choice(lines(session)), chance.choice(("comment", "changes", "ip", "salt"))
    new = '{"amount": ["1", "2"]}' if name == "changes" else "other"
    session.execute(sa.text(f"UPDATE history_detail SET {name} = :v WHERE line_id = :n"), {"v": new, "n": row.id})
    return f"{name} of detail {row.id}"


def delete_detail(session: Any, chance: random.Random) -> str:
    row = chance.choice(lines(session))
    session.execute(sa.text("DELETE FROM history_detail WHERE line_id = :n"), {"n": row.id})
    return f"detail {row.id} deleted"


def _drop(session: Any, number: int) -> None:
    for table in ("history_detail", "history_unsealed"):
        session.execute(sa.text(f"DELETE FROM {table} WHERE line_id = :n"), {"n": number})
    session.execute(sa.text("DELETE FROM history WHERE id = :n"), {"n": number})


def delete_line(session: Any, chance: random.Random) -> str:
    """With its detail and its place in the queue."""
    row = chance.choice(lines(session))
    _drop(session, row.id)
    return f"line {row.id} deleted"


def cut_tail(session: Any, chance: random.Random) -> str:
    """The last line of a record, and the record itself made to fit."""
    sealed = session.scalar(sa.text("SELECT min(line_id) FROM history_unsealed"))
    rows = [row for row in lines(session) if row.id < sealed]
    last = {row.record_id: row for row in rows}
    row = chance.choice(list(last.values()))
    before = session.execute(
        sa.text("SELECT seq, hash FROM history WHERE record_id = :r AND seq = :s"),
        {"r": row.record_id, "s": row.seq - 1},
    ).one()
    for later in [item for item in lines(session) if item.record_id == row.record_id and item.seq >= row.seq]:
        _drop(session, later.id)
    facts = {"s": before.seq, "h": before.hash, "r": row.record_id}
    session.execute(sa.text("UPDATE record SET seq = :s, head = :h WHERE id = :r"), facts)
    return f"record {row.record_id} cut before line {row.seq}"


def swap(session: Any, chance: random.Random) -> str:
    """Who did the one is said to have done the other."""
    rows = session.execute(sa.text("SELECT id, actor_id, step FROM history ORDER BY id")).all()
    one = chance.choice(rows)
    two = chance.choice([row for row in rows if (row.actor_id, row.step) != (one.actor_id, one.step)])
    for here, there in ((one, two), (two, one)):
        facts = {"a": there.actor_id, "s": there.step, "n": here.id}
        session.execute(sa.text("UPDATE history SET actor_id = :a, step = :s WHERE id = :n"), facts)
    return f"lines {one.id} and {two.id} swapped"


def reorder(session: Any, chance: random.Random) -> str:
    """Two neighbouring lines of a record in the other order, both told as they were."""
    row = chance.choice([row for row in lines(session) if row.seq > 1])
    move = sa.text("UPDATE history SET seq = :new WHERE record_id = :r AND seq = :old")
    for old, new in ((row.seq, 10_000), (row.seq - 1, row.seq), (10_000, row.seq - 1)):
        session.execute(move, {"r": row.record_id, "old": old, "new": new})
    return f"lines {row.seq - 1} and {row.seq} of record {row.record_id} in the other order"


def slip_in(session: Any, chance: random.Random) -> str:
    """A line between two others, copied from a real one; what follows is moved up."""
    row = chance.choice(lines(session))
    later = [item for item in lines(session) if item.record_id == row.record_id and item.seq > row.seq]
    for item in sorted(later, key=lambda item: -item.seq):
        session.execute(sa.text("UPDATE history SET seq = seq + 1 WHERE id = :n"), {"n": item.id})
    columns = (
        "record_id, at, actor_id, on_behalf_id, step, source, target, clause, version, detail_digest, previous, hash"
    )
    copy = f"INSERT INTO history (id, seq, {columns}) SELECT 100000, seq + 1, {columns} FROM history WHERE id = :n"
    session.execute(sa.text(copy), {"n": row.id})
    session.execute(sa.text("INSERT INTO history_unsealed (line_id) VALUES (100000)"))
    session.execute(sa.text("UPDATE record SET seq = seq + 1 WHERE id = :r"), {"r": row.record_id})
    return f"a copy of line {row.seq} slipped into record {row.record_id}"


def rewrite_note(session: Any, chance: random.Random) -> str:
    """The note outside the database: a line of it changed, dropped or made up, or the whole of it gone."""
    file = history.anchor_file()
    noted = file.read_text().splitlines()
    at = chance.randrange(len(noted) - 1)
    changed = noted[at][:-4] + "0000"
    others = (
        [*noted[:at], changed, *noted[at + 1 :]],
        [*noted[:at], *noted[at + 1 :]],
        [*noted, f"{len(noted) + 7} {'a' * 64}"],
        ["rubbish", *noted],
        [],
    )
    file.write_text("\n".join(chance.choice(others)))
    return f"line {at} of the note"


def forge(session: Any, chance: random.Random) -> str:
    """A line that was never written, hashed by somebody without the key."""
    row = chance.choice(lines(session))
    record = session.execute(sa.text("SELECT seq, head FROM record WHERE id = :r"), {"r": row.record_id}).one()
    facts = {"r": row.record_id, "seq": record.seq + 1, "p": record.head, "h": "f" * 64, "id": 100_000}
    session.execute(
        sa.text(
            "INSERT INTO history (id, record_id, seq, at, step, source, target, clause, version, detail_digest, "
            "previous, hash) VALUES (:id, :r, :seq, '2026-11-24', 'close', '', 'closed', '2.6', 9, '', :p, :h)"
        ),
        facts,
    )
    session.execute(sa.text("UPDATE record SET seq = :seq, head = :h WHERE id = :r"), facts)
    return f"a line forged on record {row.record_id}"


def wipe_record(session: Any, chance: random.Random) -> str:
    """The whole history of a record, as if nothing had ever happened."""
    row = chance.choice(lines(session))
    for item in [item for item in lines(session) if item.record_id == row.record_id]:
        _drop(session, item.id)
    return f"history of record {row.record_id} wiped"


def break_block(session: Any, chance: random.Random) -> str:
    name = chance.choice(("at", "previous", "hash", "members"))
    number = chance.choice(session.scalars(sa.text("SELECT id FROM history_block")).all())
    new = "1-2" if name == "members" else "other"
    session.execute(sa.text(f"UPDATE history_block SET {name} = :v WHERE id = :n"), {"v": new, "n": number})
    return f"{name} of block {number}"


def drop_last_block(session: Any, chance: random.Random) -> str:
    """The newest block, with every line it sealed and the records made to fit: only the note outside tells."""
    number, members = session.execute(sa.text("SELECT id, members FROM history_block ORDER BY id DESC LIMIT 1")).one()
    waiting = session.scalars(sa.text("SELECT line_id FROM history_unsealed")).all()
    for line in [*history.from_ranges(members), *waiting]:
        _drop(session, line)
    session.execute(sa.text("DELETE FROM history_block WHERE id = :n"), {"n": number})
    for record in session.scalars(sa.text("SELECT id FROM record")).all():
        last = session.execute(
            sa.text("SELECT seq, hash FROM history WHERE record_id = :r ORDER BY seq DESC LIMIT 1"), {"r": record}
        ).first()
        facts = {"s": last.seq if last else 0, "h": last.hash if last else "", "r": record}
        session.execute(sa.text("UPDATE record SET seq = :s, head = :h WHERE id = :r"), facts)
    return f"block {number} gone with all it sealed"


WAYS: tuple[Callable[[Any, random.Random], str], ...] = (
    alter, alter, alter, alter_detail, alter_detail, delete_detail, delete_line, cut_tail, swap, reorder, slip_in,
    forge, wipe_record, break_block, drop_last_block, rewrite_note,
)  # fmt: skip


def test_every_one_of_200_random_tamperings_is_found(portal: Flask):
    session = db.session
    assert list(faults(session)) == []
    chance, noted = random.Random(20261124), history.anchor_file().read_text()
    for turn in range(TRIES):
        deed = WAYS[turn % len(WAYS)](session, chance)
        session.flush()
        session.expire_all()
        chinese = turn // len(WAYS) % 2 == 0
        with force_locale("zh" if chinese else "en"):
            told = next(faults(session), "")
        assert told, deed
        assert not chinese or re.search("[一-龥]", told), told
        session.rollback()
        history.anchor_file().write_text(noted)
    assert list(faults(session)) == []


def test_a_record_that_is_gone_is_told_by_its_history(portal: Flask):
    """SQLite's keys can be switched off by whoever opens the file; PostgreSQL keeps the record."""
    gone = sa.text("DELETE FROM record WHERE id = (SELECT min(id) FROM record)")
    if db.engine.dialect.name == "postgresql":
        with pytest.raises(sa.exc.IntegrityError), db.engine.begin() as connection:
            connection.execute(gone)
        return
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        number = connection.execute(sa.text("SELECT min(id) FROM record")).scalar_one()
        connection.execute(gone)
        connection.commit()
    assert any(f"{number} " in fault for fault in faults(db.session))
