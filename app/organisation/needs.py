"""What a right is worth nothing without: read from the forms, the lookups and the pages as they are declared."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from wtforms.fields.core import UnboundField

from app.core.fields.lookups import LOOKUPS
from app.core.kind.registry import KINDS, PAGES

from .plain_words import Grant, Pair, steps_of

TO_LIST = ("can_show", "can_add", "can_export", "menu_access")
TO_SHOW = ("can_edit", "can_delete", "can_comment", "can_attach")
Needs = dict[Pair, frozenset[Pair]]


def all_needs(rights: Collection[Pair]) -> Needs:
    """Of each right the others it cannot do without, directly or through them."""
    chosen = _chosen()
    first = {pair: {need for need in _first(pair, chosen) if need in rights and need != pair} for pair in rights}
    return {pair: _onward(pair, first) for pair in rights}


def lacking(needs: Needs, grants: Collection[Grant], held: Collection[Grant]) -> list[tuple[Grant, list[Pair]]]:
    """The rights given to roles that lack what these need."""
    found = []
    for role, permission, thing in sorted(grants):
        missing = [need for need in sorted(needs.get((permission, thing), ())) if (role, *need) not in held]
        if missing:
            found.append(((role, permission, thing), missing))
    return found


def _first(pair: Pair, chosen: dict[Pair, set[Pair]]) -> Iterator[Pair]:
    permission, thing = pair
    yield from chosen.get(pair, ())
    if permission in TO_LIST or permission.startswith("see_"):
        yield "can_list", thing
    elif permission in TO_SHOW or permission in steps_of(thing):
        yield "can_show", thing


def _onward(pair: Pair, first: dict[Pair, set[Pair]]) -> frozenset[Pair]:
    found: set[Pair] = set()
    ahead = [pair]
    while ahead:
        new = first[ahead.pop()] - found
        found |= new
        ahead += new
    return frozenset(found - {pair})


def _chosen() -> dict[Pair, set[Pair]]:
    """What the forms of a right choose from: creating, correcting and every step."""
    found: dict[Pair, set[Pair]] = {}
    for page in PAGES:
        view = page.page
        form, correction = getattr(view, "form", None), getattr(view, "correction", None)
        found.setdefault(("can_add", page.thing), set()).update(_looked_up(form))
        found.setdefault(("can_edit", page.thing), set()).update(_looked_up(correction or form))
    for kind in KINDS.values():
        for step in kind.workflow.steps:
            found.setdefault((step.name, kind.thing), set()).update(_looked_up(step.form))
    return found


def _looked_up(form: Any) -> Iterator[Pair]:
    """The right to every list a form's fields search, those of its rows too."""
    fields = (getattr(form, name) for name in dir(form) if not name.startswith("_")) if form else ()
    for field in fields:
        if isinstance(field, UnboundField):
            if (found := LOOKUPS.get(field.kwargs.get("lookup", ""))) is not None:
                yield found.permission
            yield from _looked_up(field.kwargs.get("row"))
