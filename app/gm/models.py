"""重大事项报告: what the general manager is told of, reads and instructs (4.4)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.records import Record
from app.core.types import UtcDateTime
from app.organisation.models import Department


class G(StrEnum):
    """The states of a report to the general manager."""

    open = auto()
    reported = auto()
    instructed = auto()
    closed = auto()


KINDS = {
    "major_complaint": _l("Major complaint"),
    "expectation": _l("Customer expectation"),
    "overdue": _l("Deadline three days overdue"),
    "ineffective": _l("Corrective action ineffective three times"),
    "other": _l("Other"),
}


class GmReport(Record):
    """One matter of the general manager's, about one other record or about none."""

    __tablename__ = "gm_report"
    __table_args__: Any = ()  # the indexes of `record` are not its own

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    __mapper_args__: Any = {"polymorphic_identity": "gm_report", "inherit_condition": id == Record.id}  # not by `about`
    reason: Mapped[str] = mapped_column(String(20))
    at_once: Mapped[bool] = mapped_column(default=False)  # an expectation that does not wait for the week's list
    about_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"), index=True)
    summary: Mapped[str | None] = mapped_column(Text)
    measures: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reported_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    read_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    instruction: Mapped[str | None] = mapped_column(Text)  # 批示
    instruction_due: Mapped[date | None]
    instructed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(Text)

    about: Mapped[Record | None] = relationship(foreign_keys=[about_id])
    department: Mapped[Department | None] = relationship(foreign_keys="GmReport.department_id")

    @property
    def is_urgent(self) -> bool:
        """Told at any hour: what is major, and what somebody says can't wait (4.4)."""
        return self.reason == "major_complaint" or self.at_once or bool(getattr(self.about, "is_major", False))

    @property
    def is_weekly(self) -> bool:
        """顾客期望: the general manager finds it in the week's list, unless it can't wait (4.4)."""
        return self.reason == "expectation" and not self.is_urgent
