"""SQL statements and medians of the daily pages with 100,000 complaints, beside stock Flask-AppBuilder, interleaved.

    python -m benchmarks.pages [complaints] [customers]

BENCH_DATABASE_URL measures the portal on another database (PostgreSQL); the stock application stays on SQLite.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from app import create_app
from app.core.time.clock import now
from app.demo.staff import hire
from app.extensions import db
from app.setup import initialise

from .data import fill
from .stock import PASSWORD, stock_app

ROUNDS = 15
COUNT = {"sql": 0}


@event.listens_for(Engine, "before_cursor_execute")
def _count(*_args: Any) -> None:
    COUNT["sql"] += 1


def portal(folder: Path, complaints: int, customers: int) -> Any:
    """The portal with its staff and the bulk data."""
    url = os.environ.get("BENCH_DATABASE_URL") or f"sqlite:///{folder / 'portal.db'}"
    app = create_app(
        {
            "TESTING": True,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": False,
            "DATA_DIR": str(folder),
            "UPLOAD_DIR": str(folder / "up"),
            "SQLALCHEMY_DATABASE_URI": url,
        }
    )
    with app.app_context():
        initialise()
        hire(db.session, PASSWORD)
        db.session.commit()
        fill(db.session, complaints, customers)
    return app


def signed_in(app: Any, login: str) -> Any:
    client = app.test_client()
    client.post("/login/", data={"username": login, "password": PASSWORD})
    return client


def measure(deed: Callable[[], Any]) -> tuple[float, int, int]:
    """Milliseconds, statements and kilobytes of one request."""
    COUNT["sql"] = 0
    begin = time.perf_counter()
    answer = deed()
    spent = (time.perf_counter() - begin) * 1000
    assert answer.status_code in (200, 204, 302), answer.status_code
    return spent, COUNT["sql"], len(answer.data) // 1024


def main(complaints: int = 100_000, customers: int = 20_000) -> None:
    with tempfile.TemporaryDirectory() as name:
        ours = signed_in(portal(Path(name), complaints, customers), "reception")
        theirs = signed_in(stock_app(Path(name), complaints, customers), "bench")
        contact = {"channel": "phone", "content": "called", "reached": "true"}
        fragment = {"X-Fragment": "1"}
        pages = {
            "list": (lambda: ours.get("/complaint/list/"), lambda: theirs.get("/stockview/list/")),
            "tab": (
                lambda: ours.get("/complaint/list/?tab=qc"),
                lambda: theirs.get("/stockview/list/?_flt_0_state=at_qc"),
            ),
            "deep page": (
                lambda: ours.get("/complaint/list/?page=200"),
                lambda: theirs.get("/stockview/list/?page_StockView=200"),
            ),
            "record": (lambda: ours.get("/complaint/show/501"), lambda: theirs.get("/stockview/show/501")),
            "form": (lambda: ours.get("/complaint/add"), lambda: theirs.get("/stockview/add")),
            "step / edit": (
                lambda: ours.post("/complaint/501/step/log_contact", data=contact, headers=fragment),
                lambda: theirs.post(
                    "/stockview/edit/501",
                    data={
                        "number": "TS-0000500",
                        "title": f"x{time.time()}",
                        "state": "at_qc",
                        "description": "y",
                        "customer": "1",
                        "received_at": "2026-11-24 00:00:00",
                    },
                ),
            ),
        }
        print(f"{complaints} complaints, {customers} customers, {now():%Y-%m-%d}, {ROUNDS} rounds, medians")
        print(f"{'page':<12} {'portal ms':>10} {'SQL':>4} {'KB':>5}   {'stock ms':>10} {'SQL':>4} {'KB':>6}   ratio")
        for page, deeds in pages.items():
            results: list[list[tuple[float, int, int]]] = [[], []]
            for _round in range(ROUNDS):
                for index, deed in enumerate(deeds):
                    results[index].append(measure(deed))
            (mine, sql, size), (stock, stock_sql, stock_size) = (_medians(rows) for rows in results)
            print(
                f"{page:<12} {mine:>10.1f} {sql:>4} {size:>5}   "
                f"{stock:>10.1f} {stock_sql:>4} {stock_size:>6}   {mine / stock:.2f}"
            )


def _medians(rows: list[tuple[float, int, int]]) -> tuple[float, int, int]:
    return (
        statistics.median(row[0] for row in rows),
        int(statistics.median(row[1] for row in rows)),
        int(statistics.median(row[2] for row in rows)),
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
