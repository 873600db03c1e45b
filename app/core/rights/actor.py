"""Who acts: a person with rights, a deputy, a customer by a link, or the portal itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


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
