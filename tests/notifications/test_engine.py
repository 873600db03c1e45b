"""The engine is watched: health and the administrator see that it stands still, and are told when it runs again."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path

import pytest
import sqlalchemy as sa

from app.core.time import clock
from app.extensions import db
from app.health import problems
from app.notifications.engine import Engine, run_once
from app.notifications.pulse import beat, report
from tests.complaints.conftest import Line, line

__all__ = ["Line", "line"]
ROOT = Path(__file__).resolve().parent.parent.parent


def later(**spans: float) -> None:
    clock.set_frozen(clock.now() + timedelta(**spans))


def begin(app, died: bool = False) -> bool:
    with app.app_context():
        return report(db.session, died)


def told(session) -> list[str]:
    query = "SELECT u.username FROM notice n JOIN ab_user u ON u.id = n.user_id WHERE n.event = 'engine_stopped'"
    return list(session.scalars(sa.text(query)))


def test_an_engine_silent_for_a_minute_is_a_problem_of_health_and_check(app, as_role):
    client = app.test_client()
    with app.app_context():
        beat(db.session)
    later(seconds=50)
    assert client.get("/health/ready").json == {"status": "ok", "problems": []}
    later(seconds=15)
    answer = client.get("/health/ready")
    assert answer.status_code == 503 and "no sign of life since 2026-11-24 09:20" in answer.json["problems"][0]
    with app.app_context():
        assert any("no sign of life" in sentence for sentence in problems())
    assert client.get("/health/live").status_code == 200


def test_an_engine_that_never_ran_is_missed_as_soon_as_mails_wait(app, line: Line):
    client = app.test_client()
    assert client.get("/health/ready").status_code == 200
    line.at("handed_over")
    later(minutes=2)
    assert client.get("/health/ready").status_code == 503


@pytest.mark.parametrize(("locale", "words"), [("en", "has stood still since 2026-11-24 09:20"), ("zh", "没有运行")])
def test_the_administrator_sees_on_every_page_that_it_stands_still_and_nobody_else(app, as_role, locale, words):
    admin, qc = as_role("admin", locale), as_role("qc", locale)
    with app.app_context():
        beat(db.session)
    assert words not in admin.get("/employee/list/").text
    later(minutes=2)
    for address in ("/", "/employee/list/", "/outbox/list/"):
        assert words in admin.get(address).text, address
    assert words not in qc.get("/").text


def test_when_it_runs_again_the_administrator_has_a_notice_and_a_mail_from_when_until_when(app, session, as_role):
    with app.app_context():
        beat(db.session)
    later(minutes=7)
    assert begin(app)
    assert told(session) == ["admin"]
    assert app.test_client().get("/health/ready").status_code == 200
    run_once(app)
    files = Path(app.config["MAIL_DIR"]).glob("*.eml")
    read = [message_from_bytes(file.read_bytes(), policy=policy.default) for file in files]
    mails = "\n".join(mail.get_body(("plain",)).get_content() for mail in read)
    assert "2026-11-24 09:20" in mails and "2026-11-24 09:27" in mails
    assert "stood still" in as_role("admin").get("/notices/").text


def test_an_engine_that_died_is_told_even_when_another_took_over_at_once_but_once_a_day(app, session):
    with app.app_context():
        beat(db.session)
    later(seconds=5)
    assert not begin(app)
    assert told(session) == []
    assert begin(app, died=True) and begin(app, died=True)
    assert told(session) == ["admin"]
    later(days=1)
    assert begin(app, died=True)
    assert told(session) == ["admin", "admin"]


def test_a_long_round_gives_signs_of_life_between_its_parts(app, session):
    engine = Engine(app)
    assert not engine.stopped()
    before = session.scalar(sa.text("SELECT at FROM heartbeat WHERE name = 'engine'"))
    session.rollback()
    later(seconds=20)
    engine._beaten -= 20
    engine.stopped()
    assert session.scalar(sa.text("SELECT at FROM heartbeat WHERE name = 'engine'")) != before


@pytest.mark.parametrize(
    "guard",
    ["Guard(lambda: None, None)", "Guard(lambda: None, 1)"],
)
def test_an_engine_that_hangs_or_has_lost_its_server_ends(guard: str):
    code = f"""
import time
from app.notifications import pulse
from app.notifications.pulse import Guard
pulse.HANGS = 1.0 if "None, 1)" not in {guard!r} else 300.0
pulse.GRACE = 0.5
guard = {guard}
guard.start()
time.sleep(60)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=50)
    assert ended.returncode == 1
