"""Where a mail really goes, looked up when it is sent: activity, deputy, address and language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.kind.customer_page import asked_of_customer, still_due
from app.core.record import links
from app.core.text.mail_address import sendable
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.deadline_rules import Told
from app.core.time.deadlines import Deadline
from app.customers.models import Customer
from app.organisation.models import EmployeeProfile

from .models import OutboxMail
from .scan import EVENTS

REASONS = {
    "left": _l("The person has left the company."),
    "no_address": _l("There is no address."),
    "told_already": _l("The deputy has already been told."),
    "over": _l("What it was about is over."),
}
OVER = ("dead", "cancelled")


@dataclass(frozen=True)
class To:
    """An address, and the language of whoever reads there."""

    address: str
    locale: str
    user_id: int | None = None


class Nobody(Exception):
    """There is nobody to send it to any more: str(e) is one of REASONS."""


def recipient(session: Session, mail: OutboxMail) -> To:
    """The person's present address, or the deputy's while the person is away."""
    _still_true(session, mail)
    if mail.user_id is None:
        return _customer(session, mail)
    person = session.get_one(User, mail.user_id)
    reader = _reader(session, person, _actor(mail))
    if reader is None:
        raise Nobody("left")
    if reader.id != person.id and _told(session, mail, reader.id):
        raise Nobody("told_already")
    return _of(session, reader)


def _of(session: Session, user: User) -> To:
    if not user.email:
        raise Nobody("no_address")
    profile = session.get(EmployeeProfile, user.id)
    return To(_as_sent(user.email), profile.locale if profile else current_app.config["BABEL_DEFAULT_LOCALE"], user.id)


def _customer(session: Session, mail: OutboxMail) -> To:
    """The customer's address of today; one that was erased is never written to again."""
    record = mail.record
    customer = session.get(Customer, record.customer_id) if record and record.customer_id else None
    if customer is None or not customer.email:
        raise Nobody("no_address")
    asked = asked_of_customer(record.kind, mail.event) if record else None
    if record and asked and not asked[1].by_the_way:
        link = links.current(session, record.id, asked[0])
        if link is None or not still_due(link):
            raise Nobody("over")
    return To(_as_sent(customer.email), customer.language)


def _as_sent(address: str) -> str:
    """An address that was kept before addresses were checked, as mail servers take it; else as it is, to be refused."""
    try:
        return sendable(address)
    except ValueError:
        return address


def _reader(session: Session, person: User, actor: int | None, day: date | None = None) -> User | None:
    """Whoever reads a person's mail that day: the first along the chain of deputies who is there.

    Never the one it tells of; and the person, when the whole chain is away.
    """
    if not person.active:
        return None
    reader, seen = person, {person.id}
    while (deputy := _deputy(session, reader, day)) is not None and deputy.id not in seen:
        seen.add(deputy.id)
        reader = deputy
    there = reader.active and reader.email and reader.id != actor and _deputy(session, reader, day) is None
    return reader if there else person


def _deputy(session: Session, person: User, day: date | None) -> User | None:
    """Who stands in for somebody that is away that day, or has left."""
    profile = session.get(EmployeeProfile, person.id)
    gone = profile is not None and profile.deputy_id and (away(profile, day) or not person.active)
    return session.get(User, profile.deputy_id) if profile is not None and gone else None


def away(profile: EmployeeProfile, day: date | None = None) -> bool:
    """Absent that day, with somebody to stand in."""
    return bool(profile.deputy_id) and profile.is_away(day or clock.today())


def _told(session: Session, mail: OutboxMail, reader_id: int) -> bool:
    """Whether the deputy hears of this very event anyway: in person, or in an earlier colleague's place."""
    if mail.record_id is None:  # a list of one's own: what one person finds in it, the other does not
        return False
    occurrence = mail.key.rpartition(":")[0] + ":"
    others = session.scalars(
        select(OutboxMail).where(
            OutboxMail.record_id == mail.record_id,
            OutboxMail.key.startswith(occurrence, autoescape=True),
            OutboxMail.id != mail.id,
            OutboxMail.user_id.is_not(None),
            OutboxMail.state.not_in(OVER),
        )
    )
    for other in others:
        day = clock.local(other.sent_at).date() if other.sent_at else None
        reader = _reader(session, session.get_one(User, other.user_id), _actor(other), day)
        if reader and reader.id == reader_id and (other.user_id == reader_id or other.id < mail.id):
            return True
    return False


def _actor(mail: OutboxMail) -> int | None:
    return (mail.payload or {}).get("actor")


def _still_true(session: Session, mail: OutboxMail) -> None:
    """A reminder of what was done, cancelled or moved meanwhile would mislead; so would a lower step after a higher."""
    number = (mail.payload or {}).get("deadline")
    item = session.get(Deadline, number) if number else None
    if item is None:
        return
    moved = (mail.payload or {}).get("due", item.due_at.isoformat()) != item.due_at.isoformat()
    warning = mail.event == EVENTS[Told.warned]
    told_more = any(event == mail.event and step < item.told for step, event in EVENTS.items())
    if item.cancelled_at or moved or told_more or (warning and (item.met_at or item.due_at <= clock.now())):
        raise Nobody("over")
