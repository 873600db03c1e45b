"""What is asked of customers, contacts, products and units: one declaration for pages and REST."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.fields import (
    BusinessField,
    ChoiceField,
    DayField,
    LongTextField,
    RemoteSelectField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.forms import StepForm
from app.core.security import current_rights

from .codes import KINDS, LANGUAGES, LEVELS, LINES
from .names import is_written_like_a_phone

ADDRESS = re.compile(r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]{2,}")


class PhoneField(TextField):
    """A telephone number with its extension; a hotline is one too."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **{"max_length": 40, **kw})

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(str(raw) if isinstance(raw, int) else raw, text)
        if not is_written_like_a_phone(text):
            raise ValueError(_("Type a phone number such as 0574-8888 1234 or 13800001234."))
        return text


class EmailField(TextField):
    """One e-mail address."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **{"max_length": 120, **kw})

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if not ADDRESS.fullmatch(text):
            raise ValueError(_("Type an e-mail address such as name@example.com."))
        return text


class CodeField(TextField):
    """A short code: letters, digits, point, hyphen and underscore."""

    def __init__(self, label: Any = None, **kw: Any) -> None:
        super().__init__(label, **{"max_length": 30, "required": True, **kw})

    def clean(self, raw: Any, text: str) -> Any:
        text = super().clean(raw, text)
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
            raise ValueError(_("A code is made of letters, digits, point, hyphen and underscore."))
        return text


def blame(field: BusinessField, sentence: str) -> bool:
    """Say what is wrong beside a field; False, so that `validate` may return it."""
    field.errors = [*field.errors, sentence]
    return False


class CustomerForm(StepForm):
    """顾客: who they are and how to reach them."""

    name = TextField(_l("Customer name"), required=True, max_length=120)
    short_name = TextField(_l("Short name"), max_length=40)
    kind = ChoiceField(_l("Kind of customer"), choices=KINDS)
    level = ChoiceField(_l("Customer level"), choices=LEVELS)
    line = ChoiceField(_l("Business line"), choices=LINES)
    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    region = RemoteSelectField(_l("Region"), lookup="region")
    address = TextField(_l("Address"))
    postcode = TextField(_l("Postcode"), max_length=12)
    fax = PhoneField(_l("Fax"))
    language = ChoiceField(_l("Language of letters"), choices=LANGUAGES)
    tax_no = TextField(_l("Tax number"), max_length=40)
    sales_owner = RemoteSelectField(_l("Responsible salesperson"), lookup="user")
    pinyin = TextField(
        _l("Pinyin initials"),
        max_length=120,
        description=_l("Filled in from the name; correct it where a character is read differently."),
    )
    note = LongTextField(_l("Note"))
    active = YesNoField(_l("Active"))

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        line = self["line"].data
        if line and not current_rights().sees_line(line):
            return blame(self["line"], _("You don't work in this business line. Choose your own."))
        return fine


class QuickCustomerForm(StepForm):
    """A new customer made while a complaint is taken: what one hears on the phone."""

    name = TextField(_l("Customer name"), required=True, max_length=120)
    kind = ChoiceField(_l("Kind of customer"), choices=KINDS)
    phone = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    region = RemoteSelectField(_l("Region"), lookup="region")
    address = TextField(_l("Address"))
    contact = TextField(_l("Contact"), max_length=80)


class ContactForm(StepForm):
    """联系人."""

    customer = RemoteSelectField(_l("Customer"), lookup="customer", required=True)
    name = TextField(_l("Contact name"), required=True, max_length=80)
    position = TextField(_l("Position"), max_length=60)
    mobile = PhoneField(_l("Phone"))
    email = EmailField(_l("E-mail"))
    is_signatory = YesNoField(_l("May sign for the customer"))


class ProductForm(StepForm):
    """产品."""

    model = TextField(_l("Model"), required=True, max_length=60)
    name_zh = TextField(_l("Name (Chinese)"), required=True, max_length=120)
    name_en = TextField(_l("Name (English)"), required=True, max_length=120)
    category = RemoteSelectField(
        _l("Product category"), lookup="category", description=_l("Decides which competence a technician needs (2.3).")
    )
    warranty_months = WholeNumberField(_l("Warranty (months)"), max=600)


class ProductUnitForm(StepForm):
    """产品实物."""

    serial_no = TextField(_l("Serial number"), required=True, max_length=60)
    product = RemoteSelectField(_l("Product"), lookup="product", required=True)
    batch_no = TextField(_l("Batch number"), max_length=60)
    customer = RemoteSelectField(_l("Customer"), lookup="customer")
    made_on = DayField(_l("Made on"))
    shipped_on = DayField(_l("Shipped on"))
    installed_on = DayField(_l("Installed on"))
    warranty_until = DayField(
        _l("Warranty until"), description=_l("Left empty: from shipping and the product's warranty.")
    )

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        made, shipped = self["made_on"].data, self["shipped_on"].data
        if fine and made and shipped and shipped < made:
            return blame(self["shipped_on"], _("It can't have been shipped before it was made."))
        return fine


class NamedForm(StepForm):
    """A code with its names: product categories, failure modes."""

    code = CodeField(_l("Code"))
    name_zh = TextField(_l("Name (Chinese)"), required=True, max_length=80)
    name_en = TextField(_l("Name (English)"), required=True, max_length=80)
