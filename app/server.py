"""gunicorn with the engine beside it: one command, one Ctrl-C."""

from __future__ import annotations

import multiprocessing
import os
import signal
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


def _engine() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the web server, which ends us in order
    from . import create_app
    from .notifications.engine import run_engine

    run_engine(create_app())


def serve(host: str, port: int, workers: int, *, engine: bool) -> None:
    """Serve until Ctrl-C or SIGTERM; the engine ends with the server."""
    beside = multiprocessing.get_context("spawn").Process(target=_engine, name="portal-engine", daemon=True)
    if engine:
        beside.start()

    owner = os.getpid()

    def stop(_server: Any) -> None:
        if os.getpid() == owner and beside.is_alive():  # a worker that ends is not the portal ending
            beside.terminate()
            beside.join(10)

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
