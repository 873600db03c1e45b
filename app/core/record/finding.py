"""One search for all records: by number, by subject, and by whatever facts of a kind are declared to be searchable."""

from __future__ import annotations

from functools import partial

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..text.sameness import code_key
from . import search
from .records import Record
from .search import SHORTEST, PhoneIndex, SearchIndex

RECORDS = SearchIndex(Record)
PHONES = PhoneIndex(Record)  # the numbers on records, for those who may see them
CANDIDATES = 50  # texts that may name a number


def found(session: Session, typed: str, numbers: bool = False) -> sa.ColumnElement[bool] | None:
    """Every typed word in the record's own text, or as one of its phone numbers; None when nothing was typed."""
    return search.found(partial(holds, numbers=numbers), session, typed)


def holds(session: Session, word: str, numbers: bool = False) -> sa.ColumnElement[bool]:
    """The condition for one word."""
    return sa.or_(RECORDS.has(session, word), *(PHONES.holds(session, word) if numbers else ()))


def numbered(session: Session, typed: str) -> list[int]:
    """The records of this very number, however it was typed."""
    key = code_key(typed) or ""
    if len(key) < SHORTEST:
        return []
    named = sa.select(Record.id, Record.number).where(RECORDS.has(session, key, whole=True))
    oldest = session.execute(named.order_by(Record.id).limit(CANDIDATES))  # a number is named after it was given
    return [row.id for row in oldest if code_key(row.number) == key]
