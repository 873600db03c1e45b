"""The tables agree with each other and with the process table of the regulation."""

from __future__ import annotations

from pathlib import Path

import pytest

from app import access
from app.complaints.codes import S
from app.complaints.workflow import COMPLAINT
from app.core.kind.registry import KINDS
from app.core.process.workflow import WORKFLOWS
from app.core.time.deadline_rules import DEFAULTS

from .spec_tables import FILES, FOLDER, Table, tables

RULES = set(DEFAULTS)
ROOT = Path(__file__).resolve().parent.parent
MANAGERS = {"department_manager", *access.MAY_WHAT.values()}
ENDS = {"closed", "cancelled"}  # where a sentence stops without naming the state it leads to


def not_yet(table: Table) -> bool:
    """What a later chapter changes of a kind, as long as none of it stands."""
    workflow = KINDS[table.kind].workflow if table.kind in KINDS else None
    new = set(table.steps) - set(workflow.step_names) if workflow else set()
    return table.amends and bool(new) and not set(table.states) <= {str(state) for state in workflow.states}


TABLES = tables()
BUILT = [table for table in TABLES if table.kind in KINDS]
TOLD_AS_TABLES = [table for table in BUILT if table.states and not not_yet(table)]
PROSE = [table for table in BUILT if not table.states]


@pytest.mark.parametrize("table", TOLD_AS_TABLES, ids=lambda table: table.kind)
def test_a_kind_of_record_is_as_its_table_says(table: Table):
    workflow = KINDS[table.kind].workflow
    assert {str(state) for state in workflow.states} == set(table.states)
    assert set(workflow.step_names) == set(table.steps)
    for state, turn in table.states.items():
        assert (workflow.states[state].turn is not None) == turn, state
    for name, rows in table.steps.items():
        declared = workflow.rows(name)
        assert {str(state) for row in declared for state in row.source} == {one for row in rows for one in row.source}
        ends = {one for row in rows for one in row.target}
        if any(callable(row.target) for row in declared):
            assert len(ends) > 1, f"{name} has one end"
        else:
            assert {row.target and str(row.target) for row in declared} == ends, name
        told = {code for row in rows for code in row.by}
        given = {code for row in declared for code in row.granted_to}
        if "department_manager" in told:  # of whichever department it is
            told, given = ({code for code in codes if code not in MANAGERS} for codes in (told, given))
        assert not told or given == told, name


@pytest.mark.parametrize("table", PROSE, ids=lambda table: table.kind)
def test_a_kind_that_is_told_in_sentences_has_their_names_and_no_others(table: Table):
    workflow = KINDS[table.kind].workflow
    own = {str(state) for state in workflow.states} | set(workflow.step_names)
    asked = {field.name for step in workflow.steps if step.form for field in step.form()}
    assert own - table.named <= ENDS, "what the sentences do not name"
    elsewhere = {name for kind in KINDS.values() for name in (kind.code, *kind.workflow.step_names)}
    assert table.named - own - asked <= elsewhere


def test_every_kind_of_record_has_its_table(capsys: pytest.CaptureFixture[str]):
    assert set(KINDS) <= {table.kind for table in TABLES}
    with capsys.disabled():
        ahead = [table.kind for table in TABLES if table.kind not in KINDS or not_yet(table)]
        print(f"\nnot yet built: {', '.join(ahead)}")


def test_the_tables_are_those_that_are_fixed():
    fixed = ROOT.parent / "shared" / "spec"
    for name in FILES if fixed.exists() else ():
        assert (fixed / name).read_text(encoding="utf-8") == (FOLDER / name).read_text(encoding="utf-8")


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
    for workflow in WORKFLOWS.values():
        for step in workflow.steps:
            assert step.clause
            assert str(step.label)
