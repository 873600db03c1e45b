"""The search box of the top bar: number, customer, initials, phone; only what the person may see."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import or_, select
from sqlalchemy.orm import selectinload

from app.complaints.models import Complaint
from app.complaints.scope import visible
from app.complaints.workflow import COMPLAINT
from app.core.security import current_rights
from app.core.show import Badge, tag
from app.customers.lookups import matching
from app.customers.models import Contact, Customer
from app.customers.names import digits
from app.customers.scope import in_scope
from app.extensions import db

MOST = 20


class SearchPage(BaseView):
    """What was found, in groups."""

    route_base = "/search"
    class_permission_name = "Dashboard"
    base_permissions: Any = []

    @expose("/")
    def results(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        text = request.args.get("q", "").replace("\0", "").strip()[:100]
        rights = current_rights()
        complaints = _complaints(text) if len(text) > 1 and rights.may("can_list", "Complaint") else []
        customers = _customers(text) if len(text) > 1 and rights.may("can_list", "Customer") else []
        if len(complaints) == 1 and not customers and complaints[0].number == text.upper():
            return redirect(f"/complaint/show/{complaints[0].id}")
        return self.render_template(
            "portal/search.html",
            text=text,
            complaints=complaints,
            customers=customers,
            title=_l("Search"),
            COMPLAINT=COMPLAINT,
            tag=tag,
            Badge=Badge,
        )


def _complaints(text: str) -> list[Complaint]:
    """By number, by phone, by subject, by customer."""
    hits = [
        Complaint.number.icontains(text, autoescape=True),
        Complaint.title.contains(text, autoescape=True),
        Complaint.customer_id.in_(_customer_ids(text)),
    ]
    number = digits(text) if any(char.isdigit() for char in text) else ""
    if len(number) >= 4:
        hits.append(Complaint.contact_phone.startswith(number, autoescape=True))
    query = select(Complaint).where(or_(*hits), visible(current_rights())).order_by(Complaint.id.desc()).limit(MOST)
    return list(db.session.scalars(query.options(selectinload(Complaint.customer))))


def _customer_ids(text: str) -> Any:
    number = digits(text) if any(char.isdigit() for char in text) else ""
    found: Any = select(Customer.id).where(matching(text), in_scope())
    if len(number) >= 4:
        found = found.union(select(Contact.customer_id).where(Contact.phone_digits.startswith(number, autoescape=True)))
    return found


def _customers(text: str) -> list[Customer]:
    query = (
        select(Customer)
        .where(Customer.id.in_(_customer_ids(text)), in_scope())
        .order_by(Customer.id.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(query))
