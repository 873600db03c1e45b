"""Column types of the business: moments in UTC, money in yuan, codes with labels."""

from __future__ import annotations

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from flask_babel.speaklater import LazyString
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

PREFIX = "extra."  # of the names of the company's own fields; programs send them as `extra: {code: value}`
Money = sa.Numeric(14, 2)
Text = str | LazyString  # words, also those that are chosen when they are read
Values = dict[str, Any]  # the answers of a form, by field name
Key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
Json = dict[str, Any]  # an object as it is sent and answered


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment in UTC on every database (SQLite would give a naive one back)."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _EnumColumn(TypeDecorator[StrEnum]):
    """A StrEnum stored as its code."""

    impl = sa.String(32)
    cache_ok = True

    def __init__(self, enum: type[StrEnum], length: int = 32) -> None:
        super().__init__(length)
        self.enum = enum

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else self.enum(value).value

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> StrEnum | None:
        return None if value is None else self.enum(value)


class IsoDay(TypeDecorator[date]):
    """A day in JSON: text that sorts."""

    impl, cache_ok, holds = sa.String, True, date

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.isoformat()


class IsoMoment(TypeDecorator[datetime]):
    """A moment in JSON: UTC, text that sorts."""

    impl, cache_ok, holds = sa.String, True, datetime

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.astimezone(UTC).isoformat(timespec="seconds")


class OneOfSeveral(TypeDecorator[str]):
    """Codes in a JSON list: equal to each code it holds."""

    impl, cache_ok = sa.String, True

    class comparator_factory(TypeDecorator.Comparator[str]):
        """Whether a code is among them."""

        def __eq__(self, other: Any) -> Any:
            text = sa.type_coerce(self.expr, sa.String)
            return text.is_(None) if other is None else text.contains(f'"{other}"', autoescape=True)

        def __ne__(self, other: Any) -> Any:
            text = sa.type_coerce(self.expr, sa.String)
            return text.is_not(None) if other is None else ~text.contains(f'"{other}"', autoescape=True)


def extra_column() -> Mapped[Json]:
    """Where a table keeps the company's own fields: code → value as JSON has it. Replaced, never changed in place."""
    return mapped_column(sa.JSON, default=dict, server_default=sa.text("'{}'"))


def enum_column(enum: type[StrEnum]) -> _EnumColumn:
    """The column type of an enumeration."""
    return _EnumColumn(enum)
