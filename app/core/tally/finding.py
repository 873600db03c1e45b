"""Where in a period cases of a kind are: the hours that hold the newest of them, so that no other row is read."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import select, text, union_all
from sqlalchemy.orm import Session

from ..time import clock
from .models import FOUND, Tally
from .reading import Asked, known
from .sources import SOURCES
from .spans import Moments, hour_of, merged

Place = tuple[str, str]  # source and code
SPARE = 100  # more hours than asked for: what they hold may not be so any more
SCATTERED = 400  # over so many hours nothing is won any more


def newest(
    session: Session, places: Iterable[Place], measure: str, edges: tuple[date, date], most: int
) -> dict[Place, list[Moments]]:
    """Per source and code the moments between which the newest so many lie, `breached` or `apart`, and maybe others."""
    if not (places := list(places)):
        return {}
    asked = Asked([SOURCES[name] for name in dict.fromkeys(name for name, _code in places)], edges)
    kept = known(session, asked)
    hours = _held(session, places, measure, asked, most)
    found = {}
    for name, code in places:
        since, stale = kept[name]
        here = {*hours[name, code], *stale}
        begin, end = asked.between
        if since > edges[0] or len(here) > SCATTERED:
            found[name, code] = [(begin, end)]
        else:
            found[name, code] = merged(here)
    return found


def _held(session: Session, places: list[Place], measure: str, asked: Asked, most: int) -> dict[Place, set[str]]:
    """The hours in which such cases are kept, and those that time alone has made so."""
    begin, end = asked.between
    column, legs = Tally.__table__.c[measure], []
    for name, code in places:
        kept = select(Tally.source, Tally.code, Tally.span, column).where(text(FOUND), column > 0)
        here = kept.where(Tally.source == name, Tally.code == code)
        within = here.where(Tally.span >= hour_of(begin), Tally.span < hour_of(end))
        legs.append(within.order_by(Tally.span.desc()).limit(most + SPARE).subquery())
    hours, less = _unsettled(session, measure, asked)
    many: dict[Place, int] = defaultdict(int)
    for name, code, span, number in session.execute(union_all(*(select(leg) for leg in legs))):
        if many[name, code] < most + less[name, code]:
            hours[name, code].add(span)
            many[name, code] += number
    return hours


def _unsettled(session: Session, measure: str, asked: Asked) -> tuple[dict[Place, set[str]], Counter[Place]]:
    """The hours of those that time alone has made so, and how many are not so any more."""
    begin, end = asked.between
    hours: dict[Place, set[str]] = defaultdict(set)
    less: Counter[Place] = Counter()
    for source in asked.sources:
        for question in source.unsettled(clock.now()):
            cases = question.subquery()
            differ = select(cases.c.code, cases.c.at, cases.c[measure]).where(cases.c.at >= begin, cases.c.at < end)
            for code, at, number in session.execute(differ.where(cases.c[measure] != 0)):
                hours[source.name, code].add(hour_of(at))
                less[source.name, code] += number < 0
    return hours, less
