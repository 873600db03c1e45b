"""The mails of a record on its page: who was told, and whether the mail arrived."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.pages.timeline import Line
from app.core.rights.people import full_name
from app.core.text.wording import gettext as _

from .events import event_label
from .models import OutboxMail
from .unreached import LOST, REASONS, why
from .views import STATES

MOST = 200


def mails(session: Session, record: Any) -> list[Line]:
    """One line per event and minute: the persons told and the state of each mail."""
    query = (
        select(
            OutboxMail.event,
            OutboxMail.created_at,
            OutboxMail.state,
            OutboxMail.attempts,
            OutboxMail.last_error,
            User.id,
            User.first_name,
            User.last_name,
        )
        .outerjoin(User, User.id == OutboxMail.user_id)
        .where(OutboxMail.record_id == record.id)
        .order_by(OutboxMail.id.desc())
        .limit(MOST)
    )
    told: dict[Any, list[str]] = {}
    for row in session.execute(query):
        name = full_name(row) if row.id else _("the customer")
        told.setdefault((row.event, row.created_at.replace(second=0, microsecond=0)), []).append(
            f"{name} ({STATES[row.state][0]}{_reason(row)})"
        )
    return [
        Line(at, _("Mail: %(event)s", event=event_label(event)), None, None, ", ".join(reversed(names)), kind="mail")
        for (event, at), names in told.items()
    ]


def _reason(row: Any) -> str:
    """Why a mail was lost, without the full stop of a sentence."""
    return f": {REASONS[why(row)]}".rstrip(".。") if row.state in LOST else ""
