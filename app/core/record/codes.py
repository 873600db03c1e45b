"""Codes that only the holder of the key can compute, many of them quickly."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache, partial
from json.encoder import encode_basestring as quoted
from typing import Any

import sqlalchemy as sa

BLOCK = 64  # bytes that SHA-256 takes in at once
Code = Callable[[str], str]
told: Callable[[object], str] = json.JSONEncoder(
    ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str
).encode  # what is hashed of anything but a line's plain values

read: Callable[[str], object] = json.JSONDecoder().decode

__all__ = ["Code", "code_with", "marker_with", "number", "plain_of", "quoted", "read", "told"]


@lru_cache(maxsize=8)
def code_with(secret: bytes) -> Code:
    """HMAC-SHA256 of a text (RFC 2104), the key taken in once for all of them."""
    key = (hashlib.sha256(secret).digest() if len(secret) > BLOCK else secret).ljust(BLOCK, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key))

    def code(text: str) -> str:
        within, around = inner.copy(), outer.copy()
        within.update(text.encode())
        around.update(within.digest())
        return around.hexdigest()

    return code


@lru_cache(maxsize=8)
def marker_with(secret: bytes, size: int) -> Callable[[str], bytes]:
    """A keyed mark of some bytes, the key taken in once."""
    begun = hashlib.blake2b(key=secret, digest_size=size)

    def mark(text: str) -> bytes:
        made = begun.copy()
        made.update(text.encode())
        return made.digest()

    return mark


def number(value: int | None) -> str:
    """A whole number, or none, as JSON has it."""
    return "null" if value is None else str(value)


def plain_of(column: sa.Column[object]) -> Callable[[object], str]:
    """How a value of a column is told the same way whether a form gave it or the database."""
    sort = column.type
    if isinstance(sort, sa.Boolean):
        told: Callable[[Any], str] = _whether
    elif isinstance(sort, sa.Numeric):
        told = partial(_amount, Decimal(1).scaleb(-(sort.scale or 0)))
    else:
        told = _stored if isinstance(sort, sa.JSON) else _text
    return lambda value: "\0" if value is None else told(value)


def _whether(value: object) -> str:
    return str(int(bool(value)))


def _amount(unit: Decimal, value: object) -> str:
    return str(Decimal(str(value)).quantize(unit))


def _stored(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)


def _text(value: object) -> str:
    return value.astimezone(UTC).isoformat(timespec="microseconds") if isinstance(value, datetime) else str(value)
