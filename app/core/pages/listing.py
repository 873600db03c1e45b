"""One page of a list: search, filters, order and a capped count, all bounded and all through the row rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import abort, request
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Query
from sqlalchemy.orm.interfaces import ORMOption

from ..model import AnyColumn, AnyRow
from ..record.search import WORDS, plain_words
from ..types import Text

CAP = 1000
SIZES = (20, 50, 100)
DEEPEST = 5_000
AnyQuery = Query[Any]  # of the rows of one table, or of what a page makes of several


@dataclass(frozen=True)
class Choice:
    """A drop-down above a list: its values and the condition each stands for."""

    label: Text
    options: Callable[[], Sequence[tuple[str, Text]]]
    condition: Callable[[str], ColumnElement[bool] | None]


@dataclass
class Listing:
    """What a list page shows, and the links to its other pages."""

    rows: Sequence[AnyRow]
    count: int
    page: int
    size: int
    order: str
    descending: bool
    args: Mapping[str, str] = field(default_factory=dict)

    @property
    def counted(self) -> str:
        """The count, or that there are more than anybody pages through."""
        return capped(self.count)

    @property
    def has_next(self) -> bool:
        return (self.page + 1) * self.size < self.count or (self.count > CAP and len(self.rows) == self.size)

    def link(self, **changes: object) -> str:
        """This list with something changed; back to the first page unless the page is what changes."""
        merged = {**self.args, **{"page": None}, **changes}
        return "?" + urlencode({key: value for key, value in merged.items() if value not in (None, "", 0)})


def capped(count: int) -> str:
    """A count that stopped at the cap says so."""
    return f"{CAP}+" if count > CAP else str(count)


def number(name: str, default: int, highest: int) -> int:
    """A bounded number from the address; nonsense is refused."""
    value = request.args.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit()):
        abort(400)
    return min(int(value[:9]), highest)


def paged(
    query: AnyQuery,
    pk: AnyColumn,
    orders: Mapping[str, AnyColumn],
    default: tuple[str, bool],
    options: Sequence[ORMOption] = (),
    nullable: frozenset[str] = frozenset(),
) -> Listing:
    """The page of a filtered query that the address asks for; the count stops at the cap."""
    asked = request.args.get("order", "")
    if asked and asked.removeprefix("-") not in orders:
        abort(400)
    order, descending = (asked.removeprefix("-"), asked.startswith("-")) if asked else default
    page, size = number("page", 0, DEEPEST), number("size", SIZES[0], SIZES[-1]) or SIZES[0]
    counted = query.with_entities(pk).order_by(None).limit(CAP + 1).subquery()
    count = query.session.scalar(select(func.count()).select_from(counted)) or 0
    column = orders.get(order, pk)
    keys = [column.desc() if descending else column.asc(), pk.desc() if descending else pk.asc()]
    if order in nullable:
        keys[0] = keys[0].nulls_last()
    rows = query.options(*options).order_by(*keys).offset(page * size).limit(size).all()
    return Listing(rows, count, page, size, order, descending, request.args.to_dict())


def matching(columns: Sequence[AnyColumn], text: str) -> ColumnElement[bool] | None:
    """Every typed word in one of the columns; % and _ are letters like others."""
    words = plain_words(text)[:WORDS] if columns else []
    found = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]
    return and_(*found) if found else None
