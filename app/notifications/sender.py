"""Owed mails become sent mails: due ones are claimed, rendered in the recipient's language and handed to SMTP."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.policy import SMTP
from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy.orm import Session

from app.core import clock
from app.core.deadlines import meet
from app.core.turns import users_with_role
from app.organisation.models import EmployeeProfile

from . import outbox
from .mailer import PortalMail, compose, write
from .models import OutboxMail
from .render import render

UNCERTAIN_TRIES, UNCERTAIN_PAUSE = 3, timedelta(minutes=5)


@dataclass(frozen=True)
class To:
    """Where a mail really goes, looked up when it is sent."""

    address: str
    locale: str


class BrokenBehindTheDot(Exception):
    """The connection broke after the message was handed over: it may have arrived."""


def deliver_due(session: Session, limit: int = 20) -> int:
    """One round: everything that is due; answers how many were handled."""
    mails = outbox.claim(session, limit)
    for mail in mails:
        deliver(session, mail)
    return len(mails)


def deliver(session: Session, mail: OutboxMail) -> None:
    """Send one mail and write down what became of it; a failure is never lost."""
    to = recipient(session, mail)
    if to is None:
        outbox.settle(session, mail, "cancelled", "nobody to send it to: no address, or the person has left")
        return
    try:
        words = render(session, mail, to.locale)
        message = compose(to.address, words.subject, words.text, words.html, mail.message_id)
        session.rollback()  # nothing is held while the mail server takes its time
        state = _hand_over(message, mail)
    except smtplib.SMTPRecipientsRefused as error:
        code, reason = next(iter(error.recipients.values()))
        _refused(session, mail, code, f"{code} {_text(reason)}")
    except smtplib.SMTPResponseException as error:
        _refused(session, mail, error.smtp_code, f"{error.smtp_code} {_text(error.smtp_error)}")
    except BrokenBehindTheDot as error:
        _uncertain(session, mail, str(error))
    except (OSError, smtplib.SMTPException) as error:
        outbox.postpone(session, mail, f"{error.__class__.__name__}: {error}")
    except Exception as error:  # a fault in a template must not stop the others, and must be seen
        current_app.logger.exception("mail %s", mail.id)
        session.rollback()
        outbox.settle(session, mail, "dead", f"{error.__class__.__name__}: {error}")
    else:
        if outbox.settle(session, mail, state):
            _acknowledged(session, mail)


def recipient(session: Session, mail: OutboxMail) -> To | None:
    """The person's present address and language, or the deputy's while the person is away."""
    if mail.user_id is None:
        return To(mail.address, mail.locale) if mail.address else None
    user = session.get(User, mail.user_id)
    profile = session.get(EmployeeProfile, mail.user_id)
    if profile and profile.deputy_id and _away(profile):
        user, profile = session.get(User, profile.deputy_id), session.get(EmployeeProfile, profile.deputy_id)
    if user is None or not user.active or not user.email:
        return None
    return To(user.email, profile.locale if profile else current_app.config["BABEL_DEFAULT_LOCALE"])


def _away(profile: EmployeeProfile) -> bool:
    return bool(profile.absent_from and profile.absent_to and profile.absent_from <= clock.today() <= profile.absent_to)


def _hand_over(message: Any, mail: OutboxMail) -> str:
    if not current_app.config["MAIL_SERVER"]:
        write(message, mail.id)
        return "written"
    connection = PortalMail.connect(current_app.extensions["mail"])
    host = connection.configure_host()
    try:
        host.ehlo_or_helo_if_needed()
        code, reply = host.mail(current_app.config["MAIL_DEFAULT_SENDER"])
        if code != 250:
            raise smtplib.SMTPResponseException(code, reply)
        code, reply = host.rcpt(message["To"])
        if code not in (250, 251):
            raise smtplib.SMTPResponseException(code, reply)
        try:
            code, reply = host.data(message.as_bytes(policy=SMTP))
        except smtplib.SMTPDataError:
            raise
        except (OSError, smtplib.SMTPServerDisconnected) as error:
            raise BrokenBehindTheDot(f"the connection broke while the mail was handed over: {error}") from error
        if code != 250:
            raise smtplib.SMTPResponseException(code, reply)
        return "sent"
    finally:
        host.close()


def _refused(session: Session, mail: OutboxMail, code: int, error: str) -> None:
    """4xx: later. 5xx: never, and the administrators are told."""
    if code < 500:
        outbox.postpone(session, mail, error)
        return
    outbox.settle(session, mail, "dead", error)
    if mail.event != "mail_dead":
        from .models import Notice

        for person in users_with_role(session, "admin"):
            session.add(Notice(user_id=person, record_id=mail.record_id, event="mail_dead"))
        session.commit()


def _uncertain(session: Session, mail: OutboxMail, error: str) -> None:
    if mail.attempts >= UNCERTAIN_TRIES:
        outbox.settle(session, mail, "uncertain", error)
    else:
        outbox.settle(session, mail, "pending", error, clock.now() + UNCERTAIN_PAUSE)


def _acknowledged(session: Session, mail: OutboxMail) -> None:
    """The customer has the number of the complaint: the acknowledgement is given."""
    if mail.event == "complaint_created" and mail.record is not None:
        meet(session, mail.record, ("ACK",), clock.now())
        session.commit()


def _text(reply: Any) -> str:
    return reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
