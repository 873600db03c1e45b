"""Many stories at once: each says when it goes on, and the clock moves from the one to the next."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from datetime import datetime

from app.core.time import clock

Story = Iterator[datetime]  # yields the moment of what it does next


class Stage:
    """Whatever is played here happens in the order of the calendar, and nothing after `until`."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._next: list[tuple[datetime, int, Story]] = []
        self._begun = 0

    def begin(self, story: Story) -> None:
        """Let one more story wait for its first moment."""
        self._begun += 1
        self._wait(story, self._begun)

    def play(self) -> Iterator[datetime]:
        """Everything that happens, moment by moment; the process clock stands there."""
        while self._next:
            moment, number, story = heapq.heappop(self._next)
            clock.set_frozen(moment)
            self._wait(story, number)
            yield moment

    def _wait(self, story: Story, number: int) -> None:
        moment = next(story, None)
        if moment is not None and moment <= self.until:
            heapq.heappush(self._next, (moment, number, story))
