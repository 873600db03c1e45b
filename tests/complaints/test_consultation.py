"""2.1 会同有关部门: QC asks the departments, and decides with their opinions or says why without."""

from __future__ import annotations

from typing import Any

from .conftest import Line

DRAFT = {"analysis": "bearing", "opinion": "replace", "needs_site_visit": True}


def asked(line: Line, number: int) -> dict[str, dict[str, Any]]:
    found = line.by("auditor").get("consultation/").json["result"]
    return {row["department"]["code"]: row for row in reversed(found) if row["complaint_id"] == number}


def at_qc(line: Line) -> int:
    number = line.at("at_qc")
    line.must("qc", number, "consult", departments=["production", "tech"], question="cause?", reply_by="2026-11-25")
    return number


def test_2_1g_each_invited_department_gets_its_own_task_until_the_reply_date(line: Line):
    number = at_qc(line)
    rows = asked(line, number)
    assert set(rows) == {"production", "tech"}
    assert {row["state"] for row in rows.values()} == {"asked"}
    clocks = line.by("auditor").get(f"consultation/{rows['tech']['id']}/deadlines").json
    assert [(item["rule"], item["due_at"]) for item in clocks] == [("CONSULT", "2026-11-26T00:00:00+08:00")]


def test_2_1g_a_department_asked_without_a_date_has_one_working_day(line: Line):
    number = line.at("at_qc")
    line.must("qc", number, "consult", departments=["production"])
    row = asked(line, number)["production"]
    clocks = line.by("auditor").get(f"consultation/{row['id']}/deadlines").json
    assert clocks[0]["due_at"] == "2026-11-26T00:00:00+08:00"


def test_2_1g_only_the_manager_of_the_department_asked_answers_and_sees_the_complaint(line: Line):
    number = at_qc(line)
    mine = asked(line, number)["production"]["id"]
    assert line.by("tech_manager").get(f"consultation/{mine}").status_code == 404
    assert line.by("production_manager").get(f"complaint/{number}").status_code == 200
    wanted = line.by("production_manager").post(f"consultation/{mine}/answer", {})
    assert wanted.status_code == 422
    done = line.by("production_manager").post(f"consultation/{mine}/answer", {"opinion": "assembly fault"})
    assert done.json["state"] == "answered"
    assert asked(line, number)["production"]["opinion"] == "assembly fault"
    again = line.by("production_manager").post(f"consultation/{mine}/answer", {"opinion": "second thoughts"})
    assert again.status_code == 409


def test_2_1g_the_disposition_waits_for_every_answer_or_names_the_reason(line: Line):
    number = at_qc(line)
    line.must("qc", number, "draft_disposition", **DRAFT)
    refused = line.take("qc_manager", number, "issue_disposition")
    assert refused.status_code == 422
    assert "Production" in refused.json["message"]["unanswered_reason"][0]
    for code, login in (("production", "production_manager"), ("tech", "tech_manager")):
        line.by(login).post(f"consultation/{asked(line, number)[code]['id']}/answer", {"opinion": "ok"})
    assert line.must("qc_manager", number, "issue_disposition")["state"] == "disposed"


def test_2_1g_issued_with_a_reason_nobody_is_left_asking(line: Line):
    number = at_qc(line)
    line.must("qc", number, "draft_disposition", **DRAFT)
    line.must("qc_manager", number, "issue_disposition", unanswered_reason="未回复:生产部停产")
    assert {row["state"] for row in asked(line, number).values()} == {"cancelled"}
    history = line.by("auditor").get(f"complaint/{number}/history").json
    assert history[-1]["comment"] == "未回复:生产部停产"


def test_2_1g_qc_may_cancel_with_a_reason_and_ask_again(line: Line):
    number = at_qc(line)
    row = asked(line, number)["tech"]
    assert line.by("qc").post(f"consultation/{row['id']}/cancel", {}).status_code == 422
    assert line.by("qc").post(f"consultation/{row['id']}/cancel", {"reason": "clear"}).json["state"] == "cancelled"
    line.must("qc", number, "consult", departments=["tech"])
    assert asked(line, number)["tech"]["state"] == "asked"


def test_the_department_answers_in_the_browser(line: Line, as_role: Any):
    number = at_qc(line)
    manager = as_role("production_manager", "zh")
    row = asked(line, number)["production"]
    page = manager.get("/consultation/list/").get_data(as_text=True)
    assert f"/consultation/show/{row['id']}" in page
    done = manager.step(row["id"], "answer", kind="consultation", opinion="装配问题")
    assert done.status_code == 204
    assert "装配问题" in as_role("qc", "zh").get(f"/complaint/show/{number}").get_data(as_text=True)
