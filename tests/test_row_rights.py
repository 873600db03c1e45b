"""Nobody reads of a record that is not theirs to see: neither beside the work list nor while typing a slip."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from app.demo.staff import PEOPLE
from tests.complaints.conftest import Line, line
from tests.corrective.test_corrective import Notices

__all__ = ["line"]
LINK = re.compile(r'href="/(complaint|consultation|corrective_action|gm_report)/show/(\d+)"')
SEE_ALL = sa.text(
    "DELETE FROM ab_permission_view_role WHERE permission_view_id IN (SELECT pv.id FROM ab_permission_view pv "
    "JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id "
    "WHERE p.name = 'see_all' AND v.name IN ('Complaint', 'Consultation', 'CorrectiveAction'))"
)
LOGINS = [row[0] for row in PEOPLE]


@pytest.fixture
def busy(line: Line, at: Any) -> Line:
    """A major complaint at QC, a department that owes its opinion, an overdue notice, a visit, a finished one."""
    asked = line.at("at_qc")
    line.must("qc", asked, "mark_major", criteria=["safety"])
    line.must("qc", asked, "consult", departments=["production"], question="which batch?")
    line.at("assigned")
    Notices(line).at("issued")
    at("2026-11-27 10:00")
    return line


@pytest.fixture(params=["as seeded", "see_all withdrawn"])
def rights(request: pytest.FixtureRequest, busy: Line, session: Session) -> str:
    """The rights as seeded, and as an administrator may narrow them."""
    if request.param != "as seeded":
        session.execute(SEE_ALL)
        session.commit()
    return str(request.param)


def test_every_record_named_on_the_first_page_may_be_opened(rights: str, as_role: Any):
    closed = []
    for login in LOGINS:
        person = as_role(login)
        named = set(LINK.findall(person.get("/").text))
        closed += [(login, *each) for each in named if person.get("/{}/show/{}".format(*each)).status_code != 200]
    assert closed == []


def test_the_first_page_of_qc_still_names_what_it_may_see(busy: Line, as_role: Any):
    named = {kind for kind, _number in LINK.findall(as_role("qc_manager").get("/").text)}
    assert {"complaint", "consultation", "corrective_action"} <= named


def test_the_hints_while_typing_name_only_what_may_be_opened(rights: str, busy: Line, as_role: Any):
    found = {}
    for login in LOGINS:
        person = as_role(login)
        page = person.get(f"/complaint/similar?customer={busy.customer()}")
        named = {each for each in LINK.findall(page.text) if each[0] == "complaint"}
        assert all(person.get("/{}/show/{}".format(*each)).status_code == 200 for each in named), login
        found[login] = len(named)
    assert found["technician"] == found["admin"] == 0, "they register nothing"
    assert (found["reception"] > 0) is (rights == "as seeded")


def test_an_earlier_complaint_of_somebody_elses_is_a_number_not_a_story(busy: Line, as_role: Any, session: Session):
    first = busy.at("received", subject="hydraulics burst", contact_name="somebody")
    second = busy.at("assigned", subject="again", recurrence_of=first)
    page = as_role("technician").get(f"/complaint/show/{second}").text
    assert busy.read(first)["number"] in page
    assert "hydraulics burst" not in page
    assert f"/complaint/show/{first}" not in page
