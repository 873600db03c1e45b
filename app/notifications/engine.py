"""The engine: a loop that ticks what is due. Several may run; none of them holds the truth."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy.orm import Session

from app.complaints.freezing import freeze_signed
from app.core import clock, history
from app.extensions import db

from .digest import send_digests
from .models import Heartbeat
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


def beat(session: Session) -> int:
    """Let the health page see that the engine lives."""
    row = session.get(Heartbeat, "engine")
    if row is None:
        session.add(Heartbeat(name="engine", at=clock.now()))
    else:
        row.at = clock.now()
    session.commit()
    return 0


TICKS: list[Callable[[Session], int]] = [scan_deadlines, send_digests, deliver_due, freeze_signed, seal, beat]


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

    def __init__(self, app: Flask) -> None:
        self.app, self._stop = app, threading.Event()

    def run(self) -> None:
        while not self._stop.is_set():
            busy = tick(self.app, self._stop.is_set)
            self._stop.wait(0.1 if busy > 10 else PAUSE)

    def stop(self, *_signal: Any) -> None:
        self._stop.set()


def run_engine(app: Flask) -> None:
    """The engine as a process of its own, until SIGTERM."""
    engine = Engine(app)
    signal.signal(signal.SIGTERM, engine.stop)
    engine.run()


def run_once(app: Flask) -> None:
    """Do what is due now, to the end."""
    while tick(app) > 0:
        continue
