"""The numbers of the million: gap-free in their series, after those that were given out before."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.core import settings
from app.core.record import numbers
from app.core.record.numbers import SETTING, NumberSeries
from app.core.time import clock

from .patterns import Head


class Numbers:
    """Counts on where the portal stands."""

    def __init__(self, session: Session, kinds: set[str]) -> None:
        self.patterns = {kind: str(settings.get(session, SETTING + kind)) for kind in kinds}
        self.last = {row.series: row.last for row in session.scalars(sa.select(NumberSeries))}
        self.known = set(self.last)
        self.series: dict[tuple[str, date], str] = {}

    def draw(self, heads: tuple[Head, ...], later: timedelta) -> list[str]:
        """The numbers of a story's records."""
        drawn: list[str] = []
        for head in heads:
            if head.beside is None:
                drawn.append(self._next(head.kind, clock.local(head.created_at + later).date()))
            else:
                drawn.append(drawn[head.beside[0]] + head.beside[1])
        return drawn

    def _next(self, kind: str, day: date) -> str:
        if (series := self.series.get((kind, day))) is None:
            series = self.series[kind, day] = numbers.series_of(self.patterns[kind], day)
        self.last[series] = self.last.get(series, 0) + 1
        return numbers.written(self.patterns[kind], day, self.last[series])

    def keep(self, session: Session) -> None:
        """The portal goes on from here. The caller commits."""
        for series, last in self.last.items():
            if series not in self.known:
                session.add(NumberSeries(series=series, last=last))
            else:
                session.get_one(NumberSeries, series).last = last
