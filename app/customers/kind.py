"""Customers and products: whom the company serves, and with what."""

from __future__ import annotations

from app.core.kind.asks import may, need
from app.core.kind.tells import Cell
from app.core.kind.things import Thing
from app.core.pages.listing import Choice
from app.core.rights.verbs import ALL, CONTACT, EXPORT, LIST, WRITE, Verbs
from app.core.text.wording import lazy_gettext as _l
from app.organisation.named import named
from app.organisation.regions import in_province, province_choices

from . import handing, keeping, lookups, searching, show, views
from .forms import CustomerForm, ProductUnitForm
from .models import Contact, Customer, FailureMode, Product, ProductCategory, ProductUnit
from .scope import of_visible, visible

NAME = Cell(Customer.name, show.name_cell)
CUSTOMER = Cell(Contact.customer_id, show.customer_link)
OWNER = Cell(ProductUnit.customer_id, show.customer_link)
WARRANTY = Cell(ProductUnit.warranty_until, show.warranty_cell)
PROVINCE = Choice(_l("Province"), province_choices, lambda code: in_province(Customer.region_code, code))
SEE = (*CONTACT, *ALL)
CUSTOMERS: Verbs = {
    "reception": (*LIST, *WRITE, *SEE),
    "qc": (*LIST, *SEE),
    "technician": LIST,
    "inspector": LIST,
    "sales": (*LIST, *WRITE, *SEE),
    "sales_manager": EXPORT,
    "marketing": (*LIST, *WRITE, *SEE),
    "agent": (*LIST, "can_add"),
    "finance": LIST,
    "property": LIST,
    "leader": (*LIST, *SEE),
    "gm": (*LIST, *SEE),
    "auditor": (*LIST, *SEE),
    "admin": (*LIST, "can_edit", *SEE),
}
PRODUCTS: Verbs = {
    "reception": LIST,
    "qc": (*LIST, *WRITE),
    "technician": LIST,
    "inspector": LIST,
    "sales": LIST,
    "department_manager": LIST,
    "leader": LIST,
    "gm": LIST,
    "auditor": LIST,
    "admin": (*LIST, *WRITE),
}

DECLARED = (
    Thing(
        thing="Customer", model=Customer, label=_l("Customers"), one=_l("Customer"), visible=visible,
        new=_l("New customer"), edit=_l("Edit customer"),
        menu="customers", icon="fa-address-book", rights=CUSTOMERS,
        search_hint=_l("Name, initials or phone"), find=searching.CUSTOMERS,
        empty_hint=_l("There is no customer yet. Add the first one."),
        add_columns=(
            need(Customer.name), may(Customer.short_name), may(Customer.kind), may(Customer.level), may(Customer.line),
            may(Customer.phone), may(Customer.email), may(Customer.region_code), may(Customer.address),
            may(Customer.postcode), may(Customer.fax), may(Customer.language), may(Customer.tax_no),
            may(Customer.sales_owner_id), may(Customer.pinyin), may(Customer.note), may(Customer.active),
        ),
        list_columns=(NAME, Customer.kind, Customer.region_code, Customer.phone, Customer.created_at),
        show_columns=(
            NAME, Customer.short_name, Customer.kind, Customer.level, Customer.line, Customer.phone, Customer.email,
            Cell(Customer.address, show.address_text), Customer.postcode, Customer.fax, Customer.language,
            Customer.tax_no, Customer.sales_owner_id, Customer.pinyin, Customer.note,
        ),
        order_columns=(Customer.reading, Customer.created_at),
        choices=(Customer.kind, Customer.level, ("province", PROVINCE)), filters=("phone_digits",),
        told={"region_name": show.region_text},
        form=CustomerForm, write=keeping.save_customer, pages=views.CustomerPages,
    ),
    Thing(
        thing="Product", model=Product, label=_l("Products"), one=_l("Product"),
        new=_l("New product"), edit=_l("Edit product"),
        menu="customers", area="products", icon="fa-cube", rights=PRODUCTS,
        search_hint=_l("Model or name"), find=searching.MODELS,
        add_columns=(
            need(Product.model), need(Product.name_zh), need(Product.name_en), may(Product.category_id),
            may(Product.warranty_months, max=600),
        ),
        list_columns=(Product.model, Product.name_zh, Product.name_en, Product.category_id, Product.warranty_months),
        order_columns=(Product.model, Product.name_zh, Product.name_en), order=("model", False),
        write=keeping.save_product,
    ),
    Thing(
        thing="ProductUnit", model=ProductUnit, label=_l("Product units"), one=_l("Product unit"),
        new=_l("New product unit"), edit=_l("Edit product unit"),
        menu="customers", area="products", icon="fa-barcode", rights=PRODUCTS,
        search_hint=_l("Serial or batch number"), find=searching.SERIALS,
        add_columns=(
            need(ProductUnit.serial_no), need(ProductUnit.product_id), may(ProductUnit.batch_no),
            may(ProductUnit.customer_id), may(ProductUnit.made_on), may(ProductUnit.shipped_on),
            may(ProductUnit.installed_on), may(ProductUnit.warranty_until),
        ),
        list_columns=(
            ProductUnit.serial_no, ProductUnit.product_id, ProductUnit.batch_no, OWNER, ProductUnit.shipped_on,
            WARRANTY,
        ),
        order_columns=(
            ProductUnit.serial_no, ProductUnit.batch_no, ProductUnit.shipped_on, ProductUnit.warranty_until,
        ),
        form=ProductUnitForm, write=keeping.save_unit,
    ),
    Thing(
        thing="Contact", model=Contact, label=_l("Contacts"), one=_l("Contact"), visible=of_visible,
        new=_l("New contact"), edit=_l("Edit contact"),
        under="Customer", area="customers", rights=CUSTOMERS,
        search_hint=_l("Name or phone"), find=searching.CONTACTS,
        add_columns=(
            need(Contact.customer_id), need(Contact.name), may(Contact.position), may(Contact.mobile),
            may(Contact.email), may(Contact.is_signatory),
        ),
        list_columns=(
            Contact.name, CUSTOMER, Contact.position, Contact.mobile, Contact.email, Contact.is_signatory,
        ),
        order_columns=(Contact.reading,), filters=("phone_digits",),
        write=keeping.save_contact, pages=views.ContactPages,
    ),
    Thing(
        thing="ProductCategory", model=ProductCategory, label=_l("Product categories"), one=_l("Product category"),
        new=_l("New product category"), edit=_l("Edit product category"), under="Product", area="products",
        rights=PRODUCTS, **named(ProductCategory),
    ),
    Thing(
        thing="FailureMode", model=FailureMode, label=_l("Failure modes"), one=_l("Failure mode"),
        new=_l("New failure mode"), edit=_l("Edit failure mode"), under="Product", area="products",
        rights=PRODUCTS, **named(FailureMode),
    ),
)
WORKS = (handing, lookups, searching)  # what a leaver hands over, what is chosen from, what is searched
