"""One map from what went wrong to what is answered: for page, REST, many at once, a customer's link, the phone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm.exc import StaleDataError

from ..text.wording import gettext as _
from .refused import Forbidden, Invalid, Refused, Stale

if TYPE_CHECKING:
    from ..record.history import History


def changed_meanwhile() -> str:
    return _("Somebody else changed this meanwhile. What you typed is still here: check it and save again.")


def conflicts() -> str:
    return _("There is already an entry with the same code, number or name. Change it and save again.")


def still_used() -> str:
    return _("It is still used elsewhere and can't be deleted.")


def too_much() -> str:
    return _("One of the values is too long or too large to be stored. Shorten it and save again.")


ANSWERED = (Refused, Forbidden, Invalid, Stale, StaleDataError, IntegrityError, DataError)


@dataclass(frozen=True)
class Answer:
    """The status, the sentence, the sentences of each field, and what others did meanwhile."""

    status: int
    sentence: str
    fields: Mapping[str, list[str]] = field(default_factory=dict)
    lines: Sequence[History] = ()


def answer_to(error: Exception, *, deleting: bool = False) -> Answer:
    """What one of ANSWERED is answered with; the caller has rolled back."""
    if isinstance(error, Invalid):
        return Answer(422, error.sentence, error.errors)
    if isinstance(error, Forbidden):
        return Answer(403, _("This is not your step."))
    if isinstance(error, Refused):
        return Answer(409, str(error))
    if isinstance(error, Stale):
        return Answer(409, changed_meanwhile(), lines=error.lines)
    if isinstance(error, StaleDataError):
        return Answer(409, changed_meanwhile())
    if isinstance(error, IntegrityError):
        return Answer(422, still_used() if deleting else conflicts())
    return Answer(422, too_much())
