"""The engine: a loop that ticks what is due. Several may run; none of them holds the truth."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app.complaints.freezing import freeze_signed
from app.complaints.standing_in import pass_on
from app.core.files import pending
from app.core.record import history
from app.core.tally.folding import fold
from app.extensions import db

from .counting import count_tables
from .digest import send_digests
from .moved import follow_rights
from .pulse import EVERY, Guard, beat, report
from .scan import scan_deadlines
from .sender import deliver_due

PAUSE = 2.0  # seconds between two rounds


def seal(session: Session) -> int:
    """Seal the new lines of the history."""
    sealed = history.seal(session)
    session.commit()
    if sealed:
        history.anchor(session)
    return sealed


TICKS: list[Callable[[Session], int]] = [
    scan_deadlines,
    send_digests,
    follow_rights,
    deliver_due,
    fold,
    freeze_signed,
    pass_on,
    pending.purge,
    seal,
    count_tables,
    beat,
]


def tick(app: Flask, stopped: Callable[[], bool] = lambda: False) -> int:
    """One round of everything; a failing part never stops the others."""
    done = 0
    for part in TICKS:
        if stopped():
            break
        with app.app_context():
            try:
                done += deliver_due(db.session, stopped=stopped) if part is deliver_due else part(db.session)
            except Exception:
                db.session.rollback()
                app.logger.exception("engine: %s", part.__name__)
    return done


class Engine:
    """Ticks until it is told to stop."""

    def __init__(self, app: Flask, server: int | None = None) -> None:
        self.app, self._stop = app, threading.Event()
        self.guard = Guard(self._stop.set, server)
        self._beaten = 0.0

    def run(self) -> None:
        while not self._stop.is_set():
            busy = tick(self.app, self.stopped)
            self._stop.wait(0.1 if busy > 10 else PAUSE)

    def stop(self, *_signal: Any) -> None:
        self.guard.end()

    def stopped(self) -> bool:
        """Asked between two pieces of work: each time it is a sign of life."""
        self.guard.alive_at = now = time.monotonic()
        if now > self._beaten + EVERY:
            self._beaten = now
            with self.app.app_context(), Session(db.engine) as own:
                try:
                    beat(own)
                except SQLAlchemyError:
                    self.app.logger.exception("engine: beat")
        return self._stop.is_set()


def run_engine(app: Flask, server: int | None = None, *, died: bool = False) -> None:
    """The engine as a process of its own, until SIGTERM or until the server that started it is gone."""
    engine = Engine(app, server)
    signal.signal(signal.SIGTERM, engine.stop)
    engine.guard.start()
    with app.app_context():
        try:
            report(db.session, died)
        except SQLAlchemyError:  # a database that is away comes back: the engine waits for it
            app.logger.exception("engine: report")
    engine.run()


def run_once(app: Flask) -> None:
    """Do what is due now, to the end."""
    while tick(app) > 0:
        continue
