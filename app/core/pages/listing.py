"""One page of a list: search, filters, order and a capped count, all bounded and all through the row rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from flask import abort, request
from sqlalchemy import ColumnElement, and_, or_, true
from sqlalchemy.orm import Query
from sqlalchemy.orm.interfaces import ORMOption

from ..model import AnyColumn, AnyRow
from ..record.finder import Finder
from ..record.search import WORDS, plain_words
from ..text import cleaning
from ..types import Text
from . import paging
from .paging import Order

CAP = 1000
SIZES = (20, 50, 100)
DEEPEST = 50  # pages that are reached by their number alone; any other by the row it begins behind
LONGEST = 10_000_000
PLACES = ("page", "after", "before")
END = "end"  # before it stands the last page
LAYOUT = frozenset({*PLACES, "size", "order"})  # of the address: it narrows nothing
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
    size: int
    order: str
    descending: bool
    page: int | None = 0  # how many pages stand before it; None when it was reached from the end
    has_next: bool = False
    ends: tuple[object, object] = ("", "")  # its first and its last row: where its neighbours begin
    args: Mapping[str, str] = field(default_factory=dict)
    tabs: Sequence[AnyRow] = ()

    @property
    def counted(self) -> str:
        """The count, or that there are more than anybody pages through."""
        return capped(self.count)

    @property
    def has_previous(self) -> bool:
        return self.page != 0

    def link(self, **changes: object) -> str:
        """This list with something changed; back to the first page unless the page is what changes."""
        merged = {**self.args, **dict.fromkeys(PLACES), **changes}
        return "?" + urlencode({key: value for key, value in merged.items() if value not in (None, "", 0)})

    @property
    def previous(self) -> str:
        """The page before it: by its number near the beginning, else by the row that stands first here."""
        if self.page is not None and 0 < self.page <= DEEPEST:
            return self.link(page=self.page - 1)
        return self.link(page=self.page and self.page - 1, before=self.ends[0])

    @property
    def next(self) -> str:
        return self.link(page=None if self.page is None else self.page + 1, after=self.ends[1])

    @property
    def near(self) -> range:
        """The pages that are named beside this one."""
        return (
            range(max(self.page - 2, 0), self.page + 1) if self.page is not None and self.page <= DEEPEST else range(0)
        )


def paged(
    query: AnyQuery,
    number: AnyColumn,
    orders: Mapping[str, AnyColumn],
    default: tuple[str, bool],
    options: Sequence[ORMOption] = (),
    nullable: frozenset[str] = frozenset(),
    parts: Sequence[ColumnElement[bool]] = (),
    count: int | None = None,
) -> Listing:
    """The page of a filtered query that the address asks for; the count stops at the cap.

    `after` and `before` name the row it begins behind or ends before (`before=end`: the last page), `page` how many
    stand before it. `parts` as `paging.numbers` has them; `count` where it is known already.
    """
    name, descending = _order(orders, default)
    order = Order(orders.get(name, number), number, descending, name in nullable)
    size = _number("size", SIZES[0], SIZES[-1]) or SIZES[0]
    before = request.args.get("before", "")
    edge = _row(number, before if before != END else "") or _row(number, request.args.get("after", ""))
    place = None if edge is None else order.place(query, edge)
    back = before == END or (bool(before) and place is not None)
    page = None if back and not request.args.get("page") else _number("page", 0, LONGEST if place else DEEPEST)
    skipped = 0 if place or back else (page or 0) * size
    found = paging.numbers(query, order, size + 1, place=place, back=back, skipped=skipped, parts=parts)
    shown, more = (found[-size:], before != END) if back else (found[:size], len(found) > size)
    return Listing(
        paging.rows(query, number, shown, options),
        paging.counted(query, number, CAP + 1, parts) if count is None else count,
        size,
        name,
        descending,
        page=0 if back and len(found) <= size else page,
        has_next=more,
        ends=(shown[0], shown[-1]) if shown else ("", ""),
        args=request.args.to_dict(),
    )


def capped(count: int) -> str:
    """A count that stopped at the cap says so."""
    return f"{CAP}+" if count > CAP else str(count)


def _number(name: str, default: int, highest: int) -> int:
    """A bounded number from the address; nonsense is refused."""
    value = request.args.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit()):
        abort(400)
    return min(int(value[:9]), highest)


def searched(finder: Finder, visible: AnyQuery, number: AnyColumn, options: Sequence[ORMOption]) -> Listing:
    """The page of what a search finds, the newest first: by its number as far as is counted, behind that by `after`."""
    page, size = _number("page", 0, LONGEST), _number("size", SIZES[0], SIZES[-1]) or SIZES[0]
    typed, where, session = cleaning.asked("q"), visible.whereclause, visible.session
    seen, after = true() if where is None else where, _row(number, request.args.get("after", ""))
    if page * size < CAP or not isinstance(after, int):
        ids = finder.newest(session, typed, seen, CAP + 1)
        page, count = min(page, CAP // size), len(ids)
        ids = ids[page * size :]
    else:
        ids, count = finder.newest(session, typed, seen, size + 1, after), CAP + 1
    shown = ids[:size]
    return Listing(
        paging.rows(visible, number, shown, options),
        count,
        size,
        "id",
        True,
        page=page,
        has_next=len(ids) > size,
        ends=(shown[0], shown[-1]) if shown else ("", ""),
        args=request.args.to_dict(),
    )


def _order(orders: Mapping[str, AnyColumn], default: tuple[str, bool]) -> tuple[str, bool]:
    asked = request.args.get("order", "")
    if asked and asked.removeprefix("-") not in orders:
        abort(400)
    return (asked.removeprefix("-"), asked.startswith("-")) if asked else default


def _row(number: AnyColumn, typed: str) -> object:
    """A row by its number from the address; nonsense is refused."""
    if not typed or not issubclass(number.type.python_type, int):
        return typed[:60] or None
    if not (typed.isascii() and typed.isdigit()):
        abort(400)
    return int(typed[:9])


def matching(columns: Sequence[AnyColumn], text: str) -> ColumnElement[bool] | None:
    """Every typed word in one of the columns; % and _ are letters like others."""
    words = plain_words(text)[:WORDS] if columns else []
    found = [or_(*(column.icontains(word, autoescape=True) for column in columns)) for word in words]
    return and_(*found) if found else None
