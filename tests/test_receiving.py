"""Pictures take time: nothing is locked meanwhile, and those who send them never take every place."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import segno
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Session

from app.complaints.customer_acts import Purpose
from app.complaints.models import Complaint
from app.core.files import press
from app.core.files.press import PLACES, Press
from app.core.pages.printing import record_address
from app.core.record import links, signatures
from app.core.record.records import Record
from app.extensions import db

from .complaints.conftest import Line, drawn, png
from .core.test_press import white_png
from .support import PASSWORD, Browser
from .test_concurrency import busy, line_of, look

__all__ = ["busy", "look"]
SIGNED = {"signer_name": "顾客签收人", "method": "onscreen", "satisfaction": "5"}


class Held:
    """The press, stopped in the middle of every picture until it is let go."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.begun, self.go = threading.Semaphore(0), threading.Event()
        ask = Press.ask

        def slow(press: Press, job: str, content: bytes = b"", **facts: Any) -> bytes:
            if job in ("picture", "drawing") and not self.go.is_set():
                self.begun.release()
                assert self.go.wait(60)
            return ask(press, job, content, **facts)

        patch.setattr(Press, "ask", slow)


@pytest.fixture
def held(monkeypatch: pytest.MonkeyPatch) -> Iterator[Held]:
    stopped = Held(monkeypatch)
    yield stopped
    stopped.go.set()


def photo() -> tuple[io.BytesIO, str]:
    return io.BytesIO(white_png(2500, 2500)), "photo.png"


def by_rest(app: Flask, line: Line) -> Callable[[], Any]:
    number, headers = line.at("awaiting_confirmation"), line.by("technician").headers
    address = f"/api/v1/complaint/{number}/attachments"
    return lambda: app.test_client().post(address, data={"file": photo(), "category": "photo"}, headers=headers)


def on_the_page(app: Flask, line: Line) -> Callable[[], Any]:
    number, desk = line.at("awaiting_confirmation"), Browser(app, "technician", PASSWORD)
    sent = {"file": photo(), "category": "photo"}
    return lambda: desk.post(f"/complaint/{number}/attach", data=sent, headers={"X-Fragment": "1"})


def signature_by_rest(app: Flask, line: Line) -> Callable[[], Any]:
    number = line.at("awaiting_confirmation")
    line.by("technician")
    return lambda: line.take("technician", number, "confirm", **SIGNED, signature=drawn())


def signature_on_the_page(app: Flask, line: Line) -> Callable[[], Any]:
    number, desk = line.at("awaiting_confirmation"), Browser(app, "technician", PASSWORD)
    return lambda: desk.step(number, "confirm", **SIGNED, signature=drawn())


def scan_on_the_page(app: Flask, line: Line) -> Callable[[], Any]:
    number, desk = line.at("awaiting_confirmation"), Browser(app, "technician", PASSWORD)
    return lambda: desk.step(number, "confirm", **{**SIGNED, "method": "paper_scan"}, scan=photo())


def by_link(app: Flask, line: Line) -> Callable[[], Any]:
    number = line.at("awaiting_confirmation")
    with app.app_context():
        url = "/" + links.address(db.session, number, Purpose.confirm).split("/", 3)[3]
        digest = signatures.digest(db.session.get_one(Complaint, number))
        db.session.remove()
    sent = {**SIGNED, "solved": "true", "signature": drawn(), "digest": digest}
    return lambda: app.test_client().post(url, data=sent)


def from_the_phone(app: Flask, line: Line) -> Callable[[], Any]:
    number, technician = line.at("assigned"), line.by("technician")
    (job,) = technician.get("visit/jobs").json["result"]
    entry = json.dumps({"version": job["version"], "at": "2026-11-24T09:20:00+08:00", "data": {}})
    headers = {**technician.headers, "Idempotency-Key": "one"}
    sent = {"entry": entry, "photo": photo()}
    return lambda: app.test_client().post(f"/api/v1/visit/{number}/arrive", data=sent, headers=headers)


def letter_with_the_slip(app: Flask, line: Line) -> Callable[[], Any]:
    desk, slip = Browser(app, "reception", PASSWORD), line.slip(channel="letter")
    return lambda: desk.post("/complaint/add", data={**slip, "letter": photo()})


def return_slip(app: Flask, line: Line) -> Callable[[], Any]:
    number, desk, slip = line.at("awaiting_confirmation"), Browser(app, "reception", PASSWORD), io.BytesIO()
    with app.app_context():
        segno.make(record_address(db.session.get_one(Complaint, number))).save(slip, kind="png", scale=6)
        db.session.remove()
    slip.seek(0)
    return lambda: desk.post("/return_slips/", data={"file": (slip, "回单.png")})


DOORS = (
    *(by_rest, on_the_page, signature_by_rest, signature_on_the_page, scan_on_the_page, by_link, from_the_phone),
    *(letter_with_the_slip, return_slip),
)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
def test_while_a_picture_is_decoded_every_record_is_free(
    busy: Flask, look: Session, held: Held, door: Callable[[Flask, Line], Callable[[], Any]]
):
    held.go.set()
    line = line_of(busy, look)
    send = door(busy, line)
    number = line.register()
    look.rollback()
    held.go.clear()
    with ThreadPoolExecutor(1) as pool:
        sent: Future[Any] = pool.submit(send)
        try:
            assert held.begun.acquire(timeout=60), sent.result(1).get_data(as_text=True)
            line.must("reception", number, "classify_quality", solution_plan="repair on site")  # nobody waits
            if look.get_bind().dialect.name == "postgresql":
                look.execute(sa.text("SET LOCAL lock_timeout = '1s'"))
            look.execute(sa.update(Record).values(version=Record.version))
            look.rollback()
        finally:
            held.go.set()
        answer = sent.result()
    assert answer.status_code in (200, 201, 204, 302, 303), answer.get_data(as_text=True)[:2000]
    assert look.scalar(sa.text("SELECT count(*) FROM attachment")) == 1


def test_ten_photos_at_once_leave_room_and_those_turned_away_are_told_to_come_again(
    busy: Flask, look: Session, held: Held
):
    line = line_of(busy, look)
    held.go.set()
    number, other = line.register(), line.register()
    desk, desks = line.by("reception"), [Browser(busy, "reception", PASSWORD) for _turn in range(10)]
    held.go.clear()

    def upload(turn: int) -> Any:
        if turn % 2:
            sent = {"file": photo(), "category": "photo"}
            return desks[turn].post(f"/complaint/{number}/attach", data=sent, headers={"X-Fragment": "1"})
        address = f"/api/v1/complaint/{number}/attachments"
        return busy.test_client().post(address, data={"file": photo(), "category": "photo"}, headers=desk.headers)

    with ThreadPoolExecutor(10) as pool:
        sent = [pool.submit(upload, turn) for turn in range(PLACES)]
        for _turn in sent:
            assert held.begun.acquire(timeout=60)
        late = [pool.submit(upload, turn) for turn in range(PLACES, 10)]
        refused = [answer.result(30) for answer in late]  # at once, while the first are still being decoded
        line.must("reception", other, "classify_quality", solution_plan="repair on site")
        held.go.set()
        assert [answer.result().status_code for answer in sent] == [201] * PLACES
    for turn, answer in enumerate(refused, PLACES):
        assert "try again in a moment" in str(answer.json["message"])
        assert answer.status_code == (422 if turn % 2 else 503)
        assert turn % 2 or int(answer.headers["Retry-After"]) > 0
    assert upload(0).status_code == upload(1).status_code == 201


def test_a_small_drawing_waits_behind_no_photo(busy: Flask, look: Session):
    """A signature goes to a child of its own, even while every place for pictures is taken."""
    line = line_of(busy, look)
    number = line.at("awaiting_confirmation")
    for _place in range(PLACES):
        assert press.QUEUE.acquire(blocking=False)
    try:
        with press.PRESS._one:
            line.must("technician", number, "confirm", **SIGNED, signature=drawn())
            line.attach("technician", number, "photo")
    finally:
        for _place in range(PLACES):
            press.QUEUE.release()
    assert png().read() and line.read(number)["state"] == "confirmed"
