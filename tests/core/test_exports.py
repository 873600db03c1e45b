"""Lists as files: never a formula in disguise, never more than the person may see."""

from __future__ import annotations

import csv
import io
import tracemalloc
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import openpyxl
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from app.core.pages import spreadsheets, workbook
from app.core.pages.views import BaseView, Column
from app.core.pages.workbook import FIRST_DAY
from app.extensions import db
from tests.core.test_hardening import add_customers
from tests.support import Browser, counted


def file_at(person: Browser, address: str) -> bytes:
    """A downloaded file, the connection closed as a browser would."""
    with person.get(address) as answer:
        assert answer.status_code == 200
        return bytes(answer.data)


def test_an_export_is_never_a_formula(app: Flask, as_role, session):
    nasty = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1+1", "\uff1d1+1", "|x"]
    add_customers(session, nasty)
    manager = as_role("sales_manager")
    rows = list(csv.reader(io.StringIO(file_at(manager, "/customer/export.csv").decode("utf-8-sig"))))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if spreadsheets.DANGEROUS.match(cell)]
    assert {f"'{text}" for text in nasty} <= set(cells)
    book = openpyxl.load_workbook(io.BytesIO(file_at(manager, "/customer/export.xlsx")))
    found = [cell for row in book.active.iter_rows() for cell in row]
    assert {cell.data_type for cell in found} <= {"s", "n", "d", "b"}
    assert "=1+1" in {cell.value for cell in found}


def test_an_export_respects_search_rows_right_and_limit(app: Flask, as_role, session):
    add_customers(session, ["Wanted One", "Wanted Two", "Other"])
    manager = as_role("sales_manager")
    text = file_at(manager, "/customer/export.csv?q=Wanted").decode()
    assert "Wanted One" in text and "Wanted Two" in text and "Other" not in text
    assert as_role("reception").get("/customer/export.csv").status_code == 403
    assert manager.get("/customer/export.exe").status_code == 404
    app.config["EXPORT_LIMIT"] = 2
    try:
        assert len(file_at(manager, "/customer/export.csv?q=Wanted").splitlines()) <= 3
    finally:
        del app.config["EXPORT_LIMIT"]


def test_an_export_gives_its_connection_back(app: Flask, as_role):
    manager = as_role("sales_manager")
    with app.app_context():
        pool: Any = db.engine.pool
    for _many in range(pool.size() + 12):
        file_at(manager, "/customer/export.csv")
        file_at(manager, "/customer/export.xlsx")
    assert pool.checkedout() == 0


def test_a_cell_longer_than_excel_allows_is_cut(app: Flask):
    book = opened(workbook.written(["Text"], [[spreadsheets.cell("x" * 40_000)], ["=" * 3]]))
    assert len(book.active["A2"].value) == spreadsheets.LONGEST


def opened(pieces: Iterable[bytes]) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(b"".join(pieces)))


TEXTS = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\r"), min_size=1, max_size=40)
MOMENTS = st.datetimes(datetime(1900, 3, 1), datetime(2999, 1, 1)).map(lambda at: at.replace(microsecond=0))
AMOUNTS = st.decimals(-(10**9), 10**9, places=2)


@given(st.lists(st.tuples(TEXTS, MOMENTS, st.dates(FIRST_DAY), AMOUNTS, st.booleans()), max_size=5))
def test_a_workbook_holds_every_value_as_it_was_given(rows: list[tuple[Any, ...]]):
    book = opened(workbook.written(["Text", "Moment", "Day", "Amount", "Whether"], rows))
    head, *found = book.active.iter_rows()
    assert [cell.value for cell in head] == ["Text", "Moment", "Day", "Amount", "Whether"]
    assert all(cell.font.b for cell in head)
    assert len(found) == len(rows)
    for cells, (text, moment, day, amount, whether) in zip(found, rows, strict=True):
        assert unescape(cells[0].value) == text
        assert [cells[0].data_type, cells[1].number_format] == ["s", "yyyy\\-mm\\-dd\\ hh:mm"]
        assert abs(cells[1].value - moment) < timedelta(milliseconds=2)
        assert cells[2].value == datetime.combine(day, datetime.min.time())
        assert Decimal(str(cells[3].value)).quantize(Decimal("0.01")) == amount
        assert cells[4].value is whether


@pytest.mark.parametrize("value", [date(1899, 5, 1), datetime(1900, 2, 28, 9), float("nan"), "=1+1", "_x0041_", " a "])
def test_what_excel_does_not_reckon_with_is_text(value: object):
    cell = opened(workbook.written(["What"], [[value]])).active["A2"]
    assert cell.data_type == "s"
    assert unescape(cell.value) == str(value)


def test_the_columns_of_a_workbook_go_on_after_z():
    book = opened(workbook.written([f"c{index}" for index in range(705)], [range(705)]))
    assert [book.active[place].value for place in ("Z2", "AA2", "ZZ2", "AAA2")] == [25, 26, 701, 702]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_read_in_many_slices_is_the_same_to_the_byte(app: Flask, as_role, session, monkeypatch, kind: str):
    add_customers(session, [f"Slice {index:02d}" for index in range(30)])
    manager = as_role("sales_manager")
    whole = file_at(manager, f"/customer/export.{kind}?q=Slice")
    monkeypatch.setattr(spreadsheets, "SLICE", 7)
    assert file_at(manager, f"/customer/export.{kind}?q=Slice") == whole
    if kind == "csv":
        names = [row[0] for row in csv.reader(io.StringIO(whole.decode("utf-8-sig")))][1:]
        assert names == [f"Slice {index:02d}" for index in reversed(range(30))]


def test_statements_of_a_file_grow_by_its_slices_alone(app: Flask, as_role, session, monkeypatch):
    monkeypatch.setattr(spreadsheets, "SLICE", 5)
    manager, costs = as_role("sales_manager"), []
    file_at(manager, "/customer/export.csv")
    for _more in range(4):
        add_customers(session, [f"Linear {index}" for index in range(15)])
        with counted() as asked:
            file_at(manager, "/customer/export.csv?q=Linear")
        costs.append(len(asked))
    assert len({later - before for before, later in pairwise(costs)}) == 1, costs


def test_between_two_slices_no_connection_is_held(app: Flask, as_role, session, monkeypatch):
    add_customers(session, [f"Held {index}" for index in range(20)])
    monkeypatch.setattr(spreadsheets, "SLICE", 4)
    monkeypatch.setattr(workbook, "ENOUGH", 1)
    manager, learn, held = as_role("sales_manager"), BaseView.learn, []
    with app.app_context():
        pool: Any = db.engine.pool

    def noted(view: BaseView, rows: Any) -> None:
        learn(view, rows)
        held.append(pool.checkedout())

    monkeypatch.setattr(BaseView, "learn", noted)
    with manager.get("/customer/export.csv?q=Held", buffered=False) as answer:
        pieces = iter(answer.iter_encoded())
        for _head_and_a_slice in range(6):
            next(pieces)
    assert pool.checkedout() == 0
    assert set(held) == {1}


def test_somebody_who_goes_away_leaves_no_connection_behind(app: Flask, as_role, session):
    add_customers(session, [f"Gone {index}" for index in range(5)])
    manager = as_role("sales_manager")
    with app.app_context():
        pool: Any = db.engine.pool
    for kind in ("csv", "xlsx"):
        answer = manager.get(f"/customer/export.{kind}", buffered=False)
        next(iter(answer.iter_encoded()))
        answer.close()
    assert pool.checkedout() == 0


@pytest.mark.parametrize("writer", [spreadsheets._csv, spreadsheets._xlsx])
def test_five_times_the_rows_need_no_more_memory(app: Flask, writer: Callable[..., Iterable[bytes]]):
    columns = [Column("Number", lambda row: row), Column("Text", lambda row: f"text of row {row}")]
    peaks = []
    with app.test_request_context():
        for rows in (6_000, 30_000):
            tracemalloc.start()
            size = sum(len(piece) for piece in writer(columns, range(rows)))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
            assert size > 15 * rows or writer is spreadsheets._xlsx
    assert peaks[1] < peaks[0] + 200_000, peaks  # the rows more are some megabytes


def test_an_old_proxy_is_told_the_length_of_the_file(app: Flask, as_role, session):
    add_customers(session, ["Old Proxy"])
    manager = as_role("sales_manager")
    for kind in ("csv", "xlsx"):
        new = file_at(manager, f"/customer/export.{kind}")
        with manager.get(f"/customer/export.{kind}", environ_overrides={"SERVER_PROTOCOL": "HTTP/1.0"}) as old:
            assert old.data == new
            assert int(old.headers["Content-Length"]) == len(new)
            assert f"list.{kind}" in old.headers["Content-Disposition"]
