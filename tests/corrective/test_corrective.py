"""2.6 and 《改进控制》: notice, objection, cause, plan, evidence, verification by somebody else, recurrence."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from app.corrective.workflow import CORRECTIVE
from tests.complaints.conftest import DONE, LIFE, Line

# step: (from, to, by), as the process table says; "stays" for None
MANAGERS = "department_manager marketing_manager qc_manager reception_lead sales_manager"
TABLE = {
    "issue": ("draft", "issued", "qc_manager"),
    "acknowledge": ("issued", "analysing", MANAGERS),
    "object": ("issued", "disputed", MANAGERS),
    "uphold": ("disputed", "issued", "qc_manager"),
    "reassign_department": ("disputed", "issued", "qc_manager"),
    "analyse": ("analysing", None, f"{MANAGERS} technician inspector reception qc sales"),
    "plan": ("analysing", "planned", MANAGERS),
    "accept_plan": ("planned", "implementing", "qc"),
    "reject_plan": ("planned", "analysing", "qc"),
    "finish_action": ("implementing", None, f"{MANAGERS} technician inspector reception qc sales"),
    "finish": ("implementing", "done", MANAGERS),
    "verify": ("done", "depends", "qc"),
    "close": ("verified", "closed", "qc_manager"),
    "recur": ("verified closed", "analysing", ""),
    "void": ("draft issued disputed", "void", "qc_manager"),
}
PLAN = [
    {"type": "correction", "description": "rework the stock", "owner": "tech_manager", "due": "2026-12-01"},
    {"type": "corrective", "description": "new press gauge", "owner": "production_manager", "due": "2026-12-10"},
]
WHY = {"method": "five_why", "root_cause": "gauge worn out", "escape_cause": "no incoming check"}


def test_the_table_is_the_regulation_s():
    assert set(CORRECTIVE.step_names) == set(TABLE)
    for step, (source, target, by) in TABLE.items():
        rows = CORRECTIVE.rows(step)
        assert {str(state) for row in rows for state in row.source} == set(source.split())
        assert {"depends" if callable(row.target) else row.target for row in rows} == {target}
        assert {code for row in rows for code in row.granted_to} == set(by.split())


class Notices:
    """The corrective line, worked by REST as the person named."""

    def __init__(self, line: Line) -> None:
        self.line = line

    def draft(self, **fields: Any) -> int:
        head = {
            "responsible_department": "production",
            "problem": "bearing worn\nafter 100 h",
            "requirement": "no repeat",
            **fields,
        }
        answer = self.line.by("qc").post("corrective_action/", head)
        assert answer.status_code == 201, answer.json
        return int(answer.json["id"])

    def take(self, login: str, number: int, step: str, **fields: Any) -> Any:
        return self.line.by(login).post(f"corrective_action/{number}/{step}", fields)

    def must(self, login: str, number: int, step: str, **fields: Any) -> dict[str, Any]:
        answer = self.take(login, number, step, **fields)
        assert answer.status_code == 200, (step, answer.json)
        return dict(answer.json)

    def read(self, number: int) -> dict[str, Any]:
        return dict(self.line.by("auditor").get(f"corrective_action/{number}").json["result"])

    def clocks(self, number: int) -> dict[str, Any]:
        rows = self.line.by("auditor").get(f"corrective_action/{number}/deadlines").json
        return {row["rule"]: row for row in rows}

    def at(self, state: str, **fields: Any) -> int:
        """A fresh notice, worked to a state."""
        number = self.draft(**fields)
        for reached, steps in (
            ("draft", ()),
            ("issued", (("qc_manager", "issue", {}),)),
            ("analysing", (("production_manager", "acknowledge", {}),)),
            ("planned", (("production_manager", "analyse", WHY), ("production_manager", "plan", {"actions": PLAN}))),
            ("implementing", (("qc", "accept_plan", {}),)),
            ("done", ()),
        ):
            for login, step, data in steps:
                self.must(login, number, step, **data)
            if reached == "done":
                self.finish(number)
            if reached == state:
                return number
        raise AssertionError(state)

    def finish(self, number: int) -> None:
        for action in self.read(number)["actions"]:
            if action["done_at"] is None:
                self.must(action["owner"], number, "finish_action", action=action["id"], evidence="photo 12")
        self.must("production_manager", number, "finish")


def test_2_6b_the_notice_is_issued_by_another_person_and_must_be_acknowledged_in_a_working_day(line: Line):
    notices = Notices(line)
    number = notices.at("issued")
    assert notices.read(number)["owner"].startswith("user:")
    assert notices.clocks(number)["CAPA_ACK"]["due_at"] == "2026-11-26T00:00:00+08:00"
    assert notices.take("tech_manager", number, "acknowledge").status_code in (403, 404)
    assert notices.must("production_manager", number, "acknowledge")["state"] == "analysing"
    assert notices.clocks(number)["CAPA_ACK"]["status"] == "met"
    assert notices.clocks(number)["CAPA_PLAN"]["due_at"] == "2026-12-02T00:00:00+08:00"


def test_2_6b_an_objection_is_decided_by_the_qc_manager(line: Line):
    notices = Notices(line)
    number = notices.at("issued")
    assert notices.take("production_manager", number, "object").status_code == 422
    notices.must("production_manager", number, "object", reason="bought part")
    assert notices.clocks(number)["CAPA_OBJECTION"]["due_at"] == "2026-11-27T00:00:00+08:00"
    moved = notices.must("qc_manager", number, "reassign_department", reason="design", responsible_department="tech")
    assert moved["state"] == "issued"
    assert notices.read(number)["responsible_department"]["code"] == "tech"
    assert notices.take("production_manager", number, "acknowledge").status_code in (403, 404)
    notices.must("tech_manager", number, "object", reason="assembly")
    notices.must("qc_manager", number, "uphold", reason="drawing was wrong")
    assert notices.must("tech_manager", number, "acknowledge")["state"] == "analysing"


def test_2_6b_a_notice_goes_to_a_department_in_which_somebody_can_answer(line: Line):
    notices = Notices(line)
    number = notices.draft(responsible_department="finance")
    refused = notices.take("qc_manager", number, "issue")
    assert refused.status_code == 409
    assert "Nobody in Finance can answer" in refused.json["message"]
    number = notices.at("issued")
    notices.must("production_manager", number, "object", reason="invoice")
    refused = notices.take(
        "qc_manager", number, "reassign_department", reason="invoice", responsible_department="finance"
    )
    assert refused.status_code == 422
    assert "Nobody in Finance" in refused.json["message"]["responsible_department"][0]


def test_2_6c_no_plan_without_a_root_cause_and_a_corrective_action(line: Line):
    notices = Notices(line)
    number = notices.at("analysing")
    assert notices.take("production_manager", number, "plan", actions=PLAN).status_code == 409
    notices.must("production_manager", number, "analyse", **WHY)
    only_rework = notices.take("production_manager", number, "plan", actions=PLAN[:1])
    assert only_rework.status_code == 409
    for bad in ([], [{**PLAN[1], "owner": "nobody"}], [{**PLAN[1], "due": "soon"}], [{**PLAN[1], "due": "2020-01-01"}]):
        answer = notices.take("production_manager", number, "plan", actions=bad)
        assert answer.status_code == 422
        assert "actions" in answer.json["message"]
    assert notices.must("production_manager", number, "plan", actions=PLAN)["state"] == "planned"


def test_2_6c_qc_rejects_a_plan_with_a_reason_and_gets_another(line: Line):
    notices = Notices(line)
    number = notices.at("planned")
    assert notices.clocks(number)["CAPA_ACCEPT"]["due_at"] == "2026-11-27T00:00:00+08:00"
    assert notices.take("qc", number, "reject_plan").status_code == 422
    notices.must("qc", number, "reject_plan", reason="too thin")
    better = [*PLAN, {**PLAN[1], "type": "preventive", "description": "check all gauges"}]
    notices.must("production_manager", number, "plan", actions=better)
    assert len(notices.read(number)["actions"]) == 3


def test_2_6c_every_action_needs_evidence_from_its_owner_before_completion_is_reported(line: Line):
    notices = Notices(line)
    number = notices.at("implementing")
    assert notices.clocks(number)["CAPA_DONE"]["due_at"] == "2026-12-11T00:00:00+08:00"  # the plan's latest date
    rework, gauge = notices.read(number)["actions"]
    assert notices.take("production_manager", number, "finish").status_code == 409
    assert (
        notices.take("production_manager", number, "finish_action", action=rework["id"], evidence="x").status_code
        == 422
    )
    assert notices.take("tech_manager", number, "finish_action", action=rework["id"]).status_code == 422
    notices.must("tech_manager", number, "finish_action", action=rework["id"], evidence="list of 12 parts")
    assert notices.take("production_manager", number, "finish").status_code == 409
    notices.must("production_manager", number, "finish_action", action=gauge["id"], evidence="photo 7")
    assert notices.must("production_manager", number, "finish")["state"] == "done"


def test_2_6c_the_effect_is_verified_after_30_days_by_somebody_else(line: Line, at: Any):
    notices = Notices(line)
    number = notices.at("done")
    assert notices.clocks(number)["CAPA_VERIFY"]["due_at"] == "2026-12-25T00:00:00+08:00"
    result = {"result": "effective", "method": "无同类投诉", "sample": "抽检20件合格"}
    early = notices.take("qc", number, "verify", **result)
    assert early.status_code == 422
    assert set(early.json["message"]) == {"early_reason"}
    at("2026-12-24 10:00")
    assert notices.take("production_manager", number, "verify", **result).status_code == 403
    assert notices.must("qc", number, "verify", **result)["state"] == "verified"
    assert notices.must("qc_manager", number, "close")["state"] == "closed"


def test_2_6c_who_carried_out_an_action_never_verifies_it(line: Line, at: Any):
    notices = Notices(line)
    number = notices.at("analysing")
    notices.must("production_manager", number, "analyse", **WHY)
    notices.must("production_manager", number, "plan", actions=[{**PLAN[1], "owner": "qc"}])
    notices.must("qc", number, "accept_plan")
    notices.finish(number)
    result = {"result": "effective", "method": "m", "sample": "s", "early_reason": "urgent"}
    refused = notices.take("qc", number, "verify", **result)
    assert refused.status_code == 409
    assert notices.must("qc_manager", number, "verify", **result)["state"] == "verified"


def test_2_6c_an_ineffective_action_begins_the_next_round_and_the_third_goes_to_the_general_manager(line: Line):
    notices = Notices(line)
    number = notices.at("done")
    for turn in range(1, 4):
        done = notices.must("qc", number, "verify", result="not", method="m", sample="s", early_reason="seen at once")
        assert done["state"] == "analysing"
        assert notices.read(number)["round"] == turn + 1
        reports = line.by("gm").get("gm_report/").json["result"]
        assert len([row for row in reports if row["reason"] == "ineffective"]) == (turn == 3)
        assert notices.take("production_manager", number, "plan", actions=PLAN).status_code == 409  # a new cause first
        notices.must("production_manager", number, "analyse", **WHY)
        notices.must("production_manager", number, "plan", actions=PLAN)
        notices.must("qc", number, "accept_plan")
        notices.finish(number)


def own_quality(line: Line, **fields: Any) -> int:
    number = line.register(**fields)
    for _reached, steps in LIFE:
        for login, step, data in steps:
            extra = {"technician": "technician", "kind": "technician"} if step == "assign" else {}
            line.must(login, number, step, **({**data, **DONE} if step == "complete" else data), **extra)
    return number


def test_2_6_recurrence_watch_reopens_the_notice_and_tells_qc(line: Line, session: Any, at: Any):
    notices = Notices(line)
    first = own_quality(line, failure_mode="noise")
    number = notices.at("done", complaints=[first])
    at("2026-12-25 09:00")
    notices.must("qc", number, "verify", result="effective", method="m", sample="s")
    notices.must("qc_manager", number, "close")
    assert notices.read(number)["watch_until"] == "2027-06-23"
    at("2027-01-11 09:00")
    line.register(failure_mode="leak")
    line.register(failure_mode="noise", product=line.product("LX-200"))
    assert notices.read(number)["state"] == "closed"
    again = line.register(failure_mode="noise", customer=line.customer("宁波示例精密机械有限公司"))
    watched = notices.read(number)
    assert (watched["state"], watched["round"], watched["recurrences"]) == ("analysing", 2, 1)
    assert again in watched["complaints"]
    from sqlalchemy import text

    told = session.scalars(
        text(
            "SELECT u.username FROM outbox_mail m JOIN ab_user u ON u.id = m.user_id "
            "WHERE m.event = 'corrective_action.recur'"
        )
    ).all()
    assert {"qc", "qc_manager", "production_manager"} <= set(told)


def test_2_6_after_the_watch_window_a_new_complaint_reopens_nothing(line: Line, at: Any):
    notices = Notices(line)
    first = own_quality(line, failure_mode="noise")
    number = notices.at("done", complaints=[first])
    notices.must("qc", number, "verify", result="effective", method="m", sample="s", early_reason="r")
    at("2027-06-01 09:00")
    line.register(failure_mode="noise")
    assert notices.read(number)["state"] == "verified"


def test_2_6_an_invisible_notice_does_not_exist_and_a_technician_sees_what_he_carries_out(line: Line):
    notices = Notices(line)
    number = notices.at("analysing")
    assert line.by("technician").get(f"corrective_action/{number}").status_code == 404
    notices.must("production_manager", number, "analyse", **WHY)
    notices.must("production_manager", number, "plan", actions=[{**PLAN[1], "owner": "technician"}])
    notices.must("qc", number, "accept_plan")
    assert line.by("technician").get(f"corrective_action/{number}").status_code == 200
    action = notices.read(number)["actions"][0]["id"]
    notices.must("technician", number, "finish_action", action=action, evidence="done")


def test_the_whole_notice_is_worked_in_the_browser(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.at("issued")
    manager = as_role("production_manager", "zh")
    assert manager.step(number, "acknowledge", kind="corrective_action").status_code == 204
    assert manager.step(number, "analyse", kind="corrective_action", **WHY).status_code == 204
    typed = {f"actions-0-{name}": value for name, value in PLAN[1].items()}
    wrong = manager.step(number, "plan", kind="corrective_action", **{**typed, "actions-0-due": "tomorrow"})
    assert wrong.status_code == 422
    assert "new press gauge" in wrong.get_data(as_text=True)
    assert manager.step(number, "plan", kind="corrective_action", **typed).status_code == 204
    as_role("qc", "zh").step(number, "accept_plan", kind="corrective_action")
    dialog = manager.get(f"/corrective_action/{number}/step/finish_action").get_data(as_text=True)
    assert "new press gauge" in dialog
    action = notices.read(number)["actions"][0]["id"]
    done = manager.step(number, "finish_action", kind="corrective_action", action=str(action), evidence="照片")
    assert done.status_code == 204


def test_2_6_a_notice_says_what_is_demanded_before_it_is_issued(line: Line, session: Any, as_role: Any):
    head = {"responsible_department": "production", "problem": "bearing worn"}
    notices = Notices(line)
    refused = notices.line.by("qc").post("corrective_action/", head)
    assert refused.status_code == 422 and set(refused.json["message"]) == {"requirement"}
    assert as_role("qc").post("/corrective_action/add", head).status_code == 422
    number = notices.draft()
    session.execute(sa.text("UPDATE corrective_action SET requirement = NULL WHERE id = :n"), {"n": number})
    session.commit()
    old = notices.line.by("qc_manager").post(f"corrective_action/{number}/issue")
    assert old.status_code == 409 and "Requirement" in old.json["message"]


def test_2_6_who_alone_could_issue_a_notice_does_not_write_it(line: Line, session):
    """One drafts, another issues: a notice only its author could issue would wait for nobody."""
    made = {"problem": "轴承间隙超差", "requirement": "查明原因", "responsible_department": "production"}
    refused = line.by("qc_manager").post("corrective_action/", made)
    assert refused.status_code == 409 and "Quality Control" in refused.json["message"]
    assert line.by("qc").post("corrective_action/", made).status_code == 201
