"""纠正措施通知单: what QC asks the responsible department to mend (2.6, 《改进控制》)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, Column, ForeignKey, String, Table, Text
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from app.complaints.models import Complaint
from app.core.clock import now
from app.core.records import Record
from app.core.types import UtcDateTime
from app.customers.models import FailureMode, Product
from app.organisation.models import Department

from .codes import EFFECTIVE, C

corrective_complaint = Table(
    "corrective_complaint",
    Model.metadata,
    Column("corrective_action_id", ForeignKey("corrective_action.id"), primary_key=True),
    Column("complaint_id", ForeignKey("complaint.id"), primary_key=True, index=True),
)


class CorrectiveAction(Record):
    """One 纠正措施通知单 to one responsible department, for one or many complaints."""

    __tablename__ = "corrective_action"
    __mapper_args__: Any = {"polymorphic_identity": "corrective_action"}
    __table_args__: Any = ()  # the indexes of `record` are not its own

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    source: Mapped[str] = mapped_column(String(20), default="complaint")
    problem: Mapped[str] = mapped_column(Text)  # 不合格事实
    requirement: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    failure_mode_id: Mapped[int | None] = mapped_column(ForeignKey("failure_mode.id"))
    round: Mapped[int] = mapped_column(default=1)
    recurrences: Mapped[int] = mapped_column(default=0)
    watch_until: Mapped[date | None]  # 观察期
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    responsible_department: Mapped[Department] = relationship(foreign_keys="CorrectiveAction.department_id")
    product: Mapped[Product | None] = relationship()
    failure_mode: Mapped[FailureMode | None] = relationship()
    complaints: Mapped[list[Complaint]] = relationship(
        secondary=corrective_complaint, backref=backref("notices", lazy="select")
    )
    analyses: Mapped[list[Analysis]] = relationship(order_by="Analysis.id", back_populates="notice")
    actions: Mapped[list[Action]] = relationship(order_by="Action.id", back_populates="notice")
    checks: Mapped[list[EffectivenessCheck]] = relationship(order_by="EffectivenessCheck.id", back_populates="notice")

    @property
    def counts_for_closing(self) -> bool:
        """2.6: issued and not voided."""
        return self.issued_at is not None and self.state != C.void

    @property
    def analysis(self) -> Analysis | None:
        """The cause as this round sees it."""
        return next((item for item in reversed(self.analyses) if item.round == self.round), None)

    @property
    def current_actions(self) -> list[Action]:
        """The plan of this round."""
        return [item for item in self.actions if item.round == self.round]

    @property
    def open_actions(self) -> list[Action]:
        """What of the plan has no evidence yet, the most urgent first."""
        return sorted((item for item in self.current_actions if item.done_at is None), key=lambda item: item.due)

    @property
    def failures(self) -> int:
        """How often the actions turned out not to be effective."""
        return sum(item.result != EFFECTIVE for item in self.checks)


class Part:
    """A row written by a step, kept per round."""

    id: Mapped[int] = mapped_column(primary_key=True)
    notice_id: Mapped[int] = mapped_column(ForeignKey("corrective_action.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))


class Analysis(Part, Model):
    """原因分析: why it happened, and why nobody noticed."""

    __tablename__ = "corrective_analysis"

    method: Mapped[str] = mapped_column(String(20))
    steps: Mapped[list[dict[str, str]]] = mapped_column(JSON, default=list)  # whys, branches or disciplines
    root_cause: Mapped[str] = mapped_column(Text)
    escape_cause: Mapped[str | None] = mapped_column(Text)  # 流出原因
    notice: Mapped[CorrectiveAction] = relationship(back_populates="analyses")


class Action(Part, Model):
    """措施项: what is done, by whom, until when, and the evidence."""

    __tablename__ = "corrective_item"

    type: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), index=True)
    due: Mapped[date]
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    evidence: Mapped[str | None] = mapped_column(Text)
    notice: Mapped[CorrectiveAction] = relationship(back_populates="actions")
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])


class EffectivenessCheck(Part, Model):
    """有效性验证: QC looks again after a month; never somebody who carried it out."""

    __tablename__ = "effectiveness_check"

    result: Mapped[str] = mapped_column(String(20))
    method: Mapped[str] = mapped_column(Text)
    sample: Mapped[str] = mapped_column(Text)
    early_reason: Mapped[str | None] = mapped_column(Text)
    notice: Mapped[CorrectiveAction] = relationship(back_populates="checks")
