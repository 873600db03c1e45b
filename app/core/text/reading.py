"""The order of reading: Chinese names by their pinyin, then all others by their letters."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from ..files.press import pinyin_of_all

LONGEST = 240
SURNAMES = {  # characters that are read in a way of their own where they begin a person's name
    "曾": "zeng1",
    "仇": "qiu2",
    "单": "shan4",
    "解": "xie4",
    "区": "ou1",
    "查": "zha1",
    "盖": "ge3",
    "朴": "piao2",
    "翟": "zhai2",
    "乐": "yue4",
}
PERSONAL = 4  # no longer is the name of a person


def surname(name: str) -> str:
    """How the first character of a person's name is read, where that is special."""
    return SURNAMES.get(name[:1], "") if len(name) <= PERSONAL else ""


@lru_cache(maxsize=10_000)
def reading(name: str) -> str:
    """What a name is ordered by: syllable and tone of each character; Latin letters without marks."""
    return readings([name])[0]


def readings(names: Sequence[str]) -> list[str]:
    """The same for many names."""
    return [_ordered(name, syllables) for name, syllables in zip(names, pinyin_of_all(names, "TONE3"), strict=True)]


def _ordered(name: str, syllables: list[str]) -> str:
    if special := surname(name):
        syllables[0] = special
    plain = unicodedata.normalize("NFKD", " ".join(syllables)).casefold()
    letters = " ".join("".join(char for char in plain if not unicodedata.combining(char)).split())
    return f"{0 if name and unicodedata.name(name[0], '').startswith('CJK') else 1}{letters}"[:LONGEST]
