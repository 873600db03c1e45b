"""The rules of the clocks: versioned, with the regulation's defaults (2.1–4.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from . import clock
from .periods import Unit
from .types import UtcDateTime, enum_column


@dataclass(frozen=True)
class Default:
    """One deadline: its name, how long, by which clause."""

    code: str
    name_zh: str
    name_en: str
    quantity: int
    unit: Unit
    clause: str = ""
    roll: bool = False
    warn_at: str | None = None  # wall clock on the last day
    warn_minutes_before: int | None = None


SAME_DAY, DAY, WORKDAY, HOUR, FIXED = Unit.same_day, Unit.day, Unit.workday, Unit.hour, Unit.fixed

DEFAULTS = (
    Default("ACK", "受理回执", "Acknowledgement of receipt", 1, WORKDAY),
    Default("HAND_TO_QC", "移交质检部", "Hand-over to Quality Control", 0, SAME_DAY, "2.1", warn_at="16:30"),
    Default("NEGOTIATE", "非质量问题协商", "Negotiation", 7, DAY, "2.1"),
    Default("QC_RECEIVE", "质检签收", "Receipt by Quality Control", 1, WORKDAY),
    Default("CONSULT", "会同意见", "Consulted department's opinion", 1, WORKDAY),
    Default("DISPOSE", "签发处理意见", "Disposition", 2, WORKDAY),
    Default("ASSIGN", "委派", "Assignment", 1, WORKDAY),
    Default("ARRIVE_IN", "到达现场（省内）", "Arrival on site (in province)", 3, DAY, "2.2"),
    Default("ARRIVE_OUT", "到达现场（省外）", "Arrival on site (out of province)", 7, DAY, "2.2"),
    Default("ARRIVE_REMOTE", "到达现场（边远地区）", "Arrival on site (remote area)", 10, DAY, "2.2"),
    Default("ARRIVE_SPECIAL", "到达现场（港澳台及境外）", "Arrival on site (abroad)", 0, FIXED, "2.2"),
    Default("REVISIT", "改约到场", "Rescheduled visit", 0, FIXED),
    Default("COMPLETE", "完成现场处理", "Completion of the work on site", 3, DAY),
    Default("CONFIRM", "顾客确认", "Customer's confirmation", 10, DAY, "2.5"),
    Default("RETURN_FORM", "交回记录表", "Return of the record form", 1, WORKDAY, "2.6"),
    Default("CLOSE", "结案", "Closure", 3, WORKDAY, "2.6"),
    Default("CAPA_ISSUE", "签发纠正措施通知单", "Issue of the corrective action notice", 1, WORKDAY, "2.6"),
    Default("CAPA_ACK", "签收纠正措施通知单", "Receipt of the corrective action notice", 1, WORKDAY, "2.6"),
    Default("CAPA_PLAN", "制定纠正措施", "Corrective action plan", 5, WORKDAY, "2.6"),
    Default("CAPA_ACCEPT", "审核纠正措施", "Review of the corrective action plan", 2, WORKDAY, "2.6"),
    Default(
        "CAPA_DONE",
        "完成纠正措施",
        "Completion of the corrective actions",
        0,
        FIXED,
        "2.6",
        warn_minutes_before=3 * 24 * 60,
    ),
    Default("CAPA_OBJECTION", "裁定异议", "Decision on an objection", 2, WORKDAY, "2.6"),
    Default("CAPA_VERIFY", "有效性验证", "Effectiveness verification", 30, DAY, "2.6", roll=True),
    Default("GM_READ", "总经理阅知", "Reading by the General Manager", 4, HOUR, "4.4"),
    Default("GM_REPORT", "重大事项报告", "Report to the General Manager", 1, WORKDAY, "4.4"),
    Default("GM_TASK", "落实总经理批示", "Task from the GM's instruction", 5, WORKDAY, "4.4"),
)


class DeadlineRule(Model):
    """时限规则: how long something may take. A change makes a new version; deadlines keep theirs."""

    __tablename__ = "deadline_rule"
    __table_args__ = (
        UniqueConstraint("code", "version", name="uq_deadline_rule_code_version"),
        Index(
            "uq_deadline_rule_active", "code", unique=True, sqlite_where=text("active"), postgresql_where=text("active")
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(32))
    version: Mapped[int] = mapped_column(default=1)
    name_zh: Mapped[str] = mapped_column(String(80))
    name_en: Mapped[str] = mapped_column(String(120))
    clause: Mapped[str] = mapped_column(String(20), default="")
    quantity: Mapped[int] = mapped_column(default=0)
    unit: Mapped[Unit] = mapped_column(enum_column(Unit))
    roll: Mapped[bool] = mapped_column(default=False)
    warn_minutes_before: Mapped[int | None]
    warn_at: Mapped[str | None] = mapped_column(String(5))
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def name(self, locale: str) -> str:
        return self.name_zh if locale.startswith("zh") else self.name_en

    def __repr__(self) -> str:
        return f"{self.code} v{self.version}"


def current_rule(session: Session, code: str) -> DeadlineRule:
    """The version of a rule that is in force."""
    return session.scalars(select(DeadlineRule).where(DeadlineRule.code == code, DeadlineRule.active)).one()


def new_version(session: Session, rule: DeadlineRule, **changes: Any) -> DeadlineRule:
    """A changed rule: the old version stays with the deadlines it started."""
    kept = ("name_zh", "name_en", "clause", "quantity", "unit", "roll", "warn_minutes_before", "warn_at")
    if unknown := set(changes) - set(kept):
        raise ValueError(f"a rule has no {', '.join(sorted(unknown))}")
    same = DeadlineRule.code == rule.code
    latest = session.scalar(select(func.max(DeadlineRule.version)).where(same)) or 0
    for old in session.scalars(select(DeadlineRule).where(same, DeadlineRule.active)):
        old.active = False
    session.flush()  # one active version per code, also between the statements
    facts = {name: getattr(rule, name) for name in kept} | changes
    new = DeadlineRule(code=rule.code, version=latest + 1, active=True, **facts)
    session.add(new)
    session.flush()
    return new


def seed_rules(session: Session) -> list[str]:
    """Insert the rules that are missing; what an administrator changed stays."""
    known = set(session.scalars(select(DeadlineRule.code)))
    missing = [default for default in DEFAULTS if default.code not in known]
    session.add_all(DeadlineRule(**vars(default)) for default in missing)
    session.flush()
    return [default.code for default in missing]
