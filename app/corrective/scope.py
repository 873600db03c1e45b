"""Which notices a person may see."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, false, true

from app.core.filters import RowScope
from app.core.security import Rights, current_rights

from .models import C, CorrectiveAction


def visible(rights: Rights) -> ColumnElement[bool]:
    """The notices this person's rights reach."""
    if not rights.sees_line("mf"):
        return false()
    if rights.may("see_all", "CorrectiveAction"):
        return true()
    if rights.may("see_own_department", "CorrectiveAction"):
        return CorrectiveAction.department_id.in_(rights.department_ids) & (CorrectiveAction.state != C.draft)
    return false()


class NoticeScope(RowScope):
    """Row rights of corrective action notices."""

    name: Any = _l("Visible notices")

    def condition(self) -> ColumnElement[bool]:
        return visible(current_rights())
