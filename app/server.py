"""gunicorn with the engine beside it: one command, one Ctrl-C, and neither outlives the other."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from typing import Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter

from .gate import GateWorker

THREADS = 4  # of a worker
GRACE = 7  # seconds for what runs, when the server is told to end
LONGEST_PAUSE = 60.0  # before an engine that keeps dying is started again
PRIVATE = 0o077  # what the portal writes is for its own eyes


class Beside:
    """The engine as a process of its own: started again when it dies, ended with the server."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._deaths, self._started, self._again_at = 0, 0.0, 0.0

    def watch(self) -> None:
        """Called every second by the server's own loop."""
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._mourn(now)
        if self._process is None and now >= self._again_at:
            self._start(now)

    def end(self) -> None:
        """Ask it to end; it needs no longer than the server itself."""
        if self._process is not None:
            self._process.terminate()

    def bury(self) -> None:
        """It had its time."""
        if self._process is not None:
            try:
                self._process.wait(1)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _start(self, now: float) -> None:
        words = ["worker", "--beside", str(os.getpid()), *(["--again"] if self._deaths else [])]
        command = [sys.executable, "-c", f"from app.cli import main; main({words!r})"]
        self._process = subprocess.Popen(command, start_new_session=True)  # noqa: S603 (our own command)
        self._started = now

    def _mourn(self, now: float) -> None:
        self._process = None
        self._deaths = self._deaths + 1 if now - self._started < LONGEST_PAUSE else 1
        pause = min(2.0 ** (self._deaths - 1), LONGEST_PAUSE)
        self._again_at = now + pause
        print(f"The engine has ended; it is started again in {pause:.0f} s.", file=sys.stderr, flush=True)


class _Master(Arbiter):  # type: ignore[misc]
    def __init__(self, app: Any, beside: Beside | None) -> None:
        super().__init__(app)
        self._beside = beside

    def manage_workers(self) -> None:
        super().manage_workers()
        if self._beside is not None:
            self._beside.watch()

    def stop(self, graceful: bool = True) -> None:
        if self._beside is not None:
            self._beside.end()
        super().stop(graceful)
        if self._beside is not None:
            self._beside.bury()


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any], beside: Beside | None) -> None:
        self.options, self.beside = options, beside
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        """The portal of a worker. What is there from the start stays: nobody looks through it for waste again."""
        from . import create_app

        gc.disable()
        try:
            app = create_app()
            gc.freeze()
        finally:
            gc.enable()
        return app

    def run(self) -> None:
        try:
            _Master(self, self.beside).run()
        except SystemExit as end:
            sys.stderr.flush()
            os._exit(end.code if isinstance(end.code, int) else 1)  # all has ended: nothing is left to tidy up


def serve(host: str, port: int, workers: int, *, engine: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; the engine ends with the server."""
    os.umask(PRIVATE)
    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "worker_class": GateWorker,
            "threads": THREADS,
            "timeout": 60,
            "graceful_timeout": GRACE,
            "keepalive": 5,
            "umask": PRIVATE,
            "accesslog": None,
            "forwarded_allow_ips": "",  # which proxy is believed is the portal's own setting
            "proc_name": "portal",
            "loglevel": os.environ.get("PORTAL_LOG", "warning"),
            "control_socket_disable": True,
        },
        Beside() if engine else None,
    ).run()
