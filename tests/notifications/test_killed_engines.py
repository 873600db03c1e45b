"""Engines killed at any moment: no mail lost, none made up, twice at most what was in flight, under one Message-ID."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from itertools import cycle
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli import main
from app.core.time import clock
from app.extensions import db
from app.notifications import outbox
from app.notifications.models import OutboxMail
from tests.conftest import NOW
from tests.support import PASSWORD, Rest

from .conftest import Line, free_port

Start = Callable[..., Any]
KILLS, ENGINES = 7, 3  # at the end those still running are killed too: ten in all
MOODS = ("ok", "slow", "451", "drop")  # the last: in the middle of the message
PACE = 60  # a minute of the portal in a second: leases lapse and pauses end while one watches
PROCESSES = get_context("forkserver")
PROCESSES.set_forkserver_preload([__name__])  # each begins with the imports done


def portal_worker(environ: dict[str, str], log: Path, moment: datetime, zero: float, words: list[str]) -> None:
    """`portal worker` as a process, where it is `moment` at `zero` and time goes at PACE."""
    os.environ.update(environ)
    with log.open("ab") as out:
        os.dup2(out.fileno(), 1)
        os.dup2(out.fileno(), 2)

    def go() -> None:
        while True:
            clock.set_frozen(moment + timedelta(seconds=(time.time() - zero) * PACE))
            time.sleep(0.01)

    threading.Thread(target=go, daemon=True).start()
    main(["worker", *words])


class Moody:
    """Answers in turn as MOODS says, until it is well."""

    def __init__(self) -> None:
        self.moods = cycle(MOODS)
        self.well = False
        self.accepted: list[Any] = []
        self.met: Counter[str] = Counter()
        self.unanswered = 0  # accepted, but whoever sent it was gone before the answer
        self.slow = threading.Event()

    def mood(self) -> str:
        mood = "ok" if self.well else next(self.moods)
        self.met[mood] += 1
        return mood

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if session.mood == "451":
            return "451 try later"
        self.accepted.append(message_from_bytes(envelope.content, policy=policy.default))
        if session.mood == "slow":
            self.slow.set()
            try:
                await asyncio.sleep(0.3)
            except asyncio.CancelledError:
                self.unanswered += 1
                raise
            finally:
                self.slow.clear()
        return "250 OK"


class MoodyDoor(SMTP):
    async def smtp_DATA(self, arg: str) -> None:
        self.session.mood = self.event_handler.mood()
        if self.session.mood == "drop":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class MoodyServer(Controller):
    def factory(self) -> SMTP:
        return MoodyDoor(self.handler, **self.SMTP_kwargs)


@pytest.fixture
def moody() -> Iterator[MoodyServer]:
    server = MoodyServer(Moody(), hostname="127.0.0.1", port=free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture
def start(portal: Flask, moody: MoodyServer, tmp_path: Path) -> Iterator[Start]:
    """start(moment, zero) is one more engine."""
    environ = {
        "PORTAL_DATA_DIR": str(tmp_path),
        "PORTAL_DATABASE_URL": portal.config["SQLALCHEMY_DATABASE_URI"],
        "PORTAL_ENV": "test",
        "PORTAL_MAIL_SERVER": "127.0.0.1",
        "PORTAL_MAIL_PORT": str(moody.port),
    }
    running: list[Any] = []

    def begin(moment: datetime, zero: float, *words: str) -> Any:
        given = (environ, tmp_path / "workers.log", moment, zero, list(words))
        running.append(PROCESSES.Process(target=portal_worker, args=given))
        running[-1].start()
        return running[-1]

    yield begin
    for process in running:
        process.kill()
        process.join()


def work(portal: Flask, look: Session, changes: int) -> None:
    """Changes that owe mails, and as many that are refused or rolled back and owe none."""
    line = Line(lambda login, locale="en": Rest(portal, login, PASSWORD, locale), look)
    for _turn in range(changes):
        number = line.at("handed_over")
        assert line.take("reception", number, "hand_over").status_code == 409
        with portal.app_context():
            assert outbox.owe(db.session, "complaint.hand_over", number, "never", [1, 2, 3])
            db.session.rollback()


def test_of_engines_killed_in_the_middle_nothing_is_lost_and_nothing_made_up(
    portal: Flask, moody: MoodyServer, start: Start, tmp_path: Path
):
    with portal.app_context():
        engine = db.engine
    sink: Moody = moody.handler
    with Session(engine) as look:
        work(portal, look, 24)
        zero, dice = time.time(), random.Random(7)
        engines = [start(NOW, zero) for _turn in range(ENGINES)]
        for turn in range(KILLS):
            assert sink.slow.wait(60), (tmp_path / "workers.log").read_text()
            time.sleep(dice.uniform(0, 0.25) if turn % 2 else 0)
            kill(engines.pop(0))
            engines.append(start(NOW, zero))
            work(portal, look, 1)
        for engine_left in engines:
            kill(engine_left)
        sink.well = True
        last = start(NOW + timedelta(hours=3), time.time(), "--once")
        last.join(60)
        assert last.exitcode == 0, (tmp_path / "workers.log").read_text()
        look.rollback()
        judge(look, sink, KILLS + ENGINES)


def kill(engine: Any) -> None:
    """kill -9."""
    assert engine.is_alive()
    engine.kill()
    engine.join()
    assert engine.exitcode == -signal.SIGKILL


def judge(look: Session, sink: Moody, kills: int) -> None:
    """Lost, phantom and duplicate mails, from what was owed and what the mail server took in."""
    owed = {row.message_id: row for row in look.scalars(select(OutboxMail))}
    arrived = Counter(mail["Message-ID"] for mail in sink.accepted)
    assert {row.state for row in owed.values()} <= {"sent", "uncertain"}
    assert [row.id for name, row in owed.items() if row.state == "sent" and not arrived[name]] == []  # lost
    assert set(arrived) - set(owed) == set()  # phantom
    assert arrived.total() - len(arrived) <= kills  # duplicates: each engine has one mail in flight
    names = defaultdict(set)
    for mail in sink.accepted:
        names[mail["To"], mail["Subject"], mail.get_body(("plain",)).get_content()].add(mail["Message-ID"])
    assert {len(known) for known in names.values()} == {1}  # whatever came twice came under one name
    assert sink.unanswered > 0  # engines did die between the dot and its answer
    assert min(sink.met[mood] for mood in MOODS) > 5
