"""A complaint's fields and those of its parts are called as the administrator says, and asked as the company does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.customers.models import FailureMode

from .conftest import DONE, Line

DRAFT = {"analysis": "轴承磨损", "opinion": "更换轴承", "needs_site_visit": True}


@pytest.fixture
def called(rest: Any) -> Callable[..., Any]:
    """called("severity", "Weight") gives a field another name."""

    def rename(field: str, word: str, thing: str = "Complaint") -> Any:
        label = {"thing": thing, "field": field, "label_zh": f"{word}（中）", "label_en": word}
        answer = rest("admin").post("label/", label)
        assert answer.status_code == 201, answer.json
        return answer

    return rename


def steps_of(line: Line, login: str, number: int) -> dict[str, Any]:
    return {step["name"]: step for step in line.by(login).get(f"complaint/{number}/steps").json}


def test_a_fact_of_the_head_is_called_so_in_form_card_history_and_list(line: Line, as_role: Any, called: Any):
    number, desk = line.register(severity="minor"), as_role("reception")
    called("severity", "Weight of it")
    called("product", "Machine type")
    version = line.read(number)["version"]
    line.by("reception").put(f"complaint/{number}", {"severity": "serious"}, headers={"If-Match": str(version)})
    for address in ("/complaint/add", f"/complaint/{number}/correct", f"/complaint/show/{number}"):
        page = desk.get(address).text
        assert "Weight of it" in page and "Severity" not in page, address
    assert desk.get(f"/complaint/show/{number}").text.count("Weight of it") == 2  # on the card and in the timeline
    assert "Machine type" in desk.get("/complaint/list/").text
    assert "Machine type" in as_role("gm").get("/complaint/export.csv").get_data(as_text=True)
    assert "Machine type（中）" in as_role("reception", "zh").get("/complaint/list/").text


def test_a_fact_of_a_part_is_called_so_in_dialog_schema_card_and_history(line: Line, as_role: Any, called: Any):
    number, qc = line.at("at_qc"), as_role("qc")
    called("opinion", "What is to be done")
    assert steps_of(line, "qc", number)["draft_disposition"]["fields"]["properties"]["opinion"]["title"] == (
        "What is to be done"
    )
    assert "What is to be done" in qc.get(f"/complaint/{number}/step/draft_disposition").text
    line.must("qc", number, "draft_disposition", **DRAFT)
    assert qc.get(f"/complaint/show/{number}").text.count("What is to be done") == 2


def test_a_part_s_fact_no_form_asks_has_a_name_too(line: Line, as_role: Any, called: Any):
    number = line.at("assigned")
    called("zone", "How far away")
    assert "How far away" in as_role("qc").get(f"/complaint/show/{number}").text


def test_a_part_s_fact_is_named_with_its_complaint_whichever_of_the_two_is_said(line: Line, called: Any):
    answer = called("work_done", "What was done", thing="SiteService")
    assert answer.json["result"]["thing"] == "Complaint"
    number = line.at("on_site")
    asked = steps_of(line, "technician", number)["complete"]["fields"]["properties"]
    assert asked["work_done"]["title"] == "What was done"


def test_a_name_is_text_whatever_signs_it_holds(line: Line, as_role: Any, called: Any):
    number = line.register(severity="minor")
    called("severity", "<script>x()</script>")
    for address in ("/complaint/add", f"/complaint/show/{number}"):
        page = as_role("reception").get(address).text
        assert "<script>x()" not in page and "&lt;script&gt;x()" in page, address


def test_a_rule_of_a_fact_holds_in_its_step_and_in_the_receipt(line: Line, rest: Any):
    number, admin = line.at("at_qc"), rest("admin")
    for place, field in (("draft_disposition", "containment"), ("create", "severity")):
        rule = {"kind": "complaint", "asked_in": place, "field": field, "required": True}
        assert admin.post("field_rule/", rule).status_code == 201
    refused = line.take("qc", number, "draft_disposition", **DRAFT)
    assert refused.status_code == 422 and set(refused.json["message"]) == {"containment"}
    line.must("qc", number, "draft_disposition", **DRAFT, containment="停用")
    without = line.by("reception").post("complaint/", line.slip())
    assert without.status_code == 422 and set(without.json["message"]) == {"severity"}


def test_a_step_that_leaves_the_failure_mode_empty_leaves_what_is_known(line: Line, session: Session):
    number = line.at("at_qc")
    mode = session.scalars(select(FailureMode.id)).first()
    line.must("qc", number, "draft_disposition", **DRAFT, failure_mode=mode)
    line.must("qc", number, "draft_disposition", **DRAFT)
    assert line.read(number)["failure_mode"] == mode


def test_lists_are_filtered_by_the_names_that_answers_use_and_by_nothing_hidden(line: Line):
    number, api = line.register(severity="minor", serial_no="SN-77"), line.by("qc")
    told = line.read(number)
    for name in ("serial_no", "severity", "product", "site_region", "received_at", "owner", "round", "nature"):
        value = told[name] if isinstance(told[name], int) else f"'{told[name]}'"
        found = api.get(f"complaint/?q=(filters:!((col:{name},opr:eq,value:{value})))")
        assert found.status_code == 200 and number in found.json["ids"], (name, found.json)
    for hidden in ("contact_phone", "withdrawal_reason", "received_by_id"):
        assert api.get(f"complaint/?q=(filters:!((col:{hidden},opr:eq,value:x)))").status_code == 400, hidden


def test_work_is_told_by_its_facts_and_seen_with_its_complaint(line: Line):
    number = line.at("on_site")
    line.must("technician", number, "complete", **DONE, hours="1.5")
    rows = line.by("qc").get(f"site_service/?q=(filters:!((col:complaint_id,opr:eq,value:{number})))").json["result"]
    assert [(row["work_done"], row["hours"], row["remote"]) for row in rows] == [(DONE["work_done"], "1.50", False)]
    assert line.by("technician2").get("site_service/").json["count"] == 0
