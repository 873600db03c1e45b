"""REST of customers, contacts, products and units: the same rows, forms and masks as the pages."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import joinedload

from app.core.api import BaseApi
from app.core.views import table
from app.extensions import db

from . import keeping, show
from .forms import ContactForm, CustomerForm, ProductForm, ProductUnitForm
from .models import Contact, Customer, Product, ProductUnit
from .scope import CustomerScope, OfCustomerScope, reads_contacts

HIDDEN = {"phone", "phone_digits", "email", "mobile"}  # not to be found by those who may not see them


class _Contactable(BaseApi):
    """Something with a phone number that only some may see."""

    thing = "Customer"

    @property
    def columns(self) -> dict[str, Any]:
        every = super().columns
        return (
            every if reads_contacts(self.thing) else {name: item for name, item in every.items() if name not in HIDDEN}
        )


class CustomerApi(_Contactable):
    """顾客."""

    resource_name = "customer"
    datamodel = table(Customer)
    class_permission_name = "Customer"
    base_filters = [["id", CustomerScope, None]]
    form = CustomerForm
    eager = (joinedload(Customer.region),)
    fields = (
        "id",
        "name",
        "short_name",
        "pinyin",
        "kind",
        "level",
        "line",
        ("region", lambda row: row.region_code),
        ("region_name", show.region_text),
        "address",
        "postcode",
        ("phone", lambda row: show.phone_text(row.phone)),
        ("fax", lambda row: show.phone_text(row.fax)),
        ("email", lambda row: show.email_text(row.email)),
        "language",
        "tax_no",
        ("sales_owner", lambda row: row.sales_owner_id),
        "note",
        "active",
        "version",
        "created_at",
    )
    filters = (
        "id",
        "name",
        "short_name",
        "pinyin",
        "kind",
        "level",
        "line",
        "region_code",
        "phone",
        "phone_digits",
        "email",
        "active",
        "created_at",
    )

    def create(self, values: dict[str, Any]) -> Any:
        return keeping.save_customer(db.session, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return keeping.save_customer(db.session, row, values)


class ContactApi(_Contactable):
    """联系人."""

    resource_name = "contact"
    thing = "Contact"
    datamodel = table(Contact)
    class_permission_name = "Contact"
    base_filters = [["id", OfCustomerScope, None]]
    form = ContactForm
    fields = (
        "id",
        ("customer", lambda row: row.customer_id),
        "name",
        "position",
        ("mobile", lambda row: show.phone_text(row.mobile, "Contact")),
        ("email", lambda row: show.email_text(row.email, "Contact")),
        "is_signatory",
        "version",
    )
    filters = ("id", "customer_id", "name", "mobile", "phone_digits", "email", "is_signatory")

    def create(self, values: dict[str, Any]) -> Any:
        return keeping.save_contact(db.session, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return keeping.save_contact(db.session, row, values)


class ProductApi(BaseApi):
    """产品."""

    resource_name = "product"
    datamodel = table(Product)
    class_permission_name = "Product"
    form = ProductForm
    fields = (
        "id",
        "model",
        "name_zh",
        "name_en",
        ("category", lambda row: row.category_id),
        "warranty_months",
        "version",
    )
    filters = ("id", "model", "name_zh", "name_en", "category_id")

    def create(self, values: dict[str, Any]) -> Any:
        return keeping.save_product(db.session, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return keeping.save_product(db.session, row, values)


class ProductUnitApi(BaseApi):
    """产品实物."""

    resource_name = "product_unit"
    datamodel = table(ProductUnit)
    class_permission_name = "ProductUnit"
    form = ProductUnitForm
    fields = (
        "id",
        "serial_no",
        "batch_no",
        ("product", lambda row: row.product_id),
        ("customer", lambda row: row.customer_id),
        "made_on",
        "shipped_on",
        "installed_on",
        "warranty_until",
        "version",
    )
    filters = ("id", "serial_no", "batch_no", "product_id", "customer_id", "shipped_on", "warranty_until")

    def create(self, values: dict[str, Any]) -> Any:
        return keeping.save_unit(db.session, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return keeping.save_unit(db.session, row, values)
