"""The mails of a batch in words: who they go to and what they say, looked up together just before they are sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from flask import current_app
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from app.core.company import INLINE, logo
from app.core.remembered import batch

from . import outbox
from .mailer import compose
from .material import read
from .models import OutboxMail
from .outbox import Claim
from .recipients import Nobody, recipient
from .render import render


@dataclass(frozen=True)
class Letter:
    """A mail in words, away from the database."""

    message: EmailMessage
    address: str


@dataclass(frozen=True)
class Unsent:
    """What becomes of a mail that is not sent, and why."""

    state: str
    reason: str


Ready = tuple[Claim, Letter | Unsent | None]  # None: another engine holds it by now


def ready(session: Session, claims: Sequence[Claim]) -> list[Ready]:
    """The first of these mails in words, in their order, each leased anew. Commits, and holds nothing afterwards."""
    outbox.renew(session, claims)
    try:
        with batch():
            return list(_in_words(session, claims))
    finally:
        session.rollback()  # nothing is held while the mail server takes its time


def _in_words(session: Session, claims: Sequence[Claim]) -> Iterator[Ready]:
    try:
        material = read(session, claims)
    except (OperationalError, InterfaceError):
        raise  # the database is away: the leases lapse, and another round tries again
    except Exception as error:  # a row that cannot be read must not stop the others
        if len(claims) == 1:
            yield claims[0], _at_fault(claims[0], error)
            return
        session.rollback()
        yield from _in_words(session, claims[:1])
        return
    for claim in claims:
        mail = material.mails.get(claim.id)
        try:
            yield claim, _outcome(session, claim, mail) if mail else None
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:  # a fault in a template must not stop the others, and must be seen
            yield claim, _at_fault(claim, error)
            return  # what the session holds may be broken, too: the others are read anew


def _outcome(session: Session, claim: Claim, mail: OutboxMail) -> Letter | Unsent:
    if claim.attempts > outbox.TRIES:  # whoever tried never lived to tell
        return Unsent("dead", mail.last_error or "no engine came back from it")
    try:
        to = recipient(session, mail)
        words = render(session, mail, to)
    except Nobody as nobody:
        return Unsent("cancelled", str(nobody))
    inside = logo(session) if INLINE in words.html else b""
    return Letter(compose(to.address, words.subject, words.text, words.html, mail.message_id, inside), to.address)


def _at_fault(claim: Claim, error: Exception) -> Unsent:
    current_app.logger.error("mail %s", claim.id, exc_info=error)
    return Unsent("dead", f"{error.__class__.__name__}: {error}")
