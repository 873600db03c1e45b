"""One step for many records: every rule is asked of each of them, and who is refused does not hold up the others."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.models import Assignment
from app.complaints.views import ComplaintPages
from app.core.time import clock
from app.organisation.models import EmployeeProfile

from .conftest import HONGKONG, Line

FRAGMENT = {"X-Fragment": "1"}
PLAN = {"solution_plan": "repair on site"}


def merged(line: Line, state: str) -> int:
    number = line.at(state)
    line.must("qc", number, "merge", into=line.register())
    return number


def slips(line: Line) -> tuple[list[int], dict[int, str]]:
    """Two that may be handed over, and for each rule of 2.1 one that may not, with a word of its sentence."""
    fax = line.register(channel="fax")
    line.must("reception", fax, "classify_quality", **PLAN)
    photo = line.register(channel="letter")
    line.attach("reception", photo, "photo")
    line.must("reception", photo, "classify_quality", **PLAN)
    letter = line.register(channel="letter")
    line.attach("reception", letter, "letter")
    line.must("reception", letter, "classify_quality", **PLAN)
    late = line.register(received_at="2026-11-23T16:00:00+08:00")
    line.must("reception", late, "classify_quality", **PLAN)
    refused = {
        fax: "Attach the scan of the letter or fax first",
        photo: "Attach the scan of the letter or fax first",
        late: "This is past its deadline: give the reason.",
        line.register(): "is not possible now",
        line.at("at_qc"): "is not possible now",
        merged(line, "pending_qc"): "is not possible now",
    }
    return [line.at("pending_qc"), letter], refused


def visits(line: Line) -> tuple[list[int], dict[int, str]]:
    """The same for the sending of 2.2 and 2.3, where technician2 is competent for nothing."""
    competence = "Without a valid competence: 赵国庆"
    refused = {
        line.at("disposed"): competence,
        line.at("disposed", product=line.product("LX-200")): competence,
        line.at("disposed", product=None, site_region=HONGKONG): "Required for this region.",
        line.at("at_qc"): "is not possible now",
        line.at("assigned"): "is not possible now",
        merged(line, "disposed"): "is not possible now",
    }
    return [line.at("disposed", product=None), line.at("disposed", product=None)], refused


BULKS: dict[str, tuple[Any, str, dict[str, str], str]] = {
    "hand_over": (slips, "reception", {}, "handed_over"),
    "assign": (visits, "qc_manager", {"technician": "technician2"}, "assigned"),
}


def told(page: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", page))


def test_every_bulk_step_is_tried_here():
    assert set(BULKS) == set(ComplaintPages.bulk)


@pytest.mark.parametrize("step", BULKS)
def test_each_is_refused_with_its_own_sentence_and_the_others_go_through(step: str, line: Line, as_role: Any):
    made, login, fields, target = BULKS[step]
    good, refused = made(line)
    before = {number: line.read(number) for number in refused}
    answer = as_role(login).post(
        f"/complaint/bulk/{step}", {"rowid": [*refused, *good], "go": "1", **fields}, follow_redirects=True
    )
    assert [line.read(number)["state"] for number in good] == [target, target]
    page = told(answer.text)
    assert "done for 2 records" in page
    for number, sentence in refused.items():
        row = before[number]
        assert re.search(re.escape(row["number"]) + r": [^:]*" + re.escape(sentence), page), (number, sentence)
        now = line.read(number)
        assert (now["state"], now["version"]) == (row["state"], row["version"])


@pytest.mark.parametrize("step", BULKS)
def test_the_dialog_names_those_that_cannot_go_before_anything_is_typed(step: str, line: Line, as_role: Any):
    made, login, _fields, _target = BULKS[step]
    good, refused = made(line)
    page = told(as_role(login).post(f"/complaint/bulk/{step}", {"rowid": [*good, *refused]}, headers=FRAGMENT).text)
    for number, sentence in refused.items():
        if sentence.startswith(("is not possible", "Attach")):
            assert sentence in page
        assert line.read(number)["number"] in page


def test_2_3_the_reason_for_an_exception_is_written_on_each_that_needs_it(line: Line, as_role: Any, session: Session):
    lacking, free = line.at("disposed"), line.at("disposed", product=None)
    sent = {"rowid": [lacking, free], "go": "1", "technician": "technician2", "override_reason": "learns it"}
    as_role("qc_manager").post("/complaint/bulk/assign", sent)
    rows = {row.complaint_id: row for row in session.scalars(select(Assignment))}
    assert "CNC electrics" in rows[lacking].missing_competence
    assert rows[lacking].override_reason == "learns it"
    assert (rows[free].missing_competence, rows[free].override_reason) == (None, None)


def test_2_3_a_deputy_sends_nobody_the_qc_manager_could_not(line: Line, as_role: Any, session: Session):
    number = line.at("disposed")
    people = {row.user.username: row for row in session.scalars(select(EmployeeProfile))}
    manager = people["qc_manager"]
    manager.absent_from, manager.absent_to = clock.today(), clock.today() + timedelta(days=1)
    manager.deputy_id = session.scalars(select(User.id).where(User.username == "leader")).one()
    session.commit()
    sent = {"rowid": [number], "go": "1", "technician": "technician2"}
    answer = as_role("leader").post("/complaint/bulk/assign", sent, follow_redirects=True)
    assert "Without a valid competence" in told(answer.text)
    assert line.read(number)["state"] == "disposed"
