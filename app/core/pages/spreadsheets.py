"""Lists as Excel and CSV: streamed, typed, and never a formula in disguise."""

from __future__ import annotations

import csv
import io
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING

from flask import Response, abort, send_file, stream_with_context
from markupsafe import Markup
from sqlalchemy.orm import Query

from app.extensions import db

from ..time import clock

if TYPE_CHECKING:
    from .columns import Column

DANGEROUS = re.compile(r"^\s*[=+\-@|%＝＋－＠]|^[\t\r\n]")
LONGEST = 32_767  # characters in a cell of Excel


def answer(kind: str, name: str, columns: Sequence[Column], rows: Iterable[object]) -> Response:
    """The rows of a list as a file to download."""
    if kind == "csv":
        body = stream_with_context(_csv(columns, rows))
        return Response(
            body,
            mimetype="text/csv",
            headers={"Content-Disposition": "attachment; filename=list.csv", "Cache-Control": "no-store"},
        )
    if kind == "xlsx":
        return send_file(_xlsx(name, columns, rows), as_attachment=True, download_name="list.xlsx", max_age=0)
    return abort(404)


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


def _csv(columns: Sequence[Column], rows: Iterable[object]) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    yield "\ufeff"  # Excel reads UTF-8 only with it
    writer.writerow([safe(str(column.label)) for column in columns])
    try:
        for row in rows:
            writer.writerow([safe(cell(column.plain(row))) for column in columns])
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
        yield buffer.getvalue()
    finally:  # the request is over by now: nobody else gives the connection back
        if isinstance(rows, Query):
            rows.session.close()
        db.session.remove()


def _xlsx(name: str, columns: Sequence[Column], rows: Iterable[object]) -> IO[bytes]:
    import xlsxwriter

    file = tempfile.TemporaryFile()  # noqa: SIM115  (send_file closes it)
    book = xlsxwriter.Workbook(
        file,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_date_format": "yyyy-mm-dd hh:mm",
        },
    )
    sheet = book.add_worksheet()
    bold = book.add_format({"bold": True})
    for index, column in enumerate(columns):
        sheet.write_string(0, index, str(column.label), bold)
        sheet.set_column(index, index, 18)
    for line, row in enumerate(rows, 1):
        for index, column in enumerate(columns):
            sheet.write(line, index, cell(column.plain(row)))
    book.close()
    file.seek(0)
    return file
