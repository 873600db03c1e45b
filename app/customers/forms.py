"""What is checked of customers and units beside their fields, and what is asked of a customer on the phone."""

from __future__ import annotations

from typing import Any

from app.core.fields.field_base import blame
from app.core.fields.forms import StepForm, at
from app.core.kind.asks import form_of, may, need
from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l

from .models import Contact, Customer


class CustomerForm(StepForm):
    """顾客: of the business line one works in."""

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        line = self["line"].data
        if line and not current_rights().sees_line(line):
            return blame(self["line"], _("You don't work in this business line. Choose your own."))
        return fine


class ProductUnitForm(StepForm):
    """产品实物: made before it was shipped."""

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        made, shipped = self["made_on"].data, self["shipped_on"].data
        if fine and made and shipped and shipped < made:
            return blame(self["shipped_on"], _("It can't have been shipped before it was made."))
        return fine


HEARD = (  # of a new customer, while a complaint is taken
    need(Customer.name),
    may(Customer.kind),
    may(Customer.phone),
    may(Customer.email),
    may(Customer.region_code),
    may(Customer.address),
    may(Contact.name, "contact", label=_l("Contact")),
)
QuickCustomerForm = at(form_of(HEARD), "customer", "quick")
