"""会同意见: QC asks a department for its opinion before it decides (2.1)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from app.core.kind.asks import REASON, need
from app.core.kind.facts import fact
from app.core.kind.steps import step
from app.core.process.deeds import Deed
from app.core.process.refused import Invalid
from app.core.process.whose_turn import ByRight
from app.core.process.workflow import Stage, State, Workflow
from app.core.record.records import Record
from app.core.rights.actor import SYSTEM
from app.core.text.wording import lazy_gettext as _l
from app.core.types import UtcDateTime
from app.organisation.models import Department
from app.organisation.turns import MANAGERS, leads_department, named_manager, unanswering

from .models import Complaint


class Asked(StrEnum):
    """The states of a consultation."""

    asked = auto()
    answered = auto()
    cancelled = auto()


class Consultation(Record):
    """One question to one department about one complaint."""

    __tablename__ = "consultation"
    __mapper_args__: Any = {"polymorphic_identity": "consultation"}
    __table_args__: Any = ()  # the indexes of `record` are not its own

    id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    complaint_id: Mapped[int] = fact(_l("Complaint"), ForeignKey("complaint.id"), lookup="complaint", index=True)
    round: Mapped[int] = fact(_l("Round"), default=1)
    question: Mapped[str | None] = fact(_l("Question"), Text)
    reply_by: Mapped[date | None] = fact(_l("Reply by"))
    opinion: Mapped[str | None] = fact(_l("Opinion"), Text)
    answered_at: Mapped[datetime | None] = fact(_l("Answered at"), UtcDateTime)
    answered_by_id: Mapped[int | None] = fact(_l("Answered by"), ForeignKey("ab_user.id"), person=True)

    complaint: Mapped[Complaint] = relationship(
        foreign_keys=[complaint_id], back_populates="consultations"
    )
    department: Mapped[Department] = relationship(foreign_keys="Consultation.department_id")

    @property
    def is_waiting(self) -> bool:
        """Nobody has answered yet."""
        return self.state == Asked.asked


CONSULTATION = Workflow[Consultation](
    "consultation",
    thing="Consultation",
    title=_l("Consultations"),
    initial=Asked.asked,
    begins=("CONSULT",),
    states={
        Asked.asked: State(_l("Asked"), "warn", ByRight("answer", named_manager)),
        Asked.answered: State(_l("Answered"), "ok", None),
        Asked.cancelled: State(_l("Cancelled"), "mut", None),
    },
    stages=(Stage(_l("Opinion of the department"), frozenset({Asked.asked}), frozenset({"answer"}), ("CONSULT",)),),
    tabs={
        "asked": (_l("Waiting for an opinion"), (Asked.asked,)),
        "answered": (_l("Answered"), (Asked.answered,)),
        "cancelled": (_l("Cancelled"), (Asked.cancelled,)),
    },
    steps=[
        step("answer", _l("Give the opinion"), Asked.asked, Asked.answered, MANAGERS, "2.1",
             asks=(need(Consultation.opinion),), stamps="answered", whose=leads_department, meets=("CONSULT",),
             icon="fa-reply"),
        step("cancel", _l("Cancel the consultation"), Asked.asked, Asked.cancelled, ("qc",), "2.1",
             asks=(REASON,), cancels=("CONSULT",), tone="danger", icon="fa-ban"),
    ],
)


def somebody_answers(deed: Deed[Complaint]) -> str | None:
    """会同有关部门: only a department in which somebody may answer is asked (2.1)."""
    chosen = deed.session.scalars(select(Department).where(Department.id.in_(deed.data["departments"])))
    if sentence := unanswering(deed.session, chosen, "answer", "Consultation"):
        raise Invalid({"departments": [sentence]})
    return None


def ask(deed: Deed[Complaint]) -> None:
    """会同有关部门: one consultation for each department; one that is still asked is not asked twice (2.1)."""
    record, data = deed.record, deed.data
    asked = {item.department_id for item in record.consultations if item.is_waiting}
    for number in dict.fromkeys(data["departments"]):
        if number in asked:
            continue
        row = Consultation(
            number=f"{record.number}-H{len(record.consultations) + 1}",
            title=record.title,
            complaint=record,
            round=record.round,
            department_id=number,
            customer_id=record.customer_id,
            question=data.get("question"),
            reply_by=data.get("reply_by"),
        )
        until = {"CONSULT": (data["reply_by"], "")} if data.get("reply_by") else {}
        CONSULTATION.begin(deed.session, row, deed.actor, dict(data), due=until, clause="2.1")
    names = deed.session.scalars(select(Department).where(Department.id.in_(data["departments"])))
    deed.note(
        departments=[name.name_zh for name in names], question=data.get("question"), reply_by=data.get("reply_by")
    )


def close_open(session: Session, record: Complaint, reason: str) -> None:
    """Nobody needs to answer any more."""
    for item in [item for item in record.consultations if item.is_waiting]:
        CONSULTATION.fire(session, item, "cancel", SYSTEM, {"reason": reason})
