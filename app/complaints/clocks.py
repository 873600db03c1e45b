"""The deadlines of a complaint (2.1–2.6); those without a clause are the company's own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from app.core.process.turns import users_with_role
from app.core.time.deadline_rules import DAY, FIXED, SAME_DAY, WORKDAY, Default


def keeper(session: Session, record: Any) -> list[int]:
    """Whoever looks after it at the reception owes the receipt; else the whole desk."""
    return [record.kept_by_id] if record.kept_by_id else users_with_role(session, "reception")


DEADLINES = (
    Default("ACK", "受理回执", "Acknowledgement of receipt", 1, WORKDAY, responsible=keeper),
    Default("HAND_TO_QC", "移交质检部", "Hand-over to Quality Control", 0, SAME_DAY, "2.1", warn_at="16:30", beyond=("reception_lead",)),
    Default("NEGOTIATE", "非质量问题协商", "Negotiation", 7, DAY, "2.1", beyond=("leader",)),
    Default("QC_RECEIVE", "质检签收", "Receipt by Quality Control", 1, WORKDAY),
    Default("DISPOSE", "签发处理意见", "Disposition", 2, WORKDAY),
    Default("ASSIGN", "委派", "Assignment", 1, WORKDAY),
    Default("ARRIVE_IN", "到达现场（省内）", "Arrival on site (in province)", 3, DAY, "2.2", beyond=("qc_manager", "reception")),
    Default("ARRIVE_OUT", "到达现场（省外）", "Arrival on site (out of province)", 7, DAY, "2.2", beyond=("qc_manager", "reception")),
    Default("ARRIVE_REMOTE", "到达现场（边远地区）", "Arrival on site (remote area)", 10, DAY, "2.2", beyond=("qc_manager", "reception")),
    Default("ARRIVE_SPECIAL", "到达现场（港澳台及境外）", "Arrival on site (abroad)", 0, FIXED, "2.2", beyond=("qc_manager", "reception")),
    Default("REVISIT", "改约到场", "Rescheduled visit", 0, FIXED),
    Default("COMPLETE", "完成现场处理", "Completion of the work on site", 3, DAY),
    Default("CONFIRM", "顾客确认", "Customer's confirmation", 10, DAY, "2.5"),
    Default("RETURN_FORM", "交回记录表", "Return of the record form", 1, WORKDAY, "2.6"),
    Default("CLOSE", "结案", "Closure", 3, WORKDAY, "2.6"),
)
