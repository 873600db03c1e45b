"""How customers and units look to this reader where a fact alone does not say it."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from app.core.pages.show import masked_unless, tag
from app.core.text.wording import gettext as _
from app.core.time import clock

from .models import Contact, Customer, ProductUnit
from .names import masked_email
from .scope import reads_contacts


def email_text(address: str | None, thing: str = "Customer") -> str:
    return (address or "") if reads_contacts(thing) else masked_email(address)


def phone_link(number: str | None, thing: str = "Customer") -> Any:
    """Numbers to tap, when they may be called."""
    return masked_unless(reads_contacts(thing), number) or ""


def name_cell(customer: Customer) -> Any:
    """The name, with what one should know at a glance."""
    marks = [tag(_("Key customer"), "info")] if customer.level == "key" else []
    marks += [] if customer.active else [tag(_("inactive"), "mut")]
    return Markup(" ").join([Markup("{}").format(customer.name), *marks])


def region_text(customer: Customer) -> str:
    return customer.region.label if customer.region else ""


def address_text(customer: Customer) -> str:
    return f"{region_text(customer)}{customer.address or ''}"


def customer_link(row: Contact | ProductUnit) -> Any:
    if row.customer is None:
        return ""
    return Markup('<a href="/customer/show/{}">{}</a>').format(row.customer.id, row.customer.name)


def warranty_cell(unit: ProductUnit) -> Any:
    """Until when, and whether it is over."""
    if unit.warranty_until is None:
        return ""
    over = unit.warranty_until < clock.today()
    mark = tag(_("warranty over"), "mut") if over else tag(_("under warranty"), "ok")
    return Markup("{} {}").format(unit.warranty_until.isoformat(), mark)
