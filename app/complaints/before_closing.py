"""2.6: what has to be done elsewhere before a complaint can be closed: by whom, and the way there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from sqlalchemy.orm import Session

from app.core.pages.buttons import Way
from app.core.process.turns import users_who_may
from app.core.rights.people import function_label
from app.core.rights.rights import Rights
from app.core.text.wording import gettext as _

from .codes import S
from .models import Complaint


def notice_lacking(record: Complaint) -> bool:
    """Our own quality problem, and no department has its notice yet."""
    return record.responsibility == "own_quality" and not any(notice.counts_for_closing for notice in record.notices)


def draft_of(record: Complaint) -> Any:
    """The notice that waits to be issued."""
    return next((notice for notice in record.notices if notice.state == "draft"), None)


def writing(record: Complaint) -> str:
    """The form of a new notice for this complaint."""
    return "/corrective_action/add?" + urlencode({"complaints": record.id, "problem": record.description})


def way(session: Session, record: Complaint, rights: Rights) -> Way | None:
    """The notice, for those who may write or issue it; one person may not do both."""
    if record.state != S.returned or not notice_lacking(record):
        return None
    draft = draft_of(record)
    if draft is not None:
        mine = rights.may("issue", "CorrectiveAction") and draft.drafted_by_id != rights.user_id
        words, there = _("Issue the notice %(number)s", number=draft.number), f"/corrective_action/show/{draft.id}"
        return Way(words, there, "fa-paper-plane", main=True) if mine else None
    if not rights.may("can_add", "CorrectiveAction"):
        return None
    others = set(users_who_may(session, "issue", "CorrectiveAction")) - {rights.user_id}
    return Way(_("Write the corrective action notice"), writing(record), "fa-pen", main=True) if others else None


def whose(record: Complaint) -> str:
    """The function whose turn it is before that of the record; empty when nothing stands in the way."""
    if record.state != S.returned:
        return ""
    if notice_lacking(record):
        return function_label("qc_manager" if draft_of(record) else "qc")
    return function_label("finance") if record.owed > 0 else ""
