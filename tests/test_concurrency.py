"""Many at once: no update lost, no number twice, no deed done twice; on PostgreSQL and on SQLite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core.record.audit import faults
from app.core.record.history import History
from app.core.record.records import Record
from app.extensions import db
from app.notifications.engine import tick
from app.notifications.models import OutboxMail

from .complaints.conftest import Line, drawn
from .support import PASSWORD, Browser, Rest


@pytest.fixture
def busy(own_portal: Flask) -> Flask:
    """A portal of its own, staffed, with nothing else in it."""
    return own_portal


@pytest.fixture
def look(busy: Flask) -> Iterator[Session]:
    with busy.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session


def at_once(number: int, deed: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(deed, range(number)))


def line_of(app: Flask, look: Session) -> Line:
    return Line(lambda login, locale="en": Rest(app, login, PASSWORD, locale), look)


def test_fifty_intakes_at_once_get_fifty_consecutive_numbers(busy: Flask, look: Session):
    line = line_of(busy, look)
    slip, reception = line.slip(), line.by("reception")
    headers = reception.headers

    def register(_turn: int) -> str:
        answer = busy.test_client().post("/api/v1/complaint/", json=slip, headers=headers)
        assert answer.status_code == 201, answer.json
        return str(answer.json["result"]["number"])

    assert sorted(at_once(50, register)) == [f"TS-20261124-{number:03d}" for number in range(1, 51)]


def test_of_32_corrections_at_once_none_is_lost(busy: Flask, look: Session):
    line = line_of(busy, look)
    record = line.register()
    headers = line.by("reception").headers

    def correct(turn: int) -> int:
        """Like a careful person: reads, corrects, and begins again when somebody was faster."""
        client = busy.test_client()
        for _try in range(200):
            seen = client.get(f"/api/v1/complaint/{record}", headers=headers).json["result"]
            text = f"{seen['description']}|{turn}"
            answer = client.put(
                f"/api/v1/complaint/{record}",
                json={"description": text},
                headers={**headers, "If-Match": str(seen["version"])},
            )
            if answer.status_code == 200:
                return turn
            assert answer.status_code == 409, answer.json
        raise AssertionError("never came through")

    assert sorted(at_once(32, correct)) == list(range(32))
    written = line.read(record)["description"].split("|")[1:]
    assert sorted(map(int, written)) == list(range(32))
    look.expire_all()
    assert look.get(Record, record).version == 33
    lines = look.scalars(sa.select(History.seq).where(History.record_id == record).order_by(History.seq)).all()
    assert list(lines) == list(range(1, 34))
    with busy.app_context():
        assert list(faults(db.session)) == []


def test_32_equal_requests_with_one_key_are_one_complaint_and_32_equal_answers(busy: Flask, look: Session):
    line = line_of(busy, look)
    slip, headers = line.slip(), {**line.by("reception").headers, "Idempotency-Key": "one-slip"}
    answers = at_once(32, lambda _turn: busy.test_client().post("/api/v1/complaint/", json=slip, headers=headers))
    assert Counter(answer.status_code for answer in answers) == {201: 32}
    assert len({str(answer.json) for answer in answers}) == 1
    assert look.scalar(sa.select(sa.func.count()).select_from(Record)) == 1


def test_32_people_take_one_step_and_it_is_taken_once(busy: Flask, look: Session):
    line = line_of(busy, look)
    record = line.at("pending_qc")
    headers = line.by("reception").headers
    answers = at_once(
        32, lambda _turn: busy.test_client().post(f"/api/v1/complaint/{record}/hand_over", json={}, headers=headers)
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 409: 31}


def test_two_engines_send_nothing_twice(busy: Flask, look: Session):
    line = line_of(busy, look)
    for _turn in range(5):
        line.at("handed_over")
    at_once(4, lambda _turn: tick(busy))
    while tick(busy) > 1:
        continue
    rows = look.scalars(sa.select(OutboxMail)).all()
    assert {(row.state, row.attempts) for row in rows} == {("written", 1)}
    assert len(list(Path(busy.config["MAIL_DIR"]).glob("*.eml"))) == len(rows)


def test_of_32_signatures_at_once_on_one_link_exactly_one_counts(busy: Flask, look: Session):
    from app.complaints.customer_acts import Purpose
    from app.core.record import links, signatures

    line = line_of(busy, look)
    number = line.at("awaiting_confirmation")
    with busy.app_context():
        url = "/" + links.address(db.session, number, Purpose.confirm).split("/", 3)[3]
        digest = signatures.digest(db.session.get_one(Complaint, number))
        db.session.remove()

    def sign(turn: int) -> int:
        fields = {"solved": "true", "satisfaction": "5", "signer_name": f"signer {turn}", "signature": drawn()}
        return busy.test_client().post(url, data={**fields, "digest": digest}).status_code

    assert set(at_once(32, sign)) == {303}
    rows = line.by("auditor").get("confirmation/").json["result"]
    assert len([row for row in rows if row["complaint_id"] == number]) == 1
    assert line.read(number)["state"] == "confirmed"
    steps = [row["step"] for row in line.by("auditor").get(f"complaint/{number}/history").json]
    assert steps.count("confirm") == 1


@pytest.mark.parametrize("door", ["REST", "page"])
def test_two_complaints_merged_into_each_other_at_once_end_in_one_of_them(busy: Flask, look: Session, door: str):
    line = line_of(busy, look)
    pairs = [(line.register(), line.register()) for _turn in range(4)]
    clerks = [line.by("reception"), line.by("reception_lead")]
    desks = [Browser(busy, login, PASSWORD) for login in ("reception", "reception_lead")]

    def merge(turn: int) -> int:
        pair = pairs[turn // 2]
        source, into = pair if turn % 2 else reversed(pair)
        if door == "page":
            return int(desks[turn % 2].step(source, "merge", into=str(into)).status_code)
        clerk = clerks[turn % 2]
        client = busy.test_client()
        return client.post(f"/api/v1/complaint/{source}/merge", json={"into": into}, headers=clerk.headers).status_code

    answers = at_once(len(pairs) * 2, merge)
    done = {"REST": 200, "page": 204}[door]
    assert Counter(answers) == {done: len(pairs), 409: len(pairs)}
    for pair in pairs:
        assert sorted(line.read(number)["state"] for number in pair) == ["merged", "received"]
