"""The timeline speaks as the step's own form did, asks for all names at once, and every stage comes to its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.complaints.consultation import Consultation
from app.core.fields import lookups
from app.core.kind.registry import KINDS
from app.core.pages.timeline import beads
from app.core.process.workflow import WORKFLOWS
from app.core.record.history import History
from app.core.rights.actor import SYSTEM
from app.core.time import clock
from app.extensions import db
from app.organisation.models import Department
from tests.complaints.conftest import Line, line
from tests.corrective.test_corrective import WHY, Notices
from tests.support import counted
from tests.test_offered import reports

__all__ = ["line"]
FINAL = [
    (kind.code, step.name, str(step.target))
    for kind in KINDS.values()
    for stage in kind.workflow.stages[-1:]
    for step in kind.workflow.steps
    if step.name in stage.ends_with and step.target in kind.workflow.through
]


def asked(line: Line) -> int:
    """A question to a department."""
    line.must("qc", line.at("at_qc"), "consult", departments=["production"])
    return line.session.scalars(select(Consultation.id)).one()


FRESH: dict[str, Callable[[Line], int]] = {
    "complaint": lambda line: line.register(),
    "corrective_action": lambda line: Notices(line).at("draft", product=line.product()),
    "gm_report": lambda line: reports(line)[0],
    "consultation": asked,
}


NAMED = {
    ("department", "production"): "生产部",
    ("employee", "qc"): "王芳",
    ("region", "320583"): "江苏省苏州市昆山市",
    ("department", "轴承"): "轴承",
}


def told(page: str) -> list[str]:
    """The changes a page tells."""
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", each)) for each in re.findall(r'<div class="diff">(.*?)</div>', page)
    ]


def page_of(browser: Any, kind: str, number: int) -> str:
    answer = browser.get(f"/{kind}/show/{number}")
    assert answer.status_code == 200
    return str(answer.text)


# ---- one question for all names


def test_every_kind_of_record_is_asked():
    assert set(FRESH) == set(KINDS)


@pytest.mark.parametrize("code", sorted(FRESH))
def test_the_record_page_asks_as_often_for_thirty_lines_as_for_one(
    code: str, line: Line, session: Session, app: Any, as_role: Any
):
    """Each line tells something that is looked up, in every table the kind knows."""
    number, auditor = FRESH[code](line), as_role("auditor")
    page_of(auditor, code, number)
    with counted() as few:
        page_of(auditor, code, number)
    kind = KINDS[code]
    with app.test_request_context():
        words = kind.page().words
        names = sorted(name for name, word in words.every.items() if word.lookup and not name.endswith("_id"))
        record = db.session.get_one(kind.model, number)
        for turn in range(30):
            note = {name: [turn + 1, turn + 2] if name.endswith("s") else turn + 1 for name in names}
            kind.workflow.edit(db.session, record, SYSTEM, {}, note=note)
        db.session.commit()
    with counted() as many:
        page = page_of(auditor, code, number)
    assert len(told(page)) >= 30
    assert len(many) <= min(20, len(few) + 1), many


def test_every_table_is_asked_in_one_question_on_either_database(own_portal: Any):
    with own_portal.test_request_context(), counted() as asked:
        lookups.learn(db.session, {name: ["1", "production", "qc", "320583", "轴承"] for name in lookups.LOOKUPS})
        said = [lookups.told(db.session, *pair) for pair in NAMED]
    assert said == list(NAMED.values())
    assert len([each for each in asked if "UNION" in each.upper()]) == 1, asked


def test_a_name_is_told_though_its_entry_is_retired(line: Line, session: Session, as_role: Any):
    notices = Notices(line)
    number = notices.at("issued")
    notices.must("production_manager", number, "object", reason="bought part")
    notices.must("qc_manager", number, "reassign_department", reason="design", responsible_department="tech")
    session.scalars(select(Department).where(Department.code == "production")).one().active = False
    session.commit()
    assert "Responsible department: Production → Engineering Service" in told(
        page_of(as_role("qc"), "corrective_action", number)
    )


# ---- a field is called what the step's form called it


def test_the_timeline_tells_a_corrected_due_date_and_department(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.draft(due="2026-12-20")
    seen = {"If-Match": str(notices.read(number)["version"])}
    head = {"due": "2026-12-24", "responsible_department": "tech"}
    assert line.by("qc").put(f"corrective_action/{number}", head, headers=seen).status_code == 200
    assert told(page_of(as_role("qc"), "corrective_action", number)) == [
        "Responsible department: Production → Engineering Service",
        "Due: 2026-12-20 → 2026-12-24",
    ]
    assert told(page_of(as_role("qc", "zh"), "corrective_action", number)) == [
        "责任部门：生产部 → 技术部",
        "期限：2026-12-20 → 2026-12-24",
    ]


def test_the_timeline_tells_the_department_a_notice_was_passed_to(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.at("issued")
    notices.must("production_manager", number, "object", reason="bought part")
    notices.must("qc_manager", number, "reassign_department", reason="design", responsible_department="tech")
    page = page_of(as_role("qc"), "corrective_action", number)
    assert told(page) == ["Responsible department: Production → Engineering Service"]


def test_a_field_of_two_parts_is_called_as_in_its_own_step(line: Line, as_role: Any):
    """`method` is of an analysis and of a check."""
    notices = Notices(line)
    number = notices.at("done")
    notices.must("qc", number, "verify", result="effective", method="audit", sample="20", early_reason="urgent")
    said = told(page_of(as_role("qc"), "corrective_action", number))
    assert {"Method: 5 Why", "How it was verified: audit"} <= set(said)


def test_a_change_somebody_else_made_is_told_in_the_same_words(line: Line, as_role: Any):
    notices = Notices(line)
    number = notices.at("issued")
    notices.must("production_manager", number, "object", reason="bought part")
    seen = notices.read(number)["version"]
    notices.must("qc_manager", number, "reassign_department", reason="design", responsible_department="tech")
    late = as_role("qc_manager").post(
        f"/corrective_action/{number}/step/uphold", {"reason": "no", "row_version": seen}, headers={"X-Fragment": "1"}
    )
    assert late.status_code == 409
    assert "Responsible department: Production → Engineering Service" in told(late.text)


# ---- parts


def test_a_part_is_told_with_its_round_its_author_and_its_moment(line: Line):
    notices = Notices(line)
    number = notices.at("planned")
    read = notices.read(number)
    analysis, action = read["analyses"][0], read["actions"][0]
    who = {"round", "at", "by_id", "id"}
    assert set(analysis) == who | {"method", "steps", "root_cause", "escape_cause"}
    assert set(action) == who | {"type", "description", "owner", "due", "done_at", "evidence"}
    assert (analysis["round"], analysis["at"], analysis["method"]) == (1, "2026-11-24T09:20:00+08:00", "five_why")
    assert (action["owner"], action["due"], action["done_at"]) == ("tech_manager", "2026-12-01", None)
    changes = [row["changes"] for row in line.by("qc").get(f"corrective_action/{number}/history").json]
    assert {"method": [None, "five_why"], "root_cause": [None, WHY["root_cause"]]}.items() <= changes[3].items()
    assert changes[4]["actions"][1][0].startswith("rework the stock (")


def test_a_notice_is_filtered_by_the_names_it_is_told_under(line: Line):
    notices = Notices(line)
    number, _other = notices.draft(due="2026-12-20", product=line.product()), notices.draft(due="2026-12-21")
    for column, value in (("due", "2026-12-20"), ("product", line.product())):
        wanted = f"(filters:!((col:{column},opr:eq,value:'{value}')))"
        assert line.by("qc").get(f"corrective_action/?q={wanted}").json["ids"] == [number], column


# ---- the stepper's end


@pytest.mark.parametrize("code", sorted(WORKFLOWS))
def test_every_process_has_an_end(code: str):
    workflow = WORKFLOWS[code]
    assert not workflow.stages or workflow.through
    assert all(workflow.states[state].turn is None for state in workflow.through)


@pytest.mark.parametrize(("code", "step", "state"), FINAL)
def test_the_last_bead_is_done_whatever_the_last_state_is_called(code: str, step: str, state: str):
    workflow, record = WORKFLOWS[code], SimpleNamespace(state=state, deadlines=[])
    before = next(iter(workflow.stages[-1].states))
    end = History(at=clock.now().isoformat(), step=step, source=before, target=state, actor_id=1)
    last = beads(workflow, record, [end])[-1]
    assert (last.status, last.who) == ("done", 1)


def test_what_was_broken_off_came_to_no_end():
    for code, workflow in WORKFLOWS.items():
        done = {state for state, facts in workflow.states.items() if facts.turn is None} - set(workflow.through)
        for state in done:
            found = beads(workflow, SimpleNamespace(state=state, deadlines=[]), [])
            assert {bead.status for bead in found} == {"todo"}, (code, state)


@pytest.mark.parametrize(
    ("login", "step", "answer", "bead"),
    [
        ("production_manager", "answer", {"opinion": "o"}, ("done", "✓")),
        ("qc", "cancel", {"reason": "r"}, ("todo", "1")),
    ],
)
def test_2_1_an_answered_consultation_is_ticked_and_a_cancelled_one_is_not(
    login: str, step: str, answer: dict[str, str], bead: tuple[str, str], line: Line, as_role: Any
):
    number = asked(line)
    assert line.by(login).post(f"consultation/{number}/{step}", answer).status_code == 200
    page = page_of(as_role("qc"), "consultation", number)
    assert re.findall(r'<li class="(\w+)"[^>]*>\s*<b aria-hidden="true">(.)</b>', page) == [bead]
