"""Whether what is kept is what the rows say, on days drawn by chance for as long as one likes to wait."""

from __future__ import annotations

import time
from collections.abc import Iterator
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from .models import Tally
from .reading import figures, recounted
from .sources import SOURCES
from .spans import DAY, day_of, moment_of

SPENT = 2.0  # seconds


def differing(session: Session, spent: float = SPENT) -> Iterator[str]:
    """A sentence for every source that is kept wrongly on one of the days."""
    hours = select(func.min(Tally.span), func.max(Tally.span)).where(Tally.size == "h")
    first, last = session.execute(hours).one()
    begun, chance, wrong = time.monotonic(), Random(), set[str]()  # noqa: S311 (a sample)
    while first is not None and time.monotonic() < begun + spent:
        day = day_of(first) + chance.randrange((moment_of(last) - moment_of(first)).days + 1) * DAY
        names = sorted(SOURCES.keys() - wrong)
        kept, counted = (ask(session, names, [day, day + DAY]) for ask in (figures, recounted))
        for source in sorted({key.source for key in {*kept, *counted} if kept.get(key) != counted.get(key)}):
            wrong.add(source)
            yield f"What is kept of “{source}” is not what the rows of {day} say: run `portal tally rebuild`."
