"""What the pages of customers and contacts have of their own: who calls, what belongs to a customer, hints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import jsonify, request, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.core.kind import own_forms
from app.core.kind.columns import columns_of
from app.core.kind.tells import Cell, in_full_or_masked
from app.core.pages.views import BaseView, Column
from app.core.text import cleaning
from app.extensions import db

from . import alike, keeping, show
from .forms import QuickCustomerForm
from .models import Contact, Customer, ProductUnit
from .records import records_of

CONTACTS = (Contact.name, Contact.position, Contact.mobile, Contact.email, Contact.is_signatory)
UNITS = (
    ProductUnit.serial_no,
    ProductUnit.product_id,
    ProductUnit.batch_no,
    Cell(ProductUnit.warranty_until, show.warranty_cell),
)


class CustomerPages(BaseView):
    """顾客: page with contacts, units and records, intake's quick helpers."""

    blocks = ("portal/customers/_contacts.html", "portal/customers/_units.html", "portal/customers/_records.html")

    def initial(self) -> Mapping[str, Any]:
        started = {
            "kind": "enterprise",
            "level": "normal",
            "language": "zh",
            "active": "true",
            "line": keeping.own_line(),
        }
        return {**started, **super().initial()}

    def warnings(self, row: Any) -> Sequence[str]:
        return keeping.hints(db.session, row.phone, row.name, row.id)

    # ---- for the blocks of the page

    def contact_columns(self) -> Mapping[str, Column]:
        return columns_of(Contact, None, CONTACTS)

    def unit_columns(self) -> Mapping[str, Column]:
        return columns_of(ProductUnit, None, UNITS)

    def units(self, customer: Customer) -> Any:
        return keeping.units_of(db.session, customer.id)

    def records(self, customer: Customer) -> Any:
        """The customer's records that this reader may see, for the page's block."""
        return records_of(db.session, customer.id)

    @expose("/match")
    @has_access
    @permission_name("list")
    def match(self) -> Any:
        """While a clerk types: who has this phone number or name already."""
        phone, name = cleaning.asked("phone", 80), cleaning.asked("name", 120)
        found = {
            row.id: row
            for row in (*alike.same_phone(db.session, phone), *(alike.same_name(db.session, name) if name else ()))
        }
        return jsonify(
            customers=[
                {
                    "id": row.id,
                    "text": row.name,
                    "phone": in_full_or_masked(row, Customer.phone),
                    "region": row.region_code,
                    "region_name": show.region_text(row),
                    "address": row.address or "",
                }
                for row in found.values()
            ]
        )

    @expose("/quick", methods=["POST"])
    @has_access
    @permission_name("add")
    def quick(self) -> Any:
        """A customer made in the middle of an intake: 201 with its id, or 422 with a sentence per field.

        Whatever is asked of any new customer is asked here too; what the box has no room for, on the whole form.
        """
        form, whole = QuickCustomerForm.of(request.form), self.asked(own_forms.CREATE).of(request.form)
        if not all([form.validate(), whole.validate()]):
            wrong = {**whole.sentences(), **form.sentences()}
            typed: dict[str, Any] = {name: value for name, value in request.form.items() if name in form and value}
            there = "" if set(wrong) <= set(form.values()) else url_for("CustomerView.add", **typed)
            return jsonify(message=wrong, link=there or None), 422
        saved = keeping.quick_customer(db.session, form.values())
        hints = keeping.hints(db.session, saved.phone, saved.name, saved.id)
        db.session.commit()
        return jsonify(id=saved.id, text=saved.name, hints=hints), 201


class ContactPages(BaseView):
    """联系人 of the customers."""

    def warnings(self, row: Any) -> Sequence[str]:
        return keeping.hints(db.session, row.mobile, but=row.customer_id)
