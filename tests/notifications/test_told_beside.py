"""Who is told of a step beside those the regulation names is the administrator's word: by page and REST, at once."""

from __future__ import annotations

from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.core.record.records import Follower
from app.notifications.models import OutboxMail
from tests.complaints.conftest import Line

from .conftest import Sink

__all__ = ["Sink"]
URL = "told_beside/complaint/receive"


def told(session: Any, step: str) -> set[str]:
    session.rollback()
    mails = session.scalars(select(OutboxMail).where(OutboxMail.event == f"complaint.{step}")).all()
    return {mail.user.username for mail in mails if mail.user}


def test_a_function_told_beside_hears_of_the_next_step_and_after_a_delete_no_more(line: Line, rest: Any, session: Any):
    admin = rest("admin")
    assert admin.get(URL).json["functions"] == []
    assert admin.put(URL, {"functions": ["leader"]}).json["functions"] == ["leader"]
    line.at("at_qc")
    assert "leader" in told(session, "receive") and "leader" not in told(session, "hand_over")
    stale = admin.client.delete(f"/api/v1/{URL}", headers={**admin.headers, "If-Match": "7"})
    assert stale.status_code == 409 and admin.get(URL).json["functions"] == ["leader"]
    back = admin.client.delete(f"/api/v1/{URL}", headers=admin.headers)
    assert back.json["functions"] == [] and back.json["version"] == 0
    session.execute(OutboxMail.__table__.delete())
    session.commit()
    line.at("at_qc")
    assert "leader" not in told(session, "receive")


def test_a_records_followers_are_told_or_not_as_is_decided(line: Line, rest: Any, session: Any):
    admin = rest("admin")
    assert admin.get(URL).json["followers"] is True
    assert admin.put(URL, {"followers": False}).json["followers"] is False
    auditor = session.scalars(select(User.id).where(User.username == "auditor")).one()
    for consulted in (False, True):
        number = line.at("handed_over")
        session.add(Follower(record_id=number, user_id=auditor))
        session.commit()
        line.must("qc", number, "receive")
        assert "auditor" not in told(session, "receive")
        line.must("qc", number, "consult", departments=["production"], question="?")
        assert ("auditor" in told(session, "consult")) is consulted  # a quiet step until it is decided otherwise
        assert admin.put("told_beside/complaint/consult", {"followers": True}).status_code == 200


@pytest.mark.parametrize(
    ("url", "facts", "status"),
    [
        (URL, {"functions": ["nobody"]}, 422),
        (URL, {"functions": ["property"]}, 422),  # may not open a complaint
        ("told_beside/complaint/no_such", {"functions": []}, 404),
        ("told_beside/no_such/register", {"functions": []}, 404),
    ],
)
def test_what_cannot_be_is_refused(rest: Any, url: str, facts: dict[str, Any], status: int):
    assert rest("admin").put(url, facts).status_code == status


def test_only_who_may_decides_and_it_is_written_down(rest: Any):
    assert rest("auditor").put(URL, {"functions": ["leader"]}).status_code == 403
    admin = rest("admin")
    admin.put(URL, {"functions": ["leader"]})
    assert admin.put(URL, {"functions": []}, headers={"If-Match": "7"}).status_code == 409
    assert [row["step"] for row in admin.get("told_beside/").json["result"]] == ["receive"]
    (row,) = rest("auditor").get("decision/").json["result"]
    assert (row["by"], row["key"], row["after"]) == ("admin", "complaint/receive", {"functions": ["leader"]})


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_page_lists_sets_and_restores(as_role: Any, rest: Any, locale: str):
    admin = as_role("admin", locale)
    page = admin.get("/told_beside/").text
    assert "/told_beside/complaint/receive" in page and "/told_beside/gm_report/register" in page
    assert admin.get("/told_beside/complaint/receive").status_code == 200
    sent = {"row_version": "0", "functions": ["leader", "gm"], "followers": "true"}
    assert admin.post("/told_beside/complaint/receive", sent).status_code == 302
    assert rest("admin").get(URL).json["functions"] == ["gm", "leader"]
    assert admin.post("/told_beside/complaint/receive", {**sent, "functions": ["leader"]}).status_code == 409
    assert admin.post("/told_beside/complaint/receive", {**sent, "functions": ["property"]}).status_code == 409
    wrong = {**sent, "row_version": "1", "functions": ["property"]}
    assert admin.post("/told_beside/complaint/receive", wrong).status_code == 422
    words = {"zh": "总经理, 分管领导", "en": "General manager, Leader"}
    assert f"<ins>{words[locale]}</ins>" in admin.get("/told_beside/complaint/receive").text
    assert admin.post("/told_beside/complaint/receive", {"act": "restore"}).status_code == 302
    assert rest("admin").get(URL).json["functions"] == []


def test_nobody_is_mailed_about_a_record_that_is_not_for_his_eyes(line: Line, rest: Any, session: Any):
    admin = rest("admin")
    able = [role for role in ("leader", "qc_manager", "qc", "department_manager", "sales") if tells(admin, role)]
    assert admin.put("told_beside/gm_report/report", {"functions": able}).status_code == 200
    number = line.register()
    line.must("reception", number, "mark_major", criteria=["safety"])
    (report,) = line.by("gm").get("gm_report/").json["result"]
    here = f"gm_report/{report['id']}"
    assert line.by("sales_manager").post(f"{here}/report", {"summary": "x", "measures": "y"}).status_code == 200
    session.rollback()
    mails = session.scalars(select(OutboxMail).where(OutboxMail.event == "gm_report.report")).all()
    people = {mail.user.username for mail in mails if mail.user}
    seen = {
        login: rest(login).get(here).status_code for login in ("leader", "qc_manager", "production_manager", "sales")
    }
    assert seen["production_manager"] == 404 and "department_manager" in able and seen["leader"] == 200, (able, seen)
    assert {login for login in seen if login in people} == {login for login in seen if seen[login] == 200}


def tells(admin: Any, role: str) -> bool:
    return bool(admin.put("told_beside/gm_report/report", {"functions": [role]}).status_code == 200)
