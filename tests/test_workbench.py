"""The first page of each role, and the words every page owes its reader."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from app.notifications.models import OutboxMail
from tests.complaints.conftest import NINGBO, Line, line
from tests.corrective.test_corrective import Notices

__all__ = ["line"]
HEADER = re.compile(r'<div class="r-head">.*?</div>', re.S)


def text(as_role: Any, login: str, url: str = "/") -> str:
    return str(as_role(login, "en").get(url).get_data(as_text=True))


def panel(page: str, name: str) -> str:
    """One panel of the workbench; empty when the person has none of it."""
    found = re.search(rf'aria-labelledby="h-{name}".*?</section>', page, re.S)
    return found[0] if found else ""


def test_2_2_the_technician_finds_the_visits_of_today_and_tomorrow(line: Line, as_role: Any):
    near, far = line.at("disposed"), line.at("disposed")
    fields = {"technician": "technician", "kind": "technician", "co_workers": ["inspector"]}
    line.must("qc_manager", near, "assign", planned_on="2026-11-25", **fields)
    line.must("qc_manager", far, "assign", planned_on="2026-11-26", **fields)
    for login in ("technician", "inspector"):
        shown = panel(text(as_role, login), "visits")
        assert f"/complaint/show/{near}" in shown
        assert f"/complaint/show/{far}" not in shown
    assert "None at the moment." in panel(text(as_role, "technician2"), "visits")
    assert not panel(text(as_role, "sales"), "visits")


def test_2_1_qc_sees_which_department_owes_its_opinion(line: Line, as_role: Any):
    number = line.at("at_qc")
    line.must("qc", number, "consult", departments=["production"], question="which batch?")
    shown = panel(text(as_role, "qc"), "opinions")
    assert "Production" in shown
    assert not panel(text(as_role, "reception"), "opinions")
    asked = int(re.findall(r"/consultation/show/(\d+)", shown)[0])
    line.by("production_manager").post(f"consultation/{asked}/answer", {"opinion": "batch 12"})
    assert "None at the moment." in panel(text(as_role, "qc"), "opinions")


def test_2_6_qc_sees_the_notices_that_missed_their_deadline(line: Line, as_role: Any, at: Any):
    number = Notices(line).at("issued")
    assert "None at the moment." in panel(text(as_role, "qc"), "notices")
    at("2026-11-27 10:00")
    assert f"/corrective_action/show/{number}" in panel(text(as_role, "qc"), "notices")


def test_managers_read_twelve_months_with_the_punctuality_of_the_visits(line: Line, as_role: Any):
    line.at("awaiting_confirmation", site_region=NINGBO)
    page = panel(text(as_role, "qc_manager"), "months")
    assert len(re.findall(r"<tr><td>20\d\d-\d\d</td>", page)) == 12
    assert re.search(r"<td>2026-11</td><td>1</td><td>0</td><td>100 % \(1/1\)</td>", page)
    assert "HT-850" in panel(text(as_role, "qc_manager"), "products")
    assert "Arrived on time" not in text(as_role, "reception")


def test_2_2_a_late_arrival_costs_punctuality_and_an_overdue_one_too(line: Line, as_role: Any, at: Any):
    late, open_late = (line.at("assigned", site_region=NINGBO) for _each in range(2))
    at("2026-11-28 09:00")
    line.must("technician", late, "arrive", late_reason="storm")
    assert open_late
    assert "0 % (0/2)" in panel(text(as_role, "qc_manager"), "months")


def test_2_6_managers_see_which_department_is_asked_most_to_mend_something(line: Line, as_role: Any):
    Notices(line).at("issued")
    assert "Production" in panel(text(as_role, "gm"), "departments")


def test_only_the_most_urgent_task_has_the_filled_button(line: Line, as_role: Any):
    for _each in range(3):
        line.register()
    todo = panel(text(as_role, "reception"), "todo")
    assert todo.count("btn btn-primary") == 1
    assert todo.count("/step/classify_quality") == 3


def test_a_stage_a_complaint_never_came_to_is_not_ticked_off(line: Line, as_role: Any):
    number = line.register()
    line.must("reception", number, "classify_non_quality", reason="delivery")
    line.must("reception", number, "negotiate", content="talked", satisfied=True)
    line.must("reception", number, "settle")
    beads = re.findall(r'<li class="(\w+)', text(as_role, "reception", f"/complaint/show/{number}").split("beads")[1])
    assert beads[:7] == ["done", "skip", "skip", "skip", "skip", "skip", "done"]


def test_the_badge_of_a_record_explains_its_deadline(line: Line, as_role: Any):
    number = line.at("handed_over")
    header = HEADER.search(text(as_role, "qc", f"/complaint/show/{number}"))
    assert header
    assert 'title="From 2026-11-24' in header[0]


def test_the_trail_begins_at_the_module(line: Line, as_role: Any):
    number = line.register()
    for url, begin in (
        (f"/complaint/show/{number}", "Complaint handling"),
        ("/complaint/list/", "Complaint handling"),
        ("/gm_report/list/", "Complaint handling"),
        ("/product_category/list/", "Customers and products"),
        ("/profile/", '<a href="/">Workbench</a>'),
    ):
        trail = re.search(r'<nav class="crumbs".*?</nav>', text(as_role, "qc_manager", url), re.S)
        assert trail, url
        assert begin in trail[0].split(" / ")[0], url


def test_the_list_tells_the_number_to_call_masked_for_those_who_only_read(line: Line, as_role: Any):
    line.register(contact_phone="13800001234")
    assert "tel:13800001234" in text(as_role, "reception", "/complaint/list/")
    page = text(as_role, "sales", "/complaint/list/")
    assert "138****1234" in page
    assert "13800001234" not in page


def test_a_warning_days_ahead_is_told_in_days(as_role: Any):
    assert "3 days before" in text(as_role, "leader", "/deadline_rule/list/?q=CAPA_DONE")


def test_a_mail_and_a_rule_are_called_by_words_not_codes(line: Line, as_role: Any, session: Any):
    line.register()
    number = session.scalars(select(OutboxMail.id)).first()
    page = text(as_role, "leader", f"/outbox/show/{number}")
    assert "complaint." not in re.sub(r"<[^>]*>", "", page)
    assert '<h1 class="p-h1">Acknowledgement of receipt</h1>' in text(as_role, "leader", "/deadline_rule/show/1")
