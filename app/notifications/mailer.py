"""Flask-Mail with a timeout and checked TLS; without a server, mails become files."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from pathlib import Path

import css_inline
from flask import current_app
from flask_mail import Connection, Mail


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
        return host


class PortalMail(Mail):
    """Flask-Mail with the safe connection."""

    def connect(self) -> SafeConnection:
        return SafeConnection(current_app.extensions["mail"])


def compose(to: str, subject: str, text: str, html: str, message_id: str) -> EmailMessage:
    """A mail in text and HTML; line breaks in a header are impossible."""
    mail = EmailMessage()
    mail["Subject"] = " ".join(subject.split())
    mail["From"] = current_app.config["MAIL_DEFAULT_SENDER"]
    mail["To"] = " ".join(to.split())
    mail["Message-ID"] = message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_alternative(
        css_inline.CSSInliner(keep_at_rules=True, load_remote_stylesheets=False).inline(html), subtype="html"
    )
    return mail


def write(mail: EmailMessage, number: int) -> Path:
    """Without a mail server a mail lands in instance/mail."""
    folder = Path(current_app.config["MAIL_DIR"])
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{number:06d}.eml"
    file.write_bytes(bytes(mail))
    return file
