"""顾客投诉及处理记录表: the complaint and what its steps write beside it."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app.core.clock import now
from app.core.records import Record
from app.core.types import Money, UtcDateTime
from app.customers.models import Customer, FailureMode, Product
from app.organisation.models import Region

if TYPE_CHECKING:
    from .charges import Payment, Quote, ReturnExchange


class Complaint(Record):
    """One 顾客投诉及处理记录表, from the reception's first note to the closed record (2.1)."""

    __tablename__ = "complaint"
    __mapper_args__: Any = {"polymorphic_identity": "complaint"}

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(String(20))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    backfilled: Mapped[bool] = mapped_column(default=False)  # 补录
    received_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # to whom the receiver's work was handed
    complainant: Mapped[str | None] = mapped_column(String(80))
    contact_name: Mapped[str | None] = mapped_column(String(80))
    contact_phone: Mapped[str | None] = mapped_column(String(40))
    site_region_code: Mapped[str] = mapped_column(ForeignKey("region.adcode"))
    site_address: Mapped[str | None] = mapped_column(String(200))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    serial_no: Mapped[str | None] = mapped_column(String(60))
    batch_no: Mapped[str | None] = mapped_column(String(60))
    quantity: Mapped[int | None]
    purchase_date: Mapped[date | None]
    contract: Mapped[str | None] = mapped_column(String(60))
    failure_mode_id: Mapped[int | None] = mapped_column(ForeignKey("failure_mode.id"))
    subject: Mapped[str] = synonym("title")
    description: Mapped[str] = mapped_column(Text)
    customer_demand: Mapped[str | None] = mapped_column(Text)
    claimed_loss: Mapped[Decimal | None] = mapped_column(Money)  # 索赔金额
    severity: Mapped[str | None] = mapped_column(String(20))
    nature: Mapped[str] = mapped_column(String(20), default="undetermined")
    is_major: Mapped[bool] = mapped_column(default=False)
    major_criteria: Mapped[list[str]] = mapped_column(JSON, default=list)
    major_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    solution_plan: Mapped[str | None] = mapped_column(Text)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    handed_over_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    round: Mapped[int] = mapped_column(default=1)
    responsibility: Mapped[str | None] = mapped_column(String(20))
    remedy: Mapped[str | None] = mapped_column(String(20))
    charge: Mapped[Decimal | None] = mapped_column(Money)
    satisfaction: Mapped[int | None]
    unconfirmed: Mapped[bool] = mapped_column(default=False)
    form_returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(String(20))
    reopened_count: Mapped[int] = mapped_column(default=0)
    recurrence_of_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)  # 重复投诉
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("complaint.id"), index=True)  # 合并至
    merged_hours: Mapped[Decimal] = mapped_column(Money, default=Decimal(0))  # worked on what was merged into this
    withdrawal_asked_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    withdrawal_reason: Mapped[str | None] = mapped_column(Text)
    payment_waived_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    customer: Mapped[Customer] = relationship(foreign_keys="Complaint.customer_id", lazy="select")
    product: Mapped[Product | None] = relationship()
    site_region: Mapped[Region] = relationship()
    received_by: Mapped[User | None] = relationship(foreign_keys=[received_by_id])
    clerk: Mapped[User | None] = relationship(foreign_keys=[clerk_id])
    negotiations: Mapped[list[Negotiation]] = relationship(order_by="Negotiation.id", back_populates="complaint")
    dispositions: Mapped[list[Disposition]] = relationship(order_by="Disposition.id", back_populates="complaint")
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.id", back_populates="complaint")
    services: Mapped[list[SiteService]] = relationship(order_by="SiteService.id", back_populates="complaint")
    confirmations: Mapped[list[Confirmation]] = relationship(order_by="Confirmation.id", back_populates="complaint")
    contacts: Mapped[list[ContactLog]] = relationship(order_by="ContactLog.id", back_populates="complaint")
    quotes: Mapped[list[Quote]] = relationship(order_by="Quote.id", back_populates="complaint")
    payments: Mapped[list[Payment]] = relationship(order_by="Payment.id", back_populates="complaint")
    failure_mode: Mapped[FailureMode | None] = relationship()
    recurrence_of: Mapped[Complaint | None] = relationship(
        foreign_keys=[recurrence_of_id], remote_side="Complaint.id", post_update=True
    )
    merged_into: Mapped[Complaint | None] = relationship(
        foreign_keys=[merged_into_id], remote_side="Complaint.id", post_update=True
    )

    __table_args__: Any = (
        Index("ix_complaint_received", "received_at"),
        Index("ix_complaint_product", "product_id"),
        Index("ix_complaint_phone", "contact_phone"),
    )

    @property
    def kept_by_id(self) -> int | None:
        """Whoever looks after it at the reception: the receiver, else a successor."""
        return self.clerk_id or self.received_by_id

    @property
    def assignment(self) -> Assignment | None:
        """The running assignment, until it is declined, replaced or the round ends."""
        return next((item for item in reversed(self.assignments) if item.ended_at is None), None)

    @property
    def disposition(self) -> Disposition | None:
        """The 处理意见 of this round: the issued one, else the draft."""
        mine = [item for item in self.dispositions if item.round == self.round]
        return mine[-1] if mine else None

    @property
    def service(self) -> SiteService | None:
        """The 处理实施情况 of this round."""
        mine = [item for item in self.services if item.round == self.round]
        return mine[-1] if mine else None

    @property
    def confirmation(self) -> Confirmation | None:
        """The customer's valid signature under the present implementation record, if there is one (2.5)."""
        service = self.service
        valid = (item for item in reversed(self.confirmations) if item.holds)
        return next((item for item in valid if service is not None and item.service_id == service.id), None)

    @property
    def lapsed(self) -> Confirmation | None:
        """签名失效: this round's signature, when the text was changed after it and nobody has signed again (2.5)."""
        mine = [item for item in self.confirmations if item.round == self.round]
        return mine[-1] if mine and self.confirmation is None else None

    @property
    def quote(self) -> Quote | None:
        """The latest quotation to the customer."""
        return self.quotes[-1] if self.quotes else None

    @property
    def consented(self) -> Decimal:
        """What the customer has agreed to pay at most (2.4)."""
        last = next((item for item in reversed(self.quotes) if item.accepted is not None), None)
        return last.amount if last and last.accepted else Decimal(0)

    @property
    def owed(self) -> Decimal:
        """What of the charge is neither paid nor waived."""
        if not self.charge or self.payment_waived_by_id is not None:
            return Decimal("0.00")
        return max(self.charge - sum((item.amount for item in self.payments), Decimal(0)), Decimal("0.00"))


class Part:
    """A row written by a step, kept per round."""

    id: Mapped[int] = mapped_column(primary_key=True)
    round: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)


class Negotiation(Part, Model):
    """协商记录: one talk with the customer about a non-quality complaint (2.1)."""

    __tablename__ = "negotiation"

    content: Mapped[str] = mapped_column(Text)
    proposal: Mapped[str | None] = mapped_column(Text)
    customer_attitude: Mapped[str | None] = mapped_column(String(200))
    satisfied: Mapped[bool]
    complaint: Mapped[Complaint] = relationship(back_populates="negotiations")


class Disposition(Part, Model):
    """处理意见: what QC decides; an issued one is never changed (2.1)."""

    __tablename__ = "disposition"

    analysis: Mapped[str] = mapped_column(Text)
    containment: Mapped[str | None] = mapped_column(Text)
    opinion: Mapped[str] = mapped_column(Text)
    remedy_proposed: Mapped[str | None] = mapped_column(String(20))
    needs_site_visit: Mapped[bool] = mapped_column(default=True)
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    complaint: Mapped[Complaint] = relationship(back_populates="dispositions")
    drafted_by: Mapped[User | None] = relationship(foreign_keys="Disposition.by_id")
    issued_by: Mapped[User | None] = relationship(foreign_keys=[issued_by_id])


class Assignment(Part, Model):
    """委派单: who travels to the customer, and by when (2.2, 2.3)."""

    __tablename__ = "assignment"

    technician_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    zone: Mapped[str] = mapped_column(String(20))
    planned_on: Mapped[date | None]
    override_reason: Mapped[str | None] = mapped_column(Text)
    missing_competence: Mapped[str | None] = mapped_column(String(200))
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    departed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    arrived_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    agreed_date: Mapped[date | None]
    agreed_evidence: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end_reason: Mapped[str | None] = mapped_column(Text)
    complaint: Mapped[Complaint] = relationship(back_populates="assignments")
    technician: Mapped[User] = relationship(foreign_keys=[technician_id])
    co_workers: Mapped[list[CoWorker]] = relationship(back_populates="assignment", cascade="all, delete-orphan")

    @property
    def people(self) -> set[int]:
        """Everybody this assignment sends out."""
        return {self.technician_id} | {worker.user_id for worker in self.co_workers}


class CoWorker(Model):
    """Somebody who travels along."""

    __tablename__ = "co_worker"

    assignment_id: Mapped[int] = mapped_column(ForeignKey("assignment.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True, index=True)
    assignment: Mapped[Assignment] = relationship(back_populates="co_workers")
    user: Mapped[User] = relationship()


class SiteService(Part, Model):
    """处理实施情况: what was found and done (2.4, 2.5)."""

    __tablename__ = "site_service"

    assignment_id: Mapped[int | None] = mapped_column(ForeignKey("assignment.id"))
    remote: Mapped[bool] = mapped_column(default=False)
    phenomenon: Mapped[str] = mapped_column(Text)
    investigation: Mapped[str] = mapped_column(Text)
    cause_category: Mapped[str] = mapped_column(String(20))
    responsibility: Mapped[str] = mapped_column(String(20))
    remedy: Mapped[str | None] = mapped_column(String(20))
    charge: Mapped[Decimal | None] = mapped_column(Money)
    free_reason: Mapped[str | None] = mapped_column(Text)
    work_done: Mapped[str | None] = mapped_column(Text)
    parts_used: Mapped[str | None] = mapped_column(Text)
    hours: Mapped[Decimal | None] = mapped_column(Money)
    travel_cost: Mapped[Decimal | None] = mapped_column(Money)
    old_serial: Mapped[str | None] = mapped_column(String(60))
    new_serial: Mapped[str | None] = mapped_column(String(60))
    completed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
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

    @property
    def digest(self) -> str:
        """The fingerprint a signature is bound to."""
        return hashlib.sha256(self.signed_text.encode()).hexdigest()


class Confirmation(Part, Model):
    """顾客确认/签名: bound by SHA-256 to the text that was signed (2.5)."""

    __tablename__ = "confirmation"

    service_id: Mapped[int] = mapped_column(ForeignKey("site_service.id"))
    accepted: Mapped[bool] = mapped_column(default=True)
    method: Mapped[str] = mapped_column(String(20))
    signer_name: Mapped[str] = mapped_column(String(80))
    satisfaction: Mapped[int | None]
    remark: Mapped[str | None] = mapped_column(Text)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))
    valid: Mapped[bool] = mapped_column(default=True)
    frozen_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))  # the signed record as PDF
    complaint: Mapped[Complaint] = relationship(back_populates="confirmations")
    service: Mapped[SiteService] = relationship()

    @property
    def holds(self) -> bool:
        """签名有效: not withdrawn by a correction, and the text is still the one that was signed (2.5)."""
        return self.valid and self.content_sha256 == self.service.digest


class ContactLog(Part, Model):
    """登记联系: an attempt to reach the customer."""

    __tablename__ = "contact_log"

    channel: Mapped[str] = mapped_column(String(20))
    content: Mapped[str] = mapped_column(Text)
    reached: Mapped[bool]
    complaint: Mapped[Complaint] = relationship(back_populates="contacts")
