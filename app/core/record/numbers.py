"""Gap-free numbers after a pattern: the counter row moves in the transaction that uses the number."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date

from sqlalchemy import String, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from .. import settings
from ..model import Model
from ..settings import Declared
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..time import clock
from .records import Record

LONGEST = 36  # signs of a number; what is lent (“…-H1”) has four more
PLACE = re.compile(r"\{([^{}]*)\}")
COUNTER = re.compile(r"N(?::0([1-9])d)?")
DAYS = {"YYYY": "%Y", "YY": "%y", "MM": "%m", "DD": "%d"}
SIGNS = re.compile(r"[A-Za-z0-9\u4e00-\u9fff][A-Za-z0-9\u4e00-\u9fff._-]*")
SETTING = "number_"
HIGHEST = 999_999  # what a counter is taken to reach
INSERTS: dict[str, Callable[[type[NumberSeries]], postgresql.Insert | sqlite.Insert]] = {
    "postgresql": postgresql.insert,
    "sqlite": sqlite.insert,
}


class NumberSeries(Model):
    """The last number given out in a series (TS-20261124, JZ-2026)."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


def declare(kind: str, pattern: str, one: object) -> None:
    """A kind's numbers follow a pattern that the administrator may change."""
    words = _l("Number: %(kind)s", kind=one)
    settings.declare(Declared(SETTING + kind, pattern, words, kind="number", group=_l("Numbers"), help=HELP))


HELP = _l("{YYYY} {YY} {MM} {DD}: the day · {N} or {N:03d}: the counter. A change holds from the next number.")


def next_for(session: Session, kind: str) -> str:
    """The next number of a kind; a rollback gives it back.

    From here to the commit every other taker of this series waits: call it late.
    """
    pattern, day = str(settings.get(session, SETTING + kind)), clock.today()
    while is_taken(session, number := written(pattern, day, next_in(session, series_of(pattern, day)))):
        continue  # an earlier pattern had given it out
    return number


def is_taken(session: Session, number: str) -> bool:
    return session.scalar(select(Record.id).where(Record.number == number).limit(1)) is not None


def next_in(session: Session, series: str) -> int:
    """Move the counter of a series."""
    statement = (
        INSERTS[session.get_bind().dialect.name](NumberSeries)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    )
    return int(session.execute(statement).scalar_one())


def coming(session: Session, pattern: str) -> str:
    """What the next number would be; nothing moves."""
    row, day = session.get(NumberSeries, series_of(pattern, clock.today())), clock.today()
    counts = itertools.count((row.last if row else 0) + 1)
    return next(number for count in counts if not is_taken(session, number := written(pattern, day, count)))


def written(pattern: str, day: date, count: int) -> str:
    """A number: “TS-20261124-001”."""
    return PLACE.sub(lambda place: _part(place[1], day, count), pattern)


def series_of(pattern: str, day: date) -> str:
    """What is counted by itself: the number without its counter, so a new day or year begins anew."""
    return PLACE.sub(lambda place: _part(place[1], day, None), pattern).strip("-")


def _part(name: str, day: date, count: int | None) -> str:
    if name in DAYS:
        return day.strftime(DAYS[name])
    counter = COUNTER.fullmatch(name)
    assert counter is not None  # patterns are checked before they are kept
    return "" if count is None else f"{count:0{counter[1] or 1}d}"


# ---- what may be a pattern


def wrong(pattern: str) -> str:
    """Why a pattern cannot be used, in a sentence; empty when it can."""
    names = PLACE.findall(pattern)
    if unknown := [name for name in names if name not in DAYS and not COUNTER.fullmatch(name)]:
        return _("There is no part %(name)s. Use {YYYY}, {YY}, {MM}, {DD} and {N:03d}.", name=f"{{{unknown[0]}}}")
    if sum(name not in DAYS for name in names) != 1:
        return _("A number needs its counter once, such as {N:03d}.")
    if not SIGNS.fullmatch(written(pattern, clock.today(), 1)):
        return _("Use letters, digits, Chinese characters, hyphen, point and underscore.")
    if len(written(pattern, date(2026, 12, 31), HIGHEST)) > LONGEST:
        return _("A number may have at most %(n)s signs.", n=LONGEST)
    return ""


def twins(patterns: Mapping[str, str]) -> set[str]:
    """Which of several kinds' patterns have one form, so that their numbers could meet."""
    shapes = Counter(_shape(pattern) for pattern in patterns.values())
    return {key for key, pattern in patterns.items() if shapes[_shape(pattern)] > 1}


def _shape(pattern: str) -> str:
    """What two patterns have in common whose numbers could meet: digits are digits, however many."""
    return re.sub(r"\d+", "0", PLACE.sub("0", pattern)).upper()
