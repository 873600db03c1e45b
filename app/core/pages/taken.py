"""What only one entry may have – a code, a serial number – is refused at its field, in every spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from ..model import AnyRow
from ..process.refused import Invalid
from ..text.wording import gettext as _


def refuse_taken(session: Session, model: AnyRow, row: AnyRow, values: Mapping[str, object]) -> None:
    """Before a row is written: the fields whose value another row has already."""
    wrong = {}
    with session.no_autoflush:
        for field, column, key in _single(model):
            value = values.get(field)
            if value in (None, "") or (found := key(value)) is None:
                continue
            other = sa.select(model.id).where(column == found)
            if row is not None:
                other = other.where(model.id != row.id)
            if session.scalar(sa.select(other.exists())):
                wrong[field] = [_("There is another entry with “%(value)s” already.", value=value)]
    if wrong:
        raise Invalid(wrong)


def _single(model: AnyRow) -> Iterator[tuple[str, sa.Column[Any], Callable[[object], object]]]:
    """The columns of which every value stands once: the field that gives it, and how it becomes the value."""
    table = model.__table__
    alone = {next(iter(index.columns)).name for index in table.indexes if index.unique and len(index.columns) == 1}
    for name, column in sa.inspect(model).columns.items():
        if column.table is table and not column.primary_key and (column.unique or column.name in alone):
            source, key = column.info.get("follows", (name, _as_it_is))
            yield source.removesuffix("_id"), column, key


def _as_it_is(value: object) -> object:
    return value
