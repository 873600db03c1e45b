"""What is said before anybody travels: talks with the customer, and what QC decides (2.1)."""

from __future__ import annotations

from datetime import datetime

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, relationship

from app.core.kind.facts import fact
from app.core.record import witness
from app.core.text.wording import lazy_gettext as _l
from app.core.types import UtcDateTime

from .codes import REMEDIES
from .models import Complaint, Part


class Negotiation(Part):
    """协商记录: one talk with the customer about a non-quality complaint (2.1)."""

    __tablename__ = "negotiation"

    content: Mapped[str] = fact(_l("What was said"), Text)
    proposal: Mapped[str | None] = fact(_l("Our proposal"), Text)
    customer_attitude: Mapped[str | None] = fact(_l("Customer's attitude"), String(200))
    satisfied: Mapped[bool] = fact(_l("Is the customer satisfied?"))
    complaint: Mapped[Complaint] = relationship(back_populates="negotiations")


class Disposition(Part):
    """处理意见: what QC decides; an issued one is never changed (2.1)."""

    __tablename__ = "disposition"

    analysis: Mapped[str] = fact(_l("Analysis"), Text)
    containment: Mapped[str | None] = fact(_l("Containment action"), Text)
    opinion: Mapped[str] = fact(_l("Disposition"), Text, help=_l("The technician reads this on site."))
    remedy_proposed: Mapped[str | None] = fact(_l("Proposed remedy"), String(20), choices=REMEDIES)
    needs_site_visit: Mapped[bool] = fact(_l("Site visit needed"), default=True)
    issued_at: Mapped[datetime | None] = fact(_l("Issued at"), UtcDateTime, index=True)
    issued_by_id: Mapped[int | None] = fact(_l("Issued by"), ForeignKey("ab_user.id"), person=True)
    complaint: Mapped[Complaint] = relationship(back_populates="dispositions")
    drafted_by: Mapped[User | None] = relationship(foreign_keys="Disposition.by_id")
    issued_by: Mapped[User | None] = relationship(foreign_keys=[issued_by_id])


witness.called("negotiation", _l("Negotiation"))
