"""4.4: the general manager is told at once, reads, instructs; the sales department reports in a working day."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import text

from app.core import settings
from app.notifications.engine import run_once
from tests.complaints.conftest import Line


def major(line: Line) -> dict[str, Any]:
    number = line.register()
    line.must("reception", number, "mark_major", criteria=["safety"])
    return dict(line.by("gm").get("gm_report/").json["result"][0])


def take(line: Line, login: str, number: int, step: str, **fields: Any) -> Any:
    return line.by(login).post(f"gm_report/{number}/{step}", fields)


def mailed(session: Any, event: str) -> list[str]:
    query = text(
        "SELECT u.username FROM outbox_mail m JOIN ab_user u ON u.id = m.user_id WHERE m.event = :e ORDER BY m.id"
    )
    session.rollback()
    return list(session.scalars(query, {"e": event}))


def test_4_4a_a_major_complaint_is_mailed_at_once_and_opens_a_report_due_next_working_day(line: Line, session: Any):
    report = major(line)
    assert report["state"] == "open"
    assert "gm" in mailed(session, "complaint.mark_major")
    clocks = {row["rule"]: row for row in line.by("gm").get(f"gm_report/{report['id']}/deadlines").json}
    assert clocks["GM_REPORT"]["due_at"] == "2026-11-26T00:00:00+08:00"
    assert clocks["GM_READ"]["due_at"] == "2026-11-24T13:20:00+08:00"
    assert take(line, "sales", report["id"], "report", summary="x", measures="y").status_code in (403, 404)
    assert take(line, "sales_manager", report["id"], "report", summary="x").status_code == 422
    done = take(line, "sales_manager", report["id"], "report", summary="x", measures="y")
    assert done.json["state"] == "reported"


def test_4_4a_marked_twice_there_is_one_report(line: Line):
    report = major(line)
    line.must("qc", report["about_id"], "mark_major", criteria=["public"])
    assert line.by("gm").get("gm_report/").json["count"] == 1


def test_4_4a_unread_after_four_hours_it_is_mailed_again_by_day_until_read(line: Line, session: Any, app: Any, at: Any):
    report = major(line)
    at("2026-11-24 13:10")
    run_once(app)
    assert mailed(session, "gm_unread") == []
    for moment in ("2026-11-24 13:25", "2026-11-24 13:40", "2026-11-24 17:25"):
        at(moment)
        run_once(app)
    assert mailed(session, "gm_unread") == ["gm", "gm"]
    at("2026-11-24 23:30")
    run_once(app)
    assert mailed(session, "gm_unread") == ["gm", "gm"]
    at("2026-11-25 09:00")
    assert take(line, "leader", report["id"], "read").status_code == 403
    assert take(line, "gm", report["id"], "read").status_code == 200
    assert take(line, "gm", report["id"], "read").status_code == 409
    at("2026-11-25 14:00")
    run_once(app)
    assert mailed(session, "gm_unread") == ["gm", "gm"]


def test_4_4b_an_instruction_becomes_a_task_with_a_date_for_the_department(line: Line):
    number = major(line)["id"]
    take(line, "sales_manager", number, "report", summary="x", measures="y")
    assert line.by("production_manager").get(f"gm_report/{number}").status_code == 404
    assert take(line, "gm", number, "instruct", text="stop the line").status_code == 422
    given = {"text": "stop the line", "department": "production", "due": "2026-11-27"}
    assert take(line, "gm", number, "instruct", **given).json["state"] == "instructed"
    clocks = {row["rule"]: row for row in line.by("gm").get(f"gm_report/{number}/deadlines").json}
    assert clocks["GM_TASK"]["due_at"] == "2026-11-28T00:00:00+08:00"
    assert clocks["GM_READ"]["status"] == "met"
    history = line.by("gm").get(f"gm_report/{number}/history").json
    assert history[-1]["comment"] == "stop the line"  # the mail to the department says it too
    assert take(line, "tech_manager", number, "close_report", outcome="x").status_code in (403, 404)
    assert take(line, "production_manager", number, "close_report").status_code == 422
    assert take(line, "production_manager", number, "close_report", outcome="stopped").json["state"] == "closed"


def test_4_4_the_general_manager_may_file_it_or_close_it(line: Line):
    number = major(line)["id"]
    assert take(line, "gm", number, "file_away").status_code == 409
    take(line, "sales_manager", number, "report", summary="x", measures="y")
    assert take(line, "gm", number, "file_away").json["state"] == "closed"


def test_4_4_sales_may_bring_a_matter_and_sees_its_own(line: Line):
    made = line.by("sales").post("gm_report/", {"reason": "expectation", "subject": "希望提供远程诊断"})
    assert made.status_code == 201
    number = made.json["id"]
    assert line.by("sales").get(f"gm_report/{number}").status_code == 200
    assert line.by("marketing").get(f"gm_report/{number}").status_code == 404
    assert line.by("qc").post("gm_report/", {"reason": "other", "subject": "x"}).status_code == 403


def test_4_4_everything_major_stands_on_one_screen(line: Line, as_role: Any):
    report = major(line)
    page = as_role("gm", "zh").get("/major/")
    body = page.get_data(as_text=True)
    assert page.status_code == 200
    assert report["number"] in body
    assert f"/complaint/show/{report['about_id']}" in body
    assert '<h2 id="m-1">重大投诉</h2>' in body
    assert as_role("technician").get("/major/").status_code in (302, 403)


def test_a_deadline_three_days_overdue_comes_before_the_general_manager_once(
    line: Line, app: Any, at: Any, session: Any
):
    number = line.at("handed_over")
    at("2026-11-30 09:00")
    run_once(app)
    run_once(app)
    reports = [row for row in line.by("gm").get("gm_report/").json["result"] if row["reason"] == "overdue"]
    assert [row["about_id"] for row in reports] == [number]


def test_each_step_of_the_escalation_is_told_to_the_right_people(line: Line, app: Any, at: Any, session: Any):
    line.at("assigned", site_region="330206")  # three days: until 2026-11-27 24:00
    late = {"technician", "tech_manager", "qc_manager", "reception", "reception_lead"}  # MF-2.2f: QC and Reception too
    for moment, event, people in (
        ("2026-11-27 15:40", "deadline_warning", {"technician"}),
        ("2026-11-28 00:30", "deadline_breached", late),
        ("2026-11-29 00:30", "deadline_day_late", late | {"leader"}),
    ):
        at(moment)
        run_once(app)
        rows = session.execute(
            text(
                "SELECT u.username, m.payload FROM outbox_mail m JOIN ab_user u ON u.id = m.user_id "
                "JOIN deadline d ON m.key LIKE m.event || ':' || m.record_id || ':' || d.id || '.%' "
                "WHERE m.event = :e AND d.code = 'ARRIVE_IN'"
            ),
            {"e": event},
        ).all()
        session.rollback()
        assert {row[0] for row in rows} == people, event


def test_the_morning_s_list_comes_once_on_workdays_and_only_if_there_is_something(
    line: Line, app: Any, at: Any, session: Any
):
    line.at("handed_over")
    for moment in ("2026-11-25 07:59", "2026-11-25 08:00", "2026-11-25 08:30", "2026-11-28 08:10"):
        at(moment)
        run_once(app)
    told = mailed(session, "digest")
    assert len(told) == len(set(told))
    assert "qc" in told
    assert "sales" not in told


def test_the_work_page_shows_what_waits_of_every_kind(line: Line, as_role: Any, at: Any):
    number = line.at("at_qc")
    line.must("qc", number, "consult", departments=["production"])
    manager = as_role("production_manager", "en")
    row = line.by("auditor").get("consultation/").json["result"][0]
    assert f"/consultation/show/{row['id']}" in manager.get("/work/").get_data(as_text=True)
    assert 'href="/work/?only=overdue"' in manager.get("/").get_data(as_text=True)
    assert f"/consultation/show/{row['id']}" not in manager.get("/work/?only=overdue").get_data(as_text=True)
    at("2026-11-27 09:00")
    assert f"/consultation/show/{row['id']}" in manager.get("/work/?only=overdue").get_data(as_text=True)
    assert f"/consultation/show/{row['id']}" not in as_role("tech_manager").get("/work/").get_data(as_text=True)


def test_4_4_a_high_claimed_loss_marks_itself_and_the_amount_is_a_setting(line: Line, session: Any):
    low = line.register(claimed_loss="49999.99")
    high = line.register(claimed_loss="50000.00")
    assert (line.read(low)["is_major"], line.read(high)["major_criteria"]) == (False, ["loss"])
    row = next(row for row in line.by("auditor").get(f"complaint/{high}/history").json if row["step"] == "mark_major")
    assert row["actor"] == "system"
    settings.put(session, "major_loss_amount", "10000.00")
    session.commit()
    assert line.read(line.register(claimed_loss="10000"))["major_criteria"] == ["loss"]
    settings.put(session, "major_loss", False)
    session.commit()
    assert line.read(line.register(claimed_loss="90000"))["is_major"] is False


def test_4_4_a_message_about_a_matter_says_what_brought_it_up(line: Line, as_role: Any, app: Any, at: Any):
    major(line)
    late = line.at("pending_qc")
    at("2026-11-30 09:00")
    run_once(app)
    rows = re.findall(r'<span class="what">(.*?)</span></span>', as_role("gm", "zh").get("/notices/").text, re.DOTALL)
    assert any("安全" in row for row in rows), rows
    brought = line.by("gm").get("gm_report/").json["result"]
    (number,) = [row["number"] for row in brought if row["about_id"] == late]
    heard = [row for row in rows if number in row]
    assert heard and all("超期三天" in row for row in heard), rows
