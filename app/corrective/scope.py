"""Which notices a person may see."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, or_, select, true

from app.core.filters import RowScope
from app.core.security import Rights, current_rights

from .codes import C
from .models import Action, CorrectiveAction


def visible(rights: Rights) -> ColumnElement[bool]:
    """The notices this person's rights reach."""
    if not rights.sees_line("mf"):
        return false()
    if rights.may("see_all", "CorrectiveAction"):
        return true()
    reach: list[ColumnElement[bool]] = []
    if rights.may("see_own_department", "CorrectiveAction"):
        mine = CorrectiveAction.department_id.in_(rights.department_ids) | CorrectiveAction.owner.in_(rights.owner_keys)
        reach.append(mine & (CorrectiveAction.state != C.draft))
    if rights.may("see_own", "CorrectiveAction"):
        owned = select(Action.notice_id).where(Action.owner_id.in_(rights.stands_for))
        reach.append(CorrectiveAction.id.in_(owned))
    return or_(false(), *reach)


class NoticeScope(RowScope):
    """Row rights of corrective action notices."""

    name: Any = _l("Visible notices")

    def condition(self) -> ColumnElement[bool]:
        return visible(current_rights())
