"""The figures of a period: per check and clause the cases, the breaches, the share that complies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from flask_babel import ngettext
from sqlalchemy import Select, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.core.rights.people import in_locale
from app.core.tally.finding import newest
from app.core.tally.reading import figures
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.core.time.deadline_rules import DeadlineRule

from .checks import Check, checks
from .clauses import CLAUSES, Clause
from .tallied import SUMMED, source_of


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
    apart: int = 0  # agreed with the customer, or closed as duty done

    @property
    def percent(self) -> str:
        return share(self.cases, self.breaches)

    def tone(self, good: Decimal) -> str:
        return tone(self.cases, self.breaches, good)


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
    def apart(self) -> int:
        return sum(line.apart for line in self.lines)

    @property
    def percent(self) -> str:
        return share(self.cases, self.breaches)

    def tone(self, good: Decimal) -> str:
        return tone(self.cases, self.breaches, good)


def tone(cases: int, breaches: int, good: Decimal) -> str:
    """Green when all is kept, amber from the share the company considers good, red below."""
    if not cases:
        return "mut"
    if not breaches:
        return "ok"
    return "warn" if Decimal(100 * (cases - breaches)) / cases >= good else "bad"


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
    """Every clause, all checks from what is kept of their cases."""
    kept = figures(session, [source.name for source in SUMMED], [period.first, period.last + timedelta(days=1)])
    counted = {key.code: figure for key, figure in kept.items()}
    words = names(session)
    found = {number: Summary(clause) for number, clause in CLAUSES.items()}
    for check in checks().values():
        if check.clause in found:
            label = words.get(check.code, check.label)
            found[check.clause].lines.append(Line(check, label, *counted.get(check.code, ())))
    return list(found.values())


def page_of(session: Session, period: Period, checks: Sequence[Check], which: str, offset: int, most: int) -> Any:
    """The lines of a page: of each check the newest are read, along the index of its moments, and no others."""
    need, days = offset + most, (period.first, period.last + timedelta(days=1))
    measure = {"breaches": "breached"}.get(which, which)
    places = {check.code: (source_of(check), check.code) for check in checks}
    whole = [(clock.at(days[0], time(0)), clock.at(days[1], time(0)))]
    held = {} if which == "all" else newest(session, places.values(), measure, days, need)
    legs = []
    for check in checks:
        if ranges := held.get(places[check.code], whole):
            cases = check.cases().subquery()
            within = or_(*((cases.c.at >= begin) & (cases.c.at < end) for begin, end in ranges))
            rows = select(literal(check.code).label("check"), cases).where(*_wanted(cases, which), within)
            legs.append(rows.order_by(cases.c.at.desc(), cases.c.record_id.desc()).limit(need).subquery())
    if not legs:
        return []
    every = union_all(*map(select, legs)).subquery()
    return session.execute(select(every).order_by(*_newest(every)).offset(offset).limit(most)).all()


def _wanted(cases: Any, which: str) -> list[Any]:
    return {"breaches": [cases.c.breached == 1], "apart": [cases.c.apart == 1]}.get(which, [])


def _newest(every: Any) -> tuple[Any, ...]:
    return every.c.at.desc(), every.c.record_id.desc(), every.c.check


def listed(period: Period, checks: Sequence[Check], which: str = "breaches") -> Select[Any]:
    """The cases behind the numbers, newest first: the breaches, what is shown apart, or all of them."""
    parts = []
    for check in checks:
        cases = check.cases().subquery()
        rows = select(literal(check.code).label("check"), cases)
        parts.append(rows.where(*_wanted(cases, which), *period.within(cases)))
    every = union_all(*parts).subquery()
    return select(every).order_by(*_newest(every))


def lateness(due: datetime | None, ended: datetime | None) -> str:
    """How late something was done, or is by now: 2 days 3 hours."""
    over = (ended or clock.now()) - due if due else timedelta(0)
    if over < timedelta(0) or due is None:
        return ""
    days, hours = over.days, over.seconds // 3600
    parts = [ngettext("%(num)s day", "%(num)s days", days)] if days else []
    parts += [ngettext("%(num)s hour", "%(num)s hours", hours)] if hours else []
    return " ".join(parts) or _("less than an hour")
