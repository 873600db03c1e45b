"""A matter is brought before the general manager: by hand, or by what happened (4.4)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.record import numbers
from app.core.record.records import Record
from app.core.rights.actor import Actor

from .models import G, GmReport
from .workflow import GM_REPORT


def open_report(
    session: Session,
    reason: str,
    subject: str,
    actor: Actor,
    about: Record | None = None,
    at_once: bool = False,
    said: dict[str, Any] | None = None,
) -> GmReport:
    """Bring a matter before the general manager; one that is open for the same reason is not opened twice."""
    if about is not None:
        same = select(GmReport).where(
            GmReport.about_id == about.id, GmReport.reason == reason, GmReport.state != G.closed.value
        )
        if (known := session.scalars(same).first()) is not None:
            return known
    record = GmReport(reason=reason, title=subject[:200], about=about, at_once=at_once)
    record.customer_id = about.customer_id if about is not None else None
    record.number = numbers.next_for(session, "gm_report")
    GM_REPORT.begin(session, record, actor, said, clause="4.4")
    return record


def create(session: Session, values: dict[str, Any], actor: Actor) -> GmReport:
    """A matter brought by hand."""
    about = session.get(Record, values["about"]) if values.get("about") else None
    return open_report(session, values["reason"], values["subject"], actor, about, bool(values.get("at_once")), values)
