"""Names and phone numbers as people search for them."""

from __future__ import annotations

import re

import phonenumbers
from pypinyin import Style, lazy_pinyin

EXTENSION = re.compile(r"(转|ext\.?|x|#)\s*\d+$", re.IGNORECASE)
WRITTEN = re.compile(r"[+\d][\d\s()（）/.\-–—]*((转|ext\.?|x|#)\s*\d+)?", re.IGNORECASE)
SURNAMES = {
    "曾": "z",
    "仇": "q",
    "单": "s",
    "解": "x",
    "区": "o",
    "查": "z",
    "盖": "g",
    "朴": "p",
    "翟": "z",
    "乐": "y",
}


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
            return phonenumbers.national_significant_number(parsed)[:40]
    except phonenumbers.NumberParseException:
        pass
    return re.sub(r"\D", "", bare)[:40]


def is_written_like_a_phone(text: str) -> bool:
    """Digits with the usual signs and an extension; words are something else."""
    return bool(WRITTEN.fullmatch(text.strip())) and len(re.sub(r"\D", "", text)) >= 3


def is_regular(phone: str) -> bool:
    """Whether the number is one of the numbering plan; a hotline such as 12345 is not, and still right."""
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(EXTENSION.sub("", phone.strip()), "CN"))
    except phonenumbers.NumberParseException:
        return False


def masked(phone: str | None) -> str:
    """138****5678: enough to recognise, not enough to call."""
    if not phone or len(phone) < 8:
        return "****" if phone else ""
    return f"{phone[:3]}****{phone[-4:]}"


def masked_email(address: str | None) -> str:
    """a****@example.com: whose it is, not how to write to it."""
    if not address:
        return ""
    return f"{address[:1]}****@{address.rpartition('@')[2]}"
