"""What was found and done at the customer's, and which unit came back (2.4, 2.5)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import partial

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.fields.fields import MarkField, NumberField
from app.core.kind.facts import fact
from app.core.record import witness
from app.core.text.wording import lazy_gettext as _l
from app.core.types import Money, UtcDateTime

from .codes import CAUSES, REMEDIES, RESPONSIBILITIES
from .models import Complaint, Part


class SiteService(Part):
    """处理实施情况: what was found and done (2.4, 2.5)."""

    __tablename__ = "site_service"

    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    remote: Mapped[bool] = fact(_l("Handled without a visit"), default=False)
    phenomenon: Mapped[str] = fact(_l("Phenomenon"), Text)
    investigation: Mapped[str] = fact(_l("Investigation"), Text)
    cause_category: Mapped[str] = fact(_l("Cause category"), String(20), choices=CAUSES)
    responsibility: Mapped[str] = fact(_l("Responsibility"), String(20), choices=RESPONSIBILITIES)
    remedy: Mapped[str | None] = fact(_l("Remedy"), String(20), choices=REMEDIES)
    charge: Mapped[Decimal | None] = fact(_l("Charge (CNY)"), Money)
    free_reason: Mapped[str | None] = fact(_l("Reason for charging nothing"), Text)
    work_done: Mapped[str | None] = fact(_l("Work done"), Text)
    parts_used: Mapped[str | None] = fact(_l("Parts used"), Text)
    hours: Mapped[Decimal | None] = fact(_l("Hours"), Money, field=partial(NumberField, max=10_000))
    travel_cost: Mapped[Decimal | None] = fact(_l("Travel cost (CNY)"), Money)
    old_serial: Mapped[str | None] = fact(_l("Old serial number"), String(60), field=MarkField)
    new_serial: Mapped[str | None] = fact(_l("New serial number"), String(60), field=MarkField)
    completed_at: Mapped[datetime | None] = fact(_l("Completed at"), UtcDateTime, index=True)
    complaint: Mapped[Complaint] = relationship(back_populates="services")
    exchange: Mapped[ReturnExchange | None] = relationship(back_populates="service", uselist=False)

    @property
    def signed_text(self) -> str:
        """The text a customer signs: what was found, done and charged (2.5)."""
        facts = (
            self.complaint.number,
            self.round,
            self.phenomenon,
            self.investigation,
            self.responsibility,
            self.remedy,
            None if self.charge is None else f"{self.charge:.2f}",
            self.work_done,
            self.parts_used,
            self.old_serial,
            self.new_serial,
        )
        return "\n".join("" if fact is None else str(fact) for fact in facts)


class ReturnExchange(Part):
    """退换货: which unit came back and which one the customer has now (2.4)."""

    __tablename__ = "return_exchange"

    service_id: Mapped[int] = mapped_column(ForeignKey("site_service.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(20))  # return | exchange
    old_serial: Mapped[str | None] = mapped_column(String(60))
    new_serial: Mapped[str | None] = mapped_column(String(60))
    quantity: Mapped[int] = mapped_column(default=1)
    service: Mapped[SiteService] = relationship(back_populates="exchange")


witness.called("return_exchange", _l("Return or exchange"), "new_serial")
