"""Names and phone numbers as people search for them."""

from __future__ import annotations

import re

import phonenumbers
from pypinyin import Style, lazy_pinyin

EXTENSION = re.compile(r"(转|ext\.?|x)\s*\d+$", re.IGNORECASE)
SURNAMES = {"曾": "z", "仇": "q", "单": "s", "解": "x", "区": "o", "查": "z", "盖": "g", "朴": "p", "翟": "z", "乐": "y"}


def initials(name: str) -> str:
    """宁波示例 → nbsl; a surname with a reading of its own comes first."""
    head = SURNAMES.get(name[:1]) if len(name) <= 4 else None
    letters = "".join(part[:1] for part in lazy_pinyin(name, style=Style.FIRST_LETTER))
    return ((head + letters[1:]) if head else letters).lower()[:120]


def digits(phone: str | None) -> str:
    """The number alone: without extension, country code and signs."""
    if not phone:
        return ""
    bare = EXTENSION.sub("", phone.strip())
    try:
        parsed = phonenumbers.parse(bare, "CN")
        if parsed.country_code == 86:
            return phonenumbers.national_significant_number(parsed)
    except phonenumbers.NumberParseException:
        pass
    return re.sub(r"\D", "", bare)[:40]


def masked(phone: str | None) -> str:
    """138****5678: enough to recognise, not enough to call."""
    if not phone or len(phone) < 7:
        return "****" if phone else ""
    return f"{phone[:3]}****{phone[-4:]}"
