"""Twelve months of complaints: how many, how punctual the visits, of which products and departments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.tally.reading import Figure, Key, figures
from app.core.time import clock
from app.customers.models import Product
from app.organisation.models import Department

from .tallied import ARRIVAL, NOTICE, OF_PRODUCT, RATED, RECEIVED

MONTHS, TOP = 12, 5


@dataclass(frozen=True)
class Month:
    """One month: complaints received, arrivals due in it and how many of them were late (2.2)."""

    name: str
    quality: int
    others: int
    arrivals: int = 0
    late: int = 0

    @property
    def total(self) -> int:
        return self.quality + self.others

    @property
    def on_time(self) -> int | None:
        """Per cent of the arrivals; a late one never rounds up to a hundred."""
        return 100 * (self.arrivals - self.late) // self.arrivals if self.arrivals else None


def starts() -> list[date]:
    """The first days of the last twelve months, and of the coming one."""
    found = [clock.today().replace(day=1)]
    for _index in range(MONTHS - 1):
        found.insert(0, (found[0] - timedelta(days=1)).replace(day=1))
    return [*found, (found[-1] + timedelta(days=32)).replace(day=1)]


@dataclass(frozen=True)
class Year:
    """The twelve months as they are kept, asked once for all that the workbench shows of them."""

    edges: list[date]
    kept: dict[Key, Figure]

    @staticmethod
    def of(session: Session, manages: bool) -> Year:
        """With punctuality, products and departments for those who answer for them."""
        edges = starts()
        sources = (RECEIVED, RATED, ARRIVAL, OF_PRODUCT, NOTICE) if manages else (RECEIVED, RATED)
        return Year(edges, figures(session, sources, edges, by=True))

    def months(self) -> list[Month]:
        """What was received month by month, and the punctuality of the visits."""
        received = [Counter[str]() for _month in self.edges[:-1]]
        for key, figure in self._of(RECEIVED):
            received[key.period]["quality" if key.code == "quality" else "others"] += figure.cases
        visits = {key.period: figure for key, figure in self._of(ARRIVAL)}
        return [
            Month(f"{start:%Y-%m}", many["quality"], many["others"], *visits.get(index, Figure())[:2])
            for index, (start, many) in enumerate(zip(self.edges, received, strict=False))
        ]

    def satisfaction(self) -> float | None:
        """What the customers of this month's complaints gave on average."""
        stars = {int(key.code): figure.cases for key, figure in self._of(RATED) if key.period == MONTHS - 1}
        many = sum(stars.values())
        return sum(star * cases for star, cases in stars.items()) / many if many else None

    def products(self, session: Session) -> list[tuple[Any, int]]:
        """The products with most complaints in the twelve months."""
        counts = self._most(OF_PRODUCT)
        known = session.scalars(select(Product).where(Product.id.in_(counts)))
        return sorted(((row, counts[row.id]) for row in known), key=lambda pair: (-pair[1], pair[0].id))

    def departments(self, session: Session) -> list[tuple[Any, int]]:
        """2.6: the departments that were asked most to mend something in the twelve months."""
        counts = self._most(NOTICE)
        known = session.scalars(select(Department).where(Department.id.in_(counts)))
        return sorted(((row.label, counts[row.id]) for row in known), key=lambda pair: -pair[1])

    def _of(self, source: str) -> Iterator[tuple[Key, Figure]]:
        return ((key, figure) for key, figure in self.kept.items() if key.source == source)

    def _most(self, source: str) -> dict[int, int]:
        """What has most cases."""
        counts = Counter[int]()
        for key, figure in self._of(source):
            counts[key.by] += figure.cases
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:TOP])
