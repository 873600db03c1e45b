"""The words of mails as an administrator has put them; what was not changed has its original words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from flask_babel import lazy_pgettext as _lp
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.process import versions
from app.core.process.refused import Invalid
from app.core.record import decisions
from app.core.remembered import once_a_batch
from app.core.text.wording import gettext as _

from . import words
from .events import EVENTS, INDISPENSABLE, STEP, event_label, original_of, places_of
from .models import MailText

FOLDER = Path(__file__).parent / "templates"
LANGUAGES = {"zh": "zh-CN", "en": "en"}
THING = "MailText"
LONGEST = {"subject": 300, "body": 20_000}
decisions.WORDS[THING] = {"subject": _lp("mail", "Subject"), "body": _lp("mail", "Text")}


@dataclass(frozen=True)
class Wording:
    """Subject and body, with placeholders."""

    subject: str
    body: str


@cache
def part(name: str, lang: str) -> str:
    """Words the portal brings along."""
    return (FOLDER / f"{name}.{lang}.txt").read_text(encoding="utf-8").strip()


def shipped(event: str, lang: str) -> Wording:
    """The words the portal was made with."""
    folder = original_of(event)
    return Wording(part(f"{folder}/subject", lang), part(f"{folder}/body", lang))


def own(session: Session, event: str, lang: str) -> MailText | None:
    """An administrator's words for just this event."""
    return session.scalars(select(MailText).where(MailText.event == event, MailText.lang == lang)).first()


def original(session: Session, event: str, lang: str) -> Wording:
    """What an event says without words of its own: a step what every step says."""
    every = own(session, STEP, lang) if event != STEP and original_of(event) == STEP else None
    return Wording(every.subject, every.body) if every else shipped(event, lang)


def in_force(session: Session, event: str, lang: str) -> Wording:
    """The words a mail goes out with now, asked anew for each batch."""
    return once_a_batch(("words", event, lang), lambda: _in_force(session, event, lang))


def _in_force(session: Session, event: str, lang: str) -> Wording:
    wanted = (event, STEP) if original_of(event) == STEP else (event,)
    rows = session.scalars(select(MailText).where(MailText.event.in_(wanted), MailText.lang == lang)).all()
    row = max(rows, key=lambda each: each.event == event, default=None)
    return Wording(row.subject, row.body) if row else shipped(event, lang)


def changed(session: Session) -> set[tuple[str, str]]:
    """Which events have an administrator's words, per language."""
    return {(row.event, row.lang) for row in session.execute(select(MailText.event, MailText.lang))}


def checked(event: str, subject: str, body: str) -> None:
    """Whether the words can be understood. Raises Invalid, naming what cannot."""
    known, errors = places_of(event), {}
    for name, text in (("subject", subject), ("body", body)):
        found = words.wrong(text, known)
        if not text.strip():
            found.append(_("Please fill this in."))
        if len(text) > LONGEST[name]:
            found.append(_("At most %(n)s characters fit here.", n=LONGEST[name]))
        if found:
            errors[name] = found
    needed = [name for name in INDISPENSABLE.get(event, ()) if name not in words.places(body)]
    if needed and "body" not in errors:
        needed_words = _("The mail needs %(name)s: without it the customer cannot answer.", name=f"{{{needed[0]}}}")
        errors["body"] = [needed_words]
    if errors:
        raise Invalid(errors)


def save(
    session: Session, event: str, lang: str, text: Wording, by_id: int | None, seen: int | None = None
) -> MailText:
    """Put other words. Raises Invalid, Stale; the caller commits."""
    checked(event, text.subject, text.body)
    row = own(session, event, lang)
    versions.unchanged(row, seen)
    before = asdict(Wording(row.subject, row.body) if row else original(session, event, lang))
    if row is None:
        row = MailText(event=event, lang=lang, version=0)
        session.add(row)
    if decisions.note(session, THING, f"{event}/{lang}", before, asdict(text), by_id) or not row.version:
        row.subject, row.body, row.version = text.subject, text.body, row.version + 1
    session.flush()
    return row


def restore(session: Session, event: str, lang: str, by_id: int | None, seen: int | None = None) -> bool:
    """Back to the original words; False when they hold already. Raises Stale; the caller commits."""
    row = own(session, event, lang)
    versions.unchanged(row, seen)
    if row is None:
        return False
    before, after = Wording(row.subject, row.body), original(session, event, lang)
    decisions.note(session, THING, f"{event}/{lang}", asdict(before), asdict(after), by_id, decisions.RESTORED)
    session.delete(row)
    session.flush()
    return True


def title(event: str) -> str:
    """An event in words, with the kind of record where it is a step."""
    from app.core.kind.registry import KINDS

    kind = KINDS.get(event.partition(".")[0]) if event not in EVENTS else None
    return f"{kind.one}{_(': ')}{event_label(event)}" if kind else event_label(event)


decisions.NAMES[THING] = lambda key: f"{title(key.partition('/')[0])} ({key.partition('/')[2]})"
