"""The pages of customers, their contacts, products and units."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask import flash, jsonify, request
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import joinedload

from app.core.listing import Choice
from app.core.views import BaseView, Column, table
from app.extensions import db
from app.organisation.regions import in_province, province_choices

from . import keeping, searching, show
from . import lookups as _lookups  # noqa: F401
from .codes import KINDS, LEVELS, word
from .forms import ContactForm, CustomerForm, NamedForm, ProductForm, ProductUnitForm, QuickCustomerForm
from .models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from .records import records_of
from .scope import CustomerScope, OfCustomerScope, reads_contacts


class CustomerView(BaseView):
    """顾客: list, page with contacts, units and records, intake's quick helpers."""

    route_base = "/customer"
    datamodel = table(Customer)
    class_permission_name = "Customer"
    base_filters = [["id", CustomerScope, None]]
    form = CustomerForm
    blocks = ("portal/customers/_contacts.html", "portal/customers/_units.html", "portal/customers/_records.html")
    list_title, show_title = _l("Customers"), _l("Customer")
    add_title, edit_title = _l("New customer"), _l("Edit customer")
    search_hint = _l("Name, initials or phone")
    empty_hint = _l("No customer was found. Search with fewer words, or add the customer.")
    eager = (joinedload(Customer.region),)
    columns = {
        "name": Column(_l("Customer name"), show.name_cell, order=Customer.name, plain=lambda row: row.name),
        "kind": Column(_l("Kind of customer"), lambda row: word(KINDS, row.kind)),
        "region": Column(_l("Region"), show.region_text),
        "phone": Column(
            _l("Phone"), lambda row: show.phone_link(row.phone), plain=lambda row: show.phone_text(row.phone)
        ),
        "created_at": Column(_l("Created at"), "created_at", order=Customer.created_at),
    }
    choices = {
        "kind": Choice(_l("Kind of customer"), lambda: list(KINDS.items()), lambda code: Customer.kind == code),
        "level": Choice(_l("Customer level"), lambda: list(LEVELS.items()), lambda code: Customer.level == code),
        "province": Choice(_l("Province"), province_choices, lambda code: in_province(Customer.region_code, code)),
    }

    searched = (Customer.name, Customer.short_name)

    def found(self, typed: str) -> Any:
        """Whoever may not see numbers may not find them digit by digit either."""
        return searching.found(db.session, typed)

    def shown(self, row: Any) -> Any:
        return show.facts(row)

    def initial(self) -> Mapping[str, Any]:
        started = {
            "kind": "enterprise",
            "level": "normal",
            "language": "zh",
            "active": "true",
            "line": keeping.own_line(),
        }
        return {**started, **super().initial()}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        saved = keeping.save_customer(db.session, row, values)
        for hint in keeping.hints(db.session, saved.phone, saved.name, saved.id):
            flash(hint, "warning")
        return saved

    # ---- for the blocks of the page

    def phone(self, contact: Contact) -> Any:
        return show.phone_link(contact.mobile, "Contact")

    def email(self, contact: Contact) -> Any:
        return show.email_link(contact.email, "Contact")

    def units(self, customer: Customer) -> Any:
        return keeping.units_of(db.session, customer.id)

    def warranty(self, unit: ProductUnit) -> Any:
        return show.warranty_cell(unit)

    def records(self, customer: Customer) -> Any:
        """The customer's records that this reader may see, for the page's block."""
        return records_of(db.session, customer.id)

    @expose("/match")
    @has_access
    @permission_name("list")
    def match(self) -> Any:
        """While a clerk types: who has this phone number or name already."""
        phone, name = request.args.get("phone", "")[:40], request.args.get("name", "")[:120]
        found = {
            row.id: row
            for row in (*keeping.same_phone(db.session, phone), *(keeping.same_name(db.session, name) if name else ()))
        }
        return jsonify(
            customers=[
                {
                    "id": row.id,
                    "text": row.name,
                    "phone": show.phone_text(row.phone),
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
        """A customer made in the middle of an intake: 201 with its id, or 422 with a sentence per field."""
        form = QuickCustomerForm.of(request.form)
        if not form.validate():
            return jsonify(message=form.sentences()), 422
        saved = keeping.quick_customer(db.session, form.values())
        hints = keeping.hints(db.session, saved.phone, saved.name, saved.id)
        db.session.commit()
        return jsonify(id=saved.id, text=saved.name, hints=hints), 201


class ContactView(BaseView):
    """联系人 of the customers."""

    route_base = "/contact"
    datamodel = table(Contact)
    class_permission_name = "Contact"
    base_filters = [["id", OfCustomerScope, None]]
    form = ContactForm
    list_title, show_title = _l("Contacts"), _l("Contact")
    add_title, edit_title = _l("New contact"), _l("Edit contact")
    search_hint = _l("Name or phone")
    eager = (joinedload(Contact.customer),)
    columns = {
        "name": Column(_l("Contact name"), "name", order=Contact.name),
        "customer": Column(_l("Customer"), show.customer_link, plain=lambda row: row.customer.name),
        "position": Column(_l("Position"), "position"),
        "mobile": Column(
            _l("Phone"),
            lambda row: show.phone_link(row.mobile, "Contact"),
            plain=lambda row: show.phone_text(row.mobile, "Contact"),
        ),
        "email": Column(
            _l("E-mail"),
            lambda row: show.email_link(row.email, "Contact"),
            plain=lambda row: show.email_text(row.email, "Contact"),
        ),
        "is_signatory": Column(_l("May sign for the customer"), "is_signatory"),
    }

    @property
    def searched(self) -> Sequence[Any]:  # type: ignore[override]
        return (Contact.name, Contact.phone_digits) if reads_contacts("Contact") else (Contact.name,)

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        saved = keeping.save_contact(db.session, row, values)
        for hint in keeping.hints(db.session, saved.mobile, but=saved.customer_id):
            flash(hint, "warning")
        return saved


class ProductView(BaseView):
    """产品."""

    route_base = "/product"
    datamodel = table(Product)
    class_permission_name = "Product"
    form = ProductForm
    list_title, show_title = _l("Products"), _l("Product")
    add_title, edit_title = _l("New product"), _l("Edit product")
    search_hint = _l("Model or name")
    searched = (Product.model, Product.name_zh, Product.name_en)
    eager = (joinedload(Product.category),)
    default_order = ("model", False)
    columns = {
        "model": Column(_l("Model"), "model", order=Product.model),
        "name_zh": Column(_l("Name (Chinese)"), "name_zh", order=Product.name_zh),
        "name_en": Column(_l("Name (English)"), "name_en", order=Product.name_en),
        "category": Column(_l("Product category"), lambda row: row.category.label if row.category else ""),
        "warranty_months": Column(_l("Warranty (months)"), "warranty_months"),
    }

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return keeping.save_product(db.session, row, values)


class ProductUnitView(BaseView):
    """产品实物: every machine with its serial number."""

    route_base = "/product_unit"
    datamodel = table(ProductUnit)
    class_permission_name = "ProductUnit"
    form = ProductUnitForm
    list_title, show_title = _l("Product units"), _l("Product unit")
    add_title, edit_title = _l("New product unit"), _l("Edit product unit")
    search_hint = _l("Serial or batch number")
    searched = (ProductUnit.serial_no, ProductUnit.batch_no)
    eager = (joinedload(ProductUnit.product), joinedload(ProductUnit.customer))
    columns = {
        "serial_no": Column(_l("Serial number"), "serial_no", order=ProductUnit.serial_no, css="num"),
        "product": Column(_l("Product"), lambda row: row.product.label),
        "batch_no": Column(_l("Batch number"), "batch_no", order=ProductUnit.batch_no, nullable=True),
        "customer": Column(
            _l("Customer"), show.customer_link, plain=lambda row: row.customer.name if row.customer else ""
        ),
        "shipped_on": Column(_l("Shipped on"), "shipped_on", order=ProductUnit.shipped_on, nullable=True),
        "warranty_until": Column(
            _l("Warranty until"),
            show.warranty_cell,
            plain=lambda row: row.warranty_until,
            order=ProductUnit.warranty_until,
            nullable=True,
        ),
    }

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return keeping.save_unit(db.session, row, values)


def named_columns(model: Any) -> dict[str, Column]:
    """Code and both names."""
    return {
        "code": Column(_l("Code"), "code", order=model.code),
        "name_zh": Column(_l("Name (Chinese)"), "name_zh"),
        "name_en": Column(_l("Name (English)"), "name_en"),
    }


class ProductCategoryView(BaseView):
    """Classes of products that need the same competence (2.3)."""

    route_base = "/product_category"
    datamodel = table(ProductCategory)
    class_permission_name = "ProductCategory"
    form = NamedForm
    list_title, show_title = _l("Product categories"), _l("Product category")
    add_title, edit_title = _l("New product category"), _l("Edit product category")
    searched = (ProductCategory.code, ProductCategory.name_zh, ProductCategory.name_en)
    default_order = ("code", False)
    columns = named_columns(ProductCategory)


class FailureModeView(BaseView):
    """故障模式."""

    route_base = "/failure_mode"
    datamodel = table(FailureMode)
    class_permission_name = "FailureMode"
    form = NamedForm
    list_title, show_title = _l("Failure modes"), _l("Failure mode")
    add_title, edit_title = _l("New failure mode"), _l("Edit failure mode")
    searched = (FailureMode.code, FailureMode.name_zh, FailureMode.name_en)
    default_order = ("code", False)
    columns = named_columns(FailureMode)


__all__ = ["ContactView", "CustomerView", "FailureModeView", "ProductCategoryView", "ProductUnitView", "ProductView"]
