"""2.2: an administrator's word on a region moves the arrival clocks that run there, and says so in the history."""

from __future__ import annotations

import pytest

from app.organisation.models import Region
from tests.complaints.conftest import NINGBO, Line


@pytest.fixture
def line(rest, session):
    return Line(rest, session)


def test_2_2_a_region_flagged_remote_gives_ten_days_to_what_is_running(as_role, session, line):
    number = line.at("assigned", site_region=NINGBO)
    (arrival,) = line.deadlines(number, "ARRIVE_IN")
    assert arrival["due_at"].startswith("2026-11-28T00:00")
    version = session.get(Region, NINGBO).version
    answer = as_role("admin").post(
        f"/region/edit/{NINGBO}", {"is_remote": "true", "row_version": version}, follow_redirects=True
    )
    assert "1 running deadlines moved" in answer.text
    (moved,) = line.deadlines(number, "ARRIVE_REMOTE")
    assert moved["due_at"].startswith("2026-12-05T00:00") and line.deadlines(number, "ARRIVE_IN") == []
    history = line.by("auditor").get(f"complaint/{number}/history").json
    assert history[-1]["step"] == "recompute" and history[-1]["clause"] == "2.2"
    line.must("technician", number, "arrive")
    session.expire_all()
    version = session.get(Region, NINGBO).version
    as_role("admin").post(f"/region/edit/{NINGBO}", {"is_remote": "false", "row_version": version})
    assert line.deadlines(number, "ARRIVE_REMOTE")[0]["due_at"].startswith("2026-12-05T00:00")  # met ones never move


def test_2_2_another_home_province(as_role, line):
    from tests.organisation.test_settings_and_calendar import fields

    number = line.at("assigned", site_region=NINGBO)
    admin = as_role("admin")
    sent = {**fields(admin.get("/settings/").text), "home_province": "320000"}
    assert "1 running deadlines moved" in admin.post("/settings/save", sent, follow_redirects=True).text
    assert line.deadlines(number, "ARRIVE_OUT")[0]["due_at"].startswith("2026-12-02T00:00")
