"""Lists as Excel and CSV: typed, never a formula in disguise, and sent while they are read."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from flask import Response, abort, request, send_file, stream_with_context
from markupsafe import Markup
from sqlalchemy.orm import InstrumentedAttribute, Query

from app.extensions import db

from ..time import clock
from . import workbook

if TYPE_CHECKING:
    from .columns import Column

R = TypeVar("R")
DANGEROUS = re.compile(r"^\s*[=+\-@|%＝＋－＠]|^[\t\r\n]")
LONGEST = 32_767  # characters in a cell of Excel
SLICE = 1_000  # rows read at once
MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def answer(kind: str, columns: Sequence[Column], rows: Iterable[object]) -> Response:
    """The rows of a list as a file to download, which begins before they are read."""
    mime, name = MIME.get(kind) or abort(404), f"list.{kind}"
    body = _given_back((_csv if kind == "csv" else _xlsx)(columns, rows))
    if request.environ.get("SERVER_PROTOCOL") == "HTTP/1.0":  # could not tell a broken file from a whole one
        return _with_its_length(body, mime, name)
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return Response(stream_with_context(body), mimetype=mime, headers=headers)


def newest_first(
    query: Query[R], key: InstrumentedAttribute[Any], most: int, learn: Callable[[Sequence[R]], None]
) -> Iterator[R]:
    """The rows of a query slice by slice; what they tell is `learn`ed in a few questions a slice.

    Between two slices nothing is held: neither rows, nor the connection, nor a moment of the database.
    """
    columns = key.property.columns  # of a kind of record in its own table and, last, in the one all indexes go by
    further = query = query.order_by(None).order_by(columns[-1].desc())
    while most > 0:
        rows = further.with_session(db.session()).limit(min(SLICE, most)).all()
        learn(rows)
        yield from rows
        if len(rows) < SLICE:
            return
        most -= len(rows)
        further = query.filter(*(column < getattr(rows[-1], key.key) for column in columns))
        db.session.remove()


def cell(value: object) -> object:
    """A value as a spreadsheet should hold it."""
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal | date) and not isinstance(value, datetime):
        return value
    if isinstance(value, datetime):
        return clock.local(value).replace(tzinfo=None, microsecond=0)
    return (value.striptags() if isinstance(value, Markup) else str(value))[:LONGEST]


def safe(value: object) -> str:
    """Text that no spreadsheet takes for a formula; telephone numbers with + survive as text."""
    text = value.isoformat(" ") if isinstance(value, datetime) else str(value)
    return f"'{text}" if DANGEROUS.match(text) and not isinstance(value, int | Decimal | float) else text


def _csv(columns: Sequence[Column], rows: Iterable[object]) -> Iterator[bytes]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    buffer.write("\ufeff")  # Excel reads UTF-8 only with it
    writer.writerow([safe(str(column.label)) for column in columns])
    yield buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    for row in rows:
        writer.writerow([safe(cell(column.plain(row))) for column in columns])
        if buffer.tell() >= workbook.ENOUGH:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _xlsx(columns: Sequence[Column], rows: Iterable[object]) -> Iterator[bytes]:
    titles = [str(column.label) for column in columns]
    return workbook.written(titles, ([cell(column.plain(row)) for column in columns] for row in rows))


def _given_back(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The request is over by the end of a file: nobody else gives the connection back."""
    try:
        yield from pieces
    finally:
        db.session.remove()


def _with_its_length(pieces: Iterator[bytes], mime: str, name: str) -> Response:
    """The same file, laid down on the disk before it is sent."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (whoever sends it closes it)
    file.writelines(pieces)
    length = file.tell()
    file.seek(0)
    response = send_file(file, mime, as_attachment=True, download_name=name, max_age=0)
    response.content_length = length
    return response
