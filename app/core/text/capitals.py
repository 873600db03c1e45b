"""Amounts in capitals, as paper needs them: 100.5 → 壹佰元伍角整."""

from __future__ import annotations

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")


def in_capitals(amount: Decimal) -> str:
    """The amount in the capitals of Chinese book-keeping. Raises ValueError beyond 16 digits or two decimals."""
    if amount != round(amount, 2) or abs(amount) >= 10**16:
        raise ValueError(amount)
    sign, fen = ("负" if amount < 0 else ""), int(abs(amount) * 100)
    yuan, rest = divmod(fen, 100)
    jiao, cents = divmod(rest, 10)
    whole = _whole(yuan) + "元" if yuan else ""
    if not rest:
        return sign + (whole or "零元") + "整"
    small = (DIGITS[jiao] + "角" if jiao else "零" if whole else "") + (DIGITS[cents] + "分" if cents else "")
    return sign + whole + small + ("" if cents else "整")


def _whole(number: int) -> str:
    """Whole yuan, group by group of four digits; a gap is read as one 零."""
    text, gap = "", False
    for index in range(len(GROUPS) - 1, -1, -1):
        group = number // 10_000**index % 10_000
        if not group:
            gap = gap or bool(text)
            continue
        if text and (gap or group < 1000):
            text += "零"
        text += _group(group) + GROUPS[index]
        gap = False
    return text


def _group(group: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = gap or bool(text)
            continue
        text += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return text
