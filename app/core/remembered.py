"""What is asked several times while one page is made, and answered once."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from flask import g, has_request_context

T = TypeVar("T")


def once_a_request(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question nobody changes during a request; without one it is asked anew."""
    if not has_request_context():
        return ask()
    known: dict[Hashable, Any] = g.setdefault("remembered", {})
    if key not in known:
        known[key] = ask()
    found: T = known[key]
    return found
