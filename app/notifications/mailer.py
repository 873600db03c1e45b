"""Flask-Mail with a timeout and checked TLS; without a server, mails become files."""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import css_inline
from flask import current_app
from flask_mail import Connection, Mail

from app.core.files import files
from app.core.time import clock

HEADERS = 1000  # that most mails have in common, and some more


class OnceRead(EmailPolicy):
    """The standard's rules for a mail; a header that many mails carry is read and folded once. None is ever changed."""

    @cache  # noqa: B019 (the policies are two, for good)
    def header_max_count(self, name: str) -> int | None:
        return super().header_max_count(name)

    def header_store_parse(self, name: str, value: Any) -> tuple[str, Any]:
        return self._read(name, value) if type(value) is str else super().header_store_parse(name, value)

    @lru_cache(HEADERS)  # noqa: B019
    def _read(self, name: str, value: str) -> tuple[str, Any]:
        return super().header_store_parse(name, value)

    @lru_cache(HEADERS)  # noqa: B019
    def fold_binary(self, name: str, value: str) -> bytes:
        return super().fold_binary(name, value)


SEVEN_BIT = OnceRead(cte_type="7bit")  # not every server on the way takes eight
WIRE = OnceRead(linesep="\r\n")
OURS_TO_MEND = (530, 534, 535, 538)  # the server wants us to sign in: no fault of the mail


class NotReached(Exception):
    """The mail server can't be reached, or doesn't let us in: every mail waits."""


class BrokenBehindTheDot(Exception):
    """The connection broke after the message was handed over: it may have arrived."""


class SafeConnection(Connection):
    """Waits ten seconds at most, and checks the server's certificate."""

    def configure_host(self) -> smtplib.SMTP:
        config, context = current_app.config, ssl.create_default_context()
        timeout = float(config.get("MAIL_TIMEOUT", 10))
        server, port = config["MAIL_SERVER"], int(config["MAIL_PORT"])
        host: smtplib.SMTP = (
            smtplib.SMTP_SSL(server, port, timeout=timeout, context=context)
            if config["MAIL_USE_SSL"]
            else smtplib.SMTP(server, port, timeout=timeout)
        )
        if config["MAIL_USE_TLS"]:
            host.starttls(context=context)
        if config.get("MAIL_USERNAME") and config.get("MAIL_PASSWORD"):
            host.login(config["MAIL_USERNAME"], config["MAIL_PASSWORD"])
        host.ehlo_or_helo_if_needed()
        if host.sock is not None:  # the dot follows its message at once
            host.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return host


class PortalMail(Mail):
    """Flask-Mail with the safe connection."""

    def connect(self) -> SafeConnection:
        return SafeConnection(current_app.extensions["mail"])


class Courier:
    """Carries mails to the server over one connection, as long as it holds."""

    def __init__(self) -> None:
        self._host: smtplib.SMTP | None = None

    def carry(self, message: EmailMessage, to: str) -> None:
        """Hand one mail over. Raises NotReached, SMTPResponseException, BrokenBehindTheDot."""
        used = self._host is not None
        try:
            self._talk(message, to)
        except (smtplib.SMTPServerDisconnected, ConnectionError) as error:
            self._drop()
            if not used:
                raise NotReached(_words(error)) from error
            self.carry(message, to)  # the server had closed a connection it was tired of
        except smtplib.SMTPResponseException:
            self._begin_anew()
            raise
        except BaseException:
            self._drop()
            raise

    def close(self) -> None:
        """Take leave of the server."""
        if self._host is not None:
            try:
                self._host.quit()
            except OSError:
                self._drop()
            self._host = None

    def _talk(self, message: EmailMessage, to: str) -> None:
        host = self._host = self._host or self._open()
        _accepted(host.mail(_sender()))
        _accepted(host.rcpt(to))
        code, reply = host.docmd("DATA")
        if code != 354:
            _accepted((code, reply))
            raise smtplib.SMTPResponseException(code, reply)
        host.send(_stuffed(message.as_bytes(policy=WIRE)))
        try:  # only from here on it may have arrived although no clear answer comes
            host.send(b".\r\n")
            code, reply = host.getreply()
        except OSError as error:
            raise BrokenBehindTheDot(_words(error)) from error
        if not 200 <= code < 600:
            raise BrokenBehindTheDot(f"{code} {_text(reply)}")
        if code >= 300:
            raise smtplib.SMTPResponseException(code, reply)

    def _open(self) -> smtplib.SMTP:
        try:
            return PortalMail.connect(current_app.extensions["mail"]).configure_host()
        except (OSError, ValueError) as error:  # ValueError: a name no server can have
            raise NotReached(_words(error)) from error

    def _begin_anew(self) -> None:
        """After a refusal the connection serves the next mail, where the server still listens."""
        try:
            if self._host is not None and self._host.rset()[0] != 250:
                self._drop()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._host is not None:
            self._host.close()
            self._host = None


def _stuffed(lines: bytes) -> bytes:
    """A line that begins with a dot begins with two on the wire."""
    body = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return body.replace(b"\r\n.", b"\r\n..")


def _accepted(answer: tuple[int, bytes]) -> None:
    code, reply = answer
    if code in OURS_TO_MEND or code == 421:
        raise NotReached(f"{code} {_text(reply)}")
    if not 200 <= code < 300:
        raise smtplib.SMTPResponseException(code, reply)


def _words(error: Exception) -> str:
    return f"{error.__class__.__name__}: {error}"


def _text(reply: bytes | str) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply


def compose(to: str, subject: str, text: str, html: str, message_id: str, logo: bytes = b"") -> EmailMessage:
    """A mail in text and HTML, the logo within it; line breaks in a header are impossible."""
    mail = EmailMessage(policy=SEVEN_BIT)
    mail["Subject"] = _one_line(subject)
    mail["From"] = _sender()
    mail["To"] = Address(addr_spec=to.strip())
    mail["Date"] = format_datetime(clock.local(clock.now()))
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(
        css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html), subtype="html"
    )
    if logo:
        page: Any = mail.get_payload()
        page[1].add_related(logo, "image", "png", cid="<logo>", filename="logo.png", disposition="inline")
    return mail


def _sender() -> str:
    return _one_line(current_app.config["MAIL_DEFAULT_SENDER"])


def _one_line(words: str) -> str:
    """Control characters end nothing and begin nothing."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in words).split())


def write(mail: EmailMessage, number: int) -> Path:
    """Without a mail server a mail lands in instance/mail, whole or not at all."""
    file = files.folder(current_app.config["MAIL_DIR"]) / f"{number:06d}.eml"
    files.write(file, bytes(mail))
    return file
