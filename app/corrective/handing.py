"""The corrective actions' part when somebody leaves: what that person still has to carry out."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.locking import locked
from app.core.workflow import Actor
from app.organisation import handing

from .codes import C
from .models import Action, CorrectiveAction
from .workflow import CORRECTIVE


def _open(user_id: int) -> list[object]:
    return [Action.owner_id == user_id, Action.done_at.is_(None), CorrectiveAction.state == C.implementing.value]


def actions(session: Session, user_id: int) -> int:
    query = select(func.count()).select_from(Action).join(CorrectiveAction, CorrectiveAction.id == Action.notice_id)
    return session.scalar(query.where(*_open(user_id))) or 0  # type: ignore[arg-type]


def give(session: Session, user_id: int, to: int, actor: Actor, reason: str) -> None:
    query = select(Action.notice_id).join(CorrectiveAction, CorrectiveAction.id == Action.notice_id)
    numbers = session.scalars(query.where(*_open(user_id)).distinct().order_by(Action.notice_id)).all()  # type: ignore[arg-type]
    for number in numbers:
        record = locked(session, CorrectiveAction, number)
        for item in record.open_actions:
            if item.owner_id == user_id:
                item.owner_id = to
        CORRECTIVE.edit(session, record, actor, {}, name="hand_work", comment=reason, note={"owner": to})


handing.KINDS.append(handing.Work(_l("Corrective actions to carry out"), actions, give))
