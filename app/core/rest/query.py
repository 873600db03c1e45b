"""The `q` argument of REST lists (rison, as FAB speaks it): filters, order, page; refused in words when wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TypeGuard, TypeVar

import prison
from flask import current_app, request
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Query
from sqlalchemy.types import TypeDecorator

from ..model import AnyColumn
from ..pages.paging import Order, Place
from ..text import cleaning
from ..text.wording import gettext as _
from ..time import clock
from ..types import PREFIX

R = TypeVar("R")
Compared = InstrumentedAttribute[object] | ColumnElement[object]  # a column, or what is made of some
Operator = Callable[[Compared, object], ColumnElement[bool]]
OPERATORS: dict[str, Operator] = {
    "eq": lambda column, value: column == value,
    "neq": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "lt": lambda column, value: column < value,
    "rel_o_m": lambda column, value: column == value,
    "sw": lambda column, value: column.istartswith(str(value), autoescape=True),
    "ew": lambda column, value: column.iendswith(str(value), autoescape=True),
    "ct": lambda column, value: column.icontains(str(value), autoescape=True),
    "nct": lambda column, value: ~column.icontains(str(value), autoescape=True),
}
TEXTUAL = ("sw", "ew", "ct", "nct")
ORDERED = ("gt", "lt")


class BadQuery(ValueError):
    """What was asked for can't be answered; str(e) says why (400)."""


def asked() -> dict[str, object]:
    """The rison (or JSON) argument as a dictionary."""
    text = request.args.get("q", "")
    if not text:
        return {}
    if len(text) > 4000 or text.count("(") > 60:
        raise BadQuery(_("The query is too long."))
    try:
        value = prison.loads(text)
    except Exception as error:  # the parser fails in many ways on nonsense
        raise BadQuery(_("The query can't be read: write it in rison.")) from error
    if not isinstance(value, dict):
        raise BadQuery(_("The query can't be read: write it in rison."))
    return value


def narrowed(query: Query[R], columns: Mapping[str, Compared], wanted: Mapping[str, object]) -> Query[R]:
    """The query with the caller's filters."""
    filters = wanted.get("filters", [])
    if not isinstance(filters, list) or len(filters) > 20:
        raise BadQuery(_("Filters are a list of at most 20."))
    for item in filters:
        if not isinstance(item, dict) or not _known(item.get("col"), columns) or not _known(item.get("opr"), OPERATORS):
            raise BadQuery(_("Filter by one of: %(columns)s.", columns=", ".join(columns)))
        column, value = columns[item["col"]], item.get("value")
        if isinstance(value, dict | list) or "\0" in str(value):
            raise BadQuery(_("The value of the filter “%(column)s” can't be read.", column=item["col"]))
        value = cleaning.line(value) if isinstance(value, str) else value
        value = _operand(column, item["opr"], value, item["col"])
        query = query.filter(OPERATORS[item["opr"]](column, value))
    return query


def kind_of(column: Compared) -> type:
    """What Python holds for a column, also where the business has its own type for it."""
    kind = column.type
    plain = kind.impl_instance if isinstance(kind, TypeDecorator) else kind
    found: type = getattr(kind, "holds", None) or plain.python_type
    return found


def relation(column: str) -> str:
    """`product_id` is answered as `product`."""
    return column.removesuffix("_id").removesuffix("_code")


def operators_of(column: Compared) -> list[str]:
    """How a column can be compared."""
    kind = kind_of(column)
    words = issubclass(kind, str) and not hasattr(column.type, "enum")
    closed = (() if words else TEXTUAL) + (ORDERED if kind is bool else ())
    return [name for name in OPERATORS if name not in closed]


def _known(name: object, names: Iterable[str]) -> TypeGuard[str]:
    return isinstance(name, str) and name in names


def _operand(column: Compared, operator: str, value: object, name: str) -> object:
    """The value, when this column can be compared in this way."""
    allowed = operators_of(column)
    if operator in TEXTUAL:
        if operator not in allowed or value is None:
            raise BadQuery(_("The filter “%(column)s” does not search in text.", column=name))
        return value
    if operator not in allowed or (operator in ORDERED and value is None):
        raise BadQuery(_("The value of the filter “%(column)s” can't be read.", column=name))
    return typed(column, value, name)


def shown(wanted: Mapping[str, object], names: Sequence[str]) -> list[str]:
    """The fields the caller wants of each row; all of them unless `columns` says which."""
    columns = wanted.get("columns") or list(names)
    if not isinstance(columns, list) or not all(_known(name, names) for name in columns):
        raise BadQuery(_("Ask for some of: %(columns)s.", columns=", ".join(names)))
    return columns


def typed(column: Compared, value: object, name: str) -> object:
    """A filter's value in the column's own type."""
    if value is None:
        return None
    kind = kind_of(column)
    try:
        if kind is bool:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if kind is int:
            if isinstance(value, bool | float) or not -(2**31) < (number := int(str(value))) < 2**31:
                raise ValueError
            return number
        if kind is datetime:
            return _moment(str(value))
        if kind is date:
            return date.fromisoformat(str(value))
        if kind in (Decimal, float):
            return _amount(str(value))
        return str(column.type.enum(value)) if hasattr(column.type, "enum") else str(value)
    except (KeyError, ValueError, TypeError, OverflowError, InvalidOperation) as error:
        raise BadQuery(_("The value of the filter “%(column)s” can't be read.", column=name)) from error


def _moment(text: str) -> datetime:
    """A moment; without an offset it is the business zone's (a `+` in an address arrives as a blank)."""
    moment = datetime.fromisoformat(text.replace(" ", "+") if text.count("T") else text)
    if not 1990 <= moment.year <= 2100:
        raise ValueError
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.zone())


def _amount(text: str) -> Decimal:
    number = Decimal(text)
    if not number.is_finite() or abs(number) >= 10**12:
        raise ValueError
    return number


def order_of(columns: Mapping[str, Compared], number: AnyColumn, wanted: Mapping[str, object]) -> Order:
    """The caller's order, newest first without one; rows without a value come last."""
    name = wanted.get("order_column")
    if name is None:
        return Order(number, number, descending=True)
    if not _known(name, columns) or wanted.get("order_direction", "asc") not in ("asc", "desc"):
        raise BadQuery(_("Order by one of: %(columns)s.", columns=", ".join(columns)))
    column = number if columns[name].key == number.key else columns[name]
    nullable = name.startswith(PREFIX) or bool(getattr(column, "nullable", False))
    return Order(column, number, wanted.get("order_direction") == "desc", nullable)


def _whole(number: object) -> TypeGuard[int]:
    return isinstance(number, int) and not isinstance(number, bool)


def page_of(wanted: Mapping[str, object]) -> tuple[int, int]:
    """How many rows the caller skips, and how many are asked for, never more than the limit."""
    limit = int(current_app.config["FAB_API_MAX_PAGE_SIZE"])
    page, size = wanted.get("page", 0), wanted.get("page_size", 25)
    if not _whole(page) or not _whole(size) or not 0 <= page < 100_000:
        raise BadQuery(_("The page must be a whole number from 0."))
    size = size if 1 <= size <= limit else limit
    return page * size, size


def place_of(query: Query[R], order: Order, wanted: Mapping[str, object]) -> Place | None:
    """The row the caller goes on behind, by its id: however deep, a page is found at once."""
    after = wanted.get("after")
    if after is None:
        return None
    place = order.place(query, after) if _fits(after, order.number) else None
    if place is None:
        raise BadQuery(_("“after” is the id of a row of this list."))
    return place


def _fits(number: object, column: AnyColumn) -> bool:
    if issubclass(column.type.python_type, int):
        return _whole(number) and 0 <= number < 2**31
    return isinstance(number, str) and len(number) <= 60
