"""The search box of the top bar: number, customer, initials, phone; only what the person may see."""

from __future__ import annotations

from typing import Any

from flask import redirect, request
from flask_appbuilder import BaseView, expose
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.complaints.models import Complaint
from app.complaints.scope import visible
from app.complaints.searching import found as complaints_found
from app.complaints.workflow import COMPLAINT
from app.core.search import words_of
from app.core.security import current_rights
from app.core.show import Badge, tag
from app.corrective.models import CorrectiveAction
from app.corrective.scope import visible as notices_visible
from app.corrective.searching import found as notices_found
from app.customers.models import Customer
from app.customers.scope import in_scope
from app.customers.searching import found as customers_found
from app.extensions import db

MOST = 5


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
        asked = bool(words_of(text))
        complaints = _complaints(text) if asked and rights.may("can_list", "Complaint") else []
        customers = _customers(text) if asked and rights.may("can_list", "Customer") else []
        notices = _notices(text) if asked and rights.may("can_list", "CorrectiveAction") else []
        if len(complaints) == 1 and not customers and not notices and complaints[0].number == text.upper():
            return redirect(f"/complaint/show/{complaints[0].id}")
        return self.render_template(
            "portal/search.html",
            text=text,
            complaints=complaints,
            customers=customers,
            notices=notices,
            asked=asked,
            title=_l("Search"),
            COMPLAINT=COMPLAINT,
            tag=tag,
            Badge=Badge,
        )


def _complaints(text: str) -> list[Complaint]:
    """By number, by phone, by subject, by customer."""
    condition = complaints_found(db.session, text)
    query = select(Complaint).where(condition, visible(current_rights()))  # type: ignore[arg-type]
    newest = query.order_by(Complaint.id.desc()).limit(MOST)
    return list(db.session.scalars(newest.options(selectinload(Complaint.customer))))


def _notices(text: str) -> list[CorrectiveAction]:
    condition = notices_found(db.session, text)
    query = select(CorrectiveAction).where(condition, notices_visible(current_rights()))  # type: ignore[arg-type]
    return list(db.session.scalars(query.order_by(CorrectiveAction.id.desc()).limit(MOST)))


def _customers(text: str) -> list[Customer]:
    query = (
        select(Customer)
        .where(customers_found(db.session, text), in_scope())  # type: ignore[arg-type]
        .order_by(Customer.id.desc())
        .limit(MOST)
    )
    return list(db.session.scalars(query))
