"""A real SMTP server that can also misbehave."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from flask import Flask

from tests.complaints.conftest import Line, line

__all__ = ["Line", "line"]


class Sink:
    """Keeps every mail; `say` is what it answers instead."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.say: str | None = None
        self.drop = False

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.say:
            return self.say
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.drop:
            server.transport.close()
            return "250 OK"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 OK"

    def to(self, login: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == f"{login}@example.com"]


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    handler = Sink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    app.config["MAIL_SERVER"], app.config["MAIL_PORT"] = "127.0.0.1", port
    yield handler
    app.config["MAIL_SERVER"] = ""
    controller.stop()
