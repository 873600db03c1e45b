"""What a complaint costs and to whom: quotation, consent, payment (2.4)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.fields.fields import MarkField
from app.core.kind.facts import fact
from app.core.record import witness
from app.core.record.attachments import DRAWN, Attachment
from app.core.text.wording import lazy_gettext as _l
from app.core.types import Money, UtcDateTime

from .models import Complaint, Part


class Quote(Part):
    """报价: what the work would cost the customer, and the answer before it begins (2.4)."""

    __tablename__ = "quote"

    lines: Mapped[list[dict[str, Any]]] = fact(
        _l("Quotation lines"), JSON
    )  # description, quantity, price; amounts as text
    amount: Mapped[Decimal] = fact(_l("Total (CNY)"), Money)
    accepted: Mapped[bool | None] = fact(_l("Does the customer accept?"))
    answered_at: Mapped[datetime | None] = fact(_l("Answered at"), UtcDateTime, index=True)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # None: the customer's own link
    signer_name: Mapped[str | None] = fact(_l("Answered by"), String(80))
    evidence: Mapped[str | None] = fact(_l("Evidence"), Text)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    complaint: Mapped[Complaint] = relationship(back_populates="quotes")
    attachment: Mapped[Attachment | None] = relationship()

    @property
    def proofs(self) -> list[str]:
        """What makes the answer more than a colleague's word: the link, the signature or scan, the evidence."""
        if self.accepted is None:
            return []
        file = "" if self.attachment is None else "drawn" if self.attachment.name == DRAWN else "scan"
        given = {"link": self.answered_by_id is None, file: file, "words": self.evidence}
        return [kind for kind, there in given.items() if there]


class Payment(Part):
    """收款: what the customer paid for chargeable service (2.4)."""

    __tablename__ = "payment"

    amount: Mapped[Decimal] = fact(_l("Amount (CNY)"), Money)
    receipt_no: Mapped[str] = fact(_l("Receipt number"), String(60), field=MarkField)
    paid_on: Mapped[date] = fact(_l("Paid on"))
    complaint: Mapped[Complaint] = relationship(back_populates="payments")


witness.called("quote", _l("Quotation"), "amount")
witness.called("payment", _l("Payment"), "receipt_no")
