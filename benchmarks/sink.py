"""A mail server of the loopback that takes everything and keeps nothing, in a process of its own."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

GREETING, GO_ON, OK, BYE = b"220 sink\r\n", b"354 go on\r\n", b"250 OK\r\n", b"221 bye\r\n"


@contextmanager
def sink() -> Iterator[int]:
    """The port it listens on, as long as it runs."""
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=_serve, args=(there,), daemon=True)
    process.start()
    yield here.recv()
    process.terminate()
    process.join()


def _serve(parent: Connection) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        parent.send(door.getsockname()[1])
        while True:
            caller, _address = door.accept()
            with caller:
                caller.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                _talk(caller)


def _talk(caller: socket.socket) -> None:
    caller.sendall(GREETING)
    lines = caller.makefile("rb")
    while word := lines.readline()[:4].upper().strip():
        if word == b"DATA":
            caller.sendall(GO_ON)
            while lines.readline() not in (b".\r\n", b""):
                continue
        caller.sendall(BYE if word == b"QUIT" else OK)
