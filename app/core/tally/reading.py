"""The figures of periods: what is kept, and beside it what is not or not right any more, counted from the rows.

Three statements at most, however many rows there are. What is stale is read before the sums: an hour that is
folded in between is counted twice over in work, never in the figures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, Select, and_, case, cast, func, literal, null, or_, select, union_all
from sqlalchemy.orm import Session

from ..time import clock
from .models import Tally, TallyKept, TallyStale
from .sources import SOURCES, Source
from .spans import Cover, Moments, begin_of, cover, hour_of

Line = Select[*tuple[Any, ...]]  # index, source, code, by, cases, breached, apart


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

    def period(self, at: Any) -> ColumnElement[int]:
        """Which period a moment lies in."""
        ends = [(at < begin_of(edge), index) for index, edge in enumerate(self.edges[1:-1])]
        return case(*ends, else_=len(ends)) if ends else literal(0)


def figures(session: Session, names: Collection[str], edges: Sequence[date], *, by: bool = False) -> dict[Key, Figure]:
    """What is known of the cases of these sources in these periods."""
    asked = Asked([SOURCES[name] for name in names], edges, by)
    covers = _covers(session, asked)
    return _added(session, [*_kept(asked, covers), *_live(asked, covers), *_unsettled(asked)])


def recounted(
    session: Session, names: Collection[str], edges: Sequence[date], *, by: bool = False
) -> dict[Key, Figure]:
    """The same counted from the rows alone."""
    asked = Asked([SOURCES[name] for name in names], edges, by)
    everything = {source.name: [Cover(live=[asked.between])] for source in asked.sources}
    return _added(session, [*_live(asked, everything), *_unsettled(asked)])


def _added(session: Session, lines: list[Line]) -> dict[Key, Figure]:
    found: dict[Key, Figure] = defaultdict(Figure)
    for period, source, code, by, *numbers in session.execute(union_all(*lines)) if lines else ():
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


def _covers(session: Session, asked: Asked) -> dict[str, list[Cover]]:
    """Per source and period what is kept of it; sources that are kept alike share one."""
    alike: dict[Any, list[Cover]] = {}
    found = {}
    for name, (since, hours) in known(session, asked).items():
        key = since, *sorted(hours)
        if key not in alike:
            alike[key] = [cover(first, until, since, hours) for first, until in pairwise(asked.edges)]
        found[name] = alike[key]
    return found


def _kept(asked: Asked, covers: Mapping[str, list[Cover]]) -> Iterator[Line]:
    periods: dict[int, list[ColumnElement[bool]]] = defaultdict(list)
    names: dict[int, list[str]] = defaultdict(list)  # of the sources that are covered alike
    for name, covered in covers.items():
        names[id(covered)].append(name)
    for together in names.values():
        for index, part in enumerate(covers[together[0]]):
            spans = [and_(Tally.size == size, Tally.span.between(first, last)) for size, first, last in part.kept]
            if spans:
                periods[index].append(and_(Tally.source.in_(together), or_(*spans)))
    if periods:
        arms = [(or_(*conditions), index) for index, conditions in periods.items()]
        period = case(*arms) if len(asked.edges) > 2 else literal(0)
        by = Tally.by if asked.by else literal(0)
        sums = func.sum(Tally.cases), func.sum(Tally.breached), func.sum(Tally.apart)
        groups = _groups(asked, period, Tally.by)
        everything = or_(*(condition for condition, _index in arms))
        yield (
            select(period, Tally.source, Tally.code, by, *sums)
            .where(everything)
            .group_by(Tally.source, Tally.code, *groups)
        )


def _live(asked: Asked, covers: Mapping[str, list[Cover]]) -> Iterator[Line]:
    for source in asked.sources:
        ranges = [moments for part in covers[source.name] for moments in part.live]
        if ranges:
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
    period, by = asked.period(cases.c.at), cases.c.by if asked.by else literal(0)
    groups = _groups(asked, period, cases.c.by)
    return select(period, literal(source.name), cases.c.code, by, *numbers).group_by(cases.c.code, *groups)


def _groups(asked: Asked, period: Any, by: Any) -> list[Any]:
    """What the cases are told apart by; nothing is grouped by a constant."""
    return [*([period] if len(asked.edges) > 2 else []), *([by] if asked.by else [])]
