"""One search for all records: by number, by subject, and by whatever facts of a kind are declared to be searchable."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..text.sameness import code_key
from .records import Record
from .search import PhoneIndex, SearchIndex
from .ways import SHORTEST, Text, Through

RECORDS = SearchIndex(Record)
PHONES = PhoneIndex(Record)  # the numbers on records, for those who may see them
CANDIDATES = 50  # texts that may name a number


def ways(word: str, numbers: bool) -> tuple[Text, ...]:
    """A word in the record's own text, or as one of its phone numbers for those who may see them."""
    return (*RECORDS.ways(word), *(PHONES.holds(word) if numbers else ()))


def numbered(session: Session, typed: str) -> list[int]:
    """The records of this very number, however it was typed."""
    key = code_key(typed) or ""
    if len(key) < SHORTEST or not any(map(str.isdigit, key)):
        return []
    whole = Through(Record.id, (Text(RECORDS.name, key, whole=True),))
    named = sa.select(Record.id, Record.number).where(whole.condition(session))
    oldest = session.execute(named.order_by(Record.id).limit(CANDIDATES))  # a number is named after it was given
    return [row.id for row in oldest if code_key(row.number) == key]
