"""会同意见: QC asks a department for its opinion before it decides (2.1)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum, auto
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy import ForeignKey, Text, select
from sqlalchemy.orm import Mapped, Session, backref, mapped_column, relationship

from app.core.fields import LongTextField
from app.core.forms import StepForm
from app.core.records import Record
from app.core.types import UtcDateTime
from app.core.workflow import SYSTEM, Deed, Invalid, Stage, State, Transition, Workflow
from app.organisation.models import Department
from app.organisation.turns import MANAGERS, leads_department, manager_turn, unanswering

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
    complaint_id: Mapped[int] = mapped_column(ForeignKey("complaint.id"), index=True)
    round: Mapped[int] = mapped_column(default=1)
    question: Mapped[str | None] = mapped_column(Text)
    reply_by: Mapped[date | None]
    opinion: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    complaint: Mapped[Complaint] = relationship(
        foreign_keys=[complaint_id], backref=backref("consultations", order_by="Consultation.id")
    )
    department: Mapped[Department] = relationship(foreign_keys="Consultation.department_id")

    @property
    def is_waiting(self) -> bool:
        """Nobody has answered yet."""
        return self.state == Asked.asked


class Answer(StepForm):
    opinion = LongTextField(_l("Opinion"), required=True)


class Reason(StepForm):
    reason = LongTextField(_l("Reason"), required=True)


def answer(deed: Deed[Consultation]) -> None:
    deed.set(opinion=deed.data["opinion"])
    deed.record.answered_at, deed.record.answered_by_id = deed.at, deed.actor.user_id


CONSULTATION = Workflow[Consultation](
    "consultation",
    thing="Consultation",
    title=_l("Consultations"),
    initial=Asked.asked,
    begins=("CONSULT",),
    states={
        Asked.asked: State(_l("Asked"), "warn", manager_turn),
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
        Transition(
            "answer",
            _l("Give the opinion"),
            frozenset({Asked.asked}),
            Asked.answered,
            MANAGERS,
            "2.1",
            form=Answer,
            whose=leads_department,
            effect=answer,
            meets=("CONSULT",),
            icon="fa-reply",
        ),
        Transition(
            "cancel",
            _l("Cancel the consultation"),
            frozenset({Asked.asked}),
            Asked.cancelled,
            ("qc",),
            "2.1",
            form=Reason,
            cancels=("CONSULT",),
            tone="danger",
            icon="fa-ban",
        ),
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
