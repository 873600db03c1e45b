"""Owed mails become sent mails: due ones are claimed, rendered in the recipient's language and handed to SMTP."""

from __future__ import annotations

import smtplib
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.core.company import INLINE, logo
from app.core.process.turns import users_who_may
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.deadlines import meet

from . import outbox, unreached
from .mailer import BrokenBehindTheDot, Courier, NotReached, compose, write
from .models import Notice, OutboxMail
from .outbox import Claim
from .recipients import Nobody, recipient
from .render import render

UNCERTAIN_TRIES, UNCERTAIN_PAUSE = 3, timedelta(minutes=5)


def deliver_due(session: Session, limit: int = 20, stopped: Callable[[], bool] = lambda: False) -> int:
    """One round: everything that is due, over one connection; answers how many were handled."""
    claims = outbox.claim(session, limit)
    with closing(Courier()) as courier:
        for position, claim in enumerate(claims):
            if stopped():
                outbox.release(session, claims[position:])
                break
            try:
                deliver(session, claim, courier)
            except NotReached as error:  # then the others cannot be sent now either
                _wait(session, claims[position:], str(error))
                break
    return len(claims)


def deliver(session: Session, claim: Claim, courier: Courier) -> None:
    """Send one mail and write down what became of it; a failure is never lost."""
    mail = outbox.renew(session, claim)
    if mail is None:
        return
    if claim.attempts > outbox.TRIES:  # whoever tried never lived to tell
        _settle(session, claim, "dead", mail.last_error or "no engine came back from it")
        return
    try:
        state = _hand_over(session, mail, courier)
    except NotReached:
        raise
    except Nobody as nobody:
        _settle(session, claim, "cancelled", str(nobody))
    except smtplib.SMTPResponseException as error:
        _refused(session, claim, error)
    except BrokenBehindTheDot as error:
        _uncertain(session, claim, str(error))
    except (OperationalError, InterfaceError):
        raise  # the database is away: the lease lapses, and another round tries again
    except (OSError, smtplib.SMTPException) as error:
        _wait(session, [claim], f"{error.__class__.__name__}: {error}")
    except Exception as error:  # a fault in a template must not stop the others, and must be seen
        current_app.logger.exception("mail %s", claim.id)
        _settle(session, claim, "dead", f"{error.__class__.__name__}: {error}")
    else:
        _settle(session, claim, state)


def _hand_over(session: Session, mail: OutboxMail, courier: Courier) -> str:
    to = recipient(session, mail)
    words = render(session, mail, to)
    inside = logo(session) if INLINE in words.html else b""
    message = compose(to.address, words.subject, words.text, words.html, mail.message_id, inside)
    number = mail.id
    session.rollback()  # nothing is held while the mail server takes its time
    if not current_app.config["MAIL_SERVER"]:
        write(message, number)
        return "written"
    courier.carry(message, to.address)
    return "sent"


def _settle(session: Session, claim: Claim, state: str, error: str = "") -> None:
    outbox.begin(session)
    if outbox.settle(session, claim, state, error):
        mail = session.get_one(OutboxMail, claim.id)
        if state in ("sent", "written"):
            _acknowledged(session, mail)
        elif state in ("dead", "uncertain"):
            _alarm(session, mail)
    session.commit()


def _refused(session: Session, claim: Claim, error: smtplib.SMTPResponseException) -> None:
    """4xx: later. 5xx: never."""
    reply = error.smtp_error
    words = f"{error.smtp_code} {reply.decode('utf-8', 'replace') if isinstance(reply, bytes) else reply}"
    if error.smtp_code < 500:
        _wait(session, [claim], words)
    else:
        _settle(session, claim, "dead", words)


def _wait(session: Session, claims: list[Claim], error: str) -> None:
    """Later again; what has been tried for three days is given up, and seen."""
    outbox.begin(session)
    for claim in claims:
        if not outbox.postpone(session, claim, error):
            _alarm(session, session.get_one(OutboxMail, claim.id))
    session.commit()


def _uncertain(session: Session, claim: Claim, error: str) -> None:
    """It may have arrived: a few more times, at a distance, then somebody must look."""
    mail = session.get_one(OutboxMail, claim.id)
    broken = int((mail.payload or {}).get(outbox.BROKEN, 0)) + 1
    if broken >= UNCERTAIN_TRIES:
        _settle(session, claim, "uncertain", error)
        return
    payload, again_at = {**(mail.payload or {}), outbox.BROKEN: broken}, clock.now() + UNCERTAIN_PAUSE
    outbox.begin(session)
    outbox.settle(session, claim, "pending", error, again_at, payload=payload)
    session.commit()


def _alarm(session: Session, mail: OutboxMail) -> None:
    """Whoever may send it again is told by the bell, once per record until it is read; the record is told too."""
    here = Notice.record_id == mail.record_id if mail.record_id else Notice.record_id.is_(None)
    unread = (Notice.event == "mail_dead", here, Notice.read_at.is_(None))
    known = set(session.scalars(select(Notice.user_id).where(*unread)))
    for person in users_who_may(session, "can_resend", "OutboxMail"):
        if person not in known:
            session.add(Notice(user_id=person, record_id=mail.record_id, event="mail_dead", created_at=clock.now()))
    unreached.tell(session, mail)


def _acknowledged(session: Session, mail: OutboxMail) -> None:
    """The customer has the number of the complaint: the acknowledgement is given."""
    if mail.event != "complaint_created" or mail.record_id is None:
        return
    try:
        with session.begin_nested():
            record = session.get_one(Record, mail.record_id, with_for_update=True, populate_existing=True)
            meet(session, record, ("ACK",), clock.now())
    except Exception:  # what was sent stays sent, or it would be sent again
        current_app.logger.exception("acknowledgement of %s", mail.record_id)
