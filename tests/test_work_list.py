"""Every open record is on the work list of everybody it waits for, and of nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from app.notifications.engine import run_once
from tests.complaints.conftest import Line, line
from tests.corrective.test_corrective import Notices
from tests.gm.test_gm import mailed, major

__all__ = ["line"]


def waits(as_role: Any, login: str, url: str) -> bool:
    return url in as_role(login, "en").get("/work/").get_data(as_text=True)


def test_2_6c_every_owner_of_an_unfinished_action_finds_the_notice_on_the_work_list(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.at("implementing")
    url = f"/corrective_action/show/{number}"
    owners = ("tech_manager", "production_manager")
    assert [waits(as_role, login, url) for login in (*owners, "qc")] == [True, True, False]
    first = next(item for item in notices.read(number)["actions"] if item["owner"] == "tech_manager")
    notices.must("tech_manager", number, "finish_action", action=first["id"], evidence="photo 12")
    assert [waits(as_role, login, url) for login in owners] == [False, True]
    notices.finish(number)
    assert [waits(as_role, login, url) for login in (*owners, "qc")] == [False, False, True]


def test_2_2_a_visit_waits_for_the_co_workers_too(line: Line, as_role: Any):
    number = line.at("disposed")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician", co_workers=["inspector"])
    url = f"/complaint/show/{number}"
    assert waits(as_role, "technician", url)
    assert waits(as_role, "inspector", url)
    line.must("inspector", number, "decline", reason="on another visit")
    assert not waits(as_role, "inspector", url)


def test_4_4_a_report_waits_for_the_general_manager_until_it_is_read(line: Line, as_role: Any):
    report = major(line)
    url = f"/gm_report/show/{report['id']}"
    assert waits(as_role, "sales_manager", url)
    home = as_role("gm", "en").get("/").get_data(as_text=True)
    assert f"/gm_report/{report['id']}/step/read" in home
    line.by("gm").post(f"gm_report/{report['id']}/read", {})
    assert not waits(as_role, "gm", url)
    assert waits(as_role, "sales_manager", url)


def test_the_most_urgent_of_own_and_further_turns_comes_first_and_none_is_lost_between_pages(
    line: Line, as_role: Any, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("app.reports.dashboard.MANY", 2)
    numbers = [line.at("disposed") for _each in range(5)]
    for index, number in enumerate(numbers):
        pair = ("technician", "inspector") if index % 2 else ("inspector", "technician")
        fields = {"technician": pair[0], "co_workers": [pair[1]]}
        line.must("qc_manager", number, "assign", override_reason="nobody else", **fields)
    pages = [as_role("technician", "en").get(f"/work/?page={page}").get_data(as_text=True) for page in range(3)]
    found = [[number for number in numbers if f"/complaint/show/{number}" in page] for page in pages]
    assert found == [numbers[:2], numbers[2:4], numbers[4:]]


def test_the_morning_s_list_counts_what_waits_beside_the_own_turn(line: Line, app: Any, at: Any, session: Any):
    Notices(line).at("implementing")
    at("2026-11-25 08:05")
    run_once(app)
    told = set(mailed(session, "digest"))
    assert {"tech_manager", "production_manager"} <= told
