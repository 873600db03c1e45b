"""2.6: the sheets of 5 Why, fishbone and 8D; the head of a draft; complaints linked and unlinked later."""

from __future__ import annotations

import html
from typing import Any

from tests.complaints.conftest import Line

from .test_corrective import PLAN, WHY, Notices, own_quality

WHYS = [{"why": "bearing too hot"}, {"why": "preload too low"}, {"why": "gauge worn out"}]


def put(line: Line, login: str, number: int, **fields: Any) -> Any:
    return line.by(login).put(
        f"corrective_action/{number}", fields, headers={"If-Match": str(Notices(line).read(number)["version"])}
    )


def test_2_6c_each_method_of_analysis_has_its_own_sheet(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.at("analysing")
    manager = as_role("production_manager", "zh")
    dialog = manager.get(f"/corrective_action/{number}/step/analyse").get_data(as_text=True)
    for words in (
        "whys-4-why",
        "branches-5-branch",
        "disciplines-7-discipline",
        "D8 小组表彰",
        'data-when="method:fishbone"',
    ):
        assert words in dialog
    typed = {f"whys-{row}-why": text["why"] for row, text in enumerate(WHYS)}
    offered = {"branches-0-branch": "machine"}  # what the dialog offers of another method is not kept
    assert manager.step(number, "analyse", kind="corrective_action", **{**WHY, **typed, **offered}).status_code == 204
    assert notices.read(number)["analyses"][0]["steps"] == WHYS
    fish = [{"branch": "machine", "cause": "press gauge"}, {"branch": "man", "cause": ""}]
    notices.must("production_manager", number, "analyse", **{**WHY, "method": "fishbone", "branches": fish})
    assert notices.read(number)["analyses"][1]["steps"] == fish[:1]
    page = manager.get(f"/corrective_action/show/{number}").get_data(as_text=True)
    assert "<ol><li>bearing too hot</li>" in page and "机器: press gauge" in page
    wrong = notices.take("production_manager", number, "analyse", **{**WHY, "branches": [{"branch": "moon"}]})
    assert wrong.status_code == 422 and set(wrong.json["message"]) == {"branches"}


def test_2_6b_the_head_of_a_draft_is_corrected_and_an_issued_one_is_not(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.draft()
    assert put(line, "qc", number, problem="bearing worn after 90 h").status_code == 200
    assert notices.read(number)["title"] == "bearing worn after 90 h"
    assert put(line, "production_manager", number, problem="nothing").status_code in (403, 404, 409)
    notices.must("qc_manager", number, "issue")
    refused = put(line, "qc", number, problem="something else")
    assert refused.status_code == 422 and set(refused.json["message"]) == {"problem"}
    assert notices.read(number)["problem"] == "bearing worn after 90 h"
    dialog = as_role("qc", "zh").get(f"/corrective_action/{number}/correct").get_data(as_text=True)
    assert "bearing worn after 90 h" in dialog


def test_2_6_a_second_complaint_is_linked_to_an_issued_notice_and_may_then_be_closed(line: Line):
    notices = Notices(line)
    first, second = own_quality(line), own_quality(line, subject="again")
    number = notices.at("issued", complaints=[first])
    assert line.take("qc_manager", second, "close").status_code == 409
    assert put(line, "qc", number, complaints=[first, second]).status_code == 200
    assert line.deadlines(second, "CAPA_ISSUE")[0]["status"] == "met"
    line.must("qc_manager", second, "close")
    stays = put(line, "qc", number, complaints=[first])
    assert stays.status_code == 422 and "complaints" in stays.json["message"]
    assert put(line, "qc", number, complaints=[second]).status_code == 200
    assert notices.read(number)["complaints"] == [second]
    assert line.take("qc_manager", first, "close").status_code == 409


def test_2_6c_who_stood_in_for_an_owner_does_not_verify(line: Line, session: Any):
    from datetime import date

    from app.organisation.models import EmployeeProfile

    notices = Notices(line)
    number = notices.at("analysing")
    notices.must("production_manager", number, "analyse", **WHY)
    notices.must("production_manager", number, "plan", actions=[{**PLAN[1], "owner": "technician"}])
    notices.must("qc", number, "accept_plan")
    people = {row.user.username: row for row in session.query(EmployeeProfile)}
    absent = people["technician"]
    absent.absent_from, absent.absent_to = date(2026, 11, 1), date(2026, 12, 31)
    absent.deputy_id = people["qc"].user_id
    session.commit()
    action = notices.read(number)["actions"][0]["id"]
    notices.must("qc", number, "finish_action", action=action, evidence="photo 3")
    notices.must("production_manager", number, "finish")
    result = {"result": "effective", "method": "m", "sample": "s", "early_reason": "urgent"}
    assert notices.take("qc", number, "verify", **result).status_code == 409
    assert notices.must("qc_manager", number, "verify", **result)["state"] == "verified"


def test_2_6_from_our_own_quality_problem_a_link_leads_to_the_notice(line: Line, as_role: Any):
    number = own_quality(line)
    qc = as_role("qc", "zh")
    page = qc.get(f"/complaint/show/{number}").get_data(as_text=True)
    link = html.unescape(page.partition('href="/corrective_action/add?')[2].partition('"')[0])
    form = qc.get(f"/corrective_action/add?{link}").get_data(as_text=True)
    assert "主轴高速异响" in form and line.read(number)["number"] in form
    Notices(line).at("issued", complaints=[number])
    assert "/corrective_action/add?" not in qc.get(f"/complaint/show/{number}").get_data(as_text=True)
