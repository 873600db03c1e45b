"""One step being taken: the words guards, checks and effects speak in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy.orm import Session

from ..record.records import Record
from ..rights.actor import Actor
from ..types import Values

if TYPE_CHECKING:
    from .workflow import Transition

R = TypeVar("R", bound=Record)


@dataclass
class Deed(Generic[R]):
    """One step being taken: what guards, checks and effects look at."""

    session: Session
    record: R
    step: Transition[R]
    actor: Actor
    data: Values
    at: datetime
    own: Values = field(default_factory=dict)  # the company's own fields, by code
    changes: dict[str, list[object]] = field(default_factory=dict)
    comment: str = ""
    added: object = None  # the rows of a part that this step appended
    begins: dict[str, datetime] = field(default_factory=dict)  # deadlines that start at another moment
    due: dict[str, tuple[datetime, str]] = field(default_factory=dict)  # deadlines fixed by hand, with the reason

    @property
    def moment(self) -> datetime:
        """When it happened, where the step's form says so (到达时间); else now."""
        return self.data.get(self.step.moment) or self.at

    def set(self, **values: object) -> None:
        """Write fields of the record and remember old → new for the history."""
        for name, value in values.items():
            old = getattr(self.record, name)
            if old != value:
                self.changes[name] = [plain(old), plain(value)]
                setattr(self.record, name, value)

    def note(self, **values: object) -> None:
        """Remember what was written elsewhere (a child row) for the history."""
        self.changes.update({name: [None, plain(value)] for name, value in values.items() if value not in (None, "")})


AnyDeed = Deed[Any]  # of a kind of record that is not known beforehand


Question = TypeVar("Question", bound=Callable[..., object])


def reads(*relations: str) -> Callable[[Question], Question]:
    """Declare which relations of a record a condition looks at: for many records they are loaded at once."""

    def mark(question: Question) -> Question:
        question.reads = relations  # type: ignore[attr-defined]
        return question

    return mark


def plain(value: object) -> object:
    """A value as the history keeps it."""
    if value is None or (isinstance(value, bool | int | str) and not isinstance(value, StrEnum)):
        return value
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
