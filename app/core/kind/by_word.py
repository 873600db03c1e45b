"""Words said by hand beside the forms (over a column, on a card or paper): the administrator's where a field has it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..text.wording import get_locale
from ..types import Text
from . import overrides
from .overrides import Worded

Row = tuple[Text, object]  # of a card or a sheet: a label, and what stands there


def called(code: str, label: Text) -> Text:
    """A word of the program as the administrator has it, where a field of that thing is called so."""
    labels = overrides.in_force().labels
    if not labels:
        return label
    if isinstance(label, Worded):
        if (label.code, label.name) in labels:
            return label
        if (code, label.name) in labels:  # of a part, asked by a step of its record
            return Worded(code, label.name, label.original)
    return _renamed(code).get(str(label), label)


def rows(code: str, told: Iterable[Row]) -> list[Row]:
    """Label and value, as a card or a sheet tells them."""
    return [(called(code, label), value) for label, value in told]


def _renamed(code: str) -> Mapping[str, str]:
    """The program's words of the fields that are called otherwise, in the reader's language."""
    edition, locale = overrides.in_force(), str(get_locale() or "zh")
    key = ("called", code, locale)
    if key not in edition.made:
        edition.made[key] = _words(code) if any(thing == code for thing, _field in edition.labels) else {}
    found: Mapping[str, str] = edition.made[key]
    return found


def _words(code: str) -> dict[str, str]:
    """A word that a field still goes by is nobody else's."""
    from .asked import fields_of, thing_of

    page, found = thing_of(code), dict[str, str]()
    fields = fields_of(page).values() if page else ()
    kept = {str(field.label) for field in fields}
    for field in fields:
        found |= {str(word): str(field.label) for word in field.words if str(word) not in kept}
    return found
