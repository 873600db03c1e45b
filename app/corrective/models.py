"""纠正措施通知单: what QC asks the responsible department to mend (2.6, 《改进控制》)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Column, ForeignKey, Table, Text
from sqlalchemy.orm import Mapped, backref, mapped_column, relationship

from app.complaints.models import Complaint
from app.core.records import Record
from app.core.types import UtcDateTime
from app.organisation.models import Department


class C(StrEnum):
    """The states of 纠正措施通知单."""

    draft = auto()
    issued = auto()
    void = auto()


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
    problem: Mapped[str] = mapped_column(Text)  # 不合格事实
    requirement: Mapped[str | None] = mapped_column(Text)
    due_on: Mapped[date | None]
    drafted_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    issued_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    issued_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    responsible_department: Mapped[Department] = relationship(foreign_keys="CorrectiveAction.department_id")
    complaints: Mapped[list[Complaint]] = relationship(
        secondary=corrective_complaint, backref=backref("notices", lazy="select")
    )

    @property
    def counts_for_closing(self) -> bool:
        """2.6: issued and not voided."""
        return self.issued_at is not None and self.state != C.void
