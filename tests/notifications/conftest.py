"""A real SMTP server that can also misbehave, and a portal whose engines are processes of their own."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP
from flask import Flask

from tests.complaints.conftest import Line, line

__all__ = ["Line", "line"]


class Sink:
    """Keeps every mail; the rest says how it misbehaves."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.receivers: list[str] = []
        self.tried: list[str] = []  # the Message-ID of whatever came as far as the final dot
        self.connections = 0
        self.where: dict[str, Any] = {}  # as the portal's settings say it
        self.say: str | None = None  # its answer to RCPT TO
        self.say_of: dict[str, str] = {}  # … to one address
        self.say_at_the_dot: str | None = None
        self.hang_up_at: str | None = None  # RCPT: before the message; DATA: in the middle; MAIL: after one mail
        self.drop = False  # behind the final dot
        self.meanwhile: Callable[[], Any] | None = None  # once, before the final dot is answered

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.hang_up_at == "MAIL" and getattr(session, "served", False):
            server.transport.close()
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if self.hang_up_at == "RCPT":
            server.transport.close()
            return "250 OK"
        answer = self.say or self.say_of.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mail: Any = message_from_bytes(envelope.content, policy=policy.default)
        self.tried.append(mail["Message-ID"])
        if self.drop:
            server.transport.close()
            return "250 OK"
        if self.meanwhile:
            meanwhile, self.meanwhile = self.meanwhile, None
            await server.loop.run_in_executor(None, meanwhile)
        if self.say_at_the_dot:
            answer, self.say_at_the_dot = self.say_at_the_dot, None
            return answer
        self.mails.append(mail)
        self.receivers += envelope.rcpt_tos
        session.served = True
        return "250 OK"

    def to(self, login: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == f"{login}@example.com"]


class Door(SMTP):
    """One connection; it may break in the middle of a message."""

    async def smtp_DATA(self, arg: str) -> None:
        if self.event_handler.hang_up_at == "DATA":
            await self.push("354 go on")
            await self._reader.readline()
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Server(Controller):
    """Counts who comes in."""

    def factory(self) -> SMTP:
        self.handler.connections += 1
        return Door(self.handler, **self.SMTP_kwargs)


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def sink(app: Flask) -> Iterator[Sink]:
    handler = Sink()
    controller = Server(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    handler.connections = 0  # the controller tries its own door
    handler.where = {"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": controller.port}
    app.config.update(handler.where)
    yield handler
    app.config["MAIL_SERVER"] = ""
    controller.stop()


@pytest.fixture
def portal(own_portal: Flask) -> Flask:
    """A staffed portal of its own, which other processes may open too."""
    return own_portal
