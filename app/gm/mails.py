"""What the general manager's mails say of a matter: who, what, why, how late, and what can be done from the mail."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_babel import ngettext
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.complaints.codes import MAJOR_CRITERIA
from app.complaints.models import Complaint
from app.core.pages.show import clock_name, overdue_words
from app.core.process.turns import users_with_role
from app.core.rights.people import name_of, turn_label
from app.core.text.wording import get_locale
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock
from app.core.time.deadline_rules import Told
from app.core.time.deadlines import Deadline
from app.corrective.models import CorrectiveAction
from app.customers.models import Customer
from app.notifications import events, mail_texts, render
from app.notifications.models import OutboxMail
from app.notifications.recipients import Nobody
from app.notifications.words import filled

from .models import REASONS, G, GmReport
from .telling import OF_THE_DAY
from .workflow import GM_REPORT

MOST = 30
LINKS = 3


def matter(session: Session, report: GmReport) -> dict[str, Any]:
    """One matter in words."""
    about = report.about
    customer = session.get(Customer, report.customer_id) if report.customer_id else None
    told = {
        "kind": str(REASONS[report.reason]),
        "number": report.number,
        "title": report.title,
        "customer": customer.name if customer else "",
        "responsible": turn_label(about.owner if about and about.owner else report.owner),
        "why": why(report),
        "late": _("; ").join(late(report)),
        "state": str(GM_REPORT.states[report.state].label),
        "turn": turn_label(report.owner),
        "opened_by": name_of(report.created_by_id) or _("The portal"),
        "summary": report.summary or "",
        "measures": report.measures or "",
        "links": links(report),
    }
    return {**told, "matter": filled(_said("_matter"), told)}


def _said(part: str) -> str:
    return mail_texts.part(part, str(get_locale()))


def why(report: GmReport) -> str:
    """What brought it before the general manager."""
    about, reason = report.about, str(REASONS[report.reason])
    if report.reason == "major_complaint" and isinstance(about, Complaint) and about.major_criteria:
        return criteria(about)
    if report.reason == "ineffective" and isinstance(about, CorrectiveAction):
        return ngettext(
            "The corrective action was not effective in %(num)s round.",
            "The corrective action was not effective in %(num)s rounds.",
            about.failures,
        )
    if report.reason == "overdue" and (clocks := _missed(report)):
        return _("%(clocks)s not done in time", clocks=_(", ").join(clock_name(item) for item in clocks))
    return reason


def criteria(about: Complaint) -> str:
    """By what a complaint is major."""
    return _("; ").join(str(MAJOR_CRITERIA.get(code, code)) for code in about.major_criteria or ())


def _missed(report: GmReport) -> list[Deadline]:
    """The clocks that have run out, on the matter itself and on what it is about."""
    clocks = [*(report.about.deadlines if report.about else ()), *report.deadlines]
    gone = [item for item in clocks if item.is_running and item.due_at <= clock.now() and item.code != "GM_READ"]
    return sorted(gone, key=lambda item: item.due_at)


def late(report: GmReport) -> list[str]:
    """How late each clock is that has run out."""
    return [overdue_words(item, clock.now()) for item in _missed(report)]


def links(report: GmReport) -> list[tuple[str, str]]:
    """To see it, and what the general manager may do with it now: three in all."""
    offered = [step for step in GM_REPORT.steps if report.state in step.source and "gm" in step.granted_to]
    open_steps = [step for step in offered if not (step.name == "read" and report.read_at)]
    first = (_("Open the matter"), _url(f"/gm_report/show/{report.id}"))
    last = (_("All major matters"), _url("/major/"))
    steps = sorted(open_steps, key=lambda step: step.target is None)
    acts = [(str(step.label), _url(f"/gm_report/{report.id}/step/{step.name}")) for step in steps]
    return [first, *acts, last][:LINKS]


def one(session: Session, mail: OutboxMail) -> dict[str, Any]:
    """The facts of a mail about one matter; whoever is not the general manager only opens it."""
    report = mail.record
    assert isinstance(report, GmReport)
    facts = matter(session, report)
    if mail.user_id not in users_with_role(session, "gm"):
        facts["links"] = facts["links"][:1]
    return facts


def unread(session: Session, mail: OutboxMail) -> dict[str, Any]:
    """A reminder; there is none of what has been read meanwhile."""
    assert isinstance(mail.record, GmReport)
    if mail.record.read_at is not None:
        raise Nobody("over")
    return one(session, mail)


def of_the_day(session: Session, mail: OutboxMail) -> dict[str, Any]:
    """Everything that can wait and has not been read, or has been neglected since."""
    neglected = select(Deadline.id).where(
        Deadline.record_id == GmReport.id,
        Deadline.code != "GM_READ",
        Deadline.met_at.is_(None),
        Deadline.cancelled_at.is_(None),
        Deadline.told >= Told.three_days_late,
    )
    still_open = and_(GmReport.state != G.closed.value, or_(GmReport.read_at.is_(None), neglected.exists()))
    rows = session.scalars(select(GmReport).where(still_open).order_by(GmReport.id)).all()
    calm = [report for report in rows if not report.is_urgent and not report.is_weekly]
    if not calm:
        raise Nobody("over")
    more = [(_("All major matters"), _url("/major/")), (_("Mark all as read"), _url("/major/read"))]
    listed = [matter(session, report) for report in calm[:MOST]]
    return {
        "matters": "\n\n".join(_one_of_many(n, told) for n, told in enumerate(listed, 1)),
        "count": len(calm),
        "more": len(calm) - len(listed) or "",
        "headline": _headline(listed[0], len(calm)),
        "links": more,
    }


def _one_of_many(n: int, told: dict[str, Any]) -> str:
    """One matter of the day's mail, with what can be done from there."""
    ways = "\n".join(f"{label}{_(': ')}{url}" for label, url in told["links"])
    return filled(_said("_one_of_many"), {**told, "n": n, "links": ways})


def _headline(first: dict[str, Any], count: int) -> str:
    """What a mail about one matter or several is called."""
    if count == 1:
        return _("%(kind)s: %(title)s (%(number)s)", **{**first, "title": first["title"][:80]})
    told = {"n": count, "number": first["number"], "title": first["title"][:50]}
    return _("%(n)s to read: %(number)s %(title)s and others", **told)


def major(session: Session, mail: OutboxMail) -> dict[str, Any]:
    """A complaint that was marked: the general manager also reaches the report that was opened about it."""
    same = select(GmReport).where(GmReport.about_id == mail.record_id, GmReport.reason == "major_complaint")
    report = session.scalars(same.order_by(GmReport.id.desc()).limit(1)).first()
    if report is None:
        return {}
    ours = [(_("Open the complaint"), _url(f"/complaint/show/{mail.record_id}"))]
    if mail.user_id in users_with_role(session, "gm"):
        ours = [*ours, *links(report)[1:]]
    return {"late": _("; ").join(late(report)), "links": ours}


def _url(path: str) -> str:
    return f"{current_app.config['PUBLIC_URL']}{path}"


MATTER = (*events.RECORD, "kind", "responsible", "why", "late", "opened_by", "summary", "measures", "matter")
events.FOLDERS.update({"gm_report.register": "gm_matter", "gm_report.report": "gm_matter"})
events.USABLE.update(
    {
        "gm_matter": MATTER,
        "gm_unread": MATTER,
        OF_THE_DAY: (*events.COMPANY, "count", "headline", "matters", "more"),
    }
)
events.ABOUT_NO_RECORD.append(OF_THE_DAY)
events.ABOUT["gm_unread"] = "gm_report"
events.TELLS_OF[OF_THE_DAY] = "GmReport"
events.PLACES.update(
    {
        "kind": _l("What brought the matter up"),
        "responsible": _l("With whom the matter is"),
        "why": _l("Reason"),
        "opened_by": _l("Who raised it"),
        "summary": _l("What happened"),
        "measures": _l("Measures"),
        "matter": _l("The whole matter, a line each"),
        "headline": _l("The first matter, and how many"),
        "matters": _l("List: the matters"),
        "more": _l("How many more there are"),
    }
)
render.MORE.update({"gm_matter": one, "gm_unread": unread, OF_THE_DAY: of_the_day, "major": major})
events.REASON["gm_report"] = lambda report: REASONS[report.reason]
events.REASON["complaint"] = criteria
