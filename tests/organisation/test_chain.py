"""Who is away or has left does not keep the work waiting: the chain of deputies, and the department's manager."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.core.process.turns import holders
from app.core.rights.rights import Rights, snapshot
from app.notifications.engine import run_once
from app.organisation.models import EmployeeProfile
from tests.complaints.conftest import DONE, Line, line
from tests.complaints.conftest import FOUND as FINDINGS
from tests.support import PASSWORD
from tests.test_workbench import panel

__all__ = ["line"]
TODAY = date(2026, 11, 24)


def number(session: Session, login: str) -> int:
    return session.scalars(select(User.id).where(User.username == login)).one()


def away(session: Session, login: str, deputy: str, days: int = 3, first: date = TODAY) -> None:
    row = session.get_one(EmployeeProfile, number(session, login))
    row.absent_from, row.absent_to = first, first + timedelta(days=days)
    row.deputy_id = number(session, deputy)
    session.commit()


def leaves(session: Session, login: str) -> int:
    session.execute(update(User).where(User.username == login).values(active=False))
    session.commit()
    return number(session, login)


def rights(session: Session, login: str) -> Rights:
    found = snapshot(session, number(session, login), 1)
    assert found is not None
    return found


def stood_in_for(session: Session, login: str) -> set[str]:
    people = rights(session, login).stands_for
    return set(session.scalars(select(User.username).where(User.id.in_(people)))) - {login}


def test_a_deputy_who_is_away_passes_on_along_the_chain(line: Line, session: Session):
    visit = line.at("assigned", product=None)
    away(session, "technician", "inspector")
    assert line.take("technician2", visit, "accept").status_code in (403, 404)
    away(session, "inspector", "technician2")
    assert stood_in_for(session, "technician2") == {"inspector", "technician"}
    line.must("technician2", visit, "accept")
    told = line.by("auditor").get(f"complaint/{visit}/history").json[-1]
    assert (told["actor"], bool(told["on_behalf_of"])) == ("technician2", True)


def test_the_chain_holds_only_while_each_deputy_is_away(session: Session, at: Any):
    away(session, "technician", "inspector", days=10)
    away(session, "inspector", "technician2", days=2, first=TODAY + timedelta(days=3))
    assert stood_in_for(session, "technician2") == set()
    at("2026-11-28 09:00")
    assert stood_in_for(session, "technician2") == {"inspector", "technician"}
    at("2026-11-30 09:00")
    assert stood_in_for(session, "technician2") == set()
    assert stood_in_for(session, "inspector") == {"technician"}


def test_deputies_in_a_circle_stand_in_for_each_other_and_no_further(session: Session):
    for who, deputy in (("technician", "inspector"), ("inspector", "technician2"), ("technician2", "technician")):
        away(session, who, deputy)
    assert stood_in_for(session, "technician") == {"technician2", "inspector"}


def test_a_deputy_who_left_passes_on_what_is_not_his_own(session: Session):
    away(session, "technician", "inspector")
    session.get_one(EmployeeProfile, number(session, "inspector")).deputy_id = number(session, "technician2")
    session.commit()
    leaves(session, "inspector")
    assert stood_in_for(session, "technician2") == {"technician"}


def test_the_record_of_somebody_inactive_is_at_once_on_the_list_of_the_departments_manager(
    line: Line, session: Session, as_role: Any
):
    visit = line.at("assigned")
    manager = as_role("tech_manager", "en")
    name = line.read(visit)["number"]
    assert name not in manager.get("/").get_data(as_text=True)
    gone = leaves(session, "technician")
    assert f"user:{gone}" in rights(session, "tech_manager").owner_keys
    assert holders(session, f"user:{gone}") == [number(session, "tech_manager")]
    assert name in manager.get("/").get_data(as_text=True)
    assert line.by("tech_manager").get(f"complaint/{visit}").status_code == 200
    session.execute(update(User).where(User.id == gone).values(active=True))
    session.commit()
    assert name not in manager.get("/").get_data(as_text=True)


def test_what_an_inactive_manager_leaves_falls_to_the_executive(session: Session):
    gone = number(session, "tech_manager")
    session.get_one(EmployeeProfile, gone).leader_id = number(session, "leader")
    session.commit()
    leaves(session, "tech_manager")
    assert holders(session, f"user:{gone}") == [number(session, "leader")]
    assert f"user:{gone}" in rights(session, "leader").owner_keys


def saved(rest: Any, session: Session, login: str, **fields: Any) -> list[str]:
    session.rollback()
    row = session.get_one(EmployeeProfile, number(session, login), populate_existing=True)
    answer = rest("admin").put(f"employee/{row.user_id}", fields, headers={"If-Match": str(row.version)})
    assert answer.status_code == 200, answer.json
    return list(answer.json.get("warnings", []))


def test_an_absence_whose_deputy_is_not_there_warns_when_it_is_entered(rest: Any, session: Session):
    span = {"absent_from": "2026-11-30", "absent_to": "2026-12-04"}
    assert "Nobody stands in" in saved(rest, session, "technician", **span)[0]
    assert saved(rest, session, "technician", **span, deputy="inspector") == []
    away(session, "inspector", "technician2", first=date(2026, 12, 1))
    told = saved(rest, session, "technician", **span, deputy="inspector")
    assert "away as well, from 2026-12-01 to 2026-12-04" in told[0]
    assert "stands in then" in told[1]
    leaves(session, "inspector")
    told = saved(rest, session, "technician", **span, deputy="inspector")
    assert "has left" in told[0]
    session.get_one(EmployeeProfile, number(session, "inspector"), populate_existing=True).deputy_id = None
    session.commit()
    assert "nobody is there" in saved(rest, session, "technician", **span, deputy="inspector")[1]


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_deactivating_somebody_with_open_work_says_how_much_and_leads_to_the_hand_over(
    line: Line, session: Session, as_role: Any, locale: str
):
    line.at("assigned")
    row = session.get_one(EmployeeProfile, number(session, "technician"))
    form = {
        "username": "technician",
        "last_name": row.user.last_name,
        "first_name": row.user.first_name,
        "email": row.user.email,
        "department": row.department_id,
        "active": "false",
        "row_version": row.version,
    }
    answer = as_role("admin", locale).post(f"/employee/edit/{row.user_id}", form, follow_redirects=True)
    assert answer.request.path == f"/employee/hand_over/{row.user_id}"
    assert {"en": "1 records still wait", "zh": "1 条记录"}[locale] in answer.text


SENTENCE = "赵国庆 (CNC electrics)"


def on_the_list_of(line: Line, login: str) -> set[str]:
    """What the person's first page names among the work that waits."""
    browser = line.rest(login).client.application.test_client()
    browser.post("/login/", data={"username": login, "password": PASSWORD})
    return set(re.findall(r"TS-\d{8}-\d{3}", panel(browser.get("/").text, "todo")))


def test_2_3_a_deputy_without_the_competence_is_refused_the_work_of_the_visit(line: Line, session: Session):
    visit, other = line.at("assigned"), line.at("on_site")
    away(session, "technician", "technician2")
    for number_, step, fields in (
        (visit, "accept", {}),
        (visit, "depart", {}),
        (visit, "arrive", {}),
        (other, "investigate", {**FINDINGS, "responsibility": "unclear"}),
        (other, "complete", DONE),
    ):
        answer = line.take("technician2", number_, step, **fields)
        assert answer.status_code == 409, step
        assert SENTENCE in answer.json["message"], step
        assert "QC manager" in answer.json["message"], step
    assert "资质" in line.by("technician2", "zh").post(f"complaint/{visit}/arrive", {}).json["message"]
    line.must("technician2", visit, "decline", reason="not my product")


def test_2_3_a_competent_deputy_and_a_co_worker_go(line: Line, session: Session):
    first, second = line.at("assigned"), line.at("disposed")
    sent = {"technician": "technician", "kind": "technician", "co_workers": ["technician2"]}
    line.must("qc_manager", second, "assign", **sent, override_reason="learns it")
    away(session, "technician", "inspector")
    line.must("inspector", first, "arrive")
    line.must("technician2", second, "arrive")


def test_2_3_what_no_deputy_masters_is_on_the_qc_managers_list_until_somebody_does(
    app: Any, line: Line, session: Session, at: Any
):
    visit, unasked = line.at("assigned"), line.at("assigned", product=None)
    name, free = line.read(visit)["number"], line.read(unasked)["number"]
    away(session, "technician", "technician2", days=1, first=TODAY + timedelta(days=1))
    run_once(app)
    assert name not in on_the_list_of(line, "qc_manager")
    at("2026-11-25 09:00")
    run_once(app)
    assert on_the_list_of(line, "qc_manager") & {name, free} == {name}
    lines = line.by("auditor").get(f"complaint/{visit}/history").json
    assert [row["step"] for row in lines].count("unattended") == 1, "it is told once"
    assert line.by("qc_manager").get(f"complaint/{visit}").status_code == 200
    again = {"technician": "inspector", "kind": "inspector", "reason": "he is ill"}
    line.must("qc_manager", visit, "reassign", **again)
    assert name not in on_the_list_of(line, "qc_manager")


def test_2_3_the_visit_leaves_the_managers_list_when_the_traveller_is_back(
    app: Any, line: Line, session: Session, at: Any
):
    visit = line.at("assigned")
    name = line.read(visit)["number"]
    away(session, "technician", "technician2", days=1)
    run_once(app)
    assert name in on_the_list_of(line, "qc_manager")
    at("2026-11-26 09:00")
    run_once(app)
    assert name not in on_the_list_of(line, "qc_manager")
    line.must("technician", visit, "arrive")


def test_2_3_who_enters_the_absence_is_told_what_the_deputy_is_not_competent_for(
    line: Line, rest: Any, session: Session
):
    line.at("assigned")
    span = {"absent_from": "2026-11-30", "absent_to": "2026-12-04"}
    told = saved(rest, session, "technician", **span, deputy="technician2")
    assert len(told) == 1
    assert SENTENCE in told[0]
    assert "list" in told[0]
