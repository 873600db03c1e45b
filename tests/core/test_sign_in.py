"""Who comes in, for how long, and what ends it: alike on the form and by REST."""

from __future__ import annotations

import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_jwt_extended import create_access_token

from app import create_app
from app.core.rights import counting
from app.core.rights.counting import DatabaseStorage
from app.core.rights.security import TRIES
from app.core.time import clock
from app.extensions import db
from tests.conftest import missing
from tests.support import PASSWORD, Browser, Rest, counted

NEW = "Another-Password-2027!"
STEPS = ("browser", "rest")


def try_in(app: Flask, login: str, password: str, by: str = "browser", locale: str = "en") -> bool:
    """One try to sign in; whether it let the person in."""
    client = app.test_client()
    if by == "rest":
        answer = client.post(
            "/api/v1/security/login",
            json={"username": login, "password": password, "provider": "db"},
            headers={"Accept-Language": locale},
        )
        assert answer.status_code in (200, 401)
        assert "access_token" in answer.json or answer.json["message"]
        return answer.status_code == 200
    client.post("/login/", data={"username": login, "password": password})
    return client.get("/session").status_code == 200


@pytest.mark.parametrize("by", STEPS)
def test_five_wrong_tries_lock_for_a_quarter_of_an_hour_on_both_ways(app: Flask, at, by: str):
    for _count in range(TRIES):
        assert not try_in(app, "qc", "wrong", by)
    assert not try_in(app, "qc", PASSWORD, "browser")
    assert not try_in(app, "qc", PASSWORD, "rest")
    assert try_in(app, "reception", PASSWORD)  # nobody else suffers
    at("2026-11-24 09:36")
    assert try_in(app, "qc", PASSWORD, by)


def test_the_lock_tells_until_when(app: Flask, at):
    for _count in range(TRIES):
        try_in(app, "qc", "wrong")
    page = app.test_client().post("/login/", data={"username": "qc", "password": PASSWORD}, follow_redirects=True)
    assert "09:35" in page.text
    answer = app.test_client().post(
        "/api/v1/security/login",
        json={"username": "qc", "password": PASSWORD, "provider": "db"},
        headers={"Accept-Language": "en"},
    )
    assert answer.status_code == 401 and "09:35" in answer.json["message"]


def test_the_right_password_clears_the_wrong_tries(app: Flask):
    for _round in range(3):
        for _count in range(TRIES - 1):
            assert not try_in(app, "qc", "wrong", "rest")
        assert try_in(app, "qc", PASSWORD, "rest")


def test_after_the_lock_there_are_five_new_tries(app: Flask, at):
    for _count in range(TRIES):
        try_in(app, "qc", "wrong")
    at("2026-11-24 09:40")
    for _count in range(TRIES - 1):
        assert not try_in(app, "qc", "wrong")
    assert try_in(app, "qc", PASSWORD)


def test_many_tries_at_once_are_not_many_tries(app: Flask, session):
    user = session.scalar(sa.text("SELECT id FROM ab_user WHERE username = 'qc'"))
    manager = app.appbuilder.sm  # type: ignore[attr-defined]

    def claim(_number: int) -> bool:
        with app.test_request_context("/api/v1/security/login", method="POST"):
            return bool(manager._may_try(user))

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(claim, range(20))) == TRIES


@pytest.mark.parametrize("name", ["a\0b", "\ud800", "x" * 10_000, "%", "_", "' OR 1=1 --", ""])
def test_a_strange_login_is_just_wrong(app: Flask, name: str):
    answer = app.test_client().post(
        "/api/v1/security/login", json={"username": name, "password": PASSWORD, "provider": "db"}
    )
    assert answer.status_code in (400, 401)
    assert answer.json["message"]


@pytest.mark.parametrize(
    "body", [b"{", b"[]", b'"x"', b"null", b'{"username": 5}', b'{"username":["a"],"password":{}}']
)
def test_a_strange_sign_in_is_refused_in_words(app: Flask, body: bytes):
    answer = app.test_client().post("/api/v1/security/login", data=body, content_type="application/json")
    assert answer.status_code == 400
    assert isinstance(answer.json["message"], str)


# ---- what ends a session


def inside(browser: Browser) -> bool:
    return bool(browser.get("/session").status_code == 200)


def holds(program: Rest) -> bool:
    answer = program.get("region/?q=(page_size:1)")
    assert answer.status_code in (200, 401)
    return bool(answer.status_code == 200)


def test_signing_out_is_a_post_and_ends_every_session_and_token(app: Flask, as_role, rest):
    one, two, program = as_role("qc"), as_role("qc"), rest("qc")
    assert one.get("/logout/").status_code == 302
    assert inside(one)  # a link or a picture signs nobody out
    assert one.post("/sign-out").status_code == 302
    assert not inside(one) and not inside(two) and not holds(program)
    assert try_in(app, "qc", PASSWORD)


def test_a_new_password_ends_the_other_sessions_and_tokens(app: Flask, as_role, rest):
    one, two, program = as_role("qc"), as_role("qc"), rest("qc")
    answer = one.post("/profile/password", {"present": PASSWORD, "password": NEW, "again": NEW})
    assert answer.status_code == 302
    assert inside(one)
    assert not inside(two) and not holds(program)
    assert not try_in(app, "qc", PASSWORD)
    assert try_in(app, "qc", NEW)


@pytest.mark.parametrize("column", ["password = 'scrypt:x'", "active = NOT active"])
def test_whoever_writes_it_a_new_password_or_deactivation_ends_sessions_for_good(as_role, rest, session, column: str):
    browser, program = as_role("qc"), rest("qc")
    for _twice in range(2):  # a person taken in again has to sign in again
        session.execute(sa.text(f"UPDATE ab_user SET {column} WHERE username = 'qc'"))
        session.commit()
        assert not inside(browser) and not holds(program)


def test_a_refresh_token_ends_with_the_sessions(app: Flask, as_role):
    client = app.test_client()
    tokens = client.post(
        "/api/v1/security/login", json={"username": "qc", "password": PASSWORD, "provider": "db", "refresh": True}
    ).json
    head = {"Authorization": f"Bearer {tokens['refresh_token']}"}
    fresh = client.post("/api/v1/security/refresh", headers=head)
    assert fresh.status_code == 200 and fresh.json["access_token"]
    as_role("qc").post("/sign-out")
    gone = client.post("/api/v1/security/refresh", headers=head)
    assert gone.status_code == 401 and gone.json["message"]
    as_access = client.get("/api/v1/region/", headers=head)
    assert as_access.status_code == 401 and as_access.json["message"]


# ---- tokens


@pytest.mark.parametrize("head", ["", "Bearer", "Bearer x", "Bearer a.b.c", "Basic cWM6eA==", "expired", "stranger"])
def test_a_token_that_does_not_hold_is_refused_as_a_message(app: Flask, head: str):
    with app.test_request_context():
        if head == "expired":
            head = "Bearer " + create_access_token("1", expires_delta=timedelta(seconds=-1))
        elif head == "stranger":
            head = "Bearer " + create_access_token("99999")
    said = set()
    for language in ("zh", "en"):
        answer = app.test_client().get(
            "/api/v1/region/", headers={"Accept-Language": language, **({"Authorization": head} if head else {})}
        )
        assert answer.status_code == 401
        assert set(answer.json) == {"message"}
        said.add(answer.json["message"])
    assert len(said) == 2


def test_who_sends_a_token_acts_by_the_token_alone(as_role, rest):
    admin, technician = as_role("admin"), rest("technician")
    both = admin.get("/api/v1/outbox_mail/", headers=technician.headers)
    assert both.status_code == 403  # the administrator's cookie lends nothing
    assert admin.get("/api/v1/outbox_mail/", headers={"Authorization": "Bearer x"}).status_code == 401
    assert admin.get("/api/v1/outbox_mail/").status_code == 200


def test_sign_in_by_form_and_rest_is_limited_by_address(template: Path, tmp_path: Path):
    from app import create_app

    shutil.copy(template / "portal.db", tmp_path / "portal.db")
    app = create_app(
        {
            "PORTAL_ENV": "test",
            "DATA_DIR": str(tmp_path),
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{tmp_path / 'portal.db'}",
            "SECRET_KEY": "test-" * 8,
            "WTF_CSRF_ENABLED": False,
            "RATELIMIT_ENABLED": True,
            "AUTH_RATE_LIMIT": "3 per minute",
        }
    )
    wrong: dict[str, Any] = {"username": "nobody", "password": "x", "provider": "db"}
    for send, ok in (
        (lambda client: client.post("/api/v1/security/login", json=wrong), 401),
        (lambda client: client.post("/login/", data=wrong), 302),
    ):
        client = app.test_client()
        codes = [send(client) for _count in range(5)]
        assert [answer.status_code for answer in codes] == [ok] * 3 + [429] * 2
        assert ok != 401 or codes[-1].json["message"]
    with app.app_context():
        db.engine.dispose()


# ---- rights


def test_no_role_is_magic(app: Flask, session):
    session.execute(sa.text("INSERT INTO ab_role (id, name) VALUES (900, 'Admin')"))
    session.execute(
        sa.text(
            "INSERT INTO ab_user_role (id, user_id, role_id) SELECT 900, id, 900 FROM ab_user WHERE username = 'agent'"
        )
    )
    session.commit()
    browser = Browser(app, "agent", PASSWORD)
    for address in ("/access/", "/settings/", "/employee/list/", "/outbox/list/"):
        assert browser.get(address).status_code == 403


def test_fabs_own_security_screens_do_not_exist(app: Flask, as_role):
    admin = as_role("admin")
    for name in ("users", "roles", "permissions", "viewmenus", "permissionviews", "userstatschartview", "groups"):
        assert admin.get(f"/{name}/list/").status_code == 404
    assert admin.get("/userinfoeditview/form").status_code == 404
    for name in ("roles", "users", "permissions", "permissions-resources"):
        assert admin.get(f"/api/v1/security/{name}/").status_code == 404


@pytest.mark.parametrize("target", ["//evil.example", "https://evil.example", "https:evil.example", "/\\evil.example"])
def test_sign_in_leads_to_no_other_site(app: Flask, target: str):
    answer = app.test_client().post(
        "/login/", data={"username": "qc", "password": PASSWORD}, query_string={"next": target}
    )
    there = answer.headers["Location"]
    assert there.startswith("/") and not there.startswith(("//", "/\\"))


def test_a_deactivated_colleague_lends_nobody_rights(as_role, session):
    day = clock.today().isoformat()
    session.execute(
        sa.text(
            "UPDATE employee_profile SET absent_from = :day, absent_to = :day, deputy_id = "
            "(SELECT id FROM ab_user WHERE username = 'agent') "
            "WHERE user_id = (SELECT id FROM ab_user WHERE username = 'leader')"
        ),
        {"day": day},
    )
    session.commit()
    agent = as_role("agent")
    assert agent.get("/complaint/list/").status_code == 200
    session.execute(sa.text("UPDATE ab_user SET active = :no WHERE username = 'leader'"), {"no": False})
    session.commit()
    assert agent.get("/complaint/list/").status_code == 403


def test_rights_are_asked_for_in_one_question(app: Flask, as_role):

    qc = as_role("qc")
    qc.get("/session")
    with counted() as asked:
        assert qc.get("/session").status_code == 200
    assert len(asked) == 1, asked


# ---- what a stranger may learn


def answers_to(app: Flask, name: str, tries: int, by: str) -> list[tuple[int, str]]:
    """What is said to so many wrong tries under a name; the name itself and the mark of the form blanked."""
    said = []
    for _count in range(tries):
        client = app.test_client()
        if by == "rest":
            answer = client.post(
                "/api/v1/security/login",
                json={"username": name, "password": "wrong", "provider": "db"},
                headers={"Accept-Language": "en"},
            )
            said.append((answer.status_code, answer.json["message"]))
        else:
            answer = client.post("/login/", data={"username": name, "password": "wrong"}, follow_redirects=True)
            alerts = re.findall(r'class="(?:toast-p|alert)[^>]*>(.*?)</(?:div|p)>', answer.text, re.S)
            said.append((answer.status_code, " ".join("".join(alerts).split())))
    return said


@pytest.mark.parametrize("by", STEPS)
def test_the_lock_out_does_not_tell_whether_somebody_is_called_so(app: Flask, by: str):
    known = answers_to(app, "qc", TRIES + 2, by)
    unknown = answers_to(app, "nobody.of.that.name", TRIES + 2, by)
    assert known == unknown
    assert "09:35" in known[-1][1] and "09:35" not in known[0][1]


def test_a_name_in_other_letters_is_the_same_name(app: Flask):
    for name in ("Nobody", "NOBODY", " nobody ", "nobody", "nOBody"):
        answers_to(app, name, 1, "rest")
    assert "09:35" in answers_to(app, "nobody", 1, "rest")[0][1]


def test_an_address_does_not_tell_that_its_owner_is_locked(app: Flask):
    answers_to(app, "qc", TRIES + 1, "rest")
    assert answers_to(app, "qc@example.com", 2, "rest") == answers_to(app, "nobody@example.com", 2, "rest")
    assert not try_in(app, "qc@example.com", PASSWORD, "rest")


def test_a_stranger_is_checked_as_long_as_a_colleague(app: Flask, session):
    known = session.scalar(sa.text("SELECT password FROM ab_user WHERE username = 'qc'"))
    assert app.config["AUTH_DB_FAKE_PASSWORD_HASH_CHECK"].split("$")[0] == known.split("$")[0]


# ---- how often somebody may ask


def limited(folder: Path, url: str, storage: str) -> Flask:
    """One worker of a portal that counts."""
    return create_app(
        {
            "PORTAL_ENV": "test",
            "DATA_DIR": str(folder),
            "SQLALCHEMY_DATABASE_URI": url,
            "SECRET_KEY": "test-" * 8,
            "RATELIMIT_ENABLED": True,
            "RATELIMIT_STORAGE_URI": storage,
            "PUBLIC_RATE_LIMIT": "4 per day",
        }
    )


def asked(workers: list[Flask], address: str) -> list[int]:
    """Each worker three times in turn, by one caller."""
    return [
        worker.test_client().get("/a/" + "x" * 43, environ_base={"REMOTE_ADDR": address}).status_code
        for _turn in range(3)
        for worker in workers
    ]


@pytest.mark.parametrize("storage", ["portal://", "redis://127.0.0.1:6379/15"])
def test_all_workers_count_together_and_each_caller_apart(template: Path, tmp_path: Path, storage: str):
    if storage.startswith("redis"):
        redis = pytest.importorskip("redis")
        try:
            redis.Redis.from_url(storage).flushdb()
        except redis.exceptions.ConnectionError:
            missing("Redis")
    shutil.copy(template / "portal.db", tmp_path / "portal.db")
    workers = [limited(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}", storage) for _worker in range(2)]
    assert asked(workers, "198.51.100.1") == [404] * 4 + [429] * 2
    assert asked(workers, "198.51.100.2") == [404] * 4 + [429] * 2
    for worker in workers:
        with worker.app_context():
            db.engine.dispose()


def test_a_counter_that_is_away_locks_nobody_out(template: Path, tmp_path: Path):
    shutil.copy(template / "portal.db", tmp_path / "portal.db")
    worker = limited(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}", "portal://")
    with worker.app_context():
        db.session.execute(sa.text("DROP TABLE rate_count"))
        db.session.commit()
    assert asked([worker], "198.51.100.1") == [404] * 3
    with worker.app_context():
        db.engine.dispose()


@pytest.mark.postgresql
def test_on_postgresql_every_hit_counts_once(tmp_path: Path, postgres_url: str):
    app = limited(tmp_path, postgres_url, "portal://")
    storage = DatabaseStorage()
    with app.app_context():
        counting.RateCount.__table__.create(db.engine, checkfirst=True)
        counting.SignInTries.__table__.create(db.engine, checkfirst=True)

    def hit(_turn: int) -> int:
        with app.app_context():
            return storage.incr("somebody", 60)

    def wrong(_turn: int) -> bool:
        with app.app_context():
            return counting.try_name(db.session, "somebody", TRIES, timedelta(minutes=15)) is None

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(hit, range(20))) == list(range(1, 21))
        assert sum(pool.map(wrong, range(20))) == TRIES
    with app.app_context():
        for table in (counting.RateCount, counting.SignInTries):
            table.__table__.drop(db.engine)
        db.engine.dispose()
