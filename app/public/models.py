"""Links for customers: only their fingerprint is kept, they expire, and an act is done once."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum, auto

from flask_appbuilder import Model
from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from app.complaints.models import Complaint
from app.core.clock import now
from app.core.types import UtcDateTime


class Purpose(StrEnum):
    """What a link is for."""

    track = auto()
    confirm = auto()
    quote = auto()
    survey = auto()


class PublicLink(Model):
    """One link a customer was given."""

    __tablename__ = "public_link"
    __table_args__ = (Index("ix_public_link_record", "complaint_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(default=0)  # the implementation record or the quotation it is about
    salt: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    complaint: Mapped[Complaint] = relationship()


class Survey(Model):
    """满意度回访: what the customer says after the closure."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    score: Mapped[int]
    remark: Mapped[str | None] = mapped_column(Text)

    complaint: Mapped[Complaint] = relationship(backref=backref("surveys", order_by="Survey.id"))
