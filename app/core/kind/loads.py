"""What is read with a row, because its page or answer tells it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from ..record.records import Record
from .facts import Attribute, is_several, relation_of, told_by


def beside(relation: Attribute) -> ORMOption:
    """Another thing, read with the row. A record stands in two tables, and SQLite reads two joined ones whole."""
    return selectinload(relation) if issubclass(relation.prop.mapper.class_, Record) else joinedload(relation)


def leading(facts: Iterable[Attribute]) -> Iterable[ORMOption]:
    """What these facts lead to, read with the row; else their words come from the lookup."""
    for each in facts:
        if is_several(each):
            yield selectinload(each)
        elif told_by(each).lookup and hasattr(each.class_, relation_of(each)):
            yield beside(getattr(each.class_, relation_of(each)))
