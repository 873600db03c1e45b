"""Who complains, and about what."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column, relationship

from app.core.fields.fields import EmailField, MarkField
from app.core.fields.phone_field import PhoneField
from app.core.kind.facts import fact
from app.core.model import Model
from app.core.rights.people import in_locale
from app.core.text.phones import digits, masked
from app.core.text.reading import LONGEST, reading
from app.core.text.sameness import code_key, folded, followed
from app.core.text.wording import lazy_gettext as _l
from app.core.time.clock import now
from app.core.types import UtcDateTime, extra_column
from app.organisation.models import Named, Region

from .codes import KINDS, LANGUAGES, LEVELS, LINES
from .names import initials, masked_email

INITIALS = _l("Filled in from the name; correct it where a character is read differently.")


def phone_fact(label: Any) -> MappedColumn[Any]:
    """How somebody is called: in full for those who may see how to reach people."""
    return fact(label, String(80), field=PhoneField, masked=masked)


def email_fact(label: Any) -> MappedColumn[Any]:
    """How somebody is written to: in full for those who may see how to reach people."""
    return fact(label, String(120), field=EmailField, masked=masked_email)


class Customer(Model):
    """顾客/客户: a company, a person or a dealer."""

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_name", "name"),
        Index("ix_customer_name_key", "name_key"),
        Index("ix_customer_phone", "phone_digits"),
        Index("ix_customer_pinyin", "pinyin"),
        Index("ix_customer_reading", "reading", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = fact(_l("Customer name"), String(120), searchable=True)
    name_key: Mapped[str] = followed("name", folded, 120)
    short_name: Mapped[str | None] = fact(_l("Short name"), String(40), searchable=True)
    pinyin: Mapped[str] = fact(_l("Pinyin initials"), String(120), default="", help=INITIALS)
    reading: Mapped[str] = followed("name", reading, LONGEST)
    kind: Mapped[str] = fact(_l("Kind of customer"), String(20), default="enterprise", choices=KINDS)
    level: Mapped[str] = fact(_l("Customer level"), String(20), default="normal", choices=LEVELS)
    line: Mapped[str] = fact(_l("Business line"), String(2), default="mf", choices=LINES)
    region_code: Mapped[str | None] = fact(_l("Region"), ForeignKey("region.adcode"), lookup="region")
    address: Mapped[str | None] = fact(_l("Address"), String(200))
    postcode: Mapped[str | None] = fact(_l("Postcode"), String(12), field=MarkField)
    phone: Mapped[str | None] = phone_fact(_l("Phone"))
    phone_digits: Mapped[str] = followed("phone", digits, 80)
    fax: Mapped[str | None] = phone_fact(_l("Fax"))
    email: Mapped[str | None] = email_fact(_l("E-mail"))
    language: Mapped[str] = fact(_l("Language of letters"), String(8), default="zh", choices=LANGUAGES)
    tax_no: Mapped[str | None] = fact(_l("Tax number"), String(40), field=MarkField)
    sales_owner_id: Mapped[int | None] = fact(
        _l("Responsible salesperson"), ForeignKey("ab_user.id"), index=True, lookup="user"
    )
    note: Mapped[str | None] = fact(_l("Note"), Text)
    active: Mapped[bool] = fact(_l("Active"), default=True)
    version: Mapped[int] = mapped_column(default=1)
    extra: Mapped[dict[str, Any]] = extra_column()
    created_at: Mapped[Any] = fact(_l("Created at"), UtcDateTime, default=now)

    region: Mapped[Region | None] = relationship()
    sales_owner: Mapped[User | None] = relationship()
    contacts: Mapped[list[Contact]] = relationship(back_populates="customer", order_by="Contact.id")
    units: Mapped[list[ProductUnit]] = relationship(back_populates="customer", order_by="ProductUnit.id")

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return self.name


class Contact(Model):
    """联系人: somebody at the customer."""

    __tablename__ = "contact"
    __table_args__ = (Index("ix_contact_reading", "reading", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = fact(_l("Customer"), ForeignKey("customer.id"), index=True, lookup="customer")
    name: Mapped[str] = fact(_l("Contact name"), String(80), searchable=True)
    reading: Mapped[str] = followed("name", reading, LONGEST)
    position: Mapped[str | None] = fact(_l("Position"), String(60))
    mobile: Mapped[str | None] = phone_fact(_l("Phone"))
    phone_digits: Mapped[str] = followed("mobile", digits, 80, index=True)
    email: Mapped[str | None] = email_fact(_l("E-mail"))
    is_signatory: Mapped[bool] = fact(_l("May sign for the customer"), default=False)  # 可签收
    version: Mapped[int] = mapped_column(default=1)
    extra: Mapped[dict[str, Any]] = extra_column()

    customer: Mapped[Customer] = relationship(back_populates="contacts")

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return self.name


class ProductCategory(Named):
    """A class of products that needs the same competence (2.3)."""

    __tablename__ = "product_category"


class Product(Model):
    """产品: a model the company makes."""

    __tablename__ = "product"
    __table_args__ = (Index("ix_product_model_key", "model_key", unique=True),)

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = fact(_l("Model"), String(60), unique=True, code=True)
    model_key: Mapped[str | None] = followed("model", code_key, 60)
    name_zh: Mapped[str] = fact(_l("Name (Chinese)"), String(120), searchable=True)
    name_en: Mapped[str] = fact(_l("Name (English)"), String(120), searchable=True)
    category_id: Mapped[int | None] = fact(
        _l("Product category"),
        ForeignKey("product_category.id"),
        lookup="category",
        help=_l("Decides which competence a technician needs (2.3)."),
    )
    warranty_months: Mapped[int] = fact(_l("Warranty (months)"), default=12)
    version: Mapped[int] = mapped_column(default=1)
    extra: Mapped[dict[str, Any]] = extra_column()

    category: Mapped[ProductCategory | None] = relationship()

    __mapper_args__ = {"version_id_col": version}

    @property
    def label(self) -> str:
        return f"{self.model} {in_locale(self.name_zh, self.name_en)}"

    def __repr__(self) -> str:
        return self.label


class ProductUnit(Model):
    """产品实物: one machine with its serial number."""

    __tablename__ = "product_unit"
    __table_args__ = (
        Index("ix_product_unit_batch", "product_id", "batch_no"),
        Index("ix_product_unit_serial_key", "serial_key", unique=True),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    serial_no: Mapped[str] = fact(_l("Serial number"), String(60), unique=True, code=True, field=MarkField)
    serial_key: Mapped[str | None] = followed("serial_no", code_key, 60)
    batch_no: Mapped[str | None] = fact(_l("Batch number"), String(60), code=True, field=MarkField)
    product_id: Mapped[int] = fact(_l("Product"), ForeignKey("product.id"), lookup="product")
    customer_id: Mapped[int | None] = fact(_l("Customer"), ForeignKey("customer.id"), index=True, lookup="customer")
    made_on: Mapped[date | None] = fact(_l("Made on"))
    shipped_on: Mapped[date | None] = fact(_l("Shipped on"))
    installed_on: Mapped[date | None] = fact(_l("Installed on"))
    warranty_until: Mapped[date | None] = fact(
        _l("Warranty until"), help=_l("Left empty: from shipping and the product's warranty.")
    )
    version: Mapped[int] = mapped_column(default=1)
    extra: Mapped[dict[str, Any]] = extra_column()

    product: Mapped[Product] = relationship()
    customer: Mapped[Customer | None] = relationship(back_populates="units")

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return self.serial_no


class FailureMode(Named):
    """故障模式: what goes wrong, for Pareto and recurrence."""

    __tablename__ = "failure_mode"


def _initials(_mapper: Any, _connection: Any, row: Customer) -> None:
    """The initials of the name, unless they were typed by hand."""
    row.pinyin = row.pinyin or initials(row.name)


for _moment in ("before_insert", "before_update"):
    event.listen(Customer, _moment, _initials)
