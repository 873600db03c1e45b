"""How a step, a form or a call may be refused: each with the words for whoever tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..record.history import History


class Refused(Exception):
    """Not now: str(e) is a sentence that tells the person what to do (409)."""


class Forbidden(Exception):
    """Not this person's step (403)."""


class Invalid(Exception):
    """Wrong fields: the sentences per field (422)."""

    def __init__(self, errors: dict[str, list[str]]) -> None:
        super().__init__(str(errors))
        self.errors = errors

    @property
    def sentence(self) -> str:
        """All of them in one line, where there is no form to show them at."""
        return " ".join(sentence for found in self.errors.values() for sentence in found)


class Stale(Exception):
    """Somebody else changed the record meanwhile: the lines written since (409)."""

    def __init__(self, lines: list[History]) -> None:
        super().__init__("stale")
        self.lines = lines
