"""Who acts, what is being done, and how it may be refused: the words guards and effects speak in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from . import history
from .records import Record

if TYPE_CHECKING:
    from .workflow import Transition

R = TypeVar("R", bound=Record)


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

    def __init__(self, lines: list[history.History]) -> None:
        super().__init__("stale")
        self.lines = lines


@dataclass(frozen=True)
class Actor:
    """Who acts, with what rights, and for whom when a deputy."""

    user_id: int | None
    name: str
    may: Callable[[str], bool]
    roles: frozenset[str] = frozenset()
    departments: frozenset[int] = frozenset()
    stands_for: frozenset[int] = frozenset()  # own id and those of absent persons this one deputises for
    for_whom: Callable[[str], int | None] = lambda permission: None  # the absent person by whose right
    is_system: bool = False
    via: str = ""  # how somebody without a login acts: "link"


SYSTEM = Actor(None, "system", lambda permission: True, is_system=True)


@dataclass
class Deed(Generic[R]):
    """One step being taken: what guards, checks and effects look at."""

    session: Session
    record: R
    step: Transition[R]
    actor: Actor
    data: dict[str, Any]
    at: datetime
    changes: dict[str, list[Any]] = field(default_factory=dict)
    comment: str = ""
    begins: dict[str, datetime] = field(default_factory=dict)  # deadlines that start at another moment
    due: dict[str, tuple[datetime, str]] = field(default_factory=dict)  # deadlines fixed by hand, with the reason

    @property
    def moment(self) -> datetime:
        """When it happened, where the step's form says so (到达时间); else now."""
        return self.data.get(self.step.moment) or self.at

    def set(self, **values: Any) -> None:
        """Write fields of the record and remember old → new for the history."""
        for name, value in values.items():
            old = getattr(self.record, name)
            if old != value:
                self.changes[name] = [plain(old), plain(value)]
                setattr(self.record, name, value)

    def note(self, **values: Any) -> None:
        """Remember what was written elsewhere (a child row) for the history."""
        self.changes.update({name: [None, plain(value)] for name, value in values.items() if value not in (None, "")})


def plain(value: Any) -> Any:
    """A value as the history keeps it."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, StrEnum)):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
