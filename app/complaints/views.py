"""The pages of the complaint line."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import redirect, render_template, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.orm import Query, joinedload, selectinload

from app.core.kind.asks import Asked, as_asked
from app.core.kind.columns import Listed
from app.core.kind.facts import told_by
from app.core.kind.loads import beside
from app.core.pages.buttons import Way
from app.core.pages.record_list import Chip
from app.core.pages.record_views import Hint, RecordView
from app.core.pages.show import tag
from app.core.pages.views import Column
from app.core.record import history
from app.core.rights.current import current_rights
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock, deadlines
from app.customers import callers
from app.customers.models import Customer
from app.customers.scope import in_scope
from app.customers.show import phone_link
from app.extensions import db

from . import asks, before_closing, ends, intake
from .cards import phone
from .codes import S
from .consultation import Consultation
from .counter import HAND_OVER, Counter
from .ends import linked_intake
from .models import MAJOR, Assignment, Complaint
from .services import SiteService
from .workflow import COMPLAINT

PREFILLED = (  # what the address of an intake may already say
    "channel",
    "customer",
    "contact_name",
    "contact_phone",
    "site_region",
    "site_address",
    "product",
    "serial_no",
    "failure_mode",
    "recurrence_of",
)

JOINED = (  # what there is once or a few times
    *("customer", "product", "site_region", "failure_mode"),
    *("quotes", "dispositions", "negotiations", "confirmations"),
)


def customer_cell(record: Complaint) -> Any:
    """The customer, and the number to call: masked for those who only read."""
    number = phone(record)
    return record.customer.name + (Markup('<br><small class="mut">{}</small>').format(number) if number else "")


def state_cell(record: Complaint) -> Any:
    state = COMPLAINT.states[record.state]
    star = tag(_("Major"), "bad") if record.is_major else ""
    return tag(state.label, state.tone) + (" " if star else "") + star


WRITTEN_BEFORE: dict[str, tuple[tuple[Asked, ...], Callable[[Complaint], Any]]] = {  # what a dialog goes on with
    "draft_disposition": (asks.DISPOSITION, lambda record: record.disposition),
    "investigate": (asks.FOUND, lambda record: record.service),
    **{name: (asks.WORK, lambda record: record.service) for name in ("complete", "handle_remotely", "amend")},
}
HEAD_OF = {"correct_site": asks.SITE, "classify_quality": asks.PLAN, "reclassify_quality": asks.PLAN}
COLUMNS: tuple[Listed, ...] = (
    "number",
    ("customer", Column(told_by(Complaint.customer_id).label, customer_cell, plain=lambda row: row.customer.name)),
    Complaint.product_id,
    "title",
    ("state", Column(_l("State"), state_cell, plain=lambda row: str(COMPLAINT.states[row.state].label))),
    "turn",
    "due_at",
    "changed_at",
)
MAJOR_ONLY = Chip(told_by(Complaint.is_major).label, lambda _model: MAJOR)


class ComplaintPages(RecordView):
    """顾客投诉及处理记录表: list, intake, record page."""

    form = Counter
    aside = ("portal/complaint/_customer.html",)
    bulk = ("hand_over", "assign")
    usual = {"channel": "phone"}
    edit_title = _l("Correct the form")
    add_template = "portal/complaint/intake.html"
    edit_template = "portal/complaint/intake.html"
    eager = (
        joinedload(Complaint.customer),
        joinedload(Complaint.product),
        selectinload(Complaint.assignments).selectinload(Assignment.co_workers),
    )
    linked = staticmethod(linked_intake)
    phone = staticmethod(phone)

    def loaded(self, query: Query[Any]) -> Query[Any]:
        one = (beside(getattr(Complaint, name)) for name in JOINED)
        many = (
            selectinload(getattr(Complaint, name))
            for name in (
                "attachments",
                "contacts",
                "notices",
            )
        )
        deeper = (
            selectinload(Complaint.assignments).joinedload(Assignment.co_workers),
            joinedload(Complaint.services).joinedload(SiteService.exchange),
            selectinload(Complaint.consultations).joinedload(Consultation.department),  # type: ignore[attr-defined]
        )
        return query.options(*one, *many, *deeper)

    def narrowed(self, query: Query[Any], apart: bool) -> Query[Any]:
        """The list, of one customer when the address names one."""
        number = request.args.get("customer", type=int)
        query = super().narrowed(query, apart)
        return query.filter(Complaint.customer_id == number) if number and 0 < number < 2**31 else query

    def headline(self, record: Complaint) -> Any:
        return f"{record.customer.name} · {record.title}"

    def hint(self, record: Complaint, step: Any) -> Hint | None:
        """When reopening, the other way."""
        return Hint("portal/complaint/_linked.html", ()) if step.name == "reopen" and self.may("can_add") else None

    def ways(self, record: Complaint, steps: frozenset[str]) -> list[Way]:
        """The notice that has to come first; what is closed for too long goes on in a new complaint that is linked."""
        if notice := before_closing.way(db.session, record, current_rights()):
            return [notice]
        if record.state != S.closed or "reopen" in steps or not self.may("can_add"):
            return []
        return [Way(_("Register a new complaint linked to this one"), linked_intake(record), "fa-plus")]

    def whose_first(self, record: Complaint) -> str:
        return before_closing.whose(record)

    def afterwards(self, record: Complaint) -> Any:
        """What follows the end: the other complaint, or the days in which it may be reopened."""
        return ends.afterwards(db.session, record)

    def suggested(self, record: Complaint, step: Any) -> dict[str, Any]:
        """What a step's form starts with: the draft, the findings, the region."""
        if step.name in WRITTEN_BEFORE:
            asked, part = WRITTEN_BEFORE[step.name]
            row = part(record)
            return {**as_asked(asked, row), **as_asked(asked, record)} if row is not None else {}
        if step.name in HEAD_OF:
            return as_asked(HEAD_OF[step.name], record)
        if step.name == "record_payment":
            return {"amount": record.owed}
        if step.name == "confirm":
            return {"signer_name": record.contact_name or record.complainant}
        return {}

    @expose("/<int:pk>/acknowledge", methods=["POST"])
    @has_access
    @permission_name("edit")
    def acknowledge(self, pk: int) -> Any:
        """The receipt is printed for the customer: the acknowledgement is given."""
        record, actor = self.locked(pk), self.actor()
        if deadlines.meet(db.session, record, ("ACK",), clock.now()):
            history.append(
                db.session,
                record,
                clock.now(),
                step="acknowledge",
                source=record.state,
                target=record.state,
                actor_id=actor.user_id,
                clause="2.1",
            )
            db.session.commit()
        return redirect(url_for("ComplaintView.paper", pk=pk, code="acknowledgement"))

    # ---- intake

    def initial(self) -> Any:
        return {key: text for key in PREFILLED if (text := cleaning.asked(key, 200))}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return intake.take_in(db.session, values, self.actor(), hand_over=values["then"] == HAND_OVER)

    def saved_words(self, row: Complaint) -> str:
        if row.state == "handed_over":
            return _("%(number)s is registered and handed over to QC.", number=row.number)
        if row.state in ("received", "pending_qc"):
            return _("%(number)s is registered. It must be handed to QC today.", number=row.number)
        return super().saved_words(row)

    @expose("/similar")
    @has_access
    @permission_name("add")
    def similar(self) -> Any:
        """What reception should know while typing: the customer, open complaints, possible duplicates."""
        customer = self._caller()
        product = request.args.get("product", type=int)
        return render_template(
            "portal/complaint/_similar.html",
            customer=customer,
            phone=phone_link(customer.phone) if customer else "",
            known=callers.known(customer, cleaning.asked("phone", 80)) if customer else {},
            units=callers.units(db.session, customer) if customer else (),
            found=intake.possible_duplicates(db.session, customer.id, product) if customer else [],
            view=self,
        )

    def _caller(self) -> Customer | None:
        """The customer the slip names, as far as this person may see him."""
        number = request.args.get("customer", type=int)
        if not number or not 0 < number < 2**31:
            return None
        found: Customer | None = db.session.scalar(select(Customer).where(Customer.id == number, in_scope()))
        return found
