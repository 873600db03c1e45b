"""Which story is told when: shares of the forms, spread over the years, and what is open as it stands these days."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from random import Random

from app.core.time import clock
from app.core.time.workdays import WorkCalendar

from .numbering import Numbers
from .patterns import Pattern

WEEK, YEARS, OPEN_WEEKS = timedelta(days=7), timedelta(days=3 * 365), 4
EARLIER, LATER = -20 * 60, 50 * 60  # seconds beside the hour at which a story was told
OVERDUE, FRESH = 0.07, 0.75  # of what is open; an open story is so much rarer with each day it stands
SLICE = 500  # stories told at once
SEED = 20261124


@dataclass(frozen=True)
class Place:
    """A pattern so many weeks later."""

    pattern: int
    weeks: int
    weight: float


@dataclass(frozen=True)
class Story:
    """One story to be told."""

    pattern: int
    days: timedelta
    seconds: int
    numbers: list[str]


@dataclass(frozen=True)
class Slice:
    """Some stories in a row, and the numbers their rows begin with."""

    number: int
    stories: list[Story]
    first: dict[str, int]


class Plan:
    """So many complaints."""

    def __init__(self, patterns: list[Pattern], complaints: int, now: datetime, calendar: WorkCalendar) -> None:
        self.patterns, self.now, self.calendar = patterns, now, calendar
        self.days: dict[date, list[tuple[Place, int]]] = defaultdict(list)
        places = [place for form in _by_form(patterns) for place in self._places(form)]
        counts = self._dealt(places, complaints)
        for place, count in zip(places, counts, strict=True):
            if count:
                self.days[self._day(place)].append((place, count))
        self.stories = sum(counts)

    def slices(self, numbers: Numbers, first: dict[str, int]) -> Iterator[Slice]:
        """All stories in the order of their days."""
        stories, count = self._stories(numbers), 0
        while some := list(islice(stories, SLICE)):
            yield Slice(count, some, dict(first))
            count += 1
            for story in some:
                for table, rows in self.patterns[story.pattern].rows.items():
                    first[table] += rows

    def _stories(self, numbers: Numbers) -> Iterator[Story]:
        for day in sorted(self.days):
            random = Random(f"{SEED} {day}")  # noqa: S311 (the same stories every time)
            todays = [place for place, count in self.days[day] for _time in range(count)]
            random.shuffle(todays)
            for place, seconds in zip(todays, sorted(random.randint(EARLIER, LATER) for _ in todays), strict=True):
                days = WEEK * place.weeks
                heads = self.patterns[place.pattern].heads
                yield Story(place.pattern, days, seconds, numbers.draw(heads, days + timedelta(seconds=seconds)))

    # ---- where

    def _places(self, form: list[int]) -> list[Place]:
        """Where the patterns of a form may stand; their weights add up to its share."""
        found = [place for each in form for place in self._of(each)]
        late = [place for place in found if self._is_late(place)]
        in_time = [place for place in found if not self._is_late(place)]
        share = self.patterns[form[0]].share
        shares = (share * OVERDUE, share * (1 - OVERDUE)) if late and in_time else (share, share)
        return [*_weighted(in_time, shares[1]), *_weighted(late, shares[0])]

    def _of(self, number: int) -> Iterator[Place]:
        """Over within these years; what is open, as it stands these weeks."""
        pattern = self.patterns[number]
        last = (self.now - timedelta(seconds=LATER) - pattern.ends) // WEEK
        if pattern.due_at is not None:
            for weeks in range(last, last - OPEN_WEEKS, -1):
                yield Place(number, weeks, FRESH ** ((self.now - pattern.ends - WEEK * weeks) / timedelta(days=1)))
            return
        for weeks in range(-((pattern.heads[0].created_at - self.now + YEARS) // WEEK), last + 1):
            if self.calendar.is_workday(self._day(place := Place(number, weeks, 1.0))):
                yield place

    def _is_late(self, place: Place) -> bool:
        due_at = self.patterns[place.pattern].due_at
        return due_at is not None and due_at + WEEK * place.weeks <= self.now

    def _day(self, place: Place) -> date:
        return clock.local(self.patterns[place.pattern].heads[0].created_at).date() + WEEK * place.weeks

    # ---- how many

    def _dealt(self, places: list[Place], complaints: int) -> list[int]:
        """Whole stories in these shares, exactly so many complaints in all."""
        of = [self.patterns[place.pattern].complaints for place in places]
        each = complaints / sum(place.weight * many for place, many in zip(places, of, strict=True))
        counts, reached = [], 0.5
        for place in places:
            before, reached = int(reached), reached + place.weight * each
            counts.append(int(reached) - before)
        missing = complaints - sum(count * many for count, many in zip(counts, of, strict=True))
        single = [number for number, many in enumerate(of) if many == 1 and counts[number]]
        for number in single[: abs(missing)]:
            counts[number] += 1 if missing > 0 else -1
        return counts


def _by_form(patterns: list[Pattern]) -> list[list[int]]:
    forms: dict[int, list[int]] = defaultdict(list)
    for number, pattern in enumerate(patterns):
        forms[pattern.form].append(number)
    return list(forms.values())


def _weighted(places: list[Place], share: float) -> list[Place]:
    whole = sum(place.weight for place in places)
    ordered = sorted(places, key=lambda place: place.weeks)
    return [Place(place.pattern, place.weeks, share * place.weight / whole) for place in ordered]
