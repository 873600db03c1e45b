"""How facts look: tags with words, deadline badges, masked values."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask_babel import ngettext
from markupsafe import Markup

from ..process.workflow import AnyWorkflow
from ..rights.people import in_locale
from ..text import phones
from ..text.wording import gettext as _
from ..time import clock
from ..time.deadlines import Deadline
from ..time.periods import last_day_of
from ..time.when import FULL, HOUR, due_stamp

if TYPE_CHECKING:
    from ..record.records import Record


def tag(text: object, tone: str = "mut", tip: str = "") -> Markup:
    """A coloured tag; the colour never speaks alone."""
    title = Markup(' title="{}"').format(tip) if tip else ""
    return Markup('<span class="tag tag-{}"{}>{}</span>').format(tone, title, text)


class Badge:
    """How long there is left, in words and colour: grey, amber, red; a missed one stays red."""

    @staticmethod
    def of_record(record: Record, workflow: AnyWorkflow) -> Markup:
        if not record.due_at or not workflow.is_open(record):
            return Markup("")
        return Badge.until(record.due_at)

    @staticmethod
    def until(due_at: datetime | None, why: str = "") -> Markup:
        return tag(*remaining(due_at, clock.now()), why or due_stamp(due_at, FULL)) if due_at else Markup("")

    @staticmethod
    def of_deadline(deadline: Deadline, locale: str) -> Markup:
        status = deadline.status()
        if deadline.met_at or deadline.cancelled_at:
            words = {"met": (_("met"), "ok"), "breached": (_("met late"), "bad"), "cancelled": (_("cancelled"), "mut")}
            return tag(*words[status.value], deadline.explanation(locale))
        return tag(*remaining(deadline.due_at, clock.now()), deadline.explanation(locale))


def clock_name(item: Deadline) -> str:
    """A deadline by its name, with its clause where the regulation has one."""
    facts = {"name": in_locale(item.rule.name_zh, item.rule.name_en), "clause": item.clause}
    return _("“%(name)s” (%(clause)s)", **facts) if item.clause else _("“%(name)s”", **facts)


def overdue_words(item: Deadline, now: datetime) -> str:
    """Which deadline was missed, when it ended and how long ago that was."""
    facts = {"clock": clock_name(item), "due": due_stamp(item.due_at, FULL), "late": remaining(item.due_at, now)[0]}
    return _("%(clock)s was due by %(due)s: %(late)s", **facts)


def remaining(due_at: datetime, now: datetime) -> tuple[str, str]:
    """“2 days left”, “today 17:00”, “1 day overdue”: the words and their tone."""
    if now >= due_at:
        late = now - due_at
        return (days_late(late.days) if late.days else hours_late(max(1, late.seconds // 3600))), "bad"
    days = (last_day_of(due_at) - clock.local(now).date()).days
    if days == 0:
        return today_until(due_stamp(due_at, HOUR)), "warn"
    return days_left(days), "warn" if days == 1 else "mut"


def days_late(days: int) -> str:
    return ngettext("%(num)s day overdue", "%(num)s days overdue", days)


def hours_late(hours: int) -> str:
    return ngettext("%(num)s hour overdue", "%(num)s hours overdue", hours)


def days_left(days: int) -> str:
    return ngettext("%(num)s day left", "%(num)s days left", days)


def today_until(time: str) -> str:
    return _("today %(time)s", time=time)


def masked_unless(visible: bool, phone: str | None) -> str | None:
    """Phone numbers one can call, or only recognise."""
    if not phone:
        return None
    return phones.links(phone) if visible else phones.masked(phone)
