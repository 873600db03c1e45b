"""The `portal` command on a fresh machine: set up, fill, check, work, prove, describe."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A portal set up by its own commands, with the small demo."""
    data = tmp_path_factory.mktemp("instance")
    assert portal(data, "init").returncode == 0
    told = portal(data, "demo", "--size", "small", "--password", "Demo-Password-2026!")
    assert told.returncode == 0, told.stderr
    return data


def portal(data: Path, *words: str, lang: str = "C.UTF-8") -> subprocess.CompletedProcess[str]:
    environ = {**os.environ, "PORTAL_DATA_DIR": str(data), "PORTAL_ENV": "test", "PORTAL_MAIL_SERVER": "", "LANG": lang}
    for name in ("PORTAL_DATABASE_URL", "LC_ALL", "LC_MESSAGES"):
        environ.pop(name, None)
    return subprocess.run(
        [sys.executable, "-c", "from app.cli import main; main()", *words],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )


def test_setting_up_twice_changes_nothing_and_check_finds_nothing(folder: Path):
    assert portal(folder, "init").returncode == 0
    checked = portal(folder, "check")
    assert (checked.returncode, checked.stdout.strip()) == (0, "Everything is in order."), checked.stderr


def test_the_full_demo_plays_eighteen_months_in_the_shares_of_the_scheme_with_the_edge_cases(tmp_path: Path):
    assert portal(tmp_path, "init").returncode == 0
    told = portal(tmp_path, "demo", "--size", "full", "--password", "Demo-Password-2026!")
    assert told.returncode == 0, told.stderr
    with sqlite3.connect(tmp_path / "portal.db") as connection:
        count = lambda query: connection.execute(query).fetchone()[0]  # noqa: E731

        def share(part: str, whole: str) -> float:
            return float(count(part)) / float(count(whole))

        assert count("SELECT count(*) FROM complaint") == 240
        assert count("SELECT count(*) FROM customer WHERE kind = 'enterprise'") == 80
        assert count("SELECT count(DISTINCT user_id) FROM employee_competence") == 9
        assert count("SELECT count(*) FROM product") == 12
        assert count("SELECT count(*) FROM product_unit") == 300
        assert count("SELECT count(*) FROM department") == 12
        assert count("SELECT count(*) FROM ab_user") == 26
        assert 50 <= count("SELECT count(*) FROM record WHERE kind = 'corrective_action'") <= 70
        assert count("SELECT count(*) FROM effectiveness_check WHERE result = 'not' AND round = 1") == 2
        assert count("SELECT count(*) FROM effectiveness_check WHERE round = 2") >= 2
        joined = "SELECT count(*) AS n FROM corrective_complaint GROUP BY corrective_action_id"
        assert count(f"SELECT max(n) FROM ({joined})") >= 2
        assert count("SELECT count(*) FROM record WHERE state = 'merged'") >= 2
        assert count("SELECT count(*) FROM record WHERE state = 'void'") >= 2
        assert count("SELECT count(*) FROM quote WHERE accepted = 0") >= 2
        assert count("SELECT count(*) FROM deadline WHERE started_at LIKE '2026-02-13%'") >= 1
        assert count("SELECT count(*) FROM site_service WHERE work_done LIKE '%事后改动%'") == 1
        quality = "SELECT count(*) FROM complaint WHERE nature = 'quality'"
        assert 0.60 < share(quality, "SELECT count(*) FROM complaint") < 0.70
        assert 0.03 < share(f"{quality} AND round > 1", quality) < 0.12
        arrivals = "SELECT count(*) FROM deadline WHERE code LIKE 'ARRIVE%' AND met_at IS NOT NULL"
        assert 0.82 < share(f"{arrivals} AND met_at < due_at", arrivals) < 0.94
    assert portal(tmp_path, "audit", "verify").returncode == 0


def test_the_demo_is_refused_where_people_already_work(folder: Path):
    told = portal(folder, "demo")
    assert told.returncode == 1
    assert "already has users" in told.stderr


def test_the_worker_does_what_is_due_and_the_history_is_whole(folder: Path):
    assert portal(folder, "worker", "--once").returncode == 0
    assert list((folder / "mail").glob("*.eml"))
    proved = portal(folder, "audit", "verify")
    assert (proved.returncode, proved.stdout.strip()) == (0, "The history is whole.")


def test_a_changed_line_of_history_is_found(folder: Path, tmp_path: Path):
    with sqlite3.connect(folder / "portal.db") as connection, sqlite3.connect(tmp_path / "portal.db") as copy:
        connection.backup(copy)
        copy.execute("DROP TRIGGER history_no_update")
        copy.execute("UPDATE history SET actor_id = COALESCE(actor_id, 0) + 1 WHERE id IN (20, 25)")
        copy.execute("UPDATE record SET title = title || '!' WHERE id <= 3")
    (tmp_path / "audit-key").write_bytes((folder / "audit-key").read_bytes())
    proved = portal(tmp_path, "audit", "verify")
    assert proved.returncode == 1
    told = proved.stderr.splitlines()
    assert "altered" in told[0] and sum("Record" in line and "(title)" in line for line in told) == 3
    assert told[-1] == f"{len(told) - 1} faults.", "all are named, and counted"
    for told in (
        portal(tmp_path, "audit", "verify", lang="zh_CN.UTF-8"),
        portal(tmp_path, "audit", "verify", "--language", "zh"),
    ):
        assert told.returncode == 1
        assert "被改动" in told.stderr


def test_the_history_refuses_every_change(folder: Path):
    with sqlite3.connect(folder / "portal.db") as connection:
        for statement in (
            "UPDATE history SET step = 'x'",
            "DELETE FROM history",
            "INSERT OR REPLACE INTO history SELECT * FROM history WHERE id = 1",
        ):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                connection.execute(statement)


def test_a_process_prints_as_table_and_diagram(folder: Path):
    told = portal(folder, "workflow", "complaint").stdout
    assert "| `hand_over`" in told
    assert "stateDiagram-v2" in told
    assert portal(folder, "workflow", "nothing").returncode == 1


def test_a_weak_password_makes_no_administrator(folder: Path):
    weak = ("create-admin", "--username", "boss", "--email", "boss@example.com", "--password")
    assert "至少 10 个字符" in portal(folder, *weak, "weak").stderr
    assert portal(folder, *weak, "Strong-Password-2026!").returncode == 0
    assert portal(folder, *weak, "Strong-Password-2026!").returncode == 1


def test_an_unpublished_year_stays_provisional(folder: Path):
    told = portal(folder, "calendar", "import", "2027")
    assert told.returncode == 0
    assert "not published yet" in told.stdout
