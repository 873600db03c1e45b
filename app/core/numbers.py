"""Gap-free numbers: the counter row moves in the transaction that uses the number."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_appbuilder import Model
from sqlalchemy import String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column


class NumberSeries(Model):
    """The last number given out in a series (TS-20261124, JZ-2026)."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(40), primary_key=True)
    last: Mapped[int]


def next_in(session: Session, series: str) -> str:
    """The next number of a series; a rollback gives it back.

    From here to the commit every other taker of this series waits: call it late.
    """
    insert: Any = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}[session.get_bind().dialect.name]
    statement = (
        insert(NumberSeries)
        .values(series=series, last=1)
        .on_conflict_do_update(index_elements=["series"], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    )
    return f"{series}-{session.execute(statement).scalar_one():03d}"


def daily(session: Session, prefix: str, day: date) -> str:
    """TS-20261124-001: counted by the business day."""
    return next_in(session, f"{prefix}-{day:%Y%m%d}")


def yearly(session: Session, prefix: str, day: date) -> str:
    """JZ-2026-031: counted by the year."""
    return next_in(session, f"{prefix}-{day:%Y}")
