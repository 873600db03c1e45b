"""顾客投诉及处理记录表: the complaint and what its steps write beside it."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_pgettext as _lp
from sqlalchemy import JSON, ForeignKey, Index, String, Text, func, null, select, text, true
from sqlalchemy.orm import Mapped, mapped_column, relationship, synonym

from app.core.fields.fields import WholeNumberField
from app.core.fields.phone_field import PhoneField
from app.core.kind import parts
from app.core.kind.facts import fact
from app.core.model import Model
from app.core.record import witness
from app.core.record.records import Record
from app.core.text.phones import digits
from app.core.text.sameness import code_key, followed
from app.core.text.wording import lazy_gettext as _l
from app.core.time.clock import now
from app.core.types import Money, UtcDateTime
from app.customers.models import Customer, FailureMode, Product
from app.organisation.models import Region

from .codes import (
    ASSIGNMENT_KINDS,
    CHANNELS,
    MAJOR_CRITERIA,
    NATURES,
    OUTCOMES,
    REMEDIES,
    RESPONSIBILITIES,
    SATISFACTION,
    SEVERITIES,
    ZONES,
)

if TYPE_CHECKING:
    from app.corrective.models import CorrectiveAction

    from .charges import Payment, Quote
    from .consultation import Consultation
    from .opinions import Disposition, Negotiation
    from .services import SiteService


class Complaint(Record):
    """One 顾客投诉及处理记录表, from the reception's first note to the closed record (2.1)."""

    __tablename__ = "complaint"
    __mapper_args__: Any = {"polymorphic_identity": "complaint"}

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    channel: Mapped[str] = fact(_l("Channel"), String(20), choices=CHANNELS)
    received_at: Mapped[datetime] = fact(_l("Received at"), UtcDateTime, default=now)
    backfilled: Mapped[bool] = fact(_l("Backfilled"), default=False)  # 补录
    received_by_id: Mapped[int | None] = fact(_l("Received by"), ForeignKey("ab_user.id"), person=True)
    clerk_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))  # to whom the receiver's work was handed
    complainant: Mapped[str | None] = fact(_l("Complainant"), String(80), searchable=True)
    contact_name: Mapped[str | None] = fact(_l("Contact"), String(80), searchable=True)
    contact_phone: Mapped[str | None] = fact(_l("Phone"), String(80), field=PhoneField)
    phone_digits: Mapped[str] = followed("contact_phone", digits, 80)
    site_region_code: Mapped[str] = fact(
        _l("Site region"), ForeignKey("region.adcode"), lookup="region", name="site_region"
    )
    site_address: Mapped[str | None] = fact(_l("Site address"), String(200))
    product_id: Mapped[int | None] = fact(_l("Product"), ForeignKey("product.id"), lookup="product", name="product")
    serial_no: Mapped[str | None] = fact(_l("Serial number"), String(60), code=True)
    batch_no: Mapped[str | None] = fact(_l("Batch number"), String(60), code=True)
    batch_key: Mapped[str | None] = followed("batch_no", code_key, 60)
    quantity: Mapped[int | None] = fact(_l("Quantity"), field=partial(WholeNumberField, min=1, max=1_000_000))
    purchase_date: Mapped[date | None] = fact(_l("Purchase date"))
    contract: Mapped[str | None] = fact(_l("Contract"), String(60), code=True)
    failure_mode_id: Mapped[int | None] = fact(
        _l("Failure mode"), ForeignKey("failure_mode.id"), lookup="failure_mode", name="failure_mode"
    )
    subject: Mapped[str] = synonym("title")
    description: Mapped[str] = fact(_l("Description"), Text, searchable=True)
    customer_demand: Mapped[str | None] = fact(_l("Customer's demand"), Text)
    claimed_loss: Mapped[Decimal | None] = fact(_l("Claimed loss (CNY)"), Money)  # 索赔金额
    severity: Mapped[str | None] = fact(_l("Severity"), String(20), choices=SEVERITIES)
    nature: Mapped[str] = fact(_l("Nature"), String(20), choices=NATURES, default="undetermined")
    is_major: Mapped[bool] = fact(_l("Major"), default=False)
    major_criteria: Mapped[list[str]] = fact(_l("Major because of"), JSON, choices=MAJOR_CRITERIA, default=list)
    major_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    solution_plan: Mapped[str | None] = fact(_l("Solution plan"), Text)
    handed_over_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    handed_over_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    round: Mapped[int] = fact(_l("Round"), default=1)
    responsibility: Mapped[str | None] = fact(_l("Responsibility"), String(20), choices=RESPONSIBILITIES)
    remedy: Mapped[str | None] = fact(_l("Remedy"), String(20), choices=REMEDIES)
    charge: Mapped[Decimal | None] = fact(_l("Charge (CNY)"), Money)
    satisfaction: Mapped[int | None] = fact(_l("Satisfaction"), choices=SATISFACTION)
    unconfirmed: Mapped[bool] = fact(_l("Not confirmed by the customer"), default=False)
    form_returned_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = fact(_l("Closed at"), UtcDateTime, index=True)
    outcome: Mapped[str | None] = fact(_lp("complaint", "Outcome"), String(20), choices=OUTCOMES)
    reopened_count: Mapped[int] = fact(_l("Times reopened"), default=0)
    recurrence_of_id: Mapped[int | None] = fact(
        _l("Repeats"), ForeignKey("complaint.id"), lookup="complaint", name="recurrence_of", index=True
    )  # 重复投诉
    merged_into_id: Mapped[int | None] = fact(
        _l("Merged into"), ForeignKey("complaint.id"), lookup="complaint", name="merged_into", index=True
    )  # 合并至
    merged_hours: Mapped[Decimal] = fact(_l("Hours of merged complaints"), Money, default=Decimal(0))
    withdrawal_asked_by_id: Mapped[int | None] = fact(_l("Withdrawal asked by"), ForeignKey("ab_user.id"), person=True)
    withdrawal_reason: Mapped[str | None] = fact(_l("Reason for the withdrawal"), Text)
    payment_waived_by_id: Mapped[int | None] = fact(_l("Waived by"), ForeignKey("ab_user.id"), person=True)

    customer: Mapped[Customer] = relationship(foreign_keys="Complaint.customer_id", lazy="select")
    product: Mapped[Product | None] = relationship()
    site_region: Mapped[Region] = relationship()
    received_by: Mapped[User | None] = relationship(foreign_keys=[received_by_id])
    clerk: Mapped[User | None] = relationship(foreign_keys=[clerk_id])
    negotiations: Mapped[list[Negotiation]] = relationship(order_by="Negotiation.id", back_populates="complaint")
    dispositions: Mapped[list[Disposition]] = relationship(order_by="Disposition.id", back_populates="complaint")
    assignments: Mapped[list[Assignment]] = relationship(order_by="Assignment.id", back_populates="complaint")
    services: Mapped[list[SiteService]] = relationship(order_by="SiteService.id", back_populates="complaint")
    quotes: Mapped[list[Quote]] = relationship(order_by="Quote.id", back_populates="complaint")
    payments: Mapped[list[Payment]] = relationship(order_by="Payment.id", back_populates="complaint")
    consultations: Mapped[list[Consultation]] = relationship(
        foreign_keys="Consultation.complaint_id", order_by="Consultation.id", back_populates="complaint"
    )
    if TYPE_CHECKING:  # laid by those who know of them
        notices: Mapped[list[CorrectiveAction]]
    surveys: Mapped[list[Survey]] = relationship(order_by="Survey.id", back_populates="complaint")
    failure_mode: Mapped[FailureMode | None] = relationship()
    recurrence_of: Mapped[Complaint | None] = relationship(
        foreign_keys=[recurrence_of_id], remote_side="Complaint.id", post_update=True
    )
    merged_into: Mapped[Complaint | None] = relationship(
        foreign_keys=[merged_into_id], remote_side="Complaint.id", post_update=True
    )

    __table_args__: Any = (
        Index("ix_complaint_received", "received_at"),
        Index("ix_complaint_product", "product_id", "id"),
        Index("ix_complaint_batch", "product_id", "batch_key", "received_at"),
        Index("ix_complaint_charged", "id", sqlite_where=text("charge > 0"), postgresql_where=text("charge > 0")),
        Index(
            "ix_complaint_major",
            "id",
            sqlite_where=text("is_major = 1"),
            postgresql_where=text("is_major"),
        ),
    )

    @property
    def goes_on_as(self) -> Complaint:
        """Where the matter lives on: the complaint it was merged into, and that one perhaps in its turn."""
        last = self
        while last.merged_into is not None:
            last = last.merged_into
        return last

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


_marked = Complaint.__table__.alias("marked")
# the few that are major have an index of their own; nothing is looked up by what most have in common: being over
MAJOR = Complaint.id.in_(select(_marked.c.id).where(_marked.c.is_major == true()))
OPEN_MAJOR = (Complaint.is_major == true(), func.coalesce(Complaint.closed_at, null()).is_(None))


class Part(parts.Part):
    """A row written by a step of a complaint, kept per round."""

    __abstract__ = True

    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)


class Assignment(Part):
    """委派单: who travels to the customer, and by when (2.2, 2.3)."""

    __tablename__ = "assignment"
    __table_args__ = (
        Index("ix_assignment_at", "at"),
        Index(
            "ix_assignment_running",
            "technician_id",
            "complaint_id",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    technician_id: Mapped[int] = fact(_l("Technician or inspector"), ForeignKey("ab_user.id"), person=True, index=True)
    kind: Mapped[str] = fact(_l("Assigned as"), String(20), choices=ASSIGNMENT_KINDS)
    zone: Mapped[str] = fact(_l("Zone"), String(20), choices=ZONES)
    planned_on: Mapped[date | None] = fact(_l("Planned for"))
    override_reason: Mapped[str | None] = fact(_l("Reason for assigning without the competence"), Text)
    missing_competence: Mapped[str | None] = fact(_l("Without competence"), String(200))
    accepted_at: Mapped[datetime | None] = fact(_l("Accepted at"), UtcDateTime)
    departed_at: Mapped[datetime | None] = fact(_l("Set out"), UtcDateTime)
    arrived_at: Mapped[datetime | None] = fact(_l("Arrived at"), UtcDateTime)
    agreed_date: Mapped[date | None] = fact(_l("Agreed with the customer"))
    agreed_evidence: Mapped[str | None] = fact(_l("Evidence of the agreement"), Text)
    ended_at: Mapped[datetime | None] = fact(_l("Ended at"), UtcDateTime)
    end_reason: Mapped[str | None] = fact(_l("Reason of the end"), Text)
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


class Survey(Model):
    """满意度回访: what the customer says after the closure."""

    __tablename__ = "survey"

    id: Mapped[int] = mapped_column(primary_key=True)
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    score: Mapped[int]
    remark: Mapped[str | None] = mapped_column(Text)
    complaint: Mapped[Complaint] = relationship(back_populates="surveys")


witness.called("survey", _l("Customer's feedback"))
witness.called("co_worker", _l("Co-worker"))
witness.first_called(  # when these belonged to complaints alone
    {
        "contact_log.record_id": "complaint_id",
        "confirmation.record_id": "complaint_id",
        "confirmation.subject_id": "service_id",
        "public_link.record_id": "complaint_id",
    }
)
