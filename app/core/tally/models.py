"""What is kept of the cases: sums by hour, day and month, and which hours are no longer right."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from ..model import Model
from ..types import Key

FOUND = "size = 'h' AND (breached > 0 OR apart > 0)"  # hours worth looking into


class Tally(Model):
    """The cases of a span of time: an hour of UTC, a day or a month of the company's calendar."""

    __tablename__ = "tally"
    __table_args__ = (
        Index("ix_tally_found", "source", "code", "span", sqlite_where=text(FOUND), postgresql_where=text(FOUND)),
    )

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    size: Mapped[str] = mapped_column(String(1), primary_key=True)  # h | d | m
    span: Mapped[str] = mapped_column(String(13), primary_key=True)  # 2026-11-28 07 | 2026-11-28 | 2026-11
    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    by: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    cases: Mapped[int]
    breached: Mapped[int]
    apart: Mapped[int]


class TallyKept(Model):
    """From which day on a source is kept (none: from its first case), and by which of its definitions."""

    __tablename__ = "tally_kept"

    source: Mapped[str] = mapped_column(String(32), primary_key=True)
    shape: Mapped[str] = mapped_column(String(64))
    since: Mapped[date | None]


class TallyStale(Model):
    """An hour whose cases have changed. Only added to and never unique: two steps never wait for each other."""

    __tablename__ = "tally_stale"
    __table_args__ = (Index("ix_tally_stale", "source", "hour"),)

    id: Mapped[int] = mapped_column(Key, primary_key=True)
    source: Mapped[str] = mapped_column(String(32))
    hour: Mapped[str] = mapped_column(String(13))  # of UTC: the company's zone is no matter of the database
