"""`portal serve` as an operator runs it: slow callers, a killed engine, a killed server, an orderly end."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection, IncompleteRead
from pathlib import Path

import pytest

from app.gate import BODY_BYTES, LEAST_REQUESTS
from app.server import THREADS
from benchmarks import endurance
from benchmarks.endurance import HALF_BODY, HALF_HEAD, ROOT, Portal, lives, until

WORKERS = 2
SOON = 20.0  # promised are ten; a machine that is busy with other tests is given twice that


@pytest.fixture(scope="module")
def data(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    shutil.copy(template / "portal.db", folder / "portal.db")
    (folder / "portal.db").chmod(0o600)  # as the command itself would have made it
    return folder


@pytest.fixture(scope="module")
def portal(data: Path) -> Iterator[Portal]:
    served = Portal(data, PORTAL_ENV="test")
    served.start()
    yield served
    end(served)


def end(served: Portal) -> None:
    if served.process is not None and served.process.poll() is None:
        served.process.kill()
    if served.process is not None:
        served.process.wait()


def call(served: Portal, *parts: bytes) -> bytes:
    """The first line that answers these bytes."""
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as caller:
        for part in parts:
            caller.sendall(part)
        return caller.recv(4096).split(b"\r\n")[0]


def test_half_sent_requests_three_times_as_many_as_threads_hold_up_nobody(portal: Portal):
    held = []
    for turn in range(3 * WORKERS * THREADS):
        held.append(socket.create_connection(("127.0.0.1", portal.port)))
        held[-1].sendall(HALF_BODY if turn % 2 else HALF_HEAD)
    begin = time.monotonic()
    for _more in range(5):
        assert portal.get("/login/")[0] == 200
    assert time.monotonic() - begin < 8  # the first of them is sent away after ten
    held[0].settimeout(60)
    assert held[0].recv(100).startswith(b"HTTP/1.1 408")
    for caller in held:
        caller.close()


@pytest.mark.parametrize("length", [4095, 5000, 70_000])
def test_a_program_whose_address_is_too_long_is_told_so_in_json(portal: Portal, length: int):
    line = b"GET /api/v1/complaint/?q=".ljust(length - len(b" HTTP/1.1"), b"x") + b" HTTP/1.1"
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as caller:
        caller.sendall(line + b"\r\nHost: x\r\n\r\n")
        head, _blank, body = b"".join(iter(lambda: caller.recv(4096), b"")).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 414 ")
    assert b"Content-Type: application/json" in head
    message = json.loads(body)["message"]
    assert "too long" in message
    assert "过长" in message


def test_an_address_just_short_enough_is_read(portal: Portal):
    line = b"GET /api/v1/complaint/?q=".ljust(4094 - len(b" HTTP/1.1"), b"x") + b" HTTP/1.1"
    assert b"401" in call(portal, line + b"\r\nHost: x\r\n\r\n")


@pytest.mark.parametrize(
    ("parts", "answer"),
    [
        ([b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"], b"200"),
        ([b"GET /health/live HTT", b"P/1.1\r\nHost: x\r\n", b"\r\n"], b"200"),
        ([b"nonsense\r\n\r\n"], b"400"),
        ([b"X" * 70_000], b"414"),
        ([b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"], b"400"),
        ([b"POST /login/ HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n0\r\n\r\n"], b"411"),
        ([b"POST /login/ HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n"], b"100"),
    ],
)
def test_what_comes_in_pieces_is_answered_and_what_is_no_request_is_refused(portal: Portal, parts, answer: bytes):
    assert call(portal, *parts).split()[1] == answer


def test_several_requests_in_one_go_are_answered_one_after_another(portal: Portal):
    one = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as caller:
        caller.sendall(one * 3)
        heard = b""
        while heard.count(b"HTTP/1.1 200") < 3 and (more := caller.recv(4096)):
            heard += more
    assert heard.count(b"HTTP/1.1 200") == 3


def test_a_body_beyond_what_is_taken_is_heard_out_and_refused(portal: Portal):
    status, _answer = portal.post("/login/", b"x" * (BODY_BYTES + 1_000_000), "application/x-www-form-urlencoded")
    assert status == 413


def test_what_the_portal_writes_only_the_portal_reads(portal: Portal, data: Path):
    until(lambda: list(data.glob("portal.db-*")), SOON)
    assert (data / "audit-key").exists()
    assert [file.name for file in data.rglob("*") if file.stat().st_mode & 0o077] == []


def test_an_engine_that_dies_is_started_again(portal: Portal):
    engine = portal.processes()["engine"]
    os.kill(engine, signal.SIGKILL)
    until(lambda: portal.processes().get("engine", engine) != engine, 60)
    until(lambda: portal.get("/health/ready")[0] == 200, 60)


def test_a_worker_that_has_grown_is_replaced_and_no_request_is_lost(data: Path, tmp_path: Path):
    shutil.copy(data / "portal.db", tmp_path / "portal.db")
    served = Portal(tmp_path, PORTAL_ENV="test", PORTAL_WORKER_MB="1")  # each has grown after its first 200 requests
    try:
        served.start()
        before = {pid for name, pid in served.processes().items() if name.startswith("worker")}
        with socket.create_connection(("127.0.0.1", served.port), timeout=60) as slow, ThreadPoolExecutor(4) as people:
            slow.sendall(b"POST /login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 3\r\n\r\na=")
            answers = list(people.map(lambda _turn: served.get("/health/live")[0], range(3 * WORKERS * LEAST_REQUESTS)))
            slow.sendall(b"b")
            assert slow.recv(100).split()[1] not in (b"408", b"")
        assert set(answers) == {200}
        until(lambda: not before & _after_more(served), 60)
        assert served.get("/health/live")[0] == 200
    finally:
        end(served)


def _after_more(served: Portal) -> set[int]:
    """Who serves now: neither has to have had its share of the requests so far."""
    assert {served.get("/health/live")[0] for _turn in range(50)} == {200}
    return set(served.processes().values())


BREAKS = """
import app
from app.core.pages import spreadsheets
from app.core.pages.columns import Column
made = app.create_app

def rows():
    yield from range(20_000)
    raise LookupError("the database has gone")

def breaking():
    portal = made()
    columns = [Column("Text", lambda row: "x" * 40)]
    portal.add_url_rule("/broken.<kind>", view_func=lambda kind: spreadsheets.answer(kind, columns, rows()))
    return portal

app.create_app = breaking
from app.cli import main
main()
"""


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_that_breaks_off_is_never_taken_for_a_whole_one(data: Path, monkeypatch, kind: str):
    monkeypatch.setattr(endurance, "COMMAND", [sys.executable, "-c", BREAKS])
    served = Portal(data, PORTAL_ENV="test")
    served.start()
    try:
        with closing(HTTPConnection("127.0.0.1", served.port, timeout=60)) as caller:
            caller.request("GET", f"/broken.{kind}")
            with caller.getresponse() as answer:
                assert answer.status == 200
                with pytest.raises(IncompleteRead):
                    answer.read()
        assert b"500" in call(served, f"GET /broken.{kind} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
    finally:
        end(served)


def said_by(data: Path, program: str) -> str:
    """What a program prints that runs beside the portal's own files."""
    environ = {**os.environ, "PORTAL_DATA_DIR": str(data), "PORTAL_ENV": "test"}
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, check=True).stdout


def test_what_a_worker_has_from_the_start_is_not_looked_through_for_waste_again(data: Path):
    program = "import gc; from app.server import _Server; _Server({}, None).load(); "
    program += "print(gc.isenabled(), gc.get_freeze_count() > 100_000)"
    assert said_by(data, program).split() == ["True", "True"]


HEAVY = ("weasyprint", "pypinyin", "holidays", "openpyxl", "zxingcpp", "segno")


def test_a_portal_starts_without_what_few_requests_need_and_without_a_question(data: Path):
    program = f"""
import sys
from sqlalchemy import Engine, event
asked = []
event.listen(Engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
from app import create_app
create_app()
print([name for name in {HEAVY} if name in sys.modules], asked)
"""
    assert said_by(data, program).strip() == "[] []"


def test_on_sigterm_a_request_under_way_is_answered_and_all_ends(portal: Portal):
    family = portal.processes()
    assert portal.process is not None
    with socket.create_connection(("127.0.0.1", portal.port), timeout=60) as caller:
        caller.sendall(b"GET /login/ HTTP/1.1\r\nHost: x\r\n")
        time.sleep(0.5)
        portal.process.terminate()
        time.sleep(0.2)
        caller.sendall(b"\r\n")
        assert caller.recv(4096).startswith(b"HTTP/1.1 200")
    portal.process.wait(SOON)
    until(lambda: not any(lives(pid) for pid in family.values()), SOON)


def test_when_the_server_is_killed_its_workers_and_its_engine_end(portal: Portal):
    end(portal)
    portal.start()
    family = portal.processes()
    assert len(family) == 2 + WORKERS and portal.process is not None
    portal.process.kill()
    portal.process.wait()
    until(lambda: not any(lives(pid) for pid in family.values()), SOON)
