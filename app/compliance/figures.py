"""The figures of a period: per check and clause the cases, the breaches, the share that complies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all
from sqlalchemy.orm import Session

from app.core import clock
from app.core.deadline_rules import DeadlineRule
from app.core.names import in_locale

from .checks import CHECKS, Check
from .clauses import CLAUSES, Clause


@dataclass(frozen=True)
class Period:
    """From the first day to the last, both included."""

    first: date
    last: date

    def within(self, cases: Any) -> list[Any]:
        """The condition on the cases of a check."""
        return [cases.c.at >= clock.at(self.first, time(0)), cases.c.at < clock.midnight_after(self.last)]


@dataclass
class Line:
    """One check with its numbers."""

    check: Check
    label: Any
    cases: int = 0
    breaches: int = 0

    @property
    def percent(self) -> str:
        return share(self.cases, self.breaches)


@dataclass
class Summary:
    """One clause with its checks."""

    clause: Clause
    lines: list[Line] = field(default_factory=list)

    @property
    def cases(self) -> int:
        return sum(line.cases for line in self.lines)

    @property
    def breaches(self) -> int:
        return sum(line.breaches for line in self.lines)

    @property
    def percent(self) -> str:
        return share(self.cases, self.breaches)


def share(cases: int, breaches: int) -> str:
    """The compliant share with one decimal; a breach never rounds up to 100."""
    if not cases:
        return "–"
    value = min(100 * (cases - breaches) / cases, 99.9 if breaches else 100.0)
    return f"{value:.1f} %"


def names(session: Session) -> dict[str, str]:
    """What the clocks are called, from the rules themselves."""
    rules = session.execute(
        select(DeadlineRule.code, DeadlineRule.name_zh, DeadlineRule.name_en).where(DeadlineRule.active)
    )
    return {row.code: in_locale(row.name_zh, row.name_en) for row in rules}


def summaries(session: Session, period: Period) -> list[Summary]:
    """Every clause, all checks counted in one question."""
    parts = [_count(check, period) for check in CHECKS.values()]
    counted = {row[0]: (row[1], row[2] or 0) for row in session.execute(union_all(*parts))}
    words = names(session)
    found = {number: Summary(clause) for number, clause in CLAUSES.items()}
    for check in CHECKS.values():
        if check.clause in found:
            cases, breaches = counted.get(check.code, (0, 0))
            label = words.get(check.code, check.label)
            found[check.clause].lines.append(Line(check, label, cases, int(breaches)))
    return list(found.values())


def _count(check: Check, period: Period) -> Any:
    cases = check.cases().subquery()
    return select(literal(check.code), func.count(), func.sum(cases.c.breached)).where(*period.within(cases))


def breaches(period: Period, checks: Sequence[Check]) -> Select[Any]:
    """The breaches behind the numbers, newest first."""
    parts = []
    for check in checks:
        cases = check.cases().subquery()
        parts.append(
            select(literal(check.code).label("check"), cases).where(cases.c.breached == 1, *period.within(cases))
        )
    every = union_all(*parts).subquery()
    return select(every).order_by(every.c.at.desc(), every.c.record_id.desc(), every.c.check)
