"""2.5: a positive tick with negative words, or with one or two stars, asks once more; one way for every door."""

from __future__ import annotations

import re
import unicodedata

from .codes import DISSATISFIED
from .negative_words import HARMLESS, NEGATIVE, TRADITIONAL

_FOLD = str.maketrans({**TRADITIONAL, "’": "'"})
HARMLESS_WORDS = re.compile("|".join(f"(?:{one})" for one in HARMLESS), re.ASCII)
NEGATIVE_WORDS = re.compile("|".join(f"(?:{one})" for one in NEGATIVE), re.ASCII)


def folded(text: str) -> str:
    """One spelling: half width, small letters, simplified signs."""
    return unicodedata.normalize("NFKC", text).lower().translate(_FOLD)


def sounds_negative(remark: str) -> bool:
    """Whether what the customer writes says that something is still wrong."""
    return bool(NEGATIVE_WORDS.search(HARMLESS_WORDS.sub(" ", folded(remark))))


def contradicts(satisfaction: int | None, remark: str | None) -> bool:
    """Whether somebody who confirms does not sound like it."""
    few = satisfaction is not None and satisfaction <= DISSATISFIED
    return few or sounds_negative(remark or "")
