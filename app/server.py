"""gunicorn with the engine beside it: one command, one Ctrl-C."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from gunicorn.app.base import BaseApplication


class _Server(BaseApplication):
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        for key, value in self.options.items():
            self.cfg.set(key, value)

    def load(self) -> Any:
        from . import create_app

        return create_app()


def serve(host: str, port: int, workers: int, *, engine: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; the engine ends with the server."""
    beside = _engine() if engine else None
    owner = os.getpid()

    def stop(_server: Any) -> None:
        if beside is not None and os.getpid() == owner:  # a worker that ends is not the portal ending
            beside.terminate()
            beside.wait(10)

    _Server(
        {
            "bind": f"{host}:{port}",
            "workers": workers,
            "timeout": 60,
            "graceful_timeout": 10,
            "accesslog": None,
            "on_exit": stop,
            "worker_class": "sync",
            "proc_name": "portal",
            "loglevel": os.environ.get("PORTAL_LOG", "warning"),
            "control_socket_disable": True,
        }
    ).run()


def _engine() -> subprocess.Popen[bytes]:
    """The engine as a process of its own; Ctrl-C reaches the web server, which ends it in order."""
    command = [sys.executable, "-c", "from app.cli import main; main(['worker'])"]
    return subprocess.Popen(command, start_new_session=True)  # noqa: S603 (our own command)
