"""How far a missed deadline reaches, and when, is the rule's: by page and REST, shown before it is saved."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.time.deadline_rules import DEFAULTS, DeadlineRule
from app.notifications.engine import run_once
from app.notifications.models import OutboxMail
from tests.complaints.conftest import Line, line
from tests.organisation.test_settings_and_calendar import rule, sent_for

__all__ = ["line"]


def change(rest: Any, code: str, **facts: Any) -> Any:
    admin = rest("admin")
    version = str(admin.get(f"deadline_rule/{code}").json["result"]["version"])
    return admin.put(f"deadline_rule/{code}", {"reason": "decided", **facts}, headers={"If-Match": version})


def told(session: Any, event: str) -> set[str]:
    session.rollback()
    mails = session.scalars(select(OutboxMail).where(OutboxMail.event == event)).all()
    return {mail.user.username for mail in mails if mail.user}


def reports(line: Line) -> int:
    return len(line.by("gm").get("gm_report/").json["result"])


def late(app: Flask, at: Any, *moments: str) -> None:
    for moment in moments:
        at(moment)
        run_once(app)


def test_every_rule_reaches_the_general_manager_after_three_days_until_somebody_decides_otherwise(rest: Any):
    rows = rest("admin").get("deadline_rule/?q=(page_size:100)").json["result"]
    assert {row["code"] for row in rows} == set(DEFAULTS)
    assert {row["reaches"] for row in rows} == {"gm"}
    assert all(row["escalate_after"] == {"manager": 0, "leader": 1, "gm": 3} for row in rows)


@pytest.mark.parametrize(("reaches", "leader", "report"), [("gm", True, 1), ("leader", True, 0), ("manager", False, 0)])
def test_a_missed_deadline_goes_as_far_as_its_rule_says(
    line: Line, app: Flask, rest: Any, at: Any, session: Any, reaches: str, leader: bool, report: int
):
    if reaches != "gm":
        assert change(rest, "QC_RECEIVE", reaches=reaches).json["result"]["reaches"] == reaches
    line.at("handed_over")  # to be received by 11-25 24:00
    late(app, at, "2026-11-26 08:31", "2026-11-27 08:31", "2026-11-29 08:31")
    assert told(session, "deadline_breached") >= {"qc", "qc_manager"}
    assert ("leader" in told(session, "deadline_day_late")) is leader
    assert reports(line) == report


def test_a_missed_deadline_goes_on_when_its_rule_says(line: Line, app: Flask, rest: Any, at: Any, session: Any):
    answer = change(rest, "QC_RECEIVE", escalate_after={"leader": 2, "gm": 5})
    assert answer.json["result"]["escalate_after"] == {"manager": 0, "leader": 2, "gm": 5}
    line.at("handed_over")
    late(app, at, "2026-11-26 08:31", "2026-11-27 08:31")
    assert told(session, "deadline_day_late") == set()
    late(app, at, "2026-11-28 08:31", "2026-11-29 08:31")
    assert "leader" in told(session, "deadline_day_late") and reports(line) == 0
    late(app, at, "2026-12-01 08:31")
    assert reports(line) == 1


def test_a_changed_escalation_holds_for_what_runs_already(line: Line, app: Flask, rest: Any, at: Any):
    line.at("handed_over")
    change(rest, "QC_RECEIVE", reaches="manager")
    late(app, at, "2026-11-26 08:31", "2026-11-30 08:31")
    assert reports(line) == 0


def test_what_a_change_would_move_is_said_before_and_nothing_is_written(
    line: Line, rest: Any, session: Any, as_role: Any
):
    complaint = line.at("handed_over")
    number = line.read(complaint)["number"]
    shown = rest("admin").post("deadline_rule/QC_RECEIVE/preview", {"quantity": 2}).json
    moved = [{"number": number, "from": "2026-11-26T00:00:00+08:00", "to": "2026-11-27T00:00:00+08:00"}]
    assert shown == {"open": 1, "moved": moved}
    reaches = rest("admin").post("deadline_rule/QC_RECEIVE/preview", {"reaches": "leader"})
    assert reaches.json == {"open": 1, "moved": []}
    assert rest("admin").post("deadline_rule/QC_RECEIVE/preview", {"quantity": -1}).status_code == 422
    assert rest("admin").post("deadline_rule/NO_SUCH/preview").status_code == 404
    assert rest("qc").post("deadline_rule/QC_RECEIVE/preview", {"quantity": 2}).status_code == 403
    row = rule(session, "QC_RECEIVE")
    sent = sent_for(row, quantity="2", act="preview")
    page = as_role("admin").post(f"/deadline_rule/edit/{row.id}", sent).text
    assert "1 deadlines run by this rule, 1 would move." in page and number in page and "11-26 24:00" in page
    assert rule(session, "QC_RECEIVE").version == 1
    assert [clock["due_at"] for clock in line.deadlines(complaint, "QC_RECEIVE")] == ["2026-11-26T00:00:00+08:00"]


@pytest.mark.parametrize(
    "facts",
    [
        {"reaches": "everybody"},
        {"escalate_after": {"leader": 0}},
        {"escalate_after": {"leader": 5, "gm": 2}},
        {"escalate_after": {"owner": 2}},
        {"escalate_after": 2},
        {"reason": ""},
    ],
)
def test_an_escalation_that_cannot_be_is_refused(rest: Any, session: Any, facts: dict[str, Any]):
    assert change(rest, "QC_RECEIVE", **facts).status_code == 422
    assert rule(session, "QC_RECEIVE").version == 1


def test_a_rule_is_changed_by_rest_in_a_new_version_that_is_written_down(rest: Any, as_role: Any, session: Any):
    admin = rest("admin")
    old = admin.get("deadline_rule/DISPOSE").json
    assert admin.put("deadline_rule/DISPOSE", {"quantity": 3, "reason": "x"}).status_code == 428
    done = change(rest, "DISPOSE", quantity=3, reaches="leader", reason="董事会决定")
    assert done.json["result"]["version"] == 2 and done.json["id"] != old["id"]
    stale = admin.put("deadline_rule/DISPOSE", {"quantity": 4, "reason": "x"}, headers={"If-Match": "1"})
    assert stale.status_code == 409
    assert rest("qc").get("deadline_rule/DISPOSE").status_code == 200
    row = session.scalars(select(DeadlineRule).where(DeadlineRule.code == "DISPOSE", DeadlineRule.active)).one()
    page = as_role("admin").get(f"/deadline_rule/show/{row.id}").text
    assert "董事会决定" in page and "<del>the General Manager</del> → <ins>the Leader</ins>" in page
    (decision,) = rest("auditor").get("decision/").json["result"]
    assert (decision["by"], decision["key"], decision["after"]["quantity"]) == ("admin", "DISPOSE", 3)


def test_by_page_the_escalation_is_set(as_role: Any, session: Any):
    row = rule(session, "DISPOSE")
    sent = sent_for(row, reaches="leader", leader_after="2", gm_after="4")
    assert as_role("admin").post(f"/deadline_rule/edit/{row.id}", sent).status_code == 302
    new = rule(session, "DISPOSE")
    assert (new.reaches, new.leader_after, new.gm_after) == ("leader", 2, 4)
    assert "the Leader after 2 days" in as_role("admin").get("/deadline_rule/list/").text
