"""Names as people search for them, and what of an address is shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

from app.core.files.press import pinyin_of_all
from app.core.text.reading import surname
from app.core.text.sameness import folded


def initials(name: str) -> str:
    """宁波示例 → nbsl; a surname with a reading of its own comes first, signs between say nothing."""
    return initials_of_all([name])[0]


def initials_of_all(names: Iterable[str]) -> list[str]:
    """The same for many names."""
    plain = [folded(name) for name in names]
    read = pinyin_of_all([" ".join(re.findall(r"[^\W_]+", name)) for name in plain], "FIRST_LETTER")
    return [_letters(surname(name)[:1], parts) for name, parts in zip(plain, read, strict=True)]


def _letters(head: str, parts: list[str]) -> str:
    letters = "".join(word[:1] for part in parts for word in part.split())
    return ((head + letters[1:]) if head else letters)[:120]


def masked_email(address: str | None) -> str:
    """a****@example.com: whose it is, not how to write to it."""
    if not address:
        return ""
    return f"{address[:1]}****@{address.rpartition('@')[2]}"
