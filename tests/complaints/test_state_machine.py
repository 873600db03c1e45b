"""Whoever tries whatever in whatever order: the workflow does what the process table says, and nothing else."""

from __future__ import annotations

import random
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.complaints import intake
from app.complaints.consultation import CONSULTATION
from app.complaints.workflow import COMPLAINT
from app.core.process.refused import Forbidden, Invalid, Refused
from app.core.process.turns import holders
from app.core.record import attachments
from app.core.record.audit import faults
from app.core.record.history import History
from app.core.record.shelf import Shelved
from app.core.record.witnessing import lay_down
from app.core.rights.actor import SYSTEM
from app.core.rights.rights import snapshot
from app.core.time import clock
from app.corrective.opening import create
from app.corrective.workflow import CORRECTIVE
from app.customers.models import Customer, Product
from app.demo.staff import PEOPLE
from app.extensions import db
from app.notifications.models import OutboxMail
from app.organisation.models import Department
from tests.conftest import NOW, portal_at

from .conftest import DONE, FOUND, drawn, png
from .oracle import FINISHED, TABLE, Model

ALSO = {"reception_lead": "reception", "qc_manager": "qc", "sales_manager": "sales", "marketing_manager": "marketing"}
FUNCTIONS = {login: {login.rstrip("2"), ALSO.get(login, login)} for login, *_rest in PEOPLE}  # login = function
FUNCTIONS["tech_manager"] = FUNCTIONS["production_manager"] = {"department_manager"}
PAID = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "9.00"}
LATE, BECAUSE = {"late_reason": "traffic"}, {"reason": "because"}
SIGNED = {"signer_name": "c", "method": "onscreen", "signature": drawn(), "satisfaction": 5}
GOING = {"technician": "technician", "kind": "technician"}
LAST_DAY = "2026-12-28"  # the calendar of the year after is not published
ENDING = ("void", "merge", "approve_withdrawal", "settle", "settle_unsatisfied", "send_back")
QUIET = ("log_contact", "correct_site", "back_at_company", "accept", "depart", "unmark_major", "mark_major", "consult",
         "quote")  # fmt: skip  # nobody's turn has changed
GOOD: dict[str, list[dict[str, Any]]] = {  # what people type into each step
    "negotiate": [{"content": "talk", "satisfied": True}, {"content": "talk", "satisfied": False}],
    "classify_quality": [{"solution_plan": "plan"}],
    "reclassify_quality": [{"solution_plan": "plan", "reason": "noise"}],
    "hand_over": [LATE, {}],
    "draft_disposition": [{"analysis": "a", "opinion": "o", "needs_site_visit": True}],
    "consult": [{"departments": ["production"]}, {"departments": ["tech", "production"], "reply_by": "next week"}],
    "issue_disposition": [{"unanswered_reason": "no reply"}, {}],
    "assign": [GOING, {"technician": "qc", "kind": "technician"}],
    "reassign": [{"technician": "inspector", "kind": "inspector", "reason": "ill"}, {**GOING, "reason": "back"}],
    "agree_later_date": [{"new_date": "next week", "evidence": "call"}],
    "arrive": [LATE, {}],
    "reschedule": [{"reason": "absent", "new_date": "next week"}],
    "investigate": [{**FOUND, "responsibility": "own_quality"}, {**FOUND, "responsibility": "misuse"}],
    "quote": [{"lines": [{"description": "x", "quantity": 1, "price": "9"}], "amount": "9"}],
    "answer_quote": [
        {"accepted": True, "signer_name": "c", "evidence": "by phone"},
        {"accepted": False, "signer_name": "c"},
    ],
    "complete": [DONE, PAID, {**DONE, "charge": "1"}],
    "handle_remotely": [{**DONE, **BECAUSE}, {**PAID, **BECAUSE}],
    "amend": [{**DONE, **BECAUSE}, {**PAID, **BECAUSE}],
    "confirm": [SIGNED, {**SIGNED, "remark": "仍未解决", "confirm_negative": True}],
    "log_contact": [{"channel": name, "content": "tried", "reached": False} for name in ("phone", "email")],
    "record_payment": [{"amount": paid, "receipt_no": "1", "paid_on": "2026-11-24"} for paid in ("9", "4", "99")],
    "mark_major": [{"criteria": ["safety"]}],
    "correct_site": [{"site_region": "330206", **BECAUSE}, {"site_region": "320583", **BECAUSE}],
    "merge": [{"into": "another"}],
    "return_form": [LATE, {}],
    "close": [{}, LATE],
    **{name: [BECAUSE] for name in ("settle_unsatisfied", "send_back", "dispute", "decline", "reject", "no_answer",
                                    "unmark_major", "void", "reopen", "ask_withdrawal", "waive_payment")},
}  # fmt: skip
BAD: dict[str, list[dict[str, Any]]] = {  # what no step takes; a step that requires anything also refuses an empty form
    "consult": [{"departments": []}, {"departments": ["nowhere"]}, {"departments": ["marketing"]}],
    "assign": [{"technician": "nobody", "kind": "technician"}, {"technician": "technician", "kind": "driver"}],
    "agree_later_date": [{"new_date": "soon", "evidence": "x"}],
    "arrive": [{"arrived_at": "2099-01-01T00:00", **LATE}],
    "depart": [{"at": "2020-01-01T00:00"}],
    "reschedule": [{"reason": "absent", "new_date": "2020-01-01"}],
    "answer_quote": [{"accepted": True, "signer_name": "c"}],
    "quote": [{"lines": [], "amount": "9"}, {**GOOD["quote"][0], "amount": "8"}],
    "complete": [{**DONE, "responsibility": "nobody"}, {**PAID, "charge": "0"}],
    "handle_remotely": [DONE],
    "amend": [DONE],
    "confirm": [
        {**SIGNED, "remark": "仍未解决"},
        {**SIGNED, "signature": None},
        {**SIGNED, "satisfaction": 6},
        {**SIGNED, "satisfaction": 2},
    ],
    "log_contact": [{"channel": "pigeon", "content": "x", "reached": False}],
    "record_payment": [{"amount": "9", "receipt_no": "1", "paid_on": "2099-01-01"}],
    "mark_major": [{"criteria": ["boredom"]}],
    "correct_site": [{"site_region": "330000", "reason": "x"}],
    "merge": [{"into": "itself"}, {"into": "TS-20990101-001"}],
}
ASKS_NOTHING = ("hand_over", "arrive", "return_form", "close", "issue_disposition")
for each in set(GOOD) - set(ASKS_NOTHING):
    BAD.setdefault(each, []).append({})
TO_QC = (("reception", "classify_quality", 1), ("reception", "hand_over", 1), ("qc", "receive", 1),
         ("qc", "draft_disposition", 1), ("qc_manager", "issue_disposition", 1), ("qc_manager", "assign", 1),
         ("technician", "arrive", 1))  # fmt: skip
HOME = (("technician", "confirm", 1), ("technician", "return_form", 1), ("qc", "receive_form", 1))
TWICE = ("accept", "depart", "agree_later_date", "arrive", "reschedule", "arrive", "investigate", "complete")
ENDS = {"own quality": "returned", "charged": "closed", "second visit": "returned", "sent by post": "returned",
        "duty done": "negotiating", "talks": "closed"}  # fmt: skip
ROADS = {  # the straight ways of the table: who, step, which of the forms (5 times its place, plus one)
    "own quality": (*TO_QC, ("technician", "complete", 1), *HOME),
    "charged": (*TO_QC, ("technician", "quote", 1), ("technician", "answer_quote", 1), ("technician", "complete", 6),
                *HOME, ("leader", "waive_payment", 1), ("qc_manager", "close", 1)),
    "second visit": (*TO_QC[:-1], *[("technician", step, 1) for step in TWICE], ("technician", "log_contact", 1),
                     ("qc", "log_contact", 1), ("qc", "log_contact", 6), ("qc_manager", "no_answer", 1)),
    "sent by post": (*TO_QC[:-1], ("qc_manager", "reassign", 1), ("inspector", "decline", 1), ("qc", "quote", 1),
                     ("qc", "answer_quote", 1), ("qc", "handle_remotely", 6), ("finance", "record_payment", 6),
                     ("qc", "confirm", 1), ("finance", "record_payment", 6), ("qc", "return_form", 1),
                     ("qc_manager", "receive_form", 1), ("qc_manager", "record_payment", 1)),
    "duty done": (("reception", "classify_non_quality", 1), *[("reception", "negotiate", 6)] * 3,
                  ("gm", "settle_unsatisfied", 1), ("reception", "reopen", 1)),
    "talks": (("reception", "classify_non_quality", 1), *[("reception", "negotiate", 6)] * 3,
              ("reception", "negotiate", 1), ("reception", "settle", 1)),
}  # fmt: skip
REFUSALS = {Forbidden: "403", Refused: "409", Invalid: "422"}


class Company(RuleBasedStateMachine):
    """One complaint, and everybody of the company doing things to it."""

    app: ClassVar[Flask]
    actors: ClassVar[dict[str, Any]] = {}
    answerers: ClassVar[dict[str, Any]] = {}
    login_of: ClassVar[dict[int, str]] = {}

    def __init__(self) -> None:
        super().__init__()
        clock.set_frozen(NOW)
        self.context = self.app.app_context()
        self.context.push()
        self.session: Any = db.session
        if not self.actors:
            self._meet_everybody()

    def _meet_everybody(self) -> None:
        """Nobody's rights change here: they are asked for once."""
        ids = {row.username: row.id for row in self.session.execute(sa.text("SELECT username, id FROM ab_user"))}
        self.login_of.update({number: login for login, number in ids.items()})
        for login in FUNCTIONS:
            rights = snapshot(self.session, ids[login], 1)
            assert rights is not None
            self.actors[login], self.answerers[login] = rights.actor("Complaint"), rights.actor("Consultation")

    @initialize(chance=st.randoms(use_true_random=True))
    def register(self, chance: random.Random) -> None:
        """A complaint that has come some way along one of the straight roads."""
        road = ROADS[chance.choice(sorted(ROADS))]
        self.start(road[: chance.randint(0, len(road))], paper=chance.random() < 0.3)
        self.a_few_days_pass(chance)
        self.a_few_days_pass(chance)

    def start(self, road: tuple[tuple[str, str, int], ...], paper: bool) -> None:
        slip = {
            "channel": "fax" if paper else "phone",
            "customer": self.session.scalar(sa.select(Customer.id).where(Customer.name.like("苏州%"))),
            "product": self.session.scalar(sa.select(Product.id).where(Product.model == "HT-850")),
            "site_region": "320583",
            "subject": "noise",
            "description": "noise",
        }
        self.other = intake.create(self.session, slip, self.actors["reception"])
        self.record = intake.create(self.session, slip, self.actors["reception"])
        self.model = Model(clock.now(), paper)
        if paper:
            self._attach("letter")
        for login, step, choice in road:
            self._try(login, step, choice)

    @rule(chance=st.randoms(use_true_random=True))
    def a_few_days_pass(self, chance: random.Random) -> None:
        """Mostly people do what the page offers them, sometimes anything; time goes by, files and answers come in."""
        for _turn in range(12):
            happens = chance.choices((self._offered, self._named, self._anybody, self._beside), (10, 5, 2, 3))[0]
            happens(chance)

    # ---- what happens beside the steps

    def _beside(self, chance: random.Random) -> None:
        chance.choice((self._wait, self._wait, self._file, self._notice, self._answer))(chance)

    def _wait(self, chance: random.Random) -> None:
        later = clock.now() + timedelta(hours=chance.choice((1, 3, 14, 30, 60)))
        if clock.local(later).date().isoformat() < LAST_DAY:
            clock.set_frozen(later)
            self.model.now = later

    def _file(self, chance: random.Random) -> None:
        self._attach(chance.choice(("letter", "evidence", "photo")))

    def _attach(self, category: str) -> None:
        file = attachments.made("file.png", png().read(), category)
        if self.model.state in FINISHED:  # nobody would see it
            with pytest.raises(Shelved):
                attachments.keep(self.session, self.record, file, None)
            return
        attachments.keep(self.session, self.record, file, None)
        self.model.files.add(category)

    def _notice(self, _chance: random.Random) -> None:
        if self.record.state == "returned" and not self.record.notices:
            department = self.session.scalar(sa.select(Department.id).where(Department.code == "production"))
            facts = {"complaints": [self.record.id], "responsible_department": department, "problem": "noise"}
            facts["requirement"] = "no repeat"
            notice = create(self.session, facts, self.actors["qc"])
            CORRECTIVE.fire(self.session, notice, "issue", SYSTEM, {})
            self.model.notice = True

    def _answer(self, _chance: random.Random) -> None:
        for item in self.record.consultations:
            if item.is_waiting and item.department.code == "production":
                CONSULTATION.fire(
                    self.session, item, "answer", self.answerers["production_manager"], {"opinion": "assembly"}
                )
                self.model.asked.discard("production")

    # ---- the steps

    def _anybody(self, chance: random.Random) -> None:
        self._try(chance.choice(sorted(FUNCTIONS)), chance.choice(sorted(TABLE)), chance.randrange(1000))

    def _named(self, chance: random.Random) -> None:
        """Whoever holds a step, in whatever state; more often one that starts from here."""
        here = [step for step, row in sorted(TABLE.items()) if self.model.state in row.source]
        step = chance.choice(here) if here and chance.random() < 0.6 else chance.choice(sorted(TABLE))
        holding = sorted(each for each, mine in FUNCTIONS.items() if mine & TABLE[step].by)
        self._try(chance.choice(holding), step, chance.randrange(1000))

    def _offered(self, chance: random.Random) -> None:
        offers = [
            (login, step.name)
            for login, actor in self.actors.items()
            for step in COMPLAINT.offered(self.record, actor)
            if self._likely(login, step, chance)
        ]
        if offers:
            self._try(*chance.choice(offers), chance.randrange(1000))

    def _likely(self, login: str, step: Any, chance: random.Random) -> bool:
        if step.name in ENDING:
            return chance.random() < 0.05
        if login in ALSO and not FUNCTIONS[login] - {ALSO[login]} & set(step.granted_to):
            return False  # a manager leaves the department's own work to the department
        return chance.random() < (1 if step.tone == "main" else 0.3)

    def _try(self, login: str, step: str, choice: int) -> None:
        good = choice % 5 > 0 or step not in BAD
        data = self._typed((GOOD if good else BAD).get(step, [{}]), choice)
        expected = self.model.expect(login, FUNCTIONS[login], step, data, good)
        before, source = self._facts(), str(self.record.state)
        self.session.flush()
        point = self.session.begin_nested()
        try:
            line = COMPLAINT.fire(self.session, self.record, step, self.actors[login], data)
        except (Forbidden, Refused, Invalid) as refusal:
            point.rollback()
            self.session.expire(self.record, ["state", "version", "seq", "head", "owner", "round", "deadlines"])
            assert REFUSALS[type(refusal)] == expected, (login, step, data, refusal)
            assert self._facts() == before
            return
        point.commit()
        assert expected == "done", (login, step, data, expected)
        self.model.apply(login, step, data)
        assert (line.step, line.source, line.seq) == (step, source, before[2] + 1)
        self._told(line, step)

    def _typed(self, forms: list[dict[str, Any]], choice: int) -> dict[str, Any]:
        week = (clock.today() + timedelta(days=7)).isoformat()
        words = {"next week": week, "itself": self.record.number, "another": self.other.number}
        chosen = forms[choice // 5 % len(forms)]
        return {name: words.get(value, value) if isinstance(value, str) else value for name, value in chosen.items()}

    def _told(self, line: History, step: str) -> None:
        """One set of mails: everybody whose turn it now is, nobody twice, never the actor."""
        key = f"complaint.{step}:{self.record.id}:{line.seq}:%"
        query = sa.select(OutboxMail.user_id).where(OutboxMail.record_id == self.record.id, OutboxMail.key.like(key))
        people = [self.login_of[number] for number in self.session.scalars(query) if number]
        assert len(people) == len(set(people))
        actor = self.login_of[line.actor_id or 0]
        assert actor not in people
        if step not in QUIET and line.seq == self.record.seq:  # what the portal added itself is told by its own line
            assert self.model.turn() - {actor} <= set(people), (step, people)

    def _facts(self) -> tuple[Any, ...]:
        record = self.record
        state = (record.state, record.version, record.seq, record.head, record.owner)
        return (*state, len(record.deadlines), record.round)

    @invariant()
    def the_record_is_where_the_table_says(self) -> None:
        if not hasattr(self, "record"):
            return
        record, model = self.record, self.model
        assert (record.state, record.round) == (model.state, model.round)
        assert {self.login_of[number] for number in holders(self.session, record.owner)} == model.turn()
        assert set(record.major_criteria or []) == model.criteria
        assert record.owed == model.owed

    @invariant()
    def a_finished_record_has_no_running_clock(self) -> None:
        if hasattr(self, "record") and self.record.state in FINISHED:
            assert not [item for item in self.record.deadlines if item.is_running]
            assert self.record.due_at is None

    @invariant()
    def nobody_signs_two_sides(self) -> None:
        if hasattr(self, "record"):
            assert all(item.issued_by_id != item.by_id for item in self.record.dispositions if item.issued_at)

    def teardown(self) -> None:
        lay_down(self.session)
        assert list(faults(self.session)) == []
        self.session.rollback()
        self.session.remove()
        self.context.pop()
        clock.set_frozen(None)


@pytest.fixture
def company(template: Path, tmp_path: Path) -> Flask:
    shutil.copy(template / "portal.db", tmp_path / "portal.db")
    return portal_at(tmp_path, f"sqlite:///{tmp_path / 'portal.db'}")


def test_the_workflow_does_what_the_process_table_says_whoever_tries_what(company: Flask):
    Company.app = company
    limits = settings(
        max_examples=20,
        stateful_step_count=2,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Company, settings=limits)


@pytest.mark.parametrize("road", sorted(ROADS))
def test_each_straight_road_is_walked_as_the_model_says(company: Flask, road: str):
    Company.app = company
    walk = Company()
    walk.start(ROADS[road], paper=False)
    walk.the_record_is_where_the_table_says()
    assert walk.record.state == ENDS[road]
    walk.teardown()


def test_the_machine_knows_every_step_of_the_table_and_every_person():
    assert set(COMPLAINT.step_names) == set(TABLE)
    assert set(GOOD) | set(BAD) <= set(TABLE)
    assert set(FUNCTIONS) == {login for login, *_rest in PEOPLE}
