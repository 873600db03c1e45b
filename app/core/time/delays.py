"""A breach asks for its reason: given with the step, or afterwards beside the deadline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from ..process.refused import Invalid, Refused
from ..process.workflow import WORKFLOWS
from ..rights.actor import Actor
from ..text import cleaning
from ..text.wording import gettext as _
from .deadlines import Deadline, Status

if TYPE_CHECKING:
    from ..record.records import Record


def unexplained(item: Deadline) -> bool:
    """Breached, and nobody has said why."""
    return not item.breach_reason and item.status() is Status.breached


def explain(session: Session, record: Record, number: int, reason: str, actor: Actor) -> Deadline | None:
    """Keep the reason of a breach with the deadline and in the history; None when the record has no such deadline.

    The caller has locked the record and commits. Raises Invalid without a reason, Refused when nothing is to explain.
    """
    item: Deadline | None = next((item for item in record.deadlines if item.id == number), None)
    if item is None:
        return None
    text = cleaning.lines(reason)[:2000]
    if not text:
        raise Invalid({"reason": [_("Please fill in “%(field)s”.", field=_("Reason for the delay"))]})
    if not unexplained(item):
        raise Refused(_("This deadline was kept, or its delay is explained already."))
    item.breach_reason = text
    WORKFLOWS[record.kind].edit(session, record, actor, {}, name="explain", comment=text, note={"deadline": item.code})
    return item
