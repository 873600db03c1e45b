"""Somebody leaves: an administrator gives all open work to others; finished work stays where it was."""

from __future__ import annotations

from typing import Any

from tests.complaints.conftest import Line, line
from tests.corrective.test_corrective import PLAN, WHY, Notices

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
    head = {"responsible_department": "production", "problem": "x", "requirement": "no repeat"}
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
    chosen = {"to": "inspector", "reason": "离职"}
    asked = as_role("admin", "zh").post(f"/employee/hand_over/{number}", chosen)
    assert asked.status_code == 200 and "这样对吗" in asked.get_data(as_text=True)
    assert line.by("inspector").get("complaint/").json["count"] == 0  # nothing is given before it is confirmed
    done = as_role("admin", "zh").post(f"/employee/hand_over/{number}", {**chosen, "confirmed": "yes"})
    assert done.status_code == 302
    assert line.by("inspector").get("complaint/").json["count"] == 1


def hand(line: Line, login: str, **fields: Any) -> Any:
    return line.by("admin").post(f"employee/{user(line, login)}/hand_over", {"reason": "leaves", **fields})


def test_who_received_a_complaint_stays_on_the_form(line: Line, as_role: Any):
    slip = line.register()
    before = as_role("auditor", "zh").get(f"/complaint/{slip}/print/complaint_record").get_data(as_text=True)
    assert hand(line, "reception", to="reception_lead").status_code == 200
    assert line.read(slip)["owner"] == f"user:{user(line, 'reception_lead')}"
    after = as_role("auditor", "zh").get(f"/complaint/{slip}/print/complaint_record").get_data(as_text=True)
    receiver = before.partition("<th>接待人</th><td>")[2].partition("</td>")[0]
    assert receiver and after.partition("<th>接待人</th><td>")[2].partition("</td>")[0] == receiver


def test_a_co_workers_visit_and_an_action_not_yet_accepted_go_along(line: Line, session: Any):
    number = line.at("disposed")
    sent = {
        "technician": "technician",
        "kind": "technician",
        "co_workers": ["technician2"],
        "override_reason": "learns",
    }
    line.must("qc_manager", number, "assign", **sent)
    notices = Notices(line)
    notice = notices.at("analysing")
    notices.must("production_manager", notice, "analyse", **WHY)
    notices.must("production_manager", notice, "plan", actions=[{**PLAN[1], "owner": "technician2"}])
    assert hand(line, "technician2", to="inspector").status_code == 200
    assert notices.read(notice)["actions"][0]["owner"] == "inspector"
    line.must("inspector", number, "accept")
    line.must("inspector", number, "arrive")
    refused = line.take("technician2", number, "complete")
    assert refused.status_code in (403, 404)


def test_each_kind_of_work_may_go_to_somebody_else_who_can_do_it(line: Line):
    visit = line.at("assigned")
    notices = Notices(line)
    notice = notices.at("analysing")
    notices.must("production_manager", notice, "analyse", **WHY)
    notices.must("production_manager", notice, "plan", actions=[{**PLAN[1], "owner": "technician"}])
    unable = hand(line, "technician", to="tech_manager")  # not somebody who is sent to customers
    assert unable.status_code == 422 and "to" in unable.json["message"]
    unable = hand(line, "technician", to="tech_manager", to_visits="reception")
    assert unable.status_code == 422 and set(unable.json["message"]) == {"to_visits"}
    assert hand(line, "technician", to="tech_manager", to_visits="inspector").status_code == 200
    assert line.read(visit)["owner"] == f"user:{user(line, 'inspector')}"
    assert notices.read(notice)["actions"][0]["owner"] == "tech_manager"


def test_an_instruction_and_a_consultation_go_to_the_departments_new_manager(line: Line):
    number = line.at("at_qc")
    line.must("qc", number, "consult", departments=["production"])
    line.must("qc", number, "mark_major", criteria=["safety"])
    report = line.by("gm").get("gm_report/").json["result"][0]["id"]
    line.by("sales_manager").post(f"gm_report/{report}/report", {"summary": "x", "measures": "y"})
    line.by("gm").post(f"gm_report/{report}/instruct", {"text": "stop", "department": "production"})
    assert hand(line, "production_manager", to="tech_manager").status_code == 200
    new = f"user:{user(line, 'tech_manager')}"
    asked = line.by("auditor").get("consultation/").json["result"][0]
    assert {asked["owner"], line.by("gm").get(f"gm_report/{report}").json["result"]["owner"]} == {new}
    history = line.by("auditor").get(f"gm_report/{report}/history").json
    assert [row["comment"] for row in history if row["step"] == "hand_work"] == ["leaves"]


def test_2_3_visits_go_to_somebody_competent_or_with_the_reason_why_not(line: Line, as_role: Any):
    visit, gone = line.at("assigned"), user(line, "technician")
    refused = hand(line, "technician", to="technician2")
    assert refused.status_code == 422, refused.json
    assert "2.3" in refused.json["message"]["to"][0]
    assert line.read(visit)["owner"] == f"user:{gone}"
    page = as_role("admin", "en").get(f"/employee/hand_over/{gone}").get_data(as_text=True)
    competent = page.partition("Who is competent")[2].partition("</table>")[0]
    assert ">competent<" in competent and "not competent" in competent
    chosen = {"to": "inspector", "to_visits": "technician2", "reason": "leaves"}
    asked = as_role("admin", "en").post(f"/employee/hand_over/{gone}", {**chosen, "confirmed": "yes"})
    assert asked.status_code == 422 and "no valid competence" in asked.get_data(as_text=True)
    reason = {"override_reason": "the only one near"}
    done = as_role("admin", "en").post(f"/employee/hand_over/{gone}", {**chosen, **reason, "confirmed": "yes"})
    assert done.status_code == 302
    sent = line.by("auditor").get(f"assignment/?q=(filters:!((col:complaint_id,opr:eq,value:{visit})))")
    row = sent.json["result"][-1]
    assert (row["technician"], row["override_reason"]) == ("technician2", "the only one near")
    assert row["missing_competence"]
    history = line.by("auditor").get(f"complaint/{visit}/history").json
    told = [item["changes"].get("override_reason") for item in history if item["step"] == "hand_work"]
    assert [None, "the only one near"] in told


def test_2_3_a_co_worker_who_takes_over_needs_the_competence_too(line: Line):
    number = line.at("disposed")
    sent = {"technician": "technician", "kind": "technician", "co_workers": ["inspector"]}
    line.must("qc_manager", number, "assign", **sent)
    assert hand(line, "inspector", to="technician2").status_code == 422
    assert hand(line, "inspector", to="technician2", override_reason="learns").status_code == 200
    line.must("technician2", number, "accept")
