"""How customers, contacts and units look to this reader: masked unless they may see how to reach people."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from app.core import clock
from app.core.show import tag

from .codes import KINDS, LEVELS, LINES, word
from .models import Contact, Customer, ProductUnit
from .names import masked, masked_email
from .scope import reads_contacts


def phone_text(number: str | None, thing: str = "Customer") -> str:
    """A number in full, or only recognisable."""
    return (number or "") if reads_contacts(thing) else masked(number)


def email_text(address: str | None, thing: str = "Customer") -> str:
    return (address or "") if reads_contacts(thing) else masked_email(address)


def phone_link(number: str | None, thing: str = "Customer") -> Any:
    """A number to tap, when it may be called."""
    if not number or not reads_contacts(thing):
        return masked(number)
    return Markup('<a href="tel:{}">{}</a>').format(number.replace(" ", ""), number)


def email_link(address: str | None, thing: str = "Customer") -> Any:
    if not address or not reads_contacts(thing):
        return masked_email(address)
    return Markup('<a href="mailto:{}">{}</a>').format(address, address)


def name_cell(customer: Customer) -> Any:
    """The name, with what one should know at a glance."""
    marks = [tag(_("Key customer"), "info")] if customer.level == "key" else []
    marks += [] if customer.active else [tag(_("inactive"), "mut")]
    return Markup(" ").join([Markup("{}").format(customer.name), *marks])


def region_text(customer: Customer) -> str:
    return customer.region.full_name if customer.region else ""


def address_text(customer: Customer) -> str:
    return f"{region_text(customer)}{customer.address or ''}"


def link(there: str, text: Any) -> Any:
    return Markup('<a href="{}">{}</a>').format(there, text)


def customer_link(row: Contact | ProductUnit) -> Any:
    return link(f"/customer/show/{row.customer.id}", row.customer.name) if row.customer else ""


def warranty_cell(unit: ProductUnit) -> Any:
    """Until when, and whether it is over."""
    if unit.warranty_until is None:
        return ""
    over = unit.warranty_until < clock.today()
    mark = tag(_("warranty over"), "mut") if over else tag(_("under warranty"), "ok")
    return Markup("{} {}").format(unit.warranty_until.isoformat(), mark)


def facts(customer: Customer) -> list[tuple[Any, Any]]:
    """The customer's card."""
    from app.core.names import name_of

    return [
        (_("Customer name"), name_cell(customer)),
        (_("Short name"), customer.short_name),
        (_("Kind of customer"), word(KINDS, customer.kind)),
        (_("Customer level"), word(LEVELS, customer.level)),
        (_("Business line"), word(LINES, customer.line)),
        (_("Phone"), phone_link(customer.phone)),
        (_("E-mail"), email_link(customer.email)),
        (_("Address"), address_text(customer)),
        (_("Postcode"), customer.postcode),
        (_("Fax"), phone_text(customer.fax)),
        (_("Tax number"), customer.tax_no),
        (_("Responsible salesperson"), name_of(customer.sales_owner_id)),
        (_("Pinyin initials"), customer.pinyin),
        (_("Note"), customer.note),
    ]
