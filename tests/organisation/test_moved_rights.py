"""A step given to another function takes the open records along: told before, moved at once, mailed once."""

from __future__ import annotations

import html
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from app.core.process import moving
from app.core.process.also_waiting import Awaited
from app.core.process.turns import Function
from app.core.process.workflow import WORKFLOWS
from app.core.record.audit import faults
from app.core.record.records import Record
from app.extensions import db
from app.health import problems
from app.notifications.engine import run_once
from tests.complaints.conftest import DONE, Line, line
from tests.core.test_whose_turn import confirmed, tab_of, told, words
from tests.organisation.test_access import Matrix, role_of

__all__ = ["line"]
STEPS = "complaints.steps"
HAND_OVER = "hand_over|Complaint"


def ticks(session: Any, right: str, *codes: str) -> set[str]:
    return {f"{role_of(session, code)}|{right}" for code in codes}


def without(page: Matrix, right: str) -> set[str]:
    return {tick for tick in page.on if not tick.endswith(f"|{right}")}


def turns(session: Any, *numbers: int) -> set[str]:
    session.rollback()
    return {words(session, owner) for owner in session.scalars(select(Record.owner).where(Record.id.in_(numbers)))}


def waits(as_role: Any, login: str, number: int) -> bool:
    return f"/complaint/show/{number}" in as_role(login).get("/work/").text


def test_as_long_as_the_function_of_the_process_holds_the_step_whoever_gets_it_too_is_not_flooded(
    line: Line, as_role: Any, session: Any, app: Flask
):
    number = line.at("pending_qc")
    run_once(app)
    page = Matrix(as_role("admin"), STEPS)
    page.on |= ticks(session, HAND_OVER, "auditor")
    assert page.save().status_code == 302  # nothing moves: nothing is asked
    run_once(app)
    assert turns(session, number) == {"the function reception"}
    assert not waits(as_role, "auditor", number) and told(session) == {}
    assert f"/complaint/{number}/step/hand_over" in as_role("auditor").get(f"/complaint/show/{number}").text


def test_of_several_functions_the_first_owns_and_the_others_are_awaited(
    line: Line, as_role: Any, session: Any, app: Flask
):
    number = line.at("pending_qc")
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, HAND_OVER) | ticks(session, HAND_OVER, "leader", "auditor")
    confirmed(page)
    run_once(app)
    assert turns(session, number) == {"the function leader"}
    assert waits(as_role, "leader", number) and waits(as_role, "auditor", number)
    assert told(session) == {"leader": 1, "auditor": 1}
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, HAND_OVER) | ticks(session, HAND_OVER, "reception")
    confirmed(page)
    run_once(app)
    assert turns(session, number) == {"the function reception"} and not waits(as_role, "auditor", number)
    assert session.scalar(select(func.count()).select_from(Awaited)) == 0


def test_a_step_nobody_holds_waits_for_the_departments_manager_and_the_administrator_is_told(
    line: Line, as_role: Any, session: Any, app: Flask
):
    slip, draft = line.at("pending_qc"), line.at("drafted")
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, HAND_OVER) - ticks(session, "issue_disposition|Complaint", "qc_manager")
    before = page.save().text
    assert "Nobody there could take “Hand over to QC (2.1)” any more." in before
    assert "waits for the department's manager or the Leader" in html.unescape(before)
    assert "1 from Reception to 陈洁" in before
    assert turns(session, slip) == {"the function reception"}  # not saved yet
    confirmed(page)
    run_once(app)
    assert turns(session, slip) == {"reception_lead"} and waits(as_role, "reception_lead", slip)
    assert turns(session, draft) == {"the function leader"}  # no department carries the QC manager's function
    assert "Nobody can take “Hand over to QC (2.1)”" in as_role("admin").get("/access/").text
    with app.app_context():
        said = [sentence for sentence in problems() if "Nobody can take" in sentence]
    assert len(said) == 2 and "hand_over (complaint, pending_qc: 1 open records)" in said[0]


def test_a_step_left_to_nobody_is_told_before_it_is_saved_also_when_no_record_waits(as_role: Any, session: Any):
    tab = tab_of(as_role("admin"), "close", "Complaint")
    page = Matrix(as_role("admin"), tab)
    page.on -= ticks(session, "close|Complaint", "qc_manager")
    before = page.save()
    assert before.status_code == 200 and "Nobody could take “Close (2.6)” (Customer complaints) any more" in before.text
    assert ticks(session, "close|Complaint", "qc_manager") <= Matrix(as_role("admin"), tab).on
    confirmed(page)
    assert not ticks(session, "close|Complaint", "qc_manager") & Matrix(as_role("admin"), tab).on


def test_what_goes_is_told_also_when_the_first_of_its_turn_stays(line: Line, as_role: Any, session: Any, app: Flask):
    """Drafting stays with the function, issuing leaves it: both were its turn, in one state."""
    stays, goes = line.at("at_qc"), line.at("drafted")
    right = "issue_disposition|Complaint"
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, right) | ticks(session, right, "qc")
    assert "“At QC”: 1 from QC manager to QC." in confirmed(page)
    run_once(app)
    assert turns(session, stays, goes) == {"the function qc"}
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, right) | ticks(session, right, "qc_manager")
    assert "“At QC”: 1 from QC to QC manager." in confirmed(page)


def test_what_is_confirmed_is_what_was_told(line: Line, as_role: Any, session: Any):
    line.at("pending_qc")
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, HAND_OVER) | ticks(session, HAND_OVER, "leader")
    before = page.save()
    line.at("pending_qc")
    seal = before.text.partition('name="moves" value="')[2][:16]
    again = page.save(moves=seal)
    assert again.status_code == 200 and "This moves 2 open records" in again.text


@pytest.mark.parametrize("slice_", [2, 500])
def test_named_persons_records_follow_in_slices_and_the_mail_comes_once(
    line: Line, as_role: Any, session: Any, app: Flask, monkeypatch: pytest.MonkeyPatch, slice_: int
):
    monkeypatch.setattr(moving, "SLICE", slice_)
    numbers = [line.at("disposed") for _each in range(3)]
    for number in numbers:
        line.must("qc_manager", number, "assign", technician="technician", kind="technician", co_workers=["inspector"])
    run_once(app)
    page = Matrix(as_role("admin"), STEPS)
    page.on -= ticks(session, "arrive|Complaint", "technician")
    assert "“Assigned”: 3 from 李志强 to 周涛." in confirmed(page)
    run_once(app)
    assert turns(session, *numbers) == {"inspector"} and told(session) == {"inspector": 3}
    with app.app_context():
        assert list(faults(db.session)) == []  # nothing of this is a change outside the history


def test_rights_moved_in_any_other_way_are_followed_by_the_engine(line: Line, session: Any, app: Flask):
    number = line.at("pending_qc")
    run_once(app)
    session.rollback()
    reception, leader = (
        session.scalars(select(Function).where(Function.code == code)).one() for code in ("reception", "leader")
    )
    old, new = reception.role_id, leader.role_id
    reception.role_id = leader.role_id = None
    session.flush()
    session.execute(update(Function).where(Function.code == "reception").values(role_id=new))
    session.execute(update(Function).where(Function.code == "leader").values(role_id=old))
    session.commit()
    run_once(app)
    assert turns(session, number) == {"the function leader"}  # the role that holds the step, by its new name


def test_rest_tells_every_right_and_moves_the_records(line: Line, session: Any, app: Flask):
    number, admin = line.at("pending_qc"), line.by("admin")
    rows = admin.get("access/").json
    assert {(row["thing"], row["permission"]) for row in rows} >= {
        (workflow.thing, step) for workflow in WORKFLOWS.values() for step in workflow.step_names
    }
    assert all(row["granted"] is not None for row in rows)
    right = {"thing": "Complaint", "permission": "hand_over"}
    given = admin.put("access/", {**right, "function": "marketing", "granted": True})
    assert given.status_code == 200 and given.json["moves"] == []
    assert {need["permission"] for need in given.json["needs"]} == {"can_list", "can_show"}
    admin.put("access/", {**right, "function": "reception_lead", "granted": False})
    taken = {**right, "function": "reception", "granted": False}
    move = admin.post("access/preview", taken).json["moves"]
    assert [(each["kind"], each["state"], each["open"]) for each in move] == [("complaint", "pending_qc", 1)]
    assert turns(session, number) == {"the function reception"}
    assert admin.put("access/", taken).json["moves"] == move
    assert turns(session, number) == {"the function marketing"}
    assert admin.put("access/", {**taken, "function": "nobody"}).status_code == 422
    assert line.by("qc").put("access/", taken).status_code == 403


def test_who_confirms_for_a_visit_nobody_makes_needs_no_other_step(line: Line, as_role: Any, session: Any, app: Flask):
    number = line.at("disposed")
    line.must("qc", number, "handle_remotely", reason="by post", **DONE)
    page = Matrix(as_role("admin"), STEPS)
    page.on = without(page, "receive|Complaint")
    confirmed(page)
    run_once(app)
    assert turns(session, number) == {"the function qc"}
    assert "confirm" in {step["name"] for step in line.by("qc").get(f"complaint/{number}/steps").json}
