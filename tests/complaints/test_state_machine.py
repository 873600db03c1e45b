"""Whoever tries whatever in whatever order: the workflow does what the process table says, and nothing else."""

from __future__ import annotations

import random
import shutil
from pathlib import Path
from typing import Any, ClassVar

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from app.access import MAY_WHAT
from app.complaints import intake
from app.complaints.codes import OPEN
from app.complaints.models import Complaint
from app.complaints.workflow import COMPLAINT
from app.core import attachments, clock
from app.core.audit import faults
from app.core.history import History
from app.core.rights import snapshot
from app.core.workflow import SYSTEM, Forbidden, Invalid, Refused
from app.corrective.workflow import CORRECTIVE, create
from app.customers.models import Customer, Product
from app.extensions import db
from app.notifications.models import OutboxMail
from app.organisation.models import Department
from tests.conftest import NOW, portal_at
from tests.test_declarations import TABLE

from .conftest import DONE, FOUND, drawn, png

LOGINS = {
    "reception": {"reception"},
    "reception_lead": {"reception", "reception_lead"},
    "qc": {"qc"},
    "qc_manager": {"qc", "qc_manager"},
    "technician": {"technician"},
    "inspector": {"inspector"},
    "finance": {"finance"},
    "leader": {"leader"},
    "gm": {"gm"},
    "sales_manager": {"sales", "sales_manager"},
    "auditor": {"auditor"},
    "admin": {"admin"},
}
PAID = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "9.00"}
LATE = {"late_reason": "traffic"}
ENDING = ("void", "merge", "approve_withdrawal", "settle", "settle_unsatisfied", "send_back")
FIELDS: dict[str, list[dict[str, Any]]] = {  # what people type into each step: enough, or not
    "negotiate": [{"content": "talk", "satisfied": True}, {"content": "talk", "satisfied": False}, {}],
    "classify_quality": [{"solution_plan": "plan"}, {}],
    "reclassify_quality": [{"solution_plan": "plan", "reason": "noise"}, {"reason": "x"}],
    "hand_over": [LATE, {}],
    "draft_disposition": [{"analysis": "a", "opinion": "o", "needs_site_visit": True}, {"analysis": "a"}],
    "consult": [{"departments": ["production"]}, {"departments": []}, {"departments": ["nowhere"]}],
    "issue_disposition": [{"unanswered_reason": "no reply"}, {}],
    "assign": [{"technician": "technician", "kind": "technician"}, {"technician": "qc", "kind": "technician"}, {}],
    "reassign": [{"technician": "inspector", "kind": "inspector", "reason": "ill"}, {}],
    "agree_later_date": [{"new_date": "2026-12-24", "evidence": "call"}, {"new_date": "soon", "evidence": "x"}],
    "arrive": [LATE, {"arrived_at": "2099-01-01T00:00"}],
    "reschedule": [{"reason": "absent", "new_date": "2026-12-24"}, {"reason": "absent", "new_date": "2020-01-01"}],
    "investigate": [{**FOUND, "responsibility": "own_quality"}, {**FOUND, "responsibility": "misuse"}, {}],
    "quote": [
        {"lines": [{"description": "x", "quantity": 1, "price": "9"}], "amount": "9"},
        {"lines": [], "amount": "9"},
    ],
    "answer_quote": [{"accepted": True, "signer_name": "c"}, {"accepted": False, "signer_name": "c"}, {}],
    "complete": [DONE, PAID, {**DONE, "charge": "1"}, {}],
    "handle_remotely": [{**DONE, "reason": "by phone"}, {**PAID, "reason": "by phone"}, DONE],
    "amend": [{**DONE, "reason": "typing error"}, DONE],
    "confirm": [
        {"signer_name": "c", "method": "onscreen", "signature": drawn(), "satisfaction": 5},
        {"signer_name": "c", "method": "onscreen", "signature": drawn(), "satisfaction": 5, "remark": "仍未解决"},
        {"signer_name": "c", "method": "onscreen", "satisfaction": 5},
    ],
    "log_contact": [
        {"channel": "phone", "content": "rang", "reached": False},
        {"channel": "email", "content": "wrote", "reached": False},
        {"channel": "pigeon", "content": "x", "reached": False},
    ],
    "record_payment": [{"amount": "9", "receipt_no": "1", "paid_on": "2026-11-24"}, {"amount": "99"}],
    "mark_major": [{"criteria": ["safety"]}, {"criteria": ["boredom"]}],
    "correct_site": [{"site_region": "330206", "reason": "typed wrong"}, {"site_region": "330000", "reason": "x"}],
    "merge": [{"into": "itself"}, {"into": "another"}],
    "return_form": [LATE, {}],
    "close": [LATE, {}],
}
WITH_REASON = ("settle_unsatisfied", "send_back", "dispute", "decline", "reject", "no_answer", "unmark_major", "void",
               "reopen", "ask_withdrawal", "waive_payment")  # fmt: skip
FIELDS.update({name: [{"reason": "because"}, {}] for name in WITH_REASON})


def holds(login: str, step: str) -> bool:
    """Whether the process table grants a step to a person's functions."""
    mine = LOGINS[login]
    managers = {MAY_WHAT[code] for code in TABLE[step][2].split() if code in MAY_WHAT}
    return bool(mine & (set(TABLE[step][2].split()) | managers))


class Company(RuleBasedStateMachine):
    """One complaint, and everybody of the company doing things to it."""

    app: ClassVar[Flask]

    def __init__(self) -> None:
        super().__init__()
        clock.set_frozen(NOW)
        self.context = self.app.app_context()
        self.context.push()
        self.session: Any = db.session
        self.actors = {login: self._actor(login) for login in LOGINS}

    def _actor(self, login: str) -> Any:
        number = self.session.scalar(sa.text("SELECT id FROM ab_user WHERE username = :l"), {"l": login})
        rights = snapshot(self.session, number, 1)
        assert rights is not None
        return rights.actor("Complaint")

    @initialize(paper=st.booleans())
    def register(self, paper: bool) -> None:
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
        if paper:
            attachments.keep(self.session, self.record, "letter.png", png().read(), "letter", None)

    @rule(hours=st.integers(1, 60))
    def time_passes(self, hours: int) -> None:
        from datetime import timedelta

        clock.set_frozen(clock.now() + timedelta(hours=hours))

    @rule(category=st.sampled_from(["letter", "evidence", "photo"]))
    def somebody_attaches_a_file(self, category: str) -> None:
        attachments.keep(self.session, self.record, "file.png", png().read(), category, None)

    @rule()
    def a_notice_is_issued(self) -> None:
        if self.record.state == "returned" and not self.record.notices:
            department = self.session.scalar(sa.select(Department.id).where(Department.code == "production"))
            facts = {"complaints": [self.record.id], "responsible_department": department, "problem": "noise"}
            notice = create(self.session, facts, self.actors["qc"])
            CORRECTIVE.fire(self.session, notice, "issue", SYSTEM, {})

    @rule(login=st.sampled_from(sorted(LOGINS)), step=st.sampled_from(sorted(TABLE)), turn=st.integers(0, 2))
    def somebody_tries_something(self, login: str, step: str, turn: int) -> None:
        self._try(login, step, turn)

    @rule(choices=st.lists(st.integers(0, 10_000), min_size=4, max_size=25))
    def people_do_what_is_offered(self, choices: list[int]) -> None:
        """Most of the time people do what the page offers them, and seldom what ends it."""
        for choice in choices:
            chance = random.Random(choice)
            offers = [
                (login, step.name)
                for login, actor in self.actors.items()
                for step in COMPLAINT.offered(self.record, actor)
                if self._likely(login, step, chance)
            ]
            if offers:
                self._try(*chance.choice(offers), chance.randint(1, 2) if chance.random() < 0.2 else 0)

    def _likely(self, login: str, step: Any, chance: random.Random) -> bool:
        if step.name in ENDING:
            return chance.random() < 0.05
        if login.endswith(("_manager", "_lead")) and not set(LOGINS[login]) - {"qc", "reception"} & set(
            step.granted_to
        ):
            return False  # a manager leaves the department's own work to the department
        return chance.random() < (1 if step.tone == "main" else 0.15)

    def _try(self, login: str, step: str, turn: int) -> None:
        choices = FIELDS.get(step, [{}])
        data = dict(choices[min(turn, len(choices) - 1)])
        if "into" in data:
            data["into"] = (self.record if data["into"] == "itself" else self.other).number
        source, before = str(self.record.state), self._facts()
        self.session.flush()
        point = self.session.begin_nested()
        try:
            line = COMPLAINT.fire(self.session, self.record, step, self.actors[login], data)
        except (Forbidden, Refused, Invalid) as refusal:
            point.rollback()
            self.session.expire_all()
            assert self._facts() == before
            assert holds(login, step) or isinstance(refusal, Forbidden), (login, step, refusal)
            return
        point.commit()
        assert holds(login, step), (login, step)
        sources, target, _by = TABLE[step]
        assert source in sources.split(), (step, source)
        assert (line.step, line.source, line.seq) == (step, source, before[2] + 1)
        if target not in (None, "depends"):
            assert line.target == target
        assert target is not None or line.target == source
        self._one_set_of_mails(line)

    def _one_set_of_mails(self, line: History) -> None:
        mails = self.session.execute(
            sa.select(OutboxMail.user_id, OutboxMail.key).where(
                OutboxMail.record_id == self.record.id,
                OutboxMail.key.like(f"complaint.{line.step}:{self.record.id}:{line.seq}:%"),
            )
        ).all()
        people = [row.user_id for row in mails]
        assert len(people) == len(set(people))
        assert line.actor_id is None or line.actor_id not in people

    def _facts(self) -> tuple[Any, ...]:
        record = self.record
        return (
            record.state,
            record.version,
            record.seq,
            record.head,
            record.owner,
            len(record.deadlines),
            record.round,
        )

    @invariant()
    def an_open_record_is_somebody_s_turn(self) -> None:
        if hasattr(self, "record"):
            assert (self.record.state in OPEN) == (self.record.owner is not None)

    @invariant()
    def a_finished_record_has_no_running_clock(self) -> None:
        if hasattr(self, "record") and self.record.state not in OPEN:
            assert not [item for item in self.record.deadlines if item.is_running]
            assert self.record.due_at is None

    @invariant()
    def nobody_signs_two_sides(self) -> None:
        if hasattr(self, "record"):
            assert all(item.issued_by_id != item.by_id for item in self.record.dispositions if item.issued_at)

    def teardown(self) -> None:
        self.session.flush()
        assert [fault for fault in faults(self.session) if self.record.number in fault] == []
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
        max_examples=60,
        stateful_step_count=40,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(Company, settings=limits)


def test_the_machine_knows_every_step_of_the_table():
    assert set(COMPLAINT.step_names) == set(TABLE)
    assert set(FIELDS) <= set(TABLE)


assert Complaint  # what the machine works on
