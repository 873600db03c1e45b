"""Every right as a sentence an administrator understands, in the reader's language."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from app.core.kind.registry import AREAS, KINDS, PAGES
from app.core.kind.things import Thing
from app.core.rights.verbs import WORDS as VERBS
from app.core.text.wording import lazy_gettext as _l

Pair = tuple[str, str]  # permission, thing
Grant = tuple[int, str, str]  # role, permission, thing

CELLS = 432  # of a tab, rights × roles: what an administrator reads through, and a phone can load


def things() -> dict[str, Any]:
    """What there are rights on, in words: a kind or a thing by its own name, else by the first page about it."""
    found: dict[str, Any] = {}
    for page in PAGES:
        if page.thing not in found or isinstance(page, Thing):
            found[page.thing] = page.word
    return found


def area_of(thing: str) -> str:
    """The tab of the access page a thing stands on."""
    return next(page.area or page.menu for page in PAGES if page.thing == thing)


def in_area(code: str) -> list[str]:
    """The things of a tab, in the order they were declared."""
    return [thing for thing in things() if area_of(thing) == code]


def verbs() -> dict[str, Any]:
    """Every plain right in words: those all things have, then those of some alone."""
    return {**VERBS, **{verb: word for page in PAGES for verb, word in page.verbs.items()}}


@dataclass(frozen=True)
class Area:
    """One tab of the matrix: a part of the plain rights of a group of things, or of the steps of their processes."""

    label: Any
    rights: tuple[Pair, ...]

    def by_thing(self) -> list[tuple[Any, list[Pair]]]:
        """The rights of the tab under the words of their things."""
        words = things()
        return [(words[thing], list(rights)) for thing, rights in groupby(self.rights, key=lambda pair: pair[1])]


def areas(rights: Collection[Pair], roles: int) -> dict[str, Area]:
    """The tabs of the matrix of all these rights, in their order; the more roles, the fewer rights on each."""
    found: dict[str, Area] = {}
    most = max(4, CELLS // max(1, roles))
    for key, label in AREAS.items():
        things = in_area(key)
        steps = [(name, thing) for thing in things for name in steps_of(thing)]
        plain = [pair for pair in rights if pair[1] in things and pair not in steps]
        plain.sort(key=lambda pair: (things.index(pair[1]), rank(*pair)))
        found |= dict(_parts(key, label, plain, most))
        found |= dict(_parts(f"{key}.steps", _l("%(area)s: steps", area=label), steps, most))
    return found


def _parts(code: str, label: Any, rights: list[Pair], most: int) -> Iterator[tuple[str, Area]]:
    """As many tabs as it takes; a thing is cut only where it alone is too long for one."""
    parts: list[list[Pair]] = []
    for _thing, found in groupby(rights, key=lambda pair: pair[1]):
        whole = list(found)
        for piece in (whole[at : at + most] for at in range(0, len(whole), most)):
            if parts and len(parts[-1]) + len(piece) <= most:
                parts[-1] += piece
            else:
                parts.append(piece)
    for number, part in enumerate(parts, 1):
        words = _l("%(area)s (%(n)s of %(all)s)", area=label, n=number, all=len(parts)) if len(parts) > 1 else label
        yield code + (f".{number}" if number > 1 else ""), Area(words, tuple(part))


def deed(permission: str, thing: str) -> str:
    """What the right lets one do: a step's own words, or the plain verb."""
    for workflow in (kind.workflow for kind in KINDS.values() if kind.thing == thing):
        if (label := workflow.label_of(permission)) is not None:
            clause = next((step.clause for step in workflow.rows(permission) if step.clause), "")
            return f"{label} ({clause})" if clause else str(label)
    return str(verbs().get(permission, permission.removeprefix("can_").replace("_", " ")))


def steps_of(thing: str) -> list[str]:
    """The steps of the processes on a thing, in the order of the process."""
    return [name for kind in KINDS.values() if kind.thing == thing for name in kind.workflow.step_names]


def rank(permission: str, thing: str) -> tuple[int, int, str]:
    """Plain verbs first, then the steps in the order of the process."""
    steps, plain = steps_of(thing), list(verbs())
    if permission in steps:
        return 1, steps.index(permission), ""
    return 0, plain.index(permission) if permission in plain else len(plain), permission
