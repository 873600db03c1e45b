"""When the deadlines of a story end: by their rules and the calendar, reckoned once for each rule and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

from app.core.time import clock, deadlines
from app.core.time.deadline_rules import DeadlineRule, Told
from app.core.time.deadlines import Deadline
from app.core.time.periods import Unit

Facts = dict[str, object]
COMPUTED = ("due_at", "warn_at", "provisional", "explanation_zh", "explanation_en", "told", "tell_at")


@dataclass(frozen=True)
class _End:
    """What follows from a rule and a day."""

    due_at: datetime
    warn_at: datetime | None
    provisional: bool
    explanation_zh: str
    explanation_en: str
    first: datetime | None  # when somebody is told of it first: if it is late …
    warned: datetime | None  # … or before


class Ends:
    """Remembers what was reckoned."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.rules: dict[object, DeadlineRule] = {rule.id: rule for rule in session.query(DeadlineRule)}
        self.known: dict[tuple[object, ...], _End] = {}

    def settle(self, row: Facts, now: datetime) -> None:
        """Write onto a deadline when it ends, and who has been told by now."""
        rule, at = self.rules[row["rule_id"]], row["started_at"]
        assert isinstance(at, datetime)
        by_day = rule.unit is not Unit.hour and row["until"] is None
        begins = clock.at(clock.local(at).date(), time()) if by_day else at
        key = (rule.id, begins, row["quantity"], row["until"])
        if (end := self.known.get(key)) is None:
            end = self.known[key] = self._reckoned(rule, begins, row)
        warn_at = end.warn_at if end.warn_at and at < end.warn_at else None
        row.update(
            due_at=end.due_at,
            warn_at=warn_at,
            provisional=end.provisional,
            explanation_zh=end.explanation_zh,
            explanation_en=end.explanation_en,
        )
        if row["met_at"] is None and row["cancelled_at"] is None:
            told = _told(rule, end.due_at, warn_at, now)
            row.update(told=int(told), tell_at=deadlines.next_telling(rule, end.due_at, warn_at, told))
        else:
            row.update(told=int(Told.nobody), tell_at=end.warned if warn_at else end.first)

    def _reckoned(self, rule: DeadlineRule, at: datetime, row: Facts) -> _End:
        tried = Deadline(rule=rule, started_at=at, quantity=row["quantity"], until=row["until"])
        deadlines.compute(self.session, tried)
        due_at, warn_at = tried.due_at, tried.warn_at
        return _End(
            due_at,
            warn_at,
            tried.provisional,
            tried.explanation_zh,
            tried.explanation_en,
            first=deadlines.next_telling(rule, due_at, None, Told.nobody),
            warned=deadlines.next_telling(rule, due_at, warn_at, Told.nobody),
        )


def _told(rule: DeadlineRule, due_at: datetime, warn_at: datetime | None, now: datetime) -> Told:
    """The highest step of the escalation that has come."""
    passed = [step for step, late in rule.steps.items() if due_at + late <= now]
    return max(passed, default=Told.warned if warn_at and warn_at <= now else Told.nobody)
