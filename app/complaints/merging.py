"""合并: which complaints another one can be merged into."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.core.process.deeds import Deed
from app.core.text.wording import gettext as _
from app.customers.twins import one_customer

from .codes import OPEN
from .models import Complaint


def targets(session: Session, record: Any) -> Select[Any]:
    """The other open complaints of the same customer, who may have been entered twice."""
    return select(Complaint).where(
        Complaint.customer_id.in_(one_customer(session, record.customer_id)),
        Complaint.id != record.id,
        Complaint.state.in_([state.value for state in OPEN]),
    )


def another_is_open(deed: Deed[Complaint]) -> str | None:
    """There must be something to merge into."""
    if deed.session.scalar(targets(deed.session, deed.record).with_only_columns(Complaint.id).limit(1)) is None:
        return _("This customer has no other open complaint.")
    return None
