"""How people write numbers, days and moments; each is read, or refused with what to do."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal

from .wording import gettext as _

LONGEST = 40
NUMBER = re.compile(r"[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|[-+]?\.\d+", re.ASCII)
AROUND = re.compile(r"([^\d+-]*)([-+]?[\d.,]*\d[\d.,]*)(\D*)", re.ASCII)
MULTIPLE = "十百千万亿萬億k"
YUAN = re.compile(r"(?:¥|RMB|CNY|人民币)?\s*(.*?)\s*(?:元整?|圆整?|块钱?|RMB|CNY|人民币)?", re.IGNORECASE)
DAY = re.compile(
    r"(\d{4})\s*(?:([-/.])\s*(\d{1,2})\s*\2\s*(\d{1,2})|年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号])", re.ASCII
)
COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?|[时点]\s*(?:(\d{1,2})\s*分?)?)", re.ASCII)
HALVES = {"上午": 0, "早上": 0, "下午": 12, "晚上": 12}
AFTER_DAY = re.compile(rf"[T\s]*(?:(?:星期|周)[一二三四五六日天])?\s*({'|'.join(HALVES)})?\s*(.+)", re.IGNORECASE)


def amount(text: str) -> Decimal:
    """A number in yuan, with or without the currency and thousands separators."""
    bare = YUAN.fullmatch(text)
    return number(bare[1] if bare else text)


def number(text: str, *, whole: bool = False) -> Decimal:
    """A number, with or without thousands separators. Raises ValueError with an example that fits."""
    if len(text) <= LONGEST and NUMBER.fullmatch(text):
        return Decimal(text.replace(",", ""))
    around = AROUND.fullmatch(text) if len(text) <= LONGEST else None
    words = [part.strip() for part in (around[1], around[3]) if part.strip()] if around else []
    if set(MULTIPLE) & set("".join(words).lower()):
        raise ValueError(_("Write the number out in digits, such as 36000."))
    if words and around and NUMBER.fullmatch(around[2]):
        raise ValueError(_("Type the number alone, without “%(words)s”.", words="”, “".join(words)[:40]))
    raise ValueError(like(whole=whole))


def like(*, whole: bool = False) -> str:
    """What a number looks like, in the field that was typed into."""
    return _("Type a whole number in digits, such as 2.") if whole else _("Type a number such as 3600.00.")


def day(text: str) -> date:
    """A day, year first. Raises ValueError."""
    found = DAY.fullmatch(text) or COMPACT.fullmatch(text)
    try:
        return _day(found)
    except ValueError:
        raise ValueError(_("Type a day such as 2026-11-24.")) from None


def _day(found: re.Match[str] | None) -> date:
    if found is None:
        raise ValueError
    year, month, number = (int(part) for part in found.groups() if part and part.isdigit())
    return date(year, month, number)


def clock(text: str) -> time:
    """A time of the day. Raises ValueError."""
    found = CLOCK.fullmatch(text)
    if found is None:
        raise ValueError(_("Type a time such as 08:30."))
    hour, minute, second, minutes = (int(part or 0) for part in found.groups())
    try:
        return time(hour, minute or minutes, second)
    except ValueError:
        raise ValueError(_("Type a time such as 08:30.")) from None


def moment(text: str) -> datetime:
    """A day with its time, or ISO 8601; naive unless an offset is written. Raises ValueError."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        pass
    begun = DAY.match(text)
    rest = AFTER_DAY.fullmatch(text[begun.end() :]) if begun else None
    try:
        if rest is None:
            raise ValueError
        at = clock(rest[2])
        hour = at.hour + (HALVES[rest[1]] if rest[1] and at.hour < 12 else 0)
        return datetime.combine(_day(begun), at.replace(hour=hour))
    except ValueError:
        raise ValueError(_("Type a time such as 2026-11-24 09:20.")) from None
