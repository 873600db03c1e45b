"""Lists as files: never a formula in disguise, never more than the person may see."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
from flask import Flask

from app.core.pages import spreadsheets
from app.core.pages.views import Column
from app.extensions import db
from tests.core.test_hardening import add_customers
from tests.support import Browser


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


def test_a_cell_longer_than_excel_allows_is_cut(app: Flask, tmp_path: Path):
    with app.test_request_context():
        answer = spreadsheets.answer("xlsx", "Long", [Column("Text", lambda row: row)], ["x" * 40_000, "=" * 3])
        answer.direct_passthrough = False
        book = openpyxl.load_workbook(io.BytesIO(answer.get_data()))
        answer.close()
    assert len(book.active["A2"].value) == spreadsheets.LONGEST
