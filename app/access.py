"""Who may do what in a new portal: what the domains declare, and the steps of each process from its own table.

This only seeds the rights; at run time the administrator decides, on the access page.
"""

from __future__ import annotations

from collections.abc import Iterator

from app.core.kind.registry import KINDS, PAGES

from . import domains
from .organisation.functions import FUNCTIONS as FUNCTIONS
from .organisation.functions import MAY_WHAT as MAY_WHAT


def cells() -> Iterator[tuple[str, str, str]]:
    """Every (function, permission, thing) a new portal starts with."""
    domains.load()
    listed = {page.thing for page in PAGES if page.menu}
    for page in PAGES:
        for code, verbs in page.rights.items():
            for holder in _with_manager(code):
                yield from ((holder, verb, page.thing) for verb in verbs)
                if page.thing in listed and "can_list" in verbs:
                    yield (holder, "menu_access", page.thing)
    for kind in KINDS.values():
        for step in kind.workflow.steps:
            for code in step.granted_to:
                yield from ((holder, step.name, kind.thing) for holder in _with_manager(code))


def _with_manager(code: str) -> Iterator[str]:
    """A manager may do what the department's plain function may."""
    yield code
    if code in MAY_WHAT:
        yield MAY_WHAT[code]
