"""What is asked several times while one page, or one batch of many rows, is made, and answered once."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from flask import g, has_app_context, has_request_context

T = TypeVar("T")


def once_a_request(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question nobody changes during a request; without one it is asked anew."""
    if not has_request_context():
        return ask()
    return _once(g.setdefault("remembered", {}), key, ask)


@contextmanager
def batch() -> Iterator[None]:
    """A block in which many rows are read and none is written: `once_a_batch` asks once in it."""
    g.batch = {}
    try:
        yield
    finally:
        g.pop("batch")


def once_a_batch(key: Hashable, ask: Callable[[], T]) -> T:
    """The answer to a question that the rows of a batch have in common; outside of one it is asked anew."""
    known = g.get("batch") if has_app_context() else None
    return ask() if known is None else _once(known, key, ask)


def learn(answers: Mapping[Hashable, object]) -> None:
    """Answers for `once_a_batch` that were found together."""
    g.batch.update(answers)


def _once(known: dict[Hashable, Any], key: Hashable, ask: Callable[[], T]) -> T:
    if key not in known:
        known[key] = ask()
    found: T = known[key]
    return found
