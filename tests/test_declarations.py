"""The tables agree with each other and with the process table of the regulation."""

from __future__ import annotations

import pytest

from app import access
from app.complaints.codes import S
from app.complaints.workflow import COMPLAINT
from app.core.deadline_rules import DEFAULTS
from app.core.workflow import WORKFLOWS
from app.corrective.workflow import CORRECTIVE

RULES = {rule.code if hasattr(rule, "code") else rule[0] for rule in DEFAULTS}

# step: (from, to, by), as the process table says; "stays" for None
TABLE = {
    "classify_non_quality": ("received", "negotiating", "reception"),
    "negotiate": ("negotiating", None, "reception"),
    "settle": ("negotiating", "closed", "reception"),
    "settle_unsatisfied": ("negotiating", "closed", "gm"),
    "classify_quality": ("received", "pending_qc", "reception"),
    "reclassify_quality": ("negotiating", "pending_qc", "reception"),
    "hand_over": ("pending_qc", "handed_over", "reception"),
    "receive": ("handed_over", "at_qc", "qc"),
    "send_back": ("handed_over at_qc", "received", "qc"),
    "consult": ("at_qc", None, "qc"),
    "draft_disposition": ("at_qc", None, "qc"),
    "issue_disposition": ("at_qc", "disposed", "qc_manager"),
    "assign": ("disposed", "assigned", "qc_manager"),
    "reassign": ("assigned on_site", "assigned", "qc_manager"),
    "accept": ("assigned", None, "technician inspector"),
    "depart": ("assigned", None, "technician inspector"),
    "decline": ("assigned", "disposed", "technician inspector"),
    "agree_later_date": ("assigned", None, "technician inspector"),
    "arrive": ("assigned", "on_site", "technician inspector"),
    "reschedule": ("on_site", "assigned", "technician inspector"),
    "investigate": ("on_site", None, "technician inspector"),
    "quote": ("disposed on_site", None, "technician inspector qc"),
    "answer_quote": ("disposed on_site", None, "technician inspector qc"),
    "dispute": ("disposed on_site", "at_qc", "technician inspector qc"),
    "complete": ("on_site", "awaiting_confirmation", "technician inspector"),
    "handle_remotely": ("disposed", "awaiting_confirmation", "qc"),
    "confirm": ("awaiting_confirmation", "confirmed", "technician inspector qc"),
    "reject": ("awaiting_confirmation", "at_qc", "technician inspector qc"),
    "no_answer": ("awaiting_confirmation", "returned", "qc_manager"),
    "amend": (
        "awaiting_confirmation confirmed form_returned returned",
        "awaiting_confirmation",
        "technician inspector qc",
    ),
    "record_payment": ("awaiting_confirmation confirmed form_returned returned", None, "finance"),
    "waive_payment": ("awaiting_confirmation confirmed form_returned returned", None, "leader"),
    "merge": (" ".join(sorted(set(S) - {"closed", "merged", "void"})), "merged", "reception qc"),
    "ask_withdrawal": (" ".join(sorted(set(S) - {"closed", "merged", "void"})), None, "reception"),
    "approve_withdrawal": (" ".join(sorted(set(S) - {"closed", "merged", "void"})), "closed", "qc_manager"),
    "back_at_company": ("confirmed", None, "technician inspector"),
    "return_form": ("confirmed", "form_returned", "technician inspector qc"),
    "receive_form": ("form_returned", "returned", "qc"),
    "close": ("returned", "closed", "qc_manager"),
    "unmark_major": (" ".join(sorted(set(S) - {"closed", "merged", "void"})), None, "qc_manager leader"),
    "mark_major": (" ".join(sorted(set(S) - {"closed", "merged", "void"})), None, "reception qc"),
    "log_contact": (" ".join(sorted(set(S) - {"closed", "merged", "void"})), None, "reception qc technician inspector"),
    "correct_site": ("received negotiating pending_qc handed_over at_qc disposed assigned", None, "reception qc"),
    "reopen": ("closed", "depends", "reception qc_manager"),
    "void": ("received negotiating pending_qc", "void", "reception qc_manager"),
}


@pytest.mark.parametrize("step", sorted(TABLE))
def test_each_step_stands_as_in_the_process_table(step: str):
    source, target, by = TABLE[step]
    rows = COMPLAINT.rows(step)
    assert {str(state) for row in rows for state in row.source} == set(source.split())
    assert {"depends" if callable(row.target) else row.target for row in rows} == {target}
    assert {code for row in rows for code in row.granted_to} == set(by.split())


def test_no_step_is_beside_the_process_table():
    assert set(COMPLAINT.step_names) == set(TABLE)


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_every_open_state_is_somebodys_turn_and_leads_on(name: str):
    workflow = WORKFLOWS[name]
    for state, facts in workflow.states.items():
        leaves = [step for step in workflow.steps if state in step.source and step.target is not None]
        assert facts.turn is None or leaves, state


def test_every_state_of_a_complaint_is_reached():
    reached = {step.target for step in COMPLAINT.steps if step.target is not None and not callable(step.target)}
    assert set(S) - reached == {COMPLAINT.initial} - reached


def test_every_function_named_by_a_step_is_known():
    named = {code for workflow in WORKFLOWS.values() for step in workflow.steps for code in step.granted_to}
    assert named <= set(access.FUNCTIONS)


def test_every_deadline_named_by_a_step_has_a_rule():
    named = {
        code
        for workflow in WORKFLOWS.values()
        for step in workflow.steps
        for code in (
            *step.meets,
            *step.cancels,
            *step.late,
            *(start for start in step.starts if isinstance(start, str)),
        )
    }
    assert named <= RULES


def test_the_administrator_takes_no_business_step():
    steps = {step for workflow in WORKFLOWS.values() for step in workflow.step_names}
    assert not {permission for function, permission, _thing in access.cells() if function == "admin"} & steps


def test_a_manager_may_what_the_department_may():
    cells = set(access.cells())
    for plain, manager in access.MAY_WHAT.items():
        assert {cell[1:] for cell in cells if cell[0] == plain} <= {cell[1:] for cell in cells if cell[0] == manager}


def test_every_step_names_its_clause_and_its_words():
    for workflow in (COMPLAINT, CORRECTIVE):
        for step in workflow.steps:
            assert step.clause
            assert str(step.label)
