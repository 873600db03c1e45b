"""The `q` argument of REST lists (rison, as FAB speaks it): filters, order, page; refused in words when wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

import prison
from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Query
from sqlalchemy.types import TypeDecorator

from ..text import cleaning
from ..time import clock
from ..types import PREFIX

Operator = Callable[[Any, Any], ColumnElement[bool]]
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


def asked() -> dict[str, Any]:
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


def narrowed(query: Query[Any], columns: Mapping[str, object], wanted: Mapping[str, object]) -> Query[Any]:
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


def kind_of(column: Any) -> type:
    """What Python holds for a column, also where the business has its own type for it."""
    kind = column.type
    if holds := getattr(kind, "holds", None):
        return holds  # type: ignore[no-any-return]
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance if hasattr(kind, "impl_instance") else kind.impl
    found: type = kind.python_type
    return found


def relation(column: str) -> str:
    """`product_id` is answered as `product`."""
    return column.removesuffix("_id").removesuffix("_code")


def operators_of(column: Any) -> list[str]:
    """How a column can be compared."""
    kind = kind_of(column)
    words = issubclass(kind, str) and not hasattr(column.type, "enum")
    closed = (() if words else TEXTUAL) + (ORDERED if kind is bool else ())
    return [name for name in OPERATORS if name not in closed]


def _known(name: object, names: Iterable[str]) -> bool:
    return isinstance(name, str) and name in names


def _operand(column: Any, operator: str, value: Any, name: str) -> Any:
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


def typed(column: Any, value: Any, name: str) -> Any:
    """A filter's value in the column's own type."""
    if value is None:
        return None
    kind = kind_of(column)
    try:
        if kind is bool:
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        if kind is int:
            if isinstance(value, bool | float) or not -(2**31) < int(value) < 2**31:
                raise ValueError
            return int(value)
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


def ordered(query: Query[Any], columns: Mapping[str, Any], pk: Any, wanted: Mapping[str, Any]) -> Query[Any]:
    """The query in the caller's order, newest first without one."""
    name = wanted.get("order_column")
    if name is None:
        return query.order_by(pk.desc())
    if not _known(name, columns) or wanted.get("order_direction", "asc") not in ("asc", "desc"):
        raise BadQuery(_("Order by one of: %(columns)s.", columns=", ".join(columns)))
    descending = wanted.get("order_direction", "asc") == "desc"
    key = columns[name].desc() if descending else columns[name].asc()
    return query.order_by(key.nulls_last() if name.startswith(PREFIX) else key, pk.desc())


def page_of(query: Query[Any], wanted: Mapping[str, Any]) -> Query[Any]:
    """The page the caller asked for, never more than the limit."""
    limit = int(current_app.config["FAB_API_MAX_PAGE_SIZE"])
    page, size = wanted.get("page", 0), wanted.get("page_size", 25)
    if (
        any(isinstance(number, bool) or not isinstance(number, int) for number in (page, size))
        or not 0 <= page < 100_000
    ):
        raise BadQuery(_("The page must be a whole number from 0."))
    size = size if 1 <= size <= limit else limit
    return query.offset(page * size).limit(size)
