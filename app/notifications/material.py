"""What the mails of a batch are made of, read together: a question for each table, however many the mails."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.strategy_options import _AbstractLoad as Loading

from app.core.kind.customer_page import asked_of_customer
from app.core.kind.registry import KINDS, of_every_kind
from app.core.process.turns import learn_holders
from app.core.record import history, links
from app.core.time.deadlines import Deadline
from app.customers.models import Customer
from app.organisation.models import EmployeeProfile

from . import outbox
from .models import OutboxMail
from .outbox import Claim
from .render import line_of


@dataclass
class Material:
    """The mails of a batch by number, and what the session would let go of before they are in words."""

    mails: dict[int, OutboxMail]
    kept: list[Any] = field(default_factory=list)


def read(session: Session, claims: Sequence[Claim]) -> Material:
    """The mails that are still held, with their records, deadlines, people, customers and links. Within a `batch`."""
    query = select(OutboxMail).where(outbox.held(claims)).options(selectinload(OutboxMail.record).options(*_whole()))
    found = Material({mail.id: mail for mail in session.scalars(query)})
    mails = found.mails.values()
    records = {mail.record for mail in mails if mail.record is not None}
    found.kept += _deadlines(session, mails)
    owners = {record.owner for record in records}
    learn_holders(session, owners)
    actors = history.learn_actors(session, {line for mail in mails if (line := line_of(mail))})
    turns = {int(owner[5:]) for owner in owners if owner and owner.startswith("user:")}
    found.kept += _people(session, {mail.user_id for mail in mails if mail.user_id}, actors | turns)
    to_customers = [mail for mail in mails if mail.user_id is None and mail.record is not None]
    found.kept += _customers(session, to_customers)
    return found


def _whole() -> list[Loading]:
    """How a record of any kind is loaded with what its mails read."""
    return [of_every_kind(), *(selectinload(relation) for kind in KINDS.values() for relation in kind.mails_read)]


def _deadlines(session: Session, mails: Iterable[OutboxMail]) -> Sequence[Deadline]:
    numbers = {(mail.payload or {}).get("deadline") for mail in mails} - {None}
    query = select(Deadline).where(Deadline.id.in_(numbers)).options(selectinload(Deadline.rule))
    return session.scalars(query).all() if numbers else []


def _people(session: Session, readers: Collection[int], named: Collection[int]) -> list[Any]:
    """Those a mail goes to with whoever stands in for them, and those it names."""
    profiles = session.scalars(select(EmployeeProfile).where(EmployeeProfile.user_id.in_(readers))).all()
    deputies = {profile.deputy_id for profile in profiles if profile.deputy_id}
    users = session.scalars(select(User).where(User.id.in_({*readers, *named, *deputies}))).all()
    return [*profiles, *users]


def _customers(session: Session, mails: Sequence[OutboxMail]) -> Sequence[Customer]:
    """The customers with the links that are theirs to use now."""
    wanted = set[tuple[int, str]]()
    for mail in mails:
        assert mail.record is not None
        asked = asked_of_customer(mail.record.kind, mail.event)
        wanted |= {(mail.record.id, purpose) for purpose in (links.TRACK, *(asked[:1] if asked else ()))}
    links.learn_current(session, wanted)
    numbers = {mail.record.customer_id for mail in mails if mail.record}
    return session.scalars(select(Customer).where(Customer.id.in_(numbers))).all() if mails else []
