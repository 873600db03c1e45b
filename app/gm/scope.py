"""Which reports a person may see (4.4)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, true

from app.core.rights.rights import Rights

from .models import GmReport


def visible(rights: Rights) -> ColumnElement[bool]:
    """All for those above; one's own, and the instructions to one's department."""
    if rights.may("see_all", "GmReport"):
        return true()
    reach: list[ColumnElement[bool]] = []
    if rights.may("see_own", "GmReport"):
        reach.append(GmReport.created_by_id.in_(rights.stands_for))
    if rights.may("see_own_instructions", "GmReport"):
        mine = GmReport.department_id.in_(rights.department_ids) | GmReport.owner.in_(rights.owner_keys)
        reach.append(mine & GmReport.instructed_at.is_not(None))
    return or_(false(), *reach)
