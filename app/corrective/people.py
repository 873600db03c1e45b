"""Whose notice it is: the department concerned, the owners of its actions, QC."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.turns import user_turn
from app.core.workflow import Actor
from app.organisation.turns import in_department, leads_department, manager_turn

from .models import CorrectiveAction

__all__ = ["in_department", "in_or_leads", "leads_department", "manager_turn", "owns_an_action", "whose_action"]


def whose_action(session: Session, record: CorrectiveAction) -> str:
    """The owner of the most urgent unfinished action; the department's manager when all have evidence."""
    waiting = record.open_actions
    return user_turn(waiting[0].owner_id) if waiting else manager_turn(session, record)


def in_or_leads(record: CorrectiveAction, actor: Actor) -> bool:
    """The department: its people, its manager, a deputy."""
    return in_department(record, actor) or leads_department(record, actor)


def owns_an_action(record: CorrectiveAction, actor: Actor) -> bool:
    """An owner of an unfinished action, or that person's deputy."""
    return any(item.owner_id in actor.stands_for for item in record.open_actions)
