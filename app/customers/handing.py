"""The customers a salesperson looks after, when that person leaves."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.process.turns import users_who_may
from app.core.text.wording import lazy_gettext as _l
from app.organisation import handing

from .models import Customer


def customers(session: Session, user_id: int) -> int:
    query = select(func.count()).select_from(Customer).where(Customer.sales_owner_id == user_id)
    return session.scalar(query) or 0


def give(session: Session, deal: handing.Deal) -> None:
    for customer in session.scalars(select(Customer).where(Customer.sales_owner_id == deal.user_id)):
        customer.sales_owner_id = deal.to.user_id


def _able(session: Session) -> list[int]:
    return users_who_may(session, "can_edit", "Customer")


handing.KINDS.append(handing.Work("customers", _l("Customers looked after"), customers, give, _able))
