"""The pages of the complaint line."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy.orm import Query, joinedload, selectinload

from app.core import clock, deadlines, history
from app.core.names import name_of
from app.core.record_list import CHIPS
from app.core.record_views import Hint, RecordView
from app.core.show import Badge, masked_unless, tag
from app.core.views import Column, table
from app.core.workflow import Actor
from app.customers.models import Customer
from app.extensions import db

from . import dispatch, forms, intake, searching
from . import zones as _zones  # noqa: F401  (arrival clocks follow the regions)
from .cards import CARDS
from .codes import CHANNELS
from .consultation import Consultation
from .models import Assignment, Complaint, SiteService
from .people import contact_visible
from .scope import ComplaintScope
from .workflow import COMPLAINT

PREFILLED = (  # what the address of an intake may already say
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


def customer_cell(record: Complaint) -> Any:
    """The customer, and the number to call: masked for those who only read."""
    number = masked_unless(contact_visible(record), record.contact_phone)
    return record.customer.name + (Markup('<br><small class="mut">{}</small>').format(number) if number else "")


def state_cell(record: Complaint) -> Any:
    state = COMPLAINT.states[record.state]
    star = tag(_("Major"), "bad") if record.is_major else ""
    return tag(state.label, state.tone) + (" " if star else "") + star


def whose_turn(record: Complaint) -> str:
    """The person, or the function whose turn it is."""
    from app.core.names import turn_label

    return turn_label(record.owner)


class ComplaintView(RecordView):
    """顾客投诉及处理记录表: list, intake, record page."""

    route_base = "/complaint"
    datamodel = table(Complaint)
    class_permission_name = "Complaint"
    base_filters = [["id", ComplaintScope, None]]
    workflow, clause = COMPLAINT, "2.1"
    form = forms.Intake
    correction = forms.Correction
    cards = CARDS
    aside = ("portal/complaint/_customer.html",)
    chips = CHIPS
    bulk = ("hand_over", "assign")
    list_title, add_title = _l("Customer complaints"), _l("New complaint")
    edit_title, show_title = _l("Correct the form"), _l("Complaint")
    add_template = "portal/complaint/intake.html"
    edit_template = "portal/complaint/intake.html"
    searched = (Complaint.number, Complaint.title, Complaint.contact_phone)
    eager = (
        selectinload(Complaint.customer),
        selectinload(Complaint.product),
        selectinload(Complaint.assignments).selectinload(Assignment.co_workers),
    )
    search_hint = _l("Number, customer, product, text or phone")
    columns = {
        "number": Column(_l("Number"), "number", order=Complaint.id, css="num"),
        "customer": Column(_l("Customer"), customer_cell, plain=lambda record: record.customer.name),
        "product": Column(_l("Product"), lambda record: record.product or ""),
        "title": Column(_l("Subject"), "title"),
        "state": Column(_l("State"), state_cell, plain=lambda record: str(COMPLAINT.states[record.state].label)),
        "turn": Column(_l("Whose turn"), whose_turn),
        "due_at": Column(
            _l("Deadline"),
            lambda record: Badge.of_record(record, COMPLAINT),
            order=Complaint.due_at,
            plain=lambda record: record.due_at,
            nullable=True,
        ),
        "changed_at": Column(
            _l("Updated"),
            lambda record: clock.local(record.changed_at).strftime("%m-%d %H:%M"),
            order=Complaint.changed_at,
            plain=lambda record: record.changed_at,
        ),
    }
    default_order = ("due_at", False)

    def loaded(self, query: Query[Any]) -> Query[Any]:
        one = (
            joinedload(getattr(Complaint, name))
            for name in ("customer", "product", "site_region", "failure_mode", "quotes")
        )
        many = (
            selectinload(getattr(Complaint, name))
            for name in (
                "attachments",
                "dispositions",
                "services",
                "confirmations",
                "negotiations",
                "contacts",
                "notices",
            )
        )
        deeper = (
            selectinload(Complaint.assignments).joinedload(Assignment.co_workers),
            selectinload(Complaint.services).joinedload(SiteService.exchange),
            selectinload(Complaint.consultations).joinedload(Consultation.department),  # type: ignore[attr-defined]
        )
        return query.options(*one, *many, *deeper)

    def found(self, typed: str) -> Any:
        return searching.found(db.session, typed)

    def filtered(self) -> Query[Any]:
        """The list, of one customer when the address names one."""
        number = request.args.get("customer", type=int)
        query = super().filtered()
        return query.filter(Complaint.customer_id == number) if number and 0 < number < 2**31 else query

    def headline(self, record: Complaint) -> Any:
        return f"{record.customer.name} · {record.title}"

    def editable(self, record: Complaint, actor: Actor) -> bool:
        return intake.editable(record, actor)

    def corrected(self, record: Complaint, values: dict[str, Any]) -> dict[str, Any]:
        return intake.correction(values)

    def as_correction(self, record: Complaint) -> dict[str, Any]:
        return intake.as_correction(record)

    def hint(self, record: Complaint, step: Any) -> Hint | None:
        """2.3: who can go, with competence and load, while the QC manager chooses; when reopening, the other way."""
        if step.name == "reopen" and self.may("can_add"):
            return Hint("portal/complaint/_linked.html", ())
        if step.name not in ("assign", "reassign"):
            return None
        return Hint("portal/complaint/_travellers.html", dispatch.travellers(db.session, record))

    def suggested(self, record: Complaint, step: Any) -> dict[str, Any]:
        """What a step's form starts with: the draft, the findings, the region."""
        part = record.disposition if step.name == "draft_disposition" else record.service
        if (
            step.name in ("draft_disposition", "complete", "handle_remotely", "investigate", "amend")
            and part is not None
            and step.form
        ):
            known = {field.name: getattr(part, field.name, None) for field in step.form()}
            return {**known, "failure_mode": record.failure_mode_id}
        if step.name == "correct_site":
            return {"site_region": record.site_region_code, "site_address": record.site_address}
        if step.name in ("classify_quality", "reclassify_quality"):
            return {"solution_plan": record.solution_plan}
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
        started = {"channel": request.args.get("channel", "phone")}
        return {
            **started,
            **{key: request.args[key] for key in PREFILLED if request.args.get(key)},
        }

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return intake.create(db.session, values, self.actor())

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        answer = super().add()
        if (
            request.method == "POST"
            and getattr(answer, "status_code", 0) == 302
            and request.form.get("then") == "hand_over"
        ):
            return self._straight_to_qc()
        return answer

    def _straight_to_qc(self) -> Any:
        """保存并移交质检: the next dialog is waiting when the record page opens."""
        from flask import get_flashed_messages

        record = (
            db.session.query(Complaint)
            .filter_by(created_by_id=self.actor().user_id)
            .order_by(Complaint.id.desc())
            .first()
        )
        get_flashed_messages()
        assert record is not None  # just made by this person
        flash(_("%(number)s is registered. It must be handed to QC today.", number=record.number), "success")
        return redirect(url_for("ComplaintView.show", pk=record.id, step="classify_quality"))

    @expose("/similar")
    @has_access
    @permission_name("add")
    def similar(self) -> Any:
        """What reception should know while typing: the customer, open complaints, possible duplicates."""
        from flask import render_template

        number = request.args.get("customer", type=int)
        customer = db.session.get(Customer, number) if number and number < 2**31 else None
        product = request.args.get("product", type=int)
        found = intake.possible_duplicates(db.session, customer.id, product) if customer else []
        return render_template(
            "portal/complaint/_similar.html",
            customer=customer,
            found=found,
            view=self,
            channels=CHANNELS,
            name_of=name_of,
        )
