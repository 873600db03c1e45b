"""Names as people search for them, and what of an address is shown."""

from __future__ import annotations

import re

from app.core.files.press import pinyin
from app.core.text.reading import surname
from app.core.text.sameness import folded


def initials(name: str) -> str:
    """宁波示例 → nbsl; a surname with a reading of its own comes first, signs between say nothing."""
    name = folded(name)
    head = surname(name)[:1]
    words = " ".join(re.findall(r"[^\W_]+", name))
    letters = "".join(word[:1] for part in pinyin(words, "FIRST_LETTER") for word in part.split())
    return ((head + letters[1:]) if head else letters)[:120]


def masked_email(address: str | None) -> str:
    """a****@example.com: whose it is, not how to write to it."""
    if not address:
        return ""
    return f"{address[:1]}****@{address.rpartition('@')[2]}"
