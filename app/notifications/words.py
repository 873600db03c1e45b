"""The little language of a mail's words: {placeholders}, and [[passages]] that are left out when theirs are empty.

Nothing else of it is ever carried out: it is no template code.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from app.core.text.wording import gettext as _

PLACE = re.compile(r"\{([^{}\n]*)\}")
PASSAGE = re.compile(r"\[\[(.*?)\]\]", re.DOTALL)


def filled(text: str, facts: Mapping[str, Any]) -> str:
    """The words with what the placeholders stand for; what is filled in is never read again for placeholders."""
    found, at = [], 0
    for passage in PASSAGE.finditer(text):
        found += [_put(text[at : passage.start()], facts), _passage(passage[1], facts)]
        at = passage.end()
    return "".join([*found, _put(text[at:], facts)])


def _passage(text: str, facts: Mapping[str, Any]) -> str:
    told = all(written(facts.get(name)) for name in PLACE.findall(text))
    return _put(text, facts) if told else ""


def _put(text: str, facts: Mapping[str, Any]) -> str:
    return PLACE.sub(lambda place: written(facts.get(place[1])), text)


def written(value: Any) -> str:
    """A fact as text; several, a line each."""
    if isinstance(value, list | tuple):
        return "\n".join(f"- {item}" for item in value)
    return "" if value is None else str(value)


def places(text: str) -> list[str]:
    """The placeholders of a text, each once."""
    return list(dict.fromkeys(PLACE.findall(text)))


def wrong(text: str, known: Collection[str]) -> list[str]:
    """What of the words cannot be understood, a sentence each."""
    sentences = [
        _("There is no placeholder %(name)s here. Take one of those listed.", name=f"{{{name}}}")
        for name in places(text)
        if name not in known
    ]
    if (bare := PLACE.sub("", text)) and ("{" in bare or "}" in bare):
        sentences.append(_("Write a placeholder as %(example)s, with both braces on one line.", example="{number}"))
    rest = PASSAGE.sub("", text)
    if "[[" in rest or "]]" in rest or any("[[" in inner for inner in PASSAGE.findall(text)):
        sentences.append(_("Close each [[ by ]], and put no passage into another."))
    return sentences
