"""The clocks of the regulation: versioned rules, and the deadlines running on a record.

A deadline is met when `met_at < due_at`; met late it is breached for good. Whether a running one is breached
is computed when read. Warnings are due at `warn_at`, fixed at the start:
the rule's wall clock on the last day, or its minutes before the end; else two hours before business hours
end, on the last day when the period is shorter than two days, on the working day before it when longer.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship, selectinload

from .. import settings
from ..model import Model
from ..record import witness
from ..record.records import Record
from ..text.wording import lazy_gettext as _l
from ..types import UtcDateTime
from . import clock
from .deadline_rules import DeadlineRule, Told, current_rule, new_version, seed_rules
from .periods import End, Period, Unit, end_of, explain
from .when import FULL, due_stamp
from .workdays import WorkCalendar, load_calendar

__all__ = [
    "Deadline",
    "DeadlineRule",
    "Preview",
    "Status",
    "cancel",
    "current_rule",
    "end_by",
    "is_running",
    "meet",
    "new_version",
    "preview",
    "recompute",
    "recompute_all",
    "refresh",
    "running",
    "seed_rules",
    "start",
]

OPEN = "met_at IS NULL AND cancelled_at IS NULL"
WARN_HOURS = 2


class Status(StrEnum):
    """What a deadline looks like at a moment."""

    running = "running"
    met = "met"
    breached = "breached"
    cancelled = "cancelled"


class Deadline(Model):
    """时限: one clock on a record, with the rule it was started by and the written reason for its end."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index("ix_deadline_record", "record_id", "id"),
        Index("ix_deadline_due", "due_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_deadline_tell", "tell_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_deadline_late", "told", "due_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_deadline_case", "code", "started_at"),
        Index("ix_deadline_started", "started_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    rule_id: Mapped[int] = mapped_column(ForeignKey("deadline_rule.id"))
    code: Mapped[str] = mapped_column(String(32))
    clause: Mapped[str] = mapped_column(String(20), default="")
    sequence: Mapped[int] = mapped_column(default=1)  # the how-manieth of its code on the record
    quantity: Mapped[int | None]  # typed instead of the rule's
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)  # the end as agreed, instead of the rule's
    reason: Mapped[str] = mapped_column(Text, default="")  # why the end was typed
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    was_due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # before it was last computed again …
    change_reason: Mapped[str] = mapped_column(Text, default="")  # … and why
    warn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    told: Mapped[int] = mapped_column(default=0)  # the highest step of the escalation that was told
    tell_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # nobody need be told before; None: all are told
    provisional: Mapped[bool] = mapped_column(default=False)
    explanation_zh: Mapped[str] = mapped_column(Text)
    explanation_en: Mapped[str] = mapped_column(Text)
    met_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    breach_reason: Mapped[str] = mapped_column(Text, default="")
    origin: Mapped[str] = mapped_column(String(32), default="")  # the merged record whose promise it is
    agreed_date: Mapped[date | None]  # a later day was agreed upon: a breach counts as agreed (2.2)

    record: Mapped[Record] = relationship(back_populates="deadlines")
    rule: Mapped[DeadlineRule] = relationship()

    @property
    def is_running(self) -> bool:
        """Neither met nor cancelled; it may be overdue."""
        return self.met_at is None and self.cancelled_at is None

    def status(self, now: datetime | None = None) -> Status:
        """Running, met, breached or cancelled, as seen at a moment."""
        if self.cancelled_at is not None:
            return Status.cancelled
        if self.met_at is not None:
            return Status.met if self.met_at < self.due_at else Status.breached
        return Status.running if (now or clock.now()) < self.due_at else Status.breached

    def tells_next(self) -> datetime | None:
        """The earliest moment at which somebody must be told next; None when all have been told."""
        return next_telling(self.rule, self.due_at, self.warn_at, self.told or Told.nobody)

    def explanation(self, locale: str) -> str:
        zh = locale.startswith("zh")
        if self.origin:
            until = due_stamp(self.due_at, FULL)
            return f"承自{self.origin}，至{until}止" if zh else f"Inherited from {self.origin}, until {until}"
        return self.explanation_zh if zh else self.explanation_en

    def __repr__(self) -> str:
        return f"{self.code}#{self.sequence}"


def next_telling(rule: DeadlineRule, due_at: datetime, warn_at: datetime | None, told: int) -> datetime | None:
    """When somebody must be told next of a deadline, after the steps that were told; None when there is none left."""
    coming = [due_at + late for step, late in rule.steps.items() if step > told]
    if told < Told.warned and warn_at:
        coming.append(warn_at)
    return min(coming, default=None)


@dataclass(frozen=True)
class Preview:
    """What a deadline would be, shown before the step is saved."""

    due_at: datetime
    provisional: bool
    explanation_zh: str
    explanation_en: str

    def explanation(self, locale: str) -> str:
        return self.explanation_zh if locale.startswith("zh") else self.explanation_en


def start(
    session: Session,
    record: Record,
    code: str,
    at: datetime,
    *,
    due_at: datetime | date | None = None,
    reason: str = "",
    quantity: int | None = None,
) -> Deadline:
    """Start a clock; `due_at` (a moment, or a day until 24:00) or `quantity` replace the rule's own."""
    rule = current_rule(session, code)
    deadline = Deadline(
        rule=rule,
        code=code,
        clause=rule.clause,
        started_at=at,
        quantity=quantity,
        reason=reason,
        until=None if due_at is None else Period.fixed(due_at).until,
        sequence=1 + sum(other.code == code for other in record.deadlines),
    )
    compute(session, deadline)
    deadline.record = record  # last: the queries above would flush a half-made row
    session.add(deadline)
    refresh(session, record)
    return deadline


def meet(session: Session, record: Record, codes: Iterable[str], at: datetime, reason: str = "") -> list[Deadline]:
    """What the clocks of these codes waited for has happened; `reason` is kept with those met late."""
    met = _open(record, codes)
    for deadline in met:
        deadline.met_at = at
        if reason and deadline.status(at) is Status.breached:
            deadline.breach_reason = reason
    refresh(session, record)
    return met


def cancel(session: Session, record: Record, codes: Iterable[str] | None, at: datetime) -> list[Deadline]:
    """These clocks (None: all) no longer matter."""
    cancelled = _open(record, codes)
    for deadline in cancelled:
        deadline.cancelled_at = at
    refresh(session, record)
    return cancelled


def running(session: Session, record: Record, code: str) -> list[Deadline]:
    """The open clocks of a code, overdue ones included."""
    return _open(record, (code,))


def is_running(record: Record, code: str) -> bool:
    """Whether a clock of this code runs on the record."""
    return bool(_open(record, (code,)))


def refresh(session: Session, record: Record) -> None:
    """The record's due moment is that of its earliest open clock."""
    due_at = min((deadline.due_at for deadline in _open(record)), default=None)
    if record.due_at != due_at:
        record.due_at = due_at


def preview(session: Session, code: str, at: datetime, *, due_at: datetime | date | None = None) -> Preview:
    """What `start` would give; a rule without an own end needs the agreed one."""
    period = _period(session, current_rule(session, code), until=due_at)
    end = end_of(at, period, load_calendar(session))
    zh, en = (explain(at, period, end, locale) for locale in ("zh", "en"))
    return Preview(end.due_at, end.provisional, zh, en)


def end_by(session: Session, deadline: Deadline, rule: DeadlineRule) -> datetime:
    """When an open clock would end by a rule that is not in force yet; nothing is written."""
    kept = deadline.until or (deadline.due_at if rule.unit is Unit.fixed else None)
    tried = Deadline(rule=rule, started_at=deadline.started_at, quantity=deadline.quantity, until=kept)
    compute(session, tried)
    return tried.due_at


def recompute(
    session: Session,
    deadline: Deadline,
    reason: str,
    *,
    code: str | None = None,
    due_at: datetime | date | None = None,
    rule: DeadlineRule | None = None,
) -> tuple[datetime, datetime] | None:
    """A rule, the calendar or the region (another `code`) changed: an open clock is computed again.

    Answers old and new end for the history, None when the end stays. What is met or cancelled never moves.
    """
    if not deadline.is_running:
        return None
    old = deadline.due_at
    rule = rule or current_rule(session, code or deadline.code)
    if rule.code != deadline.code:
        deadline.code, deadline.until, deadline.quantity = rule.code, None, None
    if due_at is not None:
        deadline.until = Period.fixed(due_at).until
    elif rule.unit is Unit.fixed and deadline.until is None:
        deadline.until = old  # no period of its own: the end stays until somebody types another
    deadline.rule, deadline.clause = rule, rule.clause
    compute(session, deadline)
    if deadline.due_at == old:
        return None
    deadline.was_due_at, deadline.change_reason, deadline.told = old, reason, Told.nobody
    deadline.tell_at = deadline.tells_next()
    refresh(session, deadline.record)
    return old, deadline.due_at


def recompute_all(
    session: Session, reason: str, *, codes: Iterable[str] | None = None
) -> list[tuple[Deadline, datetime, datetime]]:
    """Compute the open clocks again, all or those of some codes; answers those that moved."""
    still_open = (Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None))
    whole = selectinload(Deadline.record).selectinload(Record.deadlines)
    query = select(Deadline).where(*still_open).order_by(Deadline.id).options(whole)
    if codes is not None:
        query = query.where(Deadline.code.in_(list(codes)))
    rules = {rule.code: rule for rule in session.scalars(select(DeadlineRule).where(DeadlineRule.active))}
    moved = (
        (deadline, recompute(session, deadline, reason, rule=rules[deadline.code]))
        for deadline in session.scalars(query).all()
    )
    return [(deadline, *change) for deadline, change in moved if change]


def _open(record: Record, codes: Iterable[str] | None = None) -> list[Deadline]:
    wanted = None if codes is None else set(codes)
    return [
        deadline for deadline in record.deadlines if deadline.is_running and (wanted is None or deadline.code in wanted)
    ]


def _period(
    session: Session, rule: DeadlineRule, until: datetime | date | None = None, quantity: int | None = None
) -> Period:
    if until is not None:
        return Period.fixed(until, rule.roll)
    roll = rule.roll
    if rule.unit is Unit.same_day:  # 当天 on a day off: the company's decision
        roll = roll or settings.get(session, "same_day_roll") == "next_workday"
    return Period(rule.quantity if quantity is None else quantity, rule.unit, roll)


def compute(session: Session, deadline: Deadline) -> None:
    """Write end, warning and explanation onto a deadline, by its rule and its start."""
    rule, at, calendar = deadline.rule, deadline.started_at, load_calendar(session)
    period = _period(session, rule, deadline.until, deadline.quantity)
    end = end_of(at, period, calendar)
    deadline.due_at, deadline.provisional = end.due_at, end.provisional
    deadline.explanation_zh = explain(at, period, end, "zh")
    deadline.explanation_en = explain(at, period, end, "en")
    warn_at = _warn_at(session, rule, at, period, end, calendar)
    deadline.warn_at = warn_at if warn_at and at < warn_at < end.due_at else None
    deadline.tell_at = deadline.tells_next()


def _warn_at(
    session: Session, rule: DeadlineRule, at: datetime, period: Period, end: End, calendar: WorkCalendar
) -> datetime | None:
    """When to warn (see the head of this module); an exact number of hours has no warning of its own."""
    if rule.warn_at:
        return clock.at(end.last_day, time.fromisoformat(rule.warn_at))
    if rule.warn_minutes_before is not None:
        return end.due_at - timedelta(minutes=rule.warn_minutes_before)
    if period.unit is Unit.hour:
        return None
    days = period.quantity if period.unit is Unit.workday else (end.last_day - clock.local(at).date()).days
    closing = time.fromisoformat(settings.get(session, "business_hours_end"))
    day = end.last_day if days < 2 else calendar.on_or_before(end.last_day - timedelta(days=1))
    return clock.at(day, closing) - timedelta(hours=WARN_HOURS)


witness.called("deadline", _l("Deadline"), "code")
