"""The columns of lists: those a page declares, and the company's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import partial

from app.extensions import db

from ..fields import lookups
from ..kind import by_word, own_fields, own_shown
from ..kind.own_fields import Own
from ..model import AnyColumn, AnyRow
from ..types import Text

Told = Callable[[AnyRow], object]  # what a cell says of a row
UNORDERED = ("choices", "file", *own_fields.LINKED)


class Column:
    """One column of a list: its words, how a row shows it, what it is ordered by."""

    def __init__(
        self,
        label: Text,
        value: Told | str,
        *,
        order: AnyColumn | None = None,
        css: str = "",
        plain: Told | None = None,
        nullable: bool = False,
        entry: tuple[str, str] | None = None,
    ) -> None:
        self.label, self.order, self.css, self.nullable = label, order, css, nullable
        self.entry = entry  # the look-up its words come from, and the attribute that keeps the code
        self.value: Told = value if callable(value) else lambda row: getattr(row, value)
        self.plain = plain or self.value  # in exports

    def of(self, code: str) -> Column:
        """The column in a list of that thing, called as the administrator calls its field."""
        found = copy(self)
        found.label = by_word.called(code, self.label)
        return found


def learn_entries(columns: Iterable[Column], rows: Sequence[AnyRow]) -> None:
    """The words of everything the rows name by its code, in one question."""
    asked: dict[str, set[str]] = defaultdict(set)
    for name, key in (column.entry for column in columns if column.entry):
        asked[name] |= {str(value) for row in rows if (value := getattr(row, key)) is not None}
    lookups.learn(db.session, asked)


def own_columns(model: AnyRow) -> dict[str, Column]:
    """The company's own fields that stand in the list."""
    return {own.name: _own_column(own, model) for own in own_shown.listed(model)}


def _own_column(own: Own, model: AnyRow) -> Column:
    order = None if own.type in UNORDERED else own.column(model)
    plain = partial(own_shown.exported, own)
    return Column(own.label, partial(own_shown.shown, own), order=order, plain=plain, nullable=True)
