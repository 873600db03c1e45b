"""Who may and whose turn are one truth: in every open state of every kind, before and after a right has moved."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from app.core.kind.registry import KINDS
from app.core.process.turns import Function, holders
from app.core.process.whose_turn import ByRight, alternatives
from app.core.record.history import History
from app.core.record.records import Record
from app.core.rights.rights import Rights, snapshot
from app.extensions import db
from app.notifications.engine import run_once
from app.organisation import granting, roles
from app.organisation.models import Department
from app.organisation.plain_words import areas
from tests.complaints.conftest import LIFE, Line, line
from tests.corrective.test_corrective import PLAN, WHY, Notices
from tests.gm.test_gm import major
from tests.organisation.test_access import Matrix
from tests.support import PASSWORD, Browser, Rest

__all__ = ["line"]

TURNS = {  # kind.state.step: whose turn it is by the process tables, in a new portal
    "complaint.received.classify_quality": "reception",
    "complaint.negotiating.negotiate": "reception",
    "complaint.pending_qc.hand_over": "the function reception",
    "complaint.handed_over.receive": "the function qc",
    "complaint.at_qc.draft_disposition": "the function qc",
    "complaint.at_qc.issue_disposition": "the function qc_manager",
    "complaint.disposed.assign": "the function qc_manager",
    "complaint.assigned.arrive": "technician",
    "complaint.on_site.complete": "technician",
    "complaint.awaiting_confirmation.confirm": "technician",
    "complaint.confirmed.return_form": "technician",
    "complaint.form_returned.receive_form": "the function qc",
    "complaint.returned.close": "the function qc_manager",
    "consultation.asked.answer": "tech_manager",
    "corrective_action.draft.can_edit": "the function qc",
    "corrective_action.issued.acknowledge": "tech_manager",
    "corrective_action.disputed.uphold": "the function qc_manager",
    "corrective_action.analysing.plan": "tech_manager",
    "corrective_action.planned.accept_plan": "the function qc",
    "corrective_action.implementing.finish_action": "technician",
    "corrective_action.implementing.finish": "tech_manager",
    "corrective_action.done.verify": "the function qc",
    "corrective_action.verified.close": "the function qc_manager",
    "gm_report.open.report": "the function sales_manager",
    "gm_report.reported.instruct": "the function gm",
    "gm_report.instructed.close_report": "tech_manager",
}
FIRST = ("auditor", "inspector", "technician")  # who gets the right, where the record allows it


def complaint(line: Line, state: str, step: str) -> int:
    if state in ("received", "negotiating", "pending_qc", "handed_over", "at_qc", "disposed"):
        return line.at("drafted" if step == "issue_disposition" else state)
    number = line.at("disposed")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician", co_workers=["inspector"])
    reached = [name for name, _steps in LIFE]
    for _name, steps in LIFE[reached.index("assigned") + 1 : reached.index(state) + 1]:
        for login, taken, data in steps:
            line.must(login, number, taken, **data)
    if step == "close":  # own quality: not without the notice of a corrective action
        Notices(line).must("qc_manager", Notices(line).draft(complaints=[number]), "issue")
    return number


def consultation(line: Line, _state: str, _step: str) -> int:
    number = line.at("at_qc")
    tech = line.session.scalars(select(Department.id).where(Department.code == "tech")).one()
    line.must("qc", number, "consult", departments=[tech], question="why")
    return int(line.by("qc").get("consultation/").json["result"][0]["id"])


def corrective_action(line: Line, state: str, step: str) -> int:
    notices = Notices(line)
    number = notices.draft(responsible_department="tech")
    if state == "draft":
        return number
    notices.must("qc_manager", number, "issue")
    if state == "disputed":
        notices.must("tech_manager", number, "object", reason="bought part")
    if state in ("issued", "disputed"):
        return number
    notices.must("tech_manager", number, "acknowledge")
    if state == "analysing":
        notices.must("tech_manager", number, "analyse", **WHY)
        return number
    plan = [{**row, "owner": owner} for row, owner in zip(PLAN, ("technician", "inspector"), strict=True)]
    notices.must("tech_manager", number, "analyse", **WHY)
    notices.must("tech_manager", number, "plan", actions=plan)
    if state == "planned":
        return number
    notices.must("qc", number, "accept_plan")
    if step == "finish_action":
        return number
    for action in notices.read(number)["actions"]:
        notices.must(action["owner"], number, "finish_action", action=action["id"], evidence="photo 12")
    if state == "implementing":
        return number
    notices.must("tech_manager", number, "finish")
    if state == "verified":
        sent = {"result": "effective", "method": "inspection", "sample": "50 pieces", "early_reason": "all replaced"}
        notices.must("qc", number, "verify", **sent)
    return number


def gm_report(line: Line, state: str, _step: str) -> int:
    number = int(major(line)["id"])
    post: Callable[..., Any] = lambda login, step, **data: line.by(login).post(f"gm_report/{number}/{step}", data)  # noqa: E731
    tech = line.session.scalars(select(Department.id).where(Department.code == "tech")).one()
    if state in ("reported", "instructed"):
        assert post("sales_manager", "report", summary="s", measures="m").status_code == 200
    if state == "instructed":
        assert post("gm", "instruct", text="do", department=tech).status_code == 200
    return number


MAKE = {
    "complaint": complaint,
    "consultation": consultation,
    "corrective_action": corrective_action,
    "gm_report": gm_report,
}


@dataclass
class Case:
    """One record whose turn is somebody's."""

    kind: Any
    state: str
    turn: ByRight
    number: int

    def record(self) -> Any:
        db.session.expire_all()
        return db.session.get_one(Record, self.number)

    @property
    def url(self) -> str:
        return f"/{self.kind.code}/show/{self.number}"

    @property
    def button(self) -> str:
        """What the page of whoever may do it leads to."""
        if self.turn.step == "can_edit":
            return f"/{self.kind.code}/{self.number}/correct"
        return f"/{self.kind.code}/{self.number}/step/{self.turn.step}"


def every_turn() -> list[str]:
    return [
        f"{kind.code}.{state}.{turn.step}"
        for kind in KINDS.values()
        for state, facts in kind.workflow.states.items()
        for turn in alternatives(facts.turn)
    ]


def case_of(line: Line, named: str) -> Case:
    code, state, step = named.split(".")
    kind = KINDS[code]
    turn = next(each for each in alternatives(kind.workflow.states[state].turn) if each.step == step)
    number = MAKE[code](line, state, step)
    case = Case(kind, state, turn, number)
    assert line.session.scalars(select(Record.state).where(Record.id == number)).one() == state
    return case


def people(session: Any) -> dict[int, str]:
    return dict(session.execute(select(User.id, User.username)).all())


def words(session: Any, owner: str) -> str:
    """`user:3` as the login, `role:5@0` as “the function qc”."""
    if owner.startswith("user:"):
        return people(session)[int(owner[5:])]
    role, place = owner[5:].split("@")
    code = session.scalars(select(Function.code).where(Function.role_id == int(role))).one()
    return f"the function {code}" + (f" of {place}" if int(place) else "")


def rights_of(user_id: int) -> Rights:
    found = snapshot(db.session, user_id, 0)
    assert found is not None
    return found


def could(case: Case, record: Any, user_id: int) -> bool:
    """Whether somebody could take the step once the right is given: `whose` narrows it."""
    row = case.kind.workflow.row(case.turn.step, case.state)
    if row is None or row.whose is None:
        return True
    rights = rights_of(user_id)
    may = lambda right: right == case.turn.step or rights.may(right, case.kind.thing)  # noqa: E731
    return bool(row.whose(record, replace(rights.actor(case.kind.thing), may=may)))


def another(case: Case, record: Any) -> tuple[str, str, int]:
    """A colleague and a function of hers that those whose turn it is have not: the right shall move there."""
    now = holders(db.session, record.owner)
    theirs = {code for person in now for code in rights_of(person).roles}
    staff = sorted(people(db.session).items(), key=lambda row: (row[1] not in FIRST, row[1]))
    for user_id, login in staff:
        if user_id in now or not could(case, record, user_id):
            continue
        for code in sorted(rights_of(user_id).roles - theirs):
            return login, code, user_id
    raise AssertionError(case)


def confirmed(page: Matrix) -> str:
    """Save, and confirm the open records that move; answers what was told before."""
    asked = page.save()
    assert asked.status_code == 200, asked.status_code
    seal = re.search(r'name="moves" value="(\w+)"', asked.text)
    assert seal, asked.text
    assert page.save(moves=seal.group(1)).status_code == 302
    return html.unescape(asked.text)


def tab_of(browser: Browser, right: str, thing: str) -> str:
    """The page of the matrix a right stands on."""
    with browser.app.app_context():
        tabs = areas(granting.catalogue(db.session), len(roles.known(db.session)))
    return next(key for key, area in tabs.items() if (right, thing) in area.rights)


def move(admin: Browser, session: Any, case: Case, code: str) -> str:
    """Through the access page: the step from whoever holds it to one function, which is let see the records too."""
    thing, step = case.kind.thing, case.turn.step
    role = session.scalars(select(Function.role_id).where(Function.code == code)).one()
    page = Matrix(admin, tab_of(admin, "can_list", thing))
    seen = {f"{role}|{right}" for right in page.rights if re.fullmatch(rf"(can_list|can_show|see_all)\|{thing}", right)}
    assert len(seen) == 3
    page.on |= seen
    assert page.save().status_code == 302
    page = Matrix(admin, tab_of(admin, step, thing))
    page.on = {tick for tick in page.on if not tick.endswith(f"|{step}|{thing}")} | {f"{role}|{step}|{thing}"}
    return confirmed(page)


def told(session: Any) -> dict[str, int]:
    """Who was mailed that records have come, and how many."""
    query = "SELECT u.username, m.payload FROM outbox_mail m JOIN ab_user u ON u.id = m.user_id WHERE m.event = :event"
    session.rollback()
    rows = session.execute(text(query), {"event": "turns_moved"}).all()
    assert len(rows) == len({row[0] for row in rows})
    count = lambda payload: int(re.search(r"\d+", str(payload)).group())  # type: ignore[union-attr]  # noqa: E731
    return {row[0]: count(row[1]) for row in rows}


def test_every_turn_of_every_kind_is_the_one_of_the_process_tables():
    assert set(every_turn()) == set(TURNS)
    assert set(MAKE) == set(KINDS)
    for kind in KINDS.values():
        for state, facts in kind.workflow.states.items():
            *first, last = alternatives(facts.turn) or (None,)
            assert all(turn.when for turn in first), state
            assert last is None or last.when is None, state
            for turn in alternatives(facts.turn):
                row = kind.workflow.row(turn.step, state)
                assert turn.named if row is None else row.tone == "main", (kind.code, state)


@pytest.mark.parametrize("named", TURNS)
def test_whose_turn_it_is_may_take_the_step_and_when_the_right_moves_all_moves(
    line: Line, as_role: Any, app: Flask, session: Any, named: str
):
    case = case_of(line, named)
    with app.app_context():
        record = case.record()
        assert words(db.session, record.owner) == TURNS[named]
        now = [people(db.session)[number] for number in holders(db.session, record.owner)]
        for number in holders(db.session, record.owner) if case.turn.step != "can_edit" else ():
            offered = case.kind.workflow.offered(record, rights_of(number).actor(case.kind.thing))
            assert case.turn.step in {step.name for step in offered if step.tone == "main"}
        login, code, number = another(case, record)
    run_once(app)
    assert told(session) == {}
    with app.app_context():
        version, seq = case.record().version, case.record().seq
    assert case.button in as_role(now[0]).get(case.url).text
    before = move(as_role("admin"), session, case, code)
    assert "This moves 1 open records" in before
    run_once(app)
    with app.app_context():
        record = case.record()
        behind = holders(db.session, record.owner)
        assert number in behind and not set(behind) & {k for k, v in people(db.session).items() if v in now}
        assert (record.version, record.seq) == (version, seq)
        assert db.session.scalar(select(func.count()).where(History.record_id == record.id)) == seq
    assert case.url in as_role(login).get("/work/").text
    assert case.button in as_role(login).get(case.url).text
    assert told(session).get(login) == 1 and not set(told(session)) & set(now)
    for old in now:
        assert case.url not in as_role(old).get("/work/").text
        assert case.button not in as_role(old).get(case.url).text


def test_a_moved_right_moves_the_records_on_both_databases(own_portal: Flask):
    with own_portal.app_context():
        engine = db.engine
    with Session(engine) as look:
        line = Line(lambda login, locale="en": Rest(own_portal, login, PASSWORD, locale), look)
        slip, visit = case_of(line, "complaint.pending_qc.hand_over"), case_of(line, "complaint.assigned.arrive")

        def turn(case: Case) -> str:
            look.rollback()
            return words(look, look.scalars(select(Record.owner).where(Record.id == case.number)).one() or "")

        look.rollback()
        admin = Browser(own_portal, "admin", PASSWORD)
        told_before = move(admin, look, slip, "auditor")
        assert "“To be handed to QC”: 1 from Reception to Auditor." in told_before
        assert turn(slip) == "the function auditor"  # in the request itself
        move(admin, look, visit, "inspector")
        assert turn(visit) == "technician"
        run_once(own_portal)
        assert turn(visit) == "inspector"
        assert told(look) == {"auditor": 1, "inspector": 1}
