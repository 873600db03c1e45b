"""The figures of periods: what is kept, and beside it what is not or not right any more, counted from the rows.

Three statements at most, however many rows there are. What is stale is read before the sums: an hour that is
folded in between is counted twice over in work, never in the figures.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from ..time import clock
from .models import Tally, TallyKept, TallyStale
from .sources import SOURCES, Source
from .spans import Cover, Moments, begin_of, cover, first_day, hour_of

Line = Select[*tuple[Any, ...]]  # size and span, or none and the period; source, code, by; cases, breached, apart


class Key(NamedTuple):
    """Which cases: of the how-manieth period, of which source, with which code, by what."""

    period: int
    source: str
    code: str
    by: int = 0


class Figure(NamedTuple):
    """How many cases, how many of them in breach, how many neither kept nor in breach."""

    cases: int = 0
    breached: int = 0
    apart: int = 0

    def __add__(self, other: Any) -> Figure:
        return Figure(*(mine + theirs for mine, theirs in zip(self, other, strict=True)))


@dataclass(frozen=True)
class Asked:
    """Cases of some sources in consecutive periods, from each day up to but without the next."""

    sources: Sequence[Source]
    edges: Sequence[date]
    by: bool = False

    @property
    def between(self) -> Moments:
        return begin_of(self.edges[0]), begin_of(self.edges[-1])

    def period(self, at: Any) -> ColumnElement[str]:
        """Which period a moment lies in."""
        ends = [(at < begin_of(edge), str(index)) for index, edge in enumerate(self.edges[1:-1])]
        return case(*ends, else_=str(len(ends))) if ends else literal("0")


def figures(session: Session, names: Collection[str], edges: Sequence[date], *, by: bool = False) -> dict[Key, Figure]:
    """What is known of the cases of these sources in these periods."""
    asked = Asked([SOURCES[name] for name in names], edges, by)
    covers = _covers(session, asked)
    return _added(session, asked, [*_kept(asked, covers), *_live(asked, covers), *_unsettled(asked)])


def recounted(
    session: Session, names: Collection[str], edges: Sequence[date], *, by: bool = False
) -> dict[Key, Figure]:
    """The same counted from the rows alone."""
    asked = Asked([SOURCES[name] for name in names], edges, by)
    everything = {source.name: Cover(live=[asked.between]) for source in asked.sources}
    return _added(session, asked, [*_live(asked, everything), *_unsettled(asked)])


def _added(session: Session, asked: Asked, lines: list[Line]) -> dict[Key, Figure]:
    found: dict[Key, Figure] = defaultdict(Figure)
    for size, span, source, code, by, *numbers in session.execute(union_all(*lines)) if lines else ():
        period = bisect_right(asked.edges, first_day(size, span)) - 1 if size else int(span)
        found[Key(period, source, code, by)] += tuple(int(number or 0) for number in numbers)
    return {key: figure for key, figure in found.items() if any(figure)}


def known(session: Session, asked: Asked) -> dict[str, tuple[date, list[str]]]:
    """Per source the day from which on it is kept, and its stale hours."""
    names, (begin, end) = [source.name for source in asked.sources], asked.between
    stale = (
        select(TallyStale.source, TallyStale.hour, cast(null(), Date))
        .where(TallyStale.source.in_(names), TallyStale.hour >= hour_of(begin), TallyStale.hour < hour_of(end))
        .distinct()
    )
    kept = select(TallyKept.source, TallyKept.shape, func.coalesce(TallyKept.since, date.min)).where(
        TallyKept.source.in_(names)
    )
    shapes: dict[str, tuple[str, date]] = {}
    hours: dict[str, list[str]] = defaultdict(list)
    for name, word, since in session.execute(union_all(kept, stale)):
        if since is None:
            hours[name].append(word)
        else:
            shapes[name] = word, since
    found = {}
    for source in asked.sources:
        shape, since = shapes.get(source.name, ("", date.max))
        found[source.name] = since if shape == source.shape else date.max, hours[source.name]
    return found


def _covers(session: Session, asked: Asked) -> dict[str, Cover]:
    """What is kept of each source; those that are kept alike share one."""
    alike: dict[Any, Cover] = {}
    found = {}
    for name, (since, hours) in known(session, asked).items():
        key = since, *sorted(hours)
        if key not in alike:
            alike[key] = cover(asked.edges, since, hours)
        found[name] = alike[key]
    return found


def _kept(asked: Asked, covers: Mapping[str, Cover]) -> Iterator[Line]:
    """One line for all sources that are kept alike."""
    together: dict[int, list[str]] = defaultdict(list)
    for name, part in covers.items():
        together[id(part)].append(name)
    parts = [
        and_(Tally.source.in_(names), Tally.size == size, Tally.span.between(first, last))
        for names in together.values()
        for size, first, last in covers[names[0]].kept
    ]
    if parts:
        several = len(asked.edges) > 2
        size, span = (Tally.size, Tally.span) if several else (literal(""), literal("0"))
        by = Tally.by if asked.by else literal(0)
        groups = [Tally.source, Tally.code, *([size, span] if several else []), *([by] if asked.by else [])]
        sums = func.sum(Tally.cases), func.sum(Tally.breached), func.sum(Tally.apart)
        yield select(size, span, Tally.source, Tally.code, by, *sums).where(or_(*parts)).group_by(*groups)


def _live(asked: Asked, covers: Mapping[str, Cover]) -> Iterator[Line]:
    for source in asked.sources:
        if ranges := covers[source.name].live:
            cases = source.query.subquery()
            numbers = func.count(), func.sum(cases.c.breached), func.sum(cases.c.apart)
            within = or_(*(and_(cases.c.at >= begin, cases.c.at < end) for begin, end in ranges))
            yield _line(asked, source, cases, numbers).where(within)


def _unsettled(asked: Asked) -> Iterator[Line]:
    begin, end = asked.between
    for source in asked.sources:
        for question in source.unsettled(clock.now()):
            cases = question.subquery()
            numbers = func.sum(cases.c.cases), func.sum(cases.c.breached), func.sum(cases.c.apart)
            yield _line(asked, source, cases, numbers).where(cases.c.at >= begin, cases.c.at < end)


def _line(asked: Asked, source: Source, cases: Any, numbers: Any) -> Line:
    by = cases.c.by if asked.by else literal(0)
    period = asked.period(cases.c.at)
    groups = [cases.c.code, *([period] if len(asked.edges) > 2 else []), *([by] if asked.by else [])]
    return select(literal(""), period, literal(source.name), cases.c.code, by, *numbers).group_by(*groups)
