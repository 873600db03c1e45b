"""A mail's words: per event and language, from the record as it is when the mail is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import force_locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from sqlalchemy.orm import Session

from app.core.company import company
from app.core.kind.customer_page import PAGES, asked_of_customer
from app.core.kind.registry import KINDS
from app.core.pages.show import clock_name, remaining
from app.core.pages.timeline import step_label
from app.core.process.turns import holders
from app.core.record import history, links
from app.core.record.records import Record
from app.core.rights.people import in_locale, name_of, turn_label
from app.core.text.wording import get_locale
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.core.time.deadlines import Deadline
from app.core.time.when import FULL, due_stamp, stamp

from .events import original_of
from .mail_texts import FOLDER, LANGUAGES, Wording, in_force
from .models import OutboxMail
from .recipients import To
from .words import filled

MORE: dict[str, Callable[[Session, OutboxMail], dict[str, Any]]] = {}  # what an original's placeholders need beside
SAMPLE = "…"  # a customer's link in a mail that is only looked at
IN_A_SUBJECT = 60  # signs of a record's subject
TRAVELS_WITH_FORM = ("complaint.assign", "complaint.reassign")  # 2.1: the record goes along, ready for printing
_pages = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True)


@dataclass(frozen=True)
class Words:
    """Subject, text and HTML of one mail."""

    subject: str
    text: str
    html: str


def render(session: Session, mail: OutboxMail, to: To, text: Wording | None = None, sample: bool = False) -> Words:
    """The mail in the language of whoever reads it. To try: with words not in force yet, and no customer's link."""
    if mail.event == "mail_test":
        return Words(*(mail.payload[name] for name in ("subject", "text", "html")))
    locale = to.locale if to.locale in LANGUAGES else "zh"
    with force_locale(locale):
        facts = _facts(session, mail, to, sample)
        more = MORE.get(original_of(mail.event))
        facts.update(more(session, mail) if more else {})
        return drawn(text or in_force(session, mail.event, locale), facts, locale, mail.user_id is None)


def drawn(text: Wording, facts: dict[str, Any], locale: str, to_customer: bool) -> Words:
    """Subject, text and HTML from the facts; a customer also reads who wrote and how to reach us."""
    subject = " ".join(filled(text.subject, {**facts, "title": _short(facts.get("title", ""))}).split())
    body = filled(text.body, facts).strip()
    ours, links = facts["ours"], facts["links"]
    foot = ours.lines if to_customer else []
    page = _pages.get_template("layout.html")
    html = page.render(lang=LANGUAGES[locale], body=body, foot=foot, company=ours, links=links)
    tail = "\n".join([ours.name, *foot] if to_customer else [f"{label}: {url}" for label, url in links])
    return Words(subject, "\n\n".join(part for part in (body, tail) if part), html)


def _short(title: str) -> str:
    return title if len(title) <= IN_A_SUBJECT else f"{title[: IN_A_SUBJECT - 1]}…"


def _facts(session: Session, mail: OutboxMail, to: To, sample: bool) -> dict[str, Any]:
    record, ours = mail.record, company(session)
    facts: dict[str, Any] = {
        "ours": ours,
        "company": ours.name,
        "company_phone": ours.phone,
        "company_mail": ours.mail,
        "company_hours": ours.hours,
        **(mail.payload or {}),
        "links": [(_("Open my work list"), _url("/work/"))],
    }
    if record is not None:
        facts.update(_of_record(session, record, mail, to))
        facts.update(_of_deadline(session, mail))
        if mail.user_id is not None:
            facts.update(_for_colleague(record, mail))
        else:
            facts.update(_for_customer(session, record, mail, sample))
    return facts


def _url(path: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}{path}"


def _for_colleague(record: Record, mail: OutboxMail) -> dict[str, Any]:
    """The record, and the form that goes along."""
    links = [(_("Open the record"), _url(f"/{record.kind}/show/{record.id}"))]
    if mail.event in TRAVELS_WITH_FORM:
        links.append((_("Record form for printing"), _url(f"/complaint/{record.id}/print/complaint_record")))
    return {"links": links}


def _of_record(session: Session, record: Record, mail: OutboxMail, to: To) -> dict[str, Any]:
    workflow = KINDS[record.kind].workflow
    line = line_of(mail)
    actor = history.actor_of(session, *line) if line else None
    facts: dict[str, Any] = {
        "number": record.number,
        "title": " ".join(record.title.split()),
        "state": str(workflow.states[record.state].label),
        "turn": turn_label(record.owner),
        "step": str(step_label(workflow, mail.event.partition(".")[2])),
        "customer": "",
        "product": "",
        "criteria": "",
        "opinion": "",
        "left": remaining(record.due_at, clock.now())[0] if record.due_at else "",
        "actor": name_of(actor) if actor else _("The portal"),
    }
    if to.user_id is not None and to.user_id in holders(session, record.owner):
        facts["your_turn"] = facts["whose_turn"] = _("It is your turn.")
    elif facts["turn"]:
        facts["whose_turn"] = _("It is now with %(turn)s.", turn=facts["turn"])
    return facts | KINDS[record.kind].in_mails(record)


def line_of(mail: OutboxMail) -> tuple[int, int] | None:
    """The line of the history a mail tells of, by its record and place."""
    record, place = mail.record, "".join(mail.key.split(":")[2:3])
    return (record.id, int(place)) if record is not None and place.isdigit() and int(place) <= record.seq else None


def _for_customer(session: Session, record: Record, mail: OutboxMail, sample: bool) -> dict[str, Any]:
    """The customer's links: for the act a mail asks for, and to follow the complaint."""
    track = _url(f"/t/{SAMPLE}") if sample else links.address(session, record.id, links.TRACK)
    facts: dict[str, Any] = {
        "track": track,
        "links": [(str(PAGES[record.kind].follow), track)] if track and record.kind in PAGES else [],
    }
    purpose, act = asked_of_customer(record.kind, mail.event) or ("", None)
    if act and sample:
        facts |= {"act": _url(f"/a/{SAMPLE}"), "until": stamp(clock.now())}
        facts["links"] = [(str(act.label), facts["act"]), *facts["links"]]
    elif act and (link := links.current(session, record.id, purpose)):
        facts["act"] = links.address(session, record.id, purpose)
        facts["until"] = stamp(link.expires_at)
        facts["links"] = [(str(act.label), facts["act"]), *facts["links"]]
    return facts


def _of_deadline(session: Session, mail: OutboxMail) -> dict[str, Any]:
    number = (mail.payload or {}).get("deadline")
    item = session.get(Deadline, number) if number else None
    if item is None:
        return {}
    return {
        "rule": in_locale(item.rule.name_zh, item.rule.name_en),
        "clock": clock_name(item),
        "due": due_stamp(item.due_at, FULL),
        "explanation": item.explanation(str(get_locale())),
        "left": remaining(item.due_at, clock.now())[0],
        "late_by": late_by(item.rule.gm_after if mail.event == "deadline_three_days_late" else item.rule.leader_after),
    }


def late_by(days: int) -> str:
    """“a day”: from when on this is told, by the rule."""
    words = {1: _("a day"), 2: _("two days"), 3: _("three days")}
    return words.get(days) or _("%(n)s days", n=days)
