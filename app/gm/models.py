"""重大事项报告: what the general manager is told of, reads and instructs (4.4)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.kind.choices import Choices
from app.core.kind.facts import fact
from app.core.record.records import Record
from app.core.text.wording import lazy_gettext as _l
from app.core.types import UtcDateTime
from app.organisation.models import Department


class G(StrEnum):
    """The states of a report to the general manager."""

    open = auto()
    reported = auto()
    instructed = auto()
    closed = auto()


REASONS = Choices(
    "gm_report.reason",
    _l("Kind of matter"),
    {
        "major_complaint": _l("Major complaint"),
        "expectation": _l("Customer expectation"),
        "overdue": _l("Deadline three days overdue"),
        "ineffective": _l("Corrective action ineffective three times"),
        "other": _l("Other"),
    },
    fixed=dict.fromkeys(
        ("major_complaint", "expectation", "overdue", "ineffective"),
        _l("4.4: the portal itself brings such matters before the General Manager"),
    ),
)


OPEN = [state.value for state in G if state is not G.closed]
UNREAD = "read_at IS NULL"


class GmReport(Record):
    """One matter of the general manager's, about one other record or about none."""

    __tablename__ = "gm_report"
    __table_args__: Any = (  # the indexes of `record` are not its own
        Index("ix_gm_report_unread", "id", sqlite_where=text(UNREAD), postgresql_where=text(UNREAD)),
        Index("ix_gm_report_read", "read_by_id", "read_at"),
    )

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    __mapper_args__: Any = {"polymorphic_identity": "gm_report", "inherit_condition": id == Record.id}  # not by `about`
    reason: Mapped[str] = fact(_l("Kind of matter"), String(20), choices=REASONS)
    at_once: Mapped[bool] = fact(
        _l("Can't wait"), default=False, help=_l("Otherwise a customer's expectation stands in the weekly list.")
    )
    about_id: Mapped[int | None] = fact(_l("About"), ForeignKey("record.id"), lookup="complaint", index=True)
    summary: Mapped[str | None] = fact(_l("What happened"), Text)
    measures: Mapped[str | None] = fact(_l("Measures"), Text)
    reported_at: Mapped[datetime | None] = fact(_l("Reported at"), UtcDateTime)
    reported_by_id: Mapped[int | None] = fact(_l("Reported by"), ForeignKey("ab_user.id"), person=True)
    read_at: Mapped[datetime | None] = fact(_l("Read at"), UtcDateTime)
    read_by_id: Mapped[int | None] = fact(_l("Read by"), ForeignKey("ab_user.id"), person=True)
    instruction: Mapped[str | None] = fact(_l("Instruction"), Text)  # 批示
    instruction_due: Mapped[date | None] = fact(_l("Due"), help=_l("Left empty, the time of the deadline rule holds."))
    instructed_at: Mapped[datetime | None] = fact(_l("Instructed at"), UtcDateTime)
    outcome: Mapped[str | None] = fact(_l("Outcome"), Text)

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
