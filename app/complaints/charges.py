"""What a complaint costs and to whom: quotation, consent, payment, return and exchange (2.4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.types import Money, UtcDateTime

from .models import Complaint, Part, SiteService


class Quote(Part, Model):
    """报价: what the work would cost the customer, and the answer before it begins (2.4)."""

    __tablename__ = "quote"

    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)  # description, quantity, price; amounts as text
    amount: Mapped[Decimal] = mapped_column(Money)
    accepted: Mapped[bool | None]
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # None: the customer's own link
    signer_name: Mapped[str | None] = mapped_column(String(80))
    evidence: Mapped[str | None] = mapped_column(Text)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    complaint: Mapped[Complaint] = relationship(back_populates="quotes")

    @property
    def proven(self) -> bool:
        """Whether the answer is more than somebody's word: by link, signed, or with evidence."""
        return bool(self.answered_by_id is None or self.attachment_id or self.evidence)


class Payment(Part, Model):
    """收款: what the customer paid for chargeable service (2.4)."""

    __tablename__ = "payment"

    amount: Mapped[Decimal] = mapped_column(Money)
    receipt_no: Mapped[str] = mapped_column(String(60))
    paid_on: Mapped[date]
    complaint: Mapped[Complaint] = relationship(back_populates="payments")


class ReturnExchange(Part, Model):
    """退换货: which unit came back and which one the customer has now (2.4)."""

    __tablename__ = "return_exchange"

    service_id: Mapped[int] = mapped_column(ForeignKey("site_service.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))  # return | exchange
    old_serial: Mapped[str | None] = mapped_column(String(60))
    new_serial: Mapped[str | None] = mapped_column(String(60))
    quantity: Mapped[int] = mapped_column(default=1)
    service: Mapped[SiteService] = relationship(back_populates="exchange")
