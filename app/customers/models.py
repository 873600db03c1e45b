"""Who complains, and about what."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Index, String, Text, event
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app.core.clock import now
from app.core.names import in_locale
from app.core.types import UtcDateTime
from app.organisation.models import Region

from .names import digits, initials


class Customer(Model):
    """顾客/客户: a company, a person or a dealer."""

    __tablename__ = "customer"
    __table_args__ = (
        Index("ix_customer_name", "name"),
        Index("ix_customer_phone", "phone_digits"),
        Index("ix_customer_pinyin", "pinyin"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    short_name: Mapped[str | None] = mapped_column(String(40))
    pinyin: Mapped[str] = mapped_column(String(120), default="")
    kind: Mapped[str] = mapped_column(String(20), default="enterprise")
    level: Mapped[str] = mapped_column(String(20), default="normal")
    line: Mapped[str] = mapped_column(String(2), default="mf")
    region_code: Mapped[str | None] = mapped_column(ForeignKey("region.adcode"))
    address: Mapped[str | None] = mapped_column(String(200))
    postcode: Mapped[str | None] = mapped_column(String(12))
    phone: Mapped[str | None] = mapped_column(String(40))
    phone_digits: Mapped[str] = mapped_column(String(40), default="")
    fax: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(120))
    language: Mapped[str] = mapped_column(String(8), default="zh")
    tax_no: Mapped[str | None] = mapped_column(String(40))
    sales_owner_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"), index=True)
    note: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[Any] = mapped_column(UtcDateTime, default=now)

    region: Mapped[Region | None] = relationship()
    region_id: Mapped[str | None] = synonym("region_code")
    sales_owner: Mapped[User | None] = relationship()
    contacts: Mapped[list[Contact]] = relationship(back_populates="customer", order_by="Contact.id")
    units: Mapped[list[ProductUnit]] = relationship(back_populates="customer", order_by="ProductUnit.id")

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return self.name


class Contact(Model):
    """联系人: somebody at the customer."""

    __tablename__ = "contact"

    id: Mapped[int] = mapped_column(primary_key=True)
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    position: Mapped[str | None] = mapped_column(String(60))
    mobile: Mapped[str | None] = mapped_column(String(40))
    phone_digits: Mapped[str] = mapped_column(String(40), default="", index=True)
    email: Mapped[str | None] = mapped_column(String(120))
    is_signatory: Mapped[bool] = mapped_column(default=False)  # 可签收
    version: Mapped[int] = mapped_column(default=1)

    customer: Mapped[Customer] = relationship(back_populates="contacts")

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return self.name


class ProductCategory(Model):
    """A class of products that needs the same competence (2.3)."""

    __tablename__ = "product_category"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    @property
    def label(self) -> str:
        return in_locale(self.name_zh, self.name_en)

    def __repr__(self) -> str:
        return self.label


class Product(Model):
    """产品: a model the company makes."""

    __tablename__ = "product"

    id: Mapped[int] = mapped_column(primary_key=True)
    model: Mapped[str] = mapped_column(String(60), unique=True)
    name_zh: Mapped[str] = mapped_column(String(120))
    name_en: Mapped[str] = mapped_column(String(120))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("product_category.id"))
    warranty_months: Mapped[int] = mapped_column(default=12)
    version: Mapped[int] = mapped_column(default=1)

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
    __table_args__ = (Index("ix_product_unit_batch", "product_id", "batch_no"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    serial_no: Mapped[str] = mapped_column(String(60), unique=True)
    batch_no: Mapped[str | None] = mapped_column(String(60))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    customer_id: Mapped[int | None] = mapped_column(ForeignKey("customer.id"), index=True)
    made_on: Mapped[date | None]
    shipped_on: Mapped[date | None]
    installed_on: Mapped[date | None]
    warranty_until: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)

    product: Mapped[Product] = relationship()
    customer: Mapped[Customer | None] = relationship(back_populates="units")

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return self.serial_no


class FailureMode(Model):
    """故障模式: what goes wrong, for Pareto and recurrence."""

    __tablename__ = "failure_mode"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(30), unique=True)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def __repr__(self) -> str:
        return in_locale(self.name_zh, self.name_en)


def _derive(_mapper: Any, _connection: Any, row: Any) -> None:
    """What searching needs: digits of the phone, initials of the name unless typed by hand."""
    row.phone_digits = digits(row.phone if isinstance(row, Customer) else row.mobile)
    if isinstance(row, Customer) and not row.pinyin:
        row.pinyin = initials(row.name)


for _model in (Customer, Contact):
    event.listen(_model, "before_insert", _derive)
    event.listen(_model, "before_update", _derive)
