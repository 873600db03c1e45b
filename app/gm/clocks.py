"""The deadlines of a matter before the general manager (4.4)."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.process.turns import holders
from app.core.time.deadline_rules import HOUR, WORKDAY, Default

from .models import GmReport


def nobody(_session: Session, _record: GmReport) -> list[int]:
    """The general manager is reminded every four hours (4.4)."""
    return []


def the_writer(session: Session, record: GmReport) -> list[int]:
    """Who still has to read owes no report."""
    return holders(session, record.owner)


def can_wait(record: GmReport) -> bool:
    """Nobody need read on a holiday what is not urgent."""
    return not record.is_urgent


DEADLINES = (
    Default("GM_READ", "总经理阅知", "Reading by the General Manager", 4, HOUR, "4.4", responsible=nobody, in_workdays=can_wait),
    Default("GM_REPORT", "重大事项报告", "Report to the General Manager", 1, WORKDAY, "4.4", responsible=the_writer),
    Default("GM_TASK", "落实总经理批示", "Task from the GM's instruction", 5, WORKDAY, "4.4"),
)
