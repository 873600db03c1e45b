"""The engine's pulse: seen from outside by its heartbeat, and from within by a guard that ends an engine that hangs."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.process.turns import users_who_may
from app.core.time import clock
from app.extensions import db

from . import outbox
from .models import Heartbeat, OutboxMail

STALE = timedelta(minutes=1)
EVERY = 15.0  # seconds between two beats
GRACE = 8.0  # seconds for an engine that was told to end
HANGS = 300.0  # seconds without a sign of life from within
STOPPED = "engine_stopped"


def silent_since(session: Session, *, ever: bool = True) -> datetime | None:
    """Since when the engine gives no sign of life; None while it does. One that never ran is missed by `not ever`."""
    last = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "engine"))
    if last is None and not ever:  # what waits for it tells
        last = session.scalar(select(func.min(OutboxMail.next_at)).where(OutboxMail.state.in_(outbox.UNDER_WAY)))
    return last if last is not None and last < clock.now() - STALE else None


def problems(serving: bool) -> Iterator[str]:
    """A portal that serves needs an engine; one that was only set up has none yet."""
    since = silent_since(db.session, ever=not serving)  # type: ignore[arg-type]
    if since is not None:
        yield f"The engine has given no sign of life since {clock.local(since):%Y-%m-%d %H:%M:%S}: start it again."


def beat(session: Session) -> int:
    """Let the health page see that the engine lives."""
    row = session.get(Heartbeat, "engine")
    if row is None:
        session.add(Heartbeat(name="engine", at=clock.now()))
    else:
        row.at = clock.now()
    session.commit()
    return 0


def report(session: Session, died: bool) -> bool:
    """An engine that begins tells the administrators that there was none; once a day. Commits."""
    since = session.scalar(select(Heartbeat.at).where(Heartbeat.name == "engine"))
    now = clock.now()
    stood_still = since is not None and since < now - STALE
    if stood_still or died:
        begin = clock.local(since if since is not None else now)
        payload = {"since": f"{begin:%Y-%m-%d %H:%M}", "until": f"{clock.local(now):%Y-%m-%d %H:%M}"}
        people = users_who_may(session, "can_resend", "OutboxMail")
        outbox.owe(session, STOPPED, None, payload["until"][:10], people, payload=payload)
    beat(session)
    return stood_still or died


class Guard:
    """Ends this process when its server is gone, when it was told to, or when it hangs."""

    def __init__(self, stop: Callable[[], None], server: int | None) -> None:
        self._stop, self._server = stop, server
        self.alive_at = time.monotonic()
        self._until: float | None = None

    def start(self) -> None:
        threading.Thread(target=self._watch, daemon=True, name="guard").start()

    def end(self) -> None:
        """Stop in order; after a while without order."""
        if self._until is None:
            self._until = time.monotonic() + GRACE
        self._stop()

    def _watch(self) -> None:
        while True:
            time.sleep(0.5)
            if self._server is not None and os.getppid() != self._server:
                self.end()
            now = time.monotonic()
            if (self._until is not None and now > self._until) or now > self.alive_at + HANGS:
                os._exit(1)  # leases lapse: whatever it had begun is taken up by another
