"""纠正措施通知单: what QC asks the responsible department to mend (2.6, 《改进控制》)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, Column, ForeignKey, Index, String, Table, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.complaints.models import Complaint
from app.core.kind.facts import Fact, fact
from app.core.kind.parts import Part
from app.core.model import Model
from app.core.record import witness
from app.core.record.records import Record
from app.core.rights.people import name_of
from app.core.text.wording import lazy_gettext as _l
from app.core.types import UtcDateTime
from app.customers.models import FailureMode, Product
from app.organisation.models import Department

from .codes import ACTIONS, EFFECTIVE, METHODS, RESULTS, SOURCES, C

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
    __facts__: Any = {
        "title": Fact(_l("Nonconformity")),
        "department_id": Fact(_l("Responsible department"), lookup="department", name="responsible_department"),
    }

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    source: Mapped[str] = fact(_l("Source"), String(20), choices=SOURCES, default="complaint")
    problem: Mapped[str] = fact(_l("Nonconformity"), Text, searchable=True)  # 不合格事实
    requirement: Mapped[str | None] = fact(_l("Requirement"), Text, searchable=True)
    due_on: Mapped[date | None] = fact(_l("Due"), name="due")
    product_id: Mapped[int | None] = fact(_l("Product"), ForeignKey("product.id"), lookup="product", name="product")
    failure_mode_id: Mapped[int | None] = fact(
        _l("Failure mode"), ForeignKey("failure_mode.id"), lookup="failure_mode", name="failure_mode"
    )
    round: Mapped[int] = fact(_l("Round"), default=1)
    recurrences: Mapped[int] = fact(_l("Recurrences"), default=0)
    watch_until: Mapped[date | None] = fact(_l("Watched until"))  # 观察期
    drafted_by_id: Mapped[int | None] = fact(_l("Drafted by"), ForeignKey("ab_user.id"), person=True)
    issued_at: Mapped[datetime | None] = fact(_l("Issued at"), UtcDateTime, index=True)
    issued_by_id: Mapped[int | None] = fact(_l("Issued by"), ForeignKey("ab_user.id"), person=True)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    department: Mapped[Department] = relationship(foreign_keys="CorrectiveAction.department_id")
    product: Mapped[Product | None] = relationship()
    failure_mode: Mapped[FailureMode | None] = relationship()
    complaints: Mapped[list[Complaint]] = relationship(
        secondary=corrective_complaint,
        backref="notices",
        info={"fact": Fact(_l("Complaints"), lookup="complaint")},
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


class Analysis(Part):
    """原因分析: why it happened, and why nobody noticed."""

    __tablename__ = "corrective_analysis"

    notice_id: Mapped[int] = mapped_column(ForeignKey("corrective_action.id"), index=True)
    method: Mapped[str] = fact(_l("Method"), String(20), choices=METHODS)
    steps: Mapped[list[dict[str, str]]] = fact(_l("Sheet"), JSON, default=list)  # whys, branches or disciplines
    root_cause: Mapped[str] = fact(_l("Root cause"), Text)
    escape_cause: Mapped[str | None] = fact(  # 流出原因
        _l("Escape cause"), Text, help=_l("Why nobody noticed before the customer did.")
    )
    notice: Mapped[CorrectiveAction] = relationship(back_populates="analyses")


class Action(Part):
    """措施项: what is done, by whom, until when, and the evidence."""

    __tablename__ = "corrective_item"

    notice_id: Mapped[int] = mapped_column(ForeignKey("corrective_action.id"), index=True)
    type: Mapped[str] = fact(_l("Kind of action"), String(20), choices=ACTIONS)
    description: Mapped[str] = fact(_l("What is done"), Text)
    owner_id: Mapped[int] = fact(_l("Owner"), ForeignKey("ab_user.id"), index=True, person=True)
    due: Mapped[date] = fact(_l("Due"))
    done_at: Mapped[datetime | None] = fact(_l("Done at"), UtcDateTime)
    evidence: Mapped[str | None] = fact(_l("Evidence"), Text, help=_l("What proves it. Attach the files below."))
    notice: Mapped[CorrectiveAction] = relationship(back_populates="actions")
    owner: Mapped[User] = relationship(foreign_keys=[owner_id])

    def __repr__(self) -> str:
        return f"{self.description} ({name_of(self.owner_id)}, {self.due})"


class EffectivenessCheck(Part):
    """有效性验证: QC looks again after a month; never somebody who carried it out."""

    __tablename__ = "effectiveness_check"
    __table_args__ = (Index("ix_effectiveness_check_at", "at"),)

    notice_id: Mapped[int] = mapped_column(ForeignKey("corrective_action.id"), index=True)
    result: Mapped[str] = fact(_l("Result"), String(20), choices=RESULTS)
    method: Mapped[str] = fact(_l("How it was verified"), Text)
    sample: Mapped[str] = fact(_l("Sample"), Text)
    early_reason: Mapped[str | None] = fact(_l("Reason for verifying early"), Text)
    notice: Mapped[CorrectiveAction] = relationship(back_populates="checks")


witness.called("corrective_complaint", _l("Complaint of a notice"))
witness.called("corrective_analysis", _l("Cause analysis"))
witness.called("corrective_item", _l("Action"))
witness.called("effectiveness_check", _l("Effectiveness check"))
