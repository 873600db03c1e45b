"""The rules of the clocks: versioned, with the regulation's defaults (2.1–4.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import Index, String, UniqueConstraint, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..types import UtcDateTime, enum_column
from . import clock
from .periods import Unit

ESCALATION = ("reaches", "leader_after", "gm_after")
KEPT = ("name_zh", "name_en", "clause", "quantity", "unit", "roll", "warn_minutes_before", "warn_at", *ESCALATION)
LEVELS = ("manager", "leader", "gm")  # who hears of a missed deadline, one after the other


class Told(IntEnum):
    """The steps of the escalation: the responsible, + the manager, + the Leader, + the general manager."""

    nobody = 0
    warned = 1
    breached = 2
    day_late = 3
    three_days_late = 4


BEGINS_WITH = {"manager": Told.breached, "leader": Told.day_late, "gm": Told.three_days_late}  # level → its step


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
    reaches: str = "gm"  # how far a missed deadline goes: the manager hears at once …
    leader_after: int = 1  # … the leader after so many days …
    gm_after: int = 3  # … and the general manager
    # who hears of it, where that is not whose turn the record is
    responsible: Callable[[Session, Any], list[int]] | None = None
    beyond: tuple[str, ...] = ()  # functions told at the breach itself
    in_workdays: Callable[[Any], bool] = lambda record: False  # nobody is late over a holiday for what can wait

    @property
    def kept(self) -> dict[str, object]:
        """What of it is a row that the administrator may change."""
        return {name: getattr(self, name) for name in ("code", *KEPT)}


SAME_DAY, DAY, WORKDAY, HOUR, FIXED = Unit.same_day, Unit.day, Unit.workday, Unit.hour, Unit.fixed
DEFAULTS: dict[str, Default] = {}  # by code, as the kinds declare them


def declare(defaults: Iterable[Default]) -> None:
    """Make rules known to the portal; they are seeded, and from then on the administrator's."""
    DEFAULTS.update({default.code: default for default in defaults})


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
    reaches: Mapped[str] = mapped_column(String(10), default="gm")
    leader_after: Mapped[int] = mapped_column(default=1)
    gm_after: Mapped[int] = mapped_column(default=3)
    active: Mapped[bool] = mapped_column(default=True)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    def name(self, locale: str) -> str:
        return self.name_zh if locale.startswith("zh") else self.name_en

    def goes_to(self, level: str) -> bool:
        """Whether a missed deadline reaches so far."""
        return LEVELS.index(level) <= LEVELS.index(self.reaches)

    @property
    def escalate_after(self) -> dict[str, int]:
        """Days late at which each level hears of it, as far as it reaches."""
        after = {"manager": 0, "leader": self.leader_after, "gm": self.gm_after}
        return {level: days for level, days in after.items() if self.goes_to(level)}

    @property
    def steps(self) -> dict[Told, timedelta]:
        """The steps of the escalation, and how late each is due."""
        return {BEGINS_WITH[level]: timedelta(days) for level, days in self.escalate_after.items()}

    def __repr__(self) -> str:
        return f"{self.code} v{self.version}"


def current_rule(session: Session, code: str) -> DeadlineRule:
    """The version of a rule that is in force."""
    return session.scalars(select(DeadlineRule).where(DeadlineRule.code == code, DeadlineRule.active)).one()


def new_version(session: Session, rule: DeadlineRule, **changes: object) -> DeadlineRule:
    """A changed rule: the old version stays with the deadlines it started."""
    if unknown := set(changes) - set(KEPT):
        raise ValueError(f"a rule has no {', '.join(sorted(unknown))}")
    same = DeadlineRule.code == rule.code
    latest = session.scalar(select(func.max(DeadlineRule.version)).where(same)) or 0
    for old in session.scalars(select(DeadlineRule).where(same, DeadlineRule.active)):
        old.active = False
    session.flush()  # one active version per code, also between the statements
    facts = {name: getattr(rule, name) for name in KEPT} | changes
    new = DeadlineRule(code=rule.code, version=latest + 1, active=True, **facts)
    session.add(new)
    session.flush()
    return new


def seed_rules(session: Session) -> list[str]:
    """Insert the rules that are missing; what an administrator changed stays."""
    known = set(session.scalars(select(DeadlineRule.code)))
    missing = [default for code, default in DEFAULTS.items() if code not in known]
    session.add_all(DeadlineRule(**default.kept) for default in missing)
    session.flush()
    return [default.code for default in missing]
