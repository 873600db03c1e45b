"""Twelve months of complaints: how many, how punctual the visits, of which products and departments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.tally.reading import Figure, figures
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


def months(session: Session, punctual: bool) -> list[Month]:
    """What was received month by month; with the punctuality of the visits for those who answer for it."""
    edges = starts()
    found = figures(session, (RECEIVED, ARRIVAL) if punctual else (RECEIVED,), edges)
    received = [Counter[str]() for _month in edges[:-1]]
    visits = [Figure() for _month in edges[:-1]]
    for key, figure in found.items():
        if key.source == ARRIVAL:
            visits[key.period] = figure
        else:
            received[key.period]["quality" if key.code == "quality" else "others"] += figure.cases
    return [
        Month(f"{start:%Y-%m}", many["quality"], many["others"], came.cases, came.breached)
        for start, many, came in zip(edges, received, visits, strict=False)
    ]


def satisfaction(session: Session) -> float | None:
    """What the customers of this month's complaints gave on average."""
    edges = starts()[-2:]
    stars = {int(key.code): figure.cases for key, figure in figures(session, (RATED,), edges).items()}
    many = sum(stars.values())
    return sum(star * cases for star, cases in stars.items()) / many if many else None


def products(session: Session) -> list[tuple[Any, int]]:
    """The products with most complaints in the twelve months."""
    counts = _most(session, OF_PRODUCT)
    known = session.scalars(select(Product).where(Product.id.in_(counts)))
    return sorted(((row, counts[row.id]) for row in known), key=lambda pair: (-pair[1], pair[0].id))


def departments(session: Session) -> list[tuple[Any, int]]:
    """2.6: the departments that were asked most to mend something in the twelve months."""
    counts = _most(session, NOTICE)
    known = session.scalars(select(Department).where(Department.id.in_(counts)))
    return sorted(((row.label, counts[row.id]) for row in known), key=lambda pair: -pair[1])


def _most(session: Session, source: str) -> dict[int, int]:
    """What has most cases in the twelve months."""
    edges = starts()
    found = figures(session, (source,), [edges[0], edges[-1]], by=True)
    ranked = sorted(((figure.cases, -key.by) for key, figure in found.items()), reverse=True)
    return {-number: cases for cases, number in ranked[:TOP]}
