"""A mail that never arrived is told where the work is: on the record, and to those whose turn it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from typing import Any

from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.process import also_waiting
from app.core.process.turns import holders
from app.core.record import history
from app.core.record.contacts import ContactLog
from app.core.record.history import History
from app.core.record.records import Record
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.customers.models import Customer
from app.customers.show import email_text
from app.extensions import db

from .models import Notice, OutboxMail
from .outbox import TRIES

STEP, COLLEAGUE = "unreached", "colleague_unreached"
WORDS = _l("A mail did not reach the customer")  # what the history calls it
LOST = ("dead", "uncertain")
REASONS = {
    "address": _l("The address does not exist."),
    "full": _l("The mailbox is full."),
    "refused": _l("The mail server there refused the mail."),
    "gave_up": _l("No mail server took the mail within three days."),
    "uncertain": _l("The connection broke at the end: it may have arrived, or not."),
    "fault": _l("The mail could not be made, or its address is no address."),
}
SMTP = re.compile(r"([45]\d\d)\s+(?:#?([45]\.\d+\.\d+))?")


def why(mail: Any) -> str:
    """Why a mail was lost, as a code of REASONS."""
    if mail.state == "uncertain":
        return "uncertain"
    answer = SMTP.match(mail.last_error)
    if answer is None:
        return "gave_up" if mail.attempts >= TRIES else "fault"
    code, detail = answer[1], (answer[2] or "")[1:]
    if code == "552" or detail == ".2.2":
        return "full"
    if code.startswith("4"):
        return "gave_up"
    return "address" if code in ("550", "551", "553") and not detail.startswith(".7") else "refused"


def tell(session: Session, mail: OutboxMail) -> None:
    """Write it on the record where it concerns the customer, and tell those whose turn it is. The caller commits."""
    if mail.record_id is None:
        return
    try:
        with session.begin_nested():
            record = session.get_one(Record, mail.record_id, with_for_update=True, populate_existing=True)
            if mail.user_id is None:
                _note(session, record, mail)
            _ring(session, record, mail)
    except Exception:  # what became of the mail is written down in any case
        current_app.logger.exception("lost mail %s", mail.id)


def _note(session: Session, record: Record, mail: OutboxMail) -> None:
    customer = session.get(Customer, record.customer_id) if record.customer_id else None
    mail.address = (customer and customer.email) or mail.address  # the one that was tried
    changes = {STEP: [None, mail.id], "because": [None, why(mail)]}
    state = record.state
    history.append(session, record, clock.now(), step=STEP, source=state, target=state, changes=changes)


def _ring(session: Session, record: Record, mail: OutboxMail) -> None:
    """A line of the bell, once per record until it is read; whoever missed the mail has the news in the bell."""
    event = f"{record.kind}.{STEP}" if mail.user_id is None else COLLEAGUE
    waiting = (
        [record.owner, *also_waiting.beside(session, record)] if record.owner else [f"user:{record.created_by_id or 0}"]
    )
    unread = (Notice.event == event, Notice.record_id == record.id, Notice.read_at.is_(None))
    told = {*session.scalars(select(Notice.user_id).where(*unread)), mail.user_id}
    for person in sorted({number for turn in waiting for number in holders(session, turn)} - told):
        session.add(Notice(user_id=person, record_id=record.id, event=event, created_at=clock.now()))


def sentence(line: History) -> str:
    """The line of the record in the reader's words."""
    number, reason = (line.changes.get(name, [None, None])[1] for name in (STEP, "because"))
    mail = db.session.get(OutboxMail, number) if number else None
    from .events import event_label

    return _(
        "The customer has not been reached by the mail “%(event)s” to %(address)s. %(why)s "
        "Phone the customer, or correct the address and have the mail sent again.",
        event=event_label(mail.event) if mail else "",
        address=email_text(mail.address if mail else ""),
        why=REASONS.get(reason, ""),
    )


def of(session: Session, records: Iterable[Record]) -> Collection[int]:
    """Those whose customer the last mail did not reach, and nobody has spoken to since."""
    mine = [record.id for record in records]
    last = select(func.max(OutboxMail.id)).where(
        OutboxMail.record_id.in_(mine), OutboxMail.user_id.is_(None), OutboxMail.state.in_(("sent", "written", *LOST))
    )
    spoken = select(ContactLog.record_id).where(
        ContactLog.record_id == OutboxMail.record_id,
        ContactLog.reached.is_(True),
        ContactLog.at > OutboxMail.created_at,
    )
    query = select(OutboxMail.record_id).where(
        OutboxMail.id.in_(last.group_by(OutboxMail.record_id)), OutboxMail.state.in_(LOST), ~spoken.exists()
    )
    return {number for number in session.scalars(query) if number is not None} if mine else ()
