"""How facts look: tags with words, deadline badges, masked values."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from . import clock
from .workflow import Workflow


def tag(text: Any, tone: str = "mut", tip: str = "") -> Markup:
    """A coloured tag; the colour never speaks alone."""
    title = Markup(' title="{}"').format(tip) if tip else ""
    return Markup('<span class="tag tag-{}"{}>{}</span>').format(tone, title, text)


class Badge:
    """How long there is left, in words and colour: grey, amber, red; a missed one stays red."""

    @staticmethod
    def of_record(record: Any, workflow: Workflow[Any], why: str = "") -> Markup:
        if not record.due_at or not workflow.is_open(record):
            return Markup("")
        return tag(*remaining(record.due_at, clock.now()), why or due_stamp(record.due_at, "%Y-%m-%d"))

    @staticmethod
    def of_deadline(deadline: Any, locale: str) -> Markup:
        status = deadline.status()
        if deadline.met_at or deadline.cancelled_at:
            words = {"met": (_("met"), "ok"), "breached": (_("met late"), "bad"), "cancelled": (_("cancelled"), "mut")}
            return tag(*words[status.value], deadline.explanation(locale))
        return tag(*remaining(deadline.due_at, clock.now()), deadline.explanation(locale))


def due_stamp(due_at: datetime, pattern: str = "%m-%d") -> str:
    """A deadline in words: one that ends a day is that day's 24:00, not the next day's 00:00."""
    end = clock.local(due_at)
    if end.strftime("%H%M%S") == "000000":
        return f"{(end - timedelta(seconds=1)).strftime(pattern)} 24:00"
    return end.strftime(f"{pattern} %H:%M")


def remaining(due_at: datetime, now: datetime) -> tuple[str, str]:
    """“2 d left”, “today 17:00”, “1 d overdue”: the words and their tone."""
    if now >= due_at:
        late = now - due_at
        if late.days:
            return _("%(n)s d overdue", n=late.days), "bad"
        return _("%(n)s h overdue", n=max(1, int(late.total_seconds() // 3600))), "bad"
    at_midnight = clock.local(due_at).strftime("%H%M%S") == "000000"
    last_day = clock.local(due_at - timedelta(seconds=1 if at_midnight else 0)).date()
    days = (last_day - clock.local(now).date()).days
    if days == 0:
        return _("today %(time)s", time="24:00" if at_midnight else clock.local(due_at).strftime("%H:%M")), "warn"
    return _("%(n)s d left", n=days), "warn" if days == 1 else "mut"


def masked_unless(visible: bool, phone: str | None) -> Any:
    """A phone number one can call, or only recognise."""
    if not phone:
        return None
    if not visible:
        return f"{phone[:3]}****{phone[-4:]}" if len(phone) > 7 else "****"
    return Markup('<a href="tel:{}">{}</a>').format(phone, phone)
