"""Owed mails become sent mails: due ones are claimed and read in batches, handed to SMTP and settled one by one."""

from __future__ import annotations

import smtplib
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import timedelta

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.process.turns import users_who_may
from app.core.record.records import Record
from app.core.time import clock
from app.core.time.deadlines import meet

from . import outbox, unreached
from .letters import Letter, Unsent, ready
from .mailer import BrokenBehindTheDot, Courier, NotReached, write
from .models import Notice, OutboxMail
from .outbox import Claim

ACKNOWLEDGES = "complaint_created"  # the customer's mail with the number of the complaint
BATCH = 50  # mails that are read and put into words together
ROUND = 5.0  # seconds after which the engine does something else
FRESH = timedelta(seconds=10)  # so long the words of a mail, and whom it goes to, may have waited to be sent
UNCERTAIN_TRIES, UNCERTAIN_PAUSE = 3, timedelta(minutes=5)


def deliver_due(session: Session, stopped: Callable[[], bool] = lambda: False) -> int:
    """One round: what is due, batch by batch over one connection; answers how many were handled."""
    until, handled = time.monotonic() + ROUND, 0

    def ended() -> bool:
        return stopped() or time.monotonic() > until

    with closing(Courier()) as courier:
        while not ended() and (claims := outbox.claim(session, BATCH)):
            handled += len(claims)
            try:
                _send(session, claims, courier, ended)
            except NotReached:  # then the others cannot be sent now either
                break
    return handled


def _send(session: Session, claims: Sequence[Claim], courier: Courier, ended: Callable[[], bool]) -> None:
    """Send them one by one; when the round is over the others are given back. Raises NotReached."""
    left, some = list(claims), len(claims)
    while left:
        looked_at = clock.now()
        for position, (claim, outcome) in enumerate(ready(session, left[:some])):
            if ended():
                outbox.release(session, left)
                return
            if position and clock.now() > looked_at + FRESH:
                some = position  # no more are read than can be sent in time
                break
            try:
                _deliver(session, claim, outcome, courier)
            except NotReached as error:
                _wait(session, left, str(error))
                raise
            left.pop(0)


def _deliver(session: Session, claim: Claim, outcome: Letter | Unsent | None, courier: Courier) -> None:
    """Send one mail and write down what became of it; a failure is never lost. Raises NotReached."""
    if outcome is None:
        return
    if isinstance(outcome, Unsent):
        _settle(session, claim, outcome.state, outcome.reason)
        return
    try:
        state = _hand_over(claim, outcome, courier)
    except NotReached:
        raise
    except smtplib.SMTPResponseException as error:
        _refused(session, claim, error)
    except BrokenBehindTheDot as error:
        _uncertain(session, claim, str(error))
    except (OSError, smtplib.SMTPException) as error:
        _wait(session, [claim], f"{error.__class__.__name__}: {error}")
    except Exception as error:  # an address or words no mail can carry must not stop the others, and must be seen
        current_app.logger.exception("mail %s", claim.id)
        _settle(session, claim, "dead", f"{error.__class__.__name__}: {error}")
    else:
        _settle(session, claim, state)


def _hand_over(claim: Claim, letter: Letter, courier: Courier) -> str:
    if not current_app.config["MAIL_SERVER"]:
        write(letter.message, claim.id)
        return "written"
    courier.carry(letter.message, letter.address)
    return "sent"


def _settle(session: Session, claim: Claim, state: str, error: str = "") -> None:
    """Write it down at once: an engine that is killed sends again what it had sent and not yet settled."""
    if outbox.settle(session, claim, state, error):
        if claim.event == ACKNOWLEDGES and state in ("sent", "written"):
            _acknowledged(session, session.get_one(OutboxMail, claim.id))
        elif state in ("dead", "uncertain"):
            _alarm(session, session.get_one(OutboxMail, claim.id))
    session.commit()


def _refused(session: Session, claim: Claim, error: smtplib.SMTPResponseException) -> None:
    """4xx: later. 5xx: never."""
    reply = error.smtp_error
    words = f"{error.smtp_code} {reply.decode('utf-8', 'replace') if isinstance(reply, bytes) else reply}"
    if error.smtp_code < 500:
        _wait(session, [claim], words)
    else:
        _settle(session, claim, "dead", words)


def _wait(session: Session, claims: Sequence[Claim], error: str) -> None:
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
    if mail.record_id is None:
        return
    try:
        with session.begin_nested():
            record = session.get_one(Record, mail.record_id, with_for_update=True, populate_existing=True)
            meet(session, record, ("ACK",), clock.now())
    except Exception:  # what was sent stays sent, or it would be sent again
        current_app.logger.exception("acknowledgement of %s", mail.record_id)
