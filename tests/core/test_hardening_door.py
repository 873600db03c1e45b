"""At the door: other names, proxies, nested nonsense, caches, full disks, files others could read."""

from __future__ import annotations

import base64
import errno
import io
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request, request_started

import config
from app.core.files import files
from app.core.pages.doorstep import proxies
from app.extensions import db
from app.notifications.engine import tick
from benchmarks.endurance import multipart
from tests.complaints.conftest import Line, line

__all__ = ["line"]


# ---- names and addresses


@pytest.fixture
def production(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """The same portal with the doors of production."""
    environ = {
        "PORTAL_ENV": "production",
        "PORTAL_SECRET_KEY": "x" * 40,
        "PORTAL_PUBLIC_URL": "https://portal.example.com",
        "PORTAL_DATA_DIR": str(tmp_path),
    }
    app.config["TRUSTED_HOSTS"] = config.load(environ)["TRUSTED_HOSTS"]
    yield app
    app.config["TRUSTED_HOSTS"] = None


@pytest.mark.parametrize("host", ["evil.example.com", "10.1.2.3", "portal.example.com.evil.org", "", "a b", "[::1"])
def test_under_an_unknown_name_the_portal_answers_400_in_words(production: Flask, host: str):
    client = production.test_client()
    page = client.get("/login/", headers={"Host": host})
    assert page.status_code == 400 and "网址" in page.text and "address" in page.text
    answer = client.post("/api/v1/security/login", json={}, headers={"Host": host})
    assert answer.status_code == 400 and "网址" in answer.json["message"]


def test_the_own_name_serves_and_health_answers_under_any(production: Flask):
    client = production.test_client()
    assert client.get("/login/", headers={"Host": "portal.example.com"}).status_code == 200
    for address in ("/health/live", "/health/ready"):
        assert client.get(address, headers={"Host": "10.1.2.3:8080"}).status_code == 200


@pytest.mark.parametrize("host", ["Portal.Example.COM", "portal.example.com.", "PORTAL.example.com.:443"])
def test_a_name_is_the_same_in_capitals_and_with_the_dot_it_may_end_with(production: Flask, host: str):
    client = production.test_client()
    assert client.get("/login/", headers={"Host": host}).status_code == 200
    assert client.get("/login/", headers={"Host": f"x{host}"}).status_code == 400
    assert client.get("/login/", headers={"Host": "portal.example.com.."}).status_code == 400


@pytest.mark.parametrize(
    ("trusted", "peer", "noted", "caller"),
    [
        ("", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("0", "127.0.0.1", "198.51.100.1", "127.0.0.1"),
        ("1", "10.0.0.5", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
        ("2", "10.0.0.5", "6.6.6.6, 198.51.100.1, 10.0.0.6", "198.51.100.1"),
        ("2", "10.0.0.5", "198.51.100.1", "10.0.0.5"),
        ("1", "10.0.0.5", "nonsense", "10.0.0.5"),
        ("10.0.0.0/8", "10.0.0.5", "6.6.6.6, 198.51.100.1, 10.0.0.6", "198.51.100.1"),
        ("10.0.0.0/8", "203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.5, ::1", "::1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.0/8", "10.0.0.5", "", "10.0.0.5"),
    ],
)
def test_only_our_own_proxies_are_believed_who_calls(app: Flask, trusted: str, peer: str, noted: str, caller: str):
    seen: list[Any] = []

    def note(_app: Any) -> None:
        seen.append((request.remote_addr, request.scheme))

    app.config["TRUSTED_PROXIES"] = proxies(trusted)
    request_started.connect(note, app)
    try:
        headers = {"X-Forwarded-For": noted, "X-Forwarded-Proto": "https"}
        app.test_client().get("/health/live", headers=headers, environ_base={"REMOTE_ADDR": peer})
    finally:
        request_started.disconnect(note, app)
        app.config["TRUSTED_PROXIES"] = 0
    believed = trusted not in ("", "0") and peer != "203.0.113.9"
    assert seen == [(caller, "https" if believed else "http")]


def test_a_setting_that_names_no_network_is_refused_at_the_start(tmp_path: Path):
    with pytest.raises(SystemExit, match="PORTAL_TRUSTED_PROXIES"):
        config.load({"PORTAL_DATA_DIR": str(tmp_path), "PORTAL_TRUSTED_PROXIES": "the one in the cellar"})


# ---- nested nonsense


@pytest.mark.parametrize("raw", [b'{"username":' * 100_000, b"[" * 100_000, b'{"a":[' * 50_000])
def test_deeply_nested_json_is_refused_by_every_resource(app: Flask, rest, raw: bytes):
    program = rest("admin")
    rules = [rule for rule in app.url_map.iter_rules() if str(rule).startswith("/api/") and "POST" in rule.methods]
    assert any("security/login" in str(rule) for rule in rules)
    for rule in rules:
        with app.test_request_context():
            address = rule.build({name: 1 if "int" in str(rule) else "x" for name in rule.arguments}, False)
        path = address[1] if address else str(rule)
        answer = app.test_client().post(path, data=raw, content_type="application/json", headers=program.headers)
        assert 400 <= answer.status_code < 500, (path, answer.status_code)
        assert answer.json["message"]


def test_deeply_nested_json_at_the_sign_in_is_400(app: Flask):
    answer = app.test_client().post(
        "/api/v1/security/login", data=b'{"username":' * 100_000, content_type="application/json"
    )
    assert answer.status_code == 400 and answer.json["message"]


def test_a_token_of_nested_nonsense_is_no_token(app: Flask):
    nested = base64.urlsafe_b64encode(b"[" * 6000).decode().rstrip("=")
    for token in (f"{nested}.{nested}.x", f"{nested}..", "x.y.z"):
        answer = app.test_client().get("/api/v1/customer/", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code in (400, 401), answer.status_code


# ---- caches


def test_what_is_private_is_kept_by_no_cache(app: Flask, line: Line, as_role):
    number = line.register()
    told = line.by("reception").upload(
        f"complaint/{number}/attachments", file=(io.BytesIO(b"words"), "a.txt"), category="letter"
    )
    browser, program = as_role("reception"), line.by("reception")
    pages = ["/", "/complaint/list/", "/lookup/customer", "/session", f"/complaint/show/{number}", "/notices/"]
    pages += [f"/complaint/{number}/file/{told.json['id']}", "/complaint/export?format=csv", "/nowhere"]
    answers = [(path, browser.get(path)) for path in pages]
    names = ["complaint/", f"complaint/{number}", f"complaint/{number}/steps", f"complaint/{number}/history", "nowhere"]
    names.append(f"complaint/{number}/attachments/{told.json['id']}")
    answers += [(path, program.get(path)) for path in names]
    for path, answer in answers:
        assert answer.headers["Cache-Control"] == "no-store", path
        answer.close()
    script = browser.get("/static/icon.svg")
    assert "no-store" not in script.headers.get("Cache-Control", "")
    script.close()


# ---- room


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """No file of this process grows beyond that."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def full(_descriptor: int) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_an_upload_for_which_there_is_no_room_leaves_a_sentence_and_nothing_else(
    app: Flask, line: Line, session, monkeypatch
):
    number = line.register()
    body, kind = multipart("a.txt", b"words", category="letter")

    def send() -> Any:
        address = f"/api/v1/complaint/{number}/attachments"
        return program.client.post(address, data=body, content_type=kind, headers=program.headers)

    program = line.by("reception")
    monkeypatch.setattr(files.os, "fsync", full)
    answer = send()
    monkeypatch.undo()
    assert answer.status_code == 507 and "disk is full" in answer.json["message"]
    place = Path(app.config["UPLOAD_DIR"])
    assert [file for file in place.rglob("*") if file.is_file()] == []
    assert session.scalar(sa.text("SELECT count(*) FROM attachment")) == 0
    assert send().status_code == 201


def test_a_database_without_room_is_a_sentence_on_page_and_rest(app: Flask, as_role, line: Line):
    browser, program = as_role("reception", "zh"), line.by("reception")
    engine = _engine(app)

    def narrow(connection: Any, _record: Any) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages}")

    engine.dispose()
    sa.event.listen(engine, "connect", narrow)
    try:
        answers = [program.post("complaint/", line.slip(appeal=f"{turn} " * 300)) for turn in range(40)]
        page = browser.post("/language", {"locale": "en"})
    finally:
        sa.event.remove(engine, "connect", narrow)
        engine.dispose()
    refused = [answer for answer in answers if answer.status_code != 201]
    assert refused and {answer.status_code for answer in refused} == {507}
    assert "disk is full" in refused[0].json["message"]
    assert page.status_code in (302, 507)
    assert program.post("complaint/", line.slip(appeal="once more")).status_code == 201


def _engine(app: Flask) -> sa.Engine:
    with app.app_context():
        return db.engine


def test_what_does_not_fit_is_not_there_at_all_and_what_was_there_stays(tmp_path: Path):
    files.write(tmp_path / "a", b"before")
    with room_for(1000), pytest.raises(OSError) as refused:
        files.write(tmp_path / "a", b"x" * 5000)
    assert files.is_full(refused.value)
    assert [(file.name, file.read_bytes()) for file in tmp_path.iterdir()] == [("a", b"before")]


def test_a_mail_for_which_there_is_no_room_waits_and_leaves_no_half_file(app: Flask, line: Line, session, monkeypatch):
    line.at("handed_over")
    monkeypatch.setattr(files.os, "fsync", full)
    tick(app)
    monkeypatch.undo()
    folder = Path(app.config["MAIL_DIR"])
    assert not folder.exists() or list(folder.iterdir()) == []
    states = session.execute(sa.text("SELECT DISTINCT state, last_error FROM outbox_mail")).all()
    assert {state for state, _why in states} == {"pending"} and all("No space" in why for _state, why in states)


# ---- who may read it


def test_files_and_folders_are_for_the_portal_alone(tmp_path: Path):
    before = os.umask(0o022)
    try:
        place = files.folder(tmp_path / "uploads")
        files.write(place / "a", b"1")
        files.write(place / "a", b"2")
        key = tmp_path / "elsewhere"
        settings = config.load({"PORTAL_DATA_DIR": str(tmp_path / "data"), "PORTAL_AUDIT_KEY_FILE": str(key)})
    finally:
        os.umask(before)
    assert place.stat().st_mode & 0o777 == 0o700
    assert [(file.name, file.read_bytes(), file.stat().st_mode & 0o777) for file in place.iterdir()] == [
        ("a", b"2", 0o600)
    ]
    assert settings["AUDIT_KEY"] == key.read_bytes() and len(key.read_text()) == 64
    assert key.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "data" / "audit-key").exists()
