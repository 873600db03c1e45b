"""A mail's words tried on a real record: as it would go out, to be looked at or sent to oneself."""

from __future__ import annotations

import secrets
from typing import Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import force_locale
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.company import company
from app.core.kind.registry import KINDS, visible_ids
from app.core.process.also_waiting import waiting
from app.core.process.refused import Invalid, Refused
from app.core.record.records import Record
from app.core.rights.rights import Rights
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.core.time.deadlines import Deadline
from app.core.time.when import stamp

from . import outbox
from .digest import List, lines
from .events import ABOUT_NO_RECORD, TELLS_OF, TO_CUSTOMERS, kinds_about, places_of
from .mail_texts import Wording, checked, in_force
from .models import OutboxMail
from .recipients import REASONS, Nobody, To
from .render import Words, drawn, render


def needs_record(event: str) -> bool:
    return event not in ABOUT_NO_RECORD


def preview(session: Session, rights: Rights, event: str, lang: str, number: str, text: Wording | None) -> Words:
    """The mail as it would go for a record; a customer's links in it lead nowhere. Raises Invalid, Refused.

    Where there is none this person may see, the placeholders stand for themselves.
    """
    if text is not None:
        checked(event, text.subject, text.body)
    if not _tellable(session, rights, event, number):
        return _specimen(session, event, lang, text or in_force(session, event, lang))
    record = _record(session, rights, event, number) if needs_record(event) else None
    user_id = None if event in TO_CUSTOMERS else rights.user_id
    mail = OutboxMail(event=event, record_id=record and record.id, record=record, user_id=user_id, address="")
    mail.key, mail.payload = _occasion(session, rights, event, record)
    try:
        with session.no_autoflush:
            return render(session, mail, To("", lang, user_id), text, sample=True)
    except Nobody as nobody:
        raise Refused(str(REASONS.get(str(nobody), nobody))) from nobody


def _tellable(session: Session, rights: Rights, event: str, number: str) -> bool:
    if event in TELLS_OF:
        return rights.may("can_list", TELLS_OF[event])
    return not needs_record(event) or bool(number.strip() or example(session, rights, event))


def _specimen(session: Session, event: str, lang: str, text: Wording) -> Words:
    with force_locale(lang):
        named = {name: f"‹{words}›" for name, words in places_of(event).items()}
        return drawn(text, {**named, "ours": company(session), "links": []}, lang, event in TO_CUSTOMERS)


def send(session: Session, rights: Rights, event: str, lang: str, number: str, text: Wording | None) -> str:
    """Owe the mail to oneself, as it would go; answers the address. Raises Invalid, Refused; the caller commits."""
    address = session.get_one(User, rights.user_id).email
    if not address:
        raise Refused(_("There is no address in your profile."))
    words = preview(session, rights, event, lang, number, text)
    with force_locale(lang):
        subject = _("[Test] %(subject)s", subject=words.subject)
    facts: dict[str, Any] = {"payload": {"subject": subject, "text": words.text, "html": words.html}}
    outbox.owe(session, "mail_test", None, secrets.token_hex(8), [rights.user_id], urgent=True, bell=False, **facts)
    return str(address)


def example(session: Session, rights: Rights, event: str) -> str:
    """The number of the newest record an event can be tried on; nothing when there is none."""
    query = select(Record.number).where(visible_ids(rights), *_about(event)).order_by(Record.id.desc()).limit(1)
    return session.scalar(query) or "" if needs_record(event) else ""


def _about(event: str) -> list[Any]:
    kinds = kinds_about(event)
    found: list[Any] = [Record.kind.in_(kinds)] if kinds else []
    if event.startswith("deadline_"):
        found.append(Record.id.in_(select(Deadline.record_id)))
    return found


def _record(session: Session, rights: Rights, event: str, number: str) -> Record:
    """A record this person may see, which such a mail can be about."""
    number = number.strip() or example(session, rights, event)
    query = select(Record).where(Record.number == number, visible_ids(rights), *_about(event))
    record = session.scalars(query).first()
    if record is None:
        raise Invalid({"number": [_("There is no record of this number which such a mail could be about.")]})
    return record


def _occasion(session: Session, rights: Rights, event: str, record: Record | None) -> tuple[str, dict[str, Any]]:
    """The key and the facts such a mail would have been owed with."""
    if record is None:
        return f"{event}:None:x", _list_of(session, rights) if event == "digest" else _of_the_engine()
    seq, payload = record.seq, dict[str, Any]()
    if event.startswith("deadline_"):
        item = min(record.deadlines, key=lambda each: (not each.is_running, each.due_at))
        payload = {"deadline": item.id}
    elif event in TO_CUSTOMERS:
        payload = KINDS[record.kind].to_customer(record)
    else:
        step = event.partition(".")[2]
        line = max(record.history, key=lambda each: (each.step == step, each.seq))
        seq, payload = line.seq, {"comment": line.comment}
    return f"{event}:{record.id}:{seq}:x", payload


def _list_of(session: Session, rights: Rights) -> dict[str, Any]:
    """One's own work list, as the morning's mail would tell it."""
    mine = lines(session, waiting(rights.owner_keys))
    late = [due for due, _text in mine if due and due <= clock.now()]
    return List(count=len(mine), overdue=len(late), mine=mine).payload(str(clock.today()))


def _of_the_engine() -> dict[str, Any]:
    """What the mails of the engine itself tell."""
    return {"since": stamp(clock.now()), "until": stamp(clock.now()), "count": 3}
