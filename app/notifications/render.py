"""A mail's words: per event and language, from the record as it is when the mail is sent."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import escape
from sqlalchemy.orm import Session

from app.complaints.codes import MAJOR_CRITERIA
from app.complaints.models import Complaint
from app.core import clock, settings
from app.core.deadlines import Deadline
from app.core.names import name_of, turn_label
from app.core.records import Record
from app.core.show import remaining
from app.core.stepper import step_label
from app.core.turns import holders
from app.core.workflow import WORKFLOWS
from app.public import links
from app.public.models import Purpose

from .models import OutboxMail
from .recipients import ASKED, To

FOLDER = Path(__file__).parent / "templates"
LANGUAGES = ("zh", "en")
TRAVELS_WITH_FORM = ("complaint.assign", "complaint.reassign")  # 2.1: the record goes along, ready for printing
_texts = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=False, trim_blocks=False)  # noqa: S701
_pages = Environment(loader=FileSystemLoader(FOLDER), undefined=StrictUndefined, autoescape=True)


@dataclass(frozen=True)
class Words:
    """Subject, text and HTML of one mail."""

    subject: str
    text: str
    html: str


def template_of(event: str) -> str:
    """The folder of an event's templates: its own, or the one for a step."""
    if event.endswith(".mark_major"):
        return "major"
    return event if (FOLDER / event).is_dir() else "step"


def render(session: Session, mail: OutboxMail, to: To) -> Words:
    """The mail in the language of whoever reads it."""
    locale = to.locale if to.locale in LANGUAGES else "zh"
    with force_locale(locale):
        facts = _facts(session, mail, to, locale)
        folder = template_of(mail.event)
        subject = " ".join(_texts.get_template(f"{folder}/subject.{locale}.txt").render(facts).split())
        text = _texts.get_template(f"{folder}/body.{locale}.txt").render(facts).strip()
        link = facts["link"]
        html = _pages.get_template("layout.html").render(
            lang="zh-CN" if locale == "zh" else "en",
            body=escape(text),
            link=link,
            open=_("Open the record"),
            company=facts["company"],
        )
    return Words(subject, f"{text}\n\n{link}".strip() if link else text, html)


def _facts(session: Session, mail: OutboxMail, to: To, locale: str) -> dict[str, Any]:
    record = mail.record
    facts: dict[str, Any] = {
        "company": settings.get(session, f"company_name_{locale}"),
        "link": "",
        "technician": "",
        "phone": "",
        "planned_on": "",
        "comment": "",
        "track": "",
        "act": "",
        "form": "",
        **(mail.payload or {}),
    }
    if record is not None:
        facts.update(_of_record(session, record, mail, to))
        facts.update(_of_deadline(session, mail, locale))
        if mail.user_id is not None:
            facts["link"] = f"{current_app.config['PUBLIC_URL']}/{record.kind}/show/{record.id}"
            if mail.event in TRAVELS_WITH_FORM:
                facts["form"] = f"{current_app.config['PUBLIC_URL']}/complaint/{record.id}/print/complaint_record"
        else:
            facts.update(_for_customer(session, record, mail))
    return facts


def _of_record(session: Session, record: Record, mail: OutboxMail, to: To) -> dict[str, Any]:
    workflow = WORKFLOWS[record.kind]
    line = next((item for item in record.history if mail.key.split(":")[2:3] == [str(item.seq)]), None)
    facts: dict[str, Any] = {
        "number": record.number,
        "title": record.title,
        "state": str(workflow.states[record.state].label),
        "turn": turn_label(record.owner),
        "step": str(step_label(workflow, mail.event.partition(".")[2])),
        "customer": "",
        "product": "",
        "criteria": "",
        "opinion": "",
        "left": remaining(record.due_at, clock.now())[0] if record.due_at else "",
        "actor": name_of(line.actor_id) if line and line.actor_id else _("The portal"),
        "mine": to.user_id is not None and to.user_id in holders(session, record.owner),
    }
    if isinstance(record, Complaint):
        facts["customer"] = record.customer.name
        facts["product"] = record.product.model if record.product else ""
        facts["criteria"] = ", ".join(str(MAJOR_CRITERIA.get(code, code)) for code in record.major_criteria or [])
        facts["opinion"] = record.disposition.opinion if record.disposition and record.disposition.issued_at else ""
    return facts


def _for_customer(session: Session, record: Record, mail: OutboxMail) -> dict[str, Any]:
    """The customer's links: to follow the complaint, and for the act a mail asks for."""
    facts: dict[str, Any] = {"track": links.address(session, record.id, Purpose.track)}
    purpose = ASKED.get(mail.event)
    if purpose and (link := links.current(session, record.id, purpose)):
        facts["act"] = links.address(session, record.id, purpose)
        facts["until"] = clock.local(link.expires_at).strftime("%Y-%m-%d")
    if isinstance(record, Complaint) and record.quote is not None:
        facts["amount"] = f"{record.quote.amount:,.2f}"
    return facts


def _of_deadline(session: Session, mail: OutboxMail, locale: str) -> dict[str, Any]:
    number = (mail.payload or {}).get("deadline")
    item = session.get(Deadline, number) if number else None
    if item is None:
        return {}
    name = item.rule.name_zh if locale == "zh" else item.rule.name_en
    return {
        "rule": name,
        "clause": item.clause,
        "due": clock.local(item.due_at).strftime("%Y-%m-%d %H:%M"),
        "explanation": item.explanation(locale),
        "left": remaining(item.due_at, clock.now())[0],
    }
