"""Who is told of a step beside those whose turn it now is, in the words a domain declares it with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from .turns import users_who_may, users_with_role
from .workflow import Fired

Who = Callable[[Session, Any], list[int]]


@dataclass(frozen=True)
class Told:
    """Beside those whose turn it is, these are told of a step."""

    who: tuple[Who, ...]
    urgent: bool = False
    when: Callable[[Fired], bool] = lambda fired: True


def told(*who: Who, urgent: bool = False, when: Callable[[Fired], bool] = lambda fired: True) -> Told:
    """`told(function("leader"), when=…)`: the holders of a function hear of it, on a condition."""
    return Told(who, urgent, when)


def function(*codes: str) -> Who:
    """The holders of functions."""
    return lambda session, record: [person for code in codes for person in users_with_role(session, code)]


def may(permission: str, thing: str) -> Who:
    """Whoever holds a right, whatever the role is called."""
    return lambda session, record: users_who_may(session, permission, thing)
