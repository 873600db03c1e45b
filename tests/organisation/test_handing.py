"""Somebody leaves: an administrator gives all open work to others; finished work stays where it was."""

from __future__ import annotations

from typing import Any

from tests.complaints.conftest import Line, line

__all__ = ["line"]


def user(line: Line, login: str) -> int:
    rows = line.by("admin").get("employee/?q=(page_size:100)").json["result"]
    return next(int(row["id"]) for row in rows if row["username"] == login)


def test_open_visits_and_slips_go_to_the_colleague(line: Line, session: Any):
    visit, slip = line.at("assigned"), line.register()
    finished = line.at("pending_qc")
    line.must("reception", finished, "void", reason="double")
    for login, to in (("technician", "inspector"), ("reception", "reception_lead")):
        answer = line.by("admin").post(f"employee/{user(line, login)}/hand_over", {"to": to, "reason": "leaves"})
        assert answer.status_code == 200, answer.json
        assert answer.json["handed_over"] > 0
    assert line.read(visit)["owner"] == f"user:{user(line, 'inspector')}"
    assert line.read(slip)["owner"] == f"user:{user(line, 'reception_lead')}"
    line.must("inspector", visit, "accept")
    history = line.by("auditor").get(f"complaint/{visit}/history").json
    handed = next(row for row in history if row["step"] == "hand_work")
    assert (handed["actor"], handed["comment"]) == ("admin", "leaves")


def test_a_new_manager_of_a_department_has_its_notices(line: Line):
    head = {"responsible_department": "production", "problem": "x"}
    number = line.by("qc").post("corrective_action/", head).json["id"]
    line.by("qc_manager").post(f"corrective_action/{number}/issue")
    gone = user(line, "production_manager")
    line.by("admin").post(f"employee/{gone}/hand_over", {"to": "tech_manager", "reason": "leaves"})
    assert line.by("tech_manager").post(f"corrective_action/{number}/acknowledge").json["state"] == "analysing"


def test_only_the_administrator_and_only_to_an_active_colleague(line: Line, as_role: Any):
    number = user(line, "technician")
    assert line.by("qc_manager").post(
        f"employee/{number}/hand_over", {"to": "inspector", "reason": "x"}
    ).status_code in (403, 404)
    for bad in ({}, {"to": "nobody", "reason": "x"}, {"to": "technician", "reason": "x"}, {"to": "inspector"}):
        assert line.by("admin").post(f"employee/{number}/hand_over", bad).status_code == 422
    line.at("assigned")
    page = as_role("admin", "zh").get(f"/employee/hand_over/{number}").get_data(as_text=True)
    assert "进行中的现场任务" in page
    done = as_role("admin", "zh").post(f"/employee/hand_over/{number}", {"to": "inspector", "reason": "离职"})
    assert done.status_code == 302
