"""The small print of the process table: when a clock begins, who is asked, what a step never asks, what is undone."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import select

from app.notifications.engine import run_once
from app.notifications.models import OutboxMail
from app.organisation.models import EmployeeProfile

from .conftest import DONE, FOUND, HONGKONG, Line
from .test_charge import PAID, charged, quoted

DRAFT = {"analysis": "bearing", "opinion": "replace", "needs_site_visit": True}
TODAY = date(2026, 11, 24)


def stand_in(session: Any, absent: str, deputy: str) -> None:
    """Today one colleague stands in for another."""
    people = {row.user.username: row for row in session.scalars(select(EmployeeProfile))}
    person = people[absent]
    person.absent_from = person.absent_to = TODAY
    person.deputy_id = people[deputy].user_id
    session.commit()


def closed(line: Line, **fields: Any) -> int:
    """A complaint of the reception's own kind, settled."""
    number = line.register(**fields)
    line.must("reception", number, "classify_non_quality")
    line.must("reception", number, "negotiate", content="ok", satisfied=True)
    line.must("reception", number, "settle")
    return number


def mails_of(session: Any, event: str) -> set[str]:
    session.expire_all()
    rows = session.scalars(select(OutboxMail).where(OutboxMail.event == event, OutboxMail.user_id.is_not(None)))
    return {row.user.username for row in rows}


# ---- 2.1 reception


def test_2_1_what_was_received_earlier_is_backfilled_and_its_clocks_say_so(line: Line, at: Any):
    at("2026-11-24 09:20")
    late = line.register(received_at="2026-11-23T16:00:00+08:00")
    assert line.read(late)["backfilled"] is True
    assert line.deadlines(late, "HAND_TO_QC")[0]["started_at"] == "2026-11-23T16:00:00+08:00"
    assert line.deadlines(late, "HAND_TO_QC")[0]["status"] == "breached"
    assert line.deadlines(late, "ACK")[0]["started_at"] == "2026-11-24T09:20:00+08:00"
    just_now = line.register(received_at="2026-11-24T09:06:00+08:00")
    assert line.read(just_now)["backfilled"] is False


def test_2_1_only_an_acknowledgement_meets_its_clock(line: Line):
    number = line.register()
    line.must("reception", number, "log_contact", channel="phone", content="called back", reached=True)
    assert line.deadlines(number, "ACK")[0]["status"] == "running"


def test_2_1c_the_third_failed_negotiation_is_told_to_the_leader(line: Line, session: Any):
    number = line.at("negotiating")
    for turn in range(3):
        assert "leader" not in mails_of(session, "complaint.negotiate")
        line.must("reception", number, "negotiate", content=f"offer {turn}", satisfied=False)
    assert "leader" in mails_of(session, "complaint.negotiate")


def test_2_1_reception_voids_its_own_slip_on_the_same_day_and_no_other(line: Line, at: Any):
    mine, theirs = line.register(), line.register("reception_lead")
    assert line.take("reception", theirs, "void", reason="double").status_code == 403
    assert line.must("reception", mine, "void", reason="double")["state"] == "void"
    yesterday = line.register()
    at("2026-11-25 08:00")
    assert line.take("reception", yesterday, "void", reason="double").status_code == 403
    assert line.must("qc_manager", yesterday, "void", reason="double")["state"] == "void"


def test_2_1h_an_issued_disposition_is_read_only_and_the_next_round_has_its_own(line: Line):
    number = line.at("disposed")
    assert line.take("qc", number, "draft_disposition", **DRAFT).status_code == 409
    row = line.by("auditor").get("disposition/").json["result"][0]
    qc = line.by("qc")
    assert qc.put(f"disposition/{row['id']}", {"opinion": "x"}, headers={"If-Match": "1"}).status_code in (404, 405)
    line.must("qc", number, "dispute", reason="customer denies misuse")
    line.must("qc", number, "draft_disposition", **DRAFT)
    kept = sorted(line.by("auditor").get("disposition/").json["result"], key=lambda each: each["round"])
    assert [(each["round"], each["opinion"]) for each in kept] == [(1, row["opinion"]), (2, "replace")]
    assert kept[0] == row


# ---- 2.1 会同有关部门


@pytest.mark.parametrize("code", ["marketing", "engineering", "property", "finance"])
def test_2_1g_a_department_in_which_nobody_can_answer_is_not_asked(line: Line, code: str):
    number = line.at("at_qc")
    refused = line.take("qc", number, "consult", departments=[code, "production"])
    assert refused.status_code == 422
    assert "name a manager" in refused.json["message"]["departments"][0]
    assert line.by("auditor").get("consultation/").json["count"] == 0


def test_2_1g_the_manager_s_deputy_finds_it_on_the_work_list_reads_the_complaint_and_answers(
    line: Line, session: Any, as_role: Any
):
    stand_in(session, "production_manager", "technician2")
    number = line.at("at_qc")
    line.must("qc", number, "consult", departments=["production"])
    row = line.by("auditor").get("consultation/").json["result"][0]
    assert f"/consultation/show/{row['id']}" in as_role("technician2").get("/work/").text
    assert as_role("technician2").get(f"/complaint/show/{number}").status_code == 200
    answer = line.by("technician2").post(f"consultation/{row['id']}/answer", {"opinion": "assembly"})
    assert answer.json["state"] == "answered"
    last = line.by("auditor").get(f"consultation/{row['id']}/history").json[-1]
    assert (last["actor"], last["on_behalf_of"]) == ("technician2", "吴海")


# ---- 2.2 journey


def test_2_2_a_special_region_asks_its_date_once_a_round(line: Line):
    number = line.at("disposed", site_region=HONGKONG)
    going = {"technician": "technician", "kind": "technician"}
    line.must("qc_manager", number, "assign", **going, due_at="2026-12-10T18:00:00+08:00", due_reason="visa")
    line.must("technician", number, "decline", reason="ill")
    line.must("qc_manager", number, "assign", technician="inspector", kind="inspector")
    assert [item["due_at"] for item in line.deadlines(number, "ARRIVE_SPECIAL")] == ["2026-12-10T18:00:00+08:00"]


def test_2_2_a_later_date_agreed_for_a_second_visit_counts_for_its_clock_too(line: Line, session: Any):
    number = line.at("on_site")
    line.must("technician", number, "reschedule", reason="absent", new_date="2026-11-26")
    line.must("technician", number, "agree_later_date", new_date="2026-11-30", evidence="call")
    agreed = session.scalar(sa.text("SELECT agreed_date FROM deadline WHERE code = 'REVISIT'"))
    assert str(agreed) == "2026-11-30"


@pytest.mark.parametrize(("state", "step"), [("assigned", "depart"), ("confirmed", "back_at_company")])
def test_2_2_nobody_sets_out_or_is_back_before_being_sent(line: Line, state: str, step: str):
    number = line.at(state)
    answer = line.take("technician", number, step, at="2026-11-20T09:00:00+08:00")
    assert answer.status_code == 422
    assert set(answer.json["message"]) == {"at"}


def test_2_2f_an_arrival_overdue_is_told_to_the_qc_manager_and_reception(line: Line, at: Any, app: Any, session: Any):
    line.at("assigned")
    at("2026-12-02 09:00")
    run_once(app)
    assert {"technician", "qc_manager", "reception"} <= mails_of(session, "deadline_breached")


def test_2_4_what_is_handled_remotely_after_all_leaves_no_visit_s_clock_running(line: Line):
    number = line.at("on_site")
    line.must("qc_manager", number, "reassign", technician="inspector", kind="inspector", reason="ill")
    line.must("inspector", number, "decline", reason="also ill")
    line.must("qc", number, "handle_remotely", **DONE, reason="video call")
    assert line.deadlines(number, "COMPLETE")[0]["status"] == "met"


# ---- 2.4 charge


def test_2_4_a_waiver_holds_for_the_charge_it_was_given_for(line: Line):
    number = charged(line)
    line.must("leader", number, "waive_payment", reason="goodwill")
    assert line.read(number)["owed"] == "0.00"
    line.must("qc", number, "amend", **{**PAID, "work_done": "more words"}, reason="typing error")
    assert line.read(number)["owed"] == "0.00"
    line.must("qc", number, "amend", **{**PAID, "charge": "3000"}, reason="one part less")
    assert line.read(number)["owed"] == "3000.00"


def test_2_4_a_payment_is_not_dated_in_the_future(line: Line):
    number = charged(line)
    paid = {"amount": "1600", "receipt_no": "SJ-1"}
    answer = line.take("finance", number, "record_payment", **paid, paid_on="2026-11-25")
    assert answer.status_code == 422
    assert set(answer.json["message"]) == {"paid_on"}


def test_2_4_a_charge_after_the_consent_of_an_earlier_round_still_needs_one(line: Line):
    number = quoted(line)
    line.must("technician", number, "answer_quote", accepted=False, signer_name="顾客签收人")
    answer = line.take("qc", number, "answer_quote", accepted=True, signer_name="x", evidence="当面签字同意")
    assert answer.status_code == 409


# ---- 2.6 the end


def at_the_end(line: Line) -> int:
    number = line.at("returned")
    notice = {
        "complaints": [number],
        "responsible_department": "production",
        "problem": "bearing",
        "requirement": "no repeat",
    }
    made = line.by("qc").post("corrective_action/", notice).json["id"]
    line.by("qc_manager").post(f"corrective_action/{made}/issue")
    return number


def test_2_6_a_late_closure_takes_a_reason_but_is_never_refused_for_want_of_one(line: Line, at: Any):
    first, second = at_the_end(line), at_the_end(line)
    at("2026-12-02 09:00")
    assert line.must("qc_manager", first, "close")["state"] == "closed"
    line.must("qc_manager", second, "close", late_reason="stocktaking")
    assert [line.deadlines(number, "CLOSE")[0]["status"] for number in (first, second)] == ["breached", "breached"]
    assert [line.deadlines(number, "CLOSE")[0]["reason"] for number in (first, second)] == [None, "stocktaking"]


def test_a_withdrawal_waits_for_the_qc_manager_and_ends_with_the_reopening(line: Line, as_role: Any):
    number = line.at("received")
    line.attach("reception", number, "evidence")
    line.must("reception", number, "ask_withdrawal", reason="solved by itself")
    assert f"/complaint/show/{number}" in as_role("qc_manager").get("/work/").text
    line.must("qc_manager", number, "approve_withdrawal")
    assert f"/complaint/show/{number}" not in as_role("qc_manager").get("/work/").text
    assert line.must("reception", number, "reopen", reason="not solved")["state"] == "received"
    assert line.take("qc_manager", number, "approve_withdrawal").status_code == 409
    line.must("reception", number, "ask_withdrawal", reason="this time for good")


def test_after_90_days_one_click_registers_a_new_complaint_linked_to_the_old_one(line: Line, at: Any, as_role: Any):
    old = closed(line, serial_no="SN-7")
    at("2027-03-01 09:00")
    reception = as_role("reception")
    page = reception.get(f"/complaint/show/{old}").text
    assert "/step/reopen" not in page  # it could not succeed
    href = page.split('href="/complaint/add?')[1].split('"')[0].replace("&amp;", "&")
    page = reception.get(f"/complaint/add?{href}").text
    assert f'<option value="{old}" selected>TS-20261124-001' in page
    assert 'value="SN-7"' in page
    typed = {"channel": "phone", "customer": line.customer(), "site_region": "320583", "subject": "again",
             "description": "the same noise", "recurrence_of": old}  # fmt: skip
    assert reception.post("/complaint/add", typed).status_code == 302
    new = line.by("auditor").get("complaint/").json["result"][0]["id"]
    assert line.read(new)["recurrence_of"] == old
    assert f'/complaint/show/{new}"' in reception.get(f"/complaint/show/{old}").text
    assert f'/complaint/show/{old}"' in reception.get(f"/complaint/show/{new}").text


def test_4_4_what_a_person_has_judged_not_major_is_not_marked_again_by_the_portal(line: Line):
    for _turn in range(2):
        line.register(failure_mode="noise")
    number = line.at("on_site", failure_mode="noise")
    assert line.read(number)["major_criteria"] == ["repeat"]
    line.must("qc_manager", number, "unmark_major", reason="three different machines")
    line.must("technician", number, "investigate", **FOUND, responsibility="unclear")
    assert line.read(number)["is_major"] is False
    line.must("qc", number, "mark_major", criteria=["repeat"])
    assert line.read(number)["is_major"] is True


def test_4_4_a_major_complaint_stays_major_when_it_is_merged(line: Line):
    first, second = line.register(), line.register(product=line.product("LX-200"))
    line.must("qc", first, "mark_major", criteria=["safety"])
    line.must("qc", first, "merge", into=line.read(second)["number"])
    assert line.read(second)["major_criteria"] == ["safety"]


# ---- who sees what


def test_contact_details_are_masked_for_those_who_read_only_their_own(line: Line, session: Any):
    customer = line.customer()
    session.execute(
        sa.text("UPDATE customer SET sales_owner_id = (SELECT id FROM ab_user WHERE username = 'sales') WHERE id = :c"),
        {"c": customer},
    )
    session.commit()
    number = line.register(contact_phone="13812345678")
    short = line.register(contact_phone="1234567")
    seen = {
        login: line.read(number, login)["contact_phone"] for login in ("reception", "qc", "sales_manager", "leader")
    }
    assert set(seen.values()) == {"13812345678"}
    assert line.read(number, "sales")["contact_phone"] == "138****5678"
    assert line.read(short, "sales")["contact_phone"] == "****"


def test_the_technician_sees_the_number_while_the_assignment_runs_and_masked_afterwards(line: Line):
    number = line.at("assigned", contact_phone="13812345678")
    assert line.read(number, "technician")["contact_phone"] == "13812345678"
    line.must("qc_manager", number, "reassign", technician="inspector", kind="inspector", reason="ill")
    assert line.read(number, "technician")["contact_phone"] == "138****5678"
    assert line.read(number, "inspector")["contact_phone"] == "13812345678"


def test_each_function_sees_the_complaints_of_the_matrix_and_no_other(line: Line):
    plain, consulted, costly = line.register(), line.at("at_qc"), charged(line)
    line.must("qc", consulted, "consult", departments=["production"])
    all_of_them = {plain, consulted, costly}
    expected: dict[str, set[int]] = {
        **dict.fromkeys(("reception", "reception_lead", "qc", "qc_manager", "sales_manager"), all_of_them),
        **dict.fromkeys(("leader", "gm", "auditor", "admin"), all_of_them),
        "technician": {costly}, "technician2": set(), "inspector": set(), "sales": all_of_them, "tech_manager": set(),
        "production_manager": {consulted}, "finance": {costly},
    }  # fmt: skip
    for login, numbers in expected.items():
        found = line.by(login).get("complaint/").json["result"]
        assert {row["id"] for row in found} == numbers, login
        parts = line.by(login).get("disposition/").json["result"]
        assert {row["complaint_id"] for row in parts} <= numbers, login
    for login in ("marketing", "marketing_manager", "agent", "property"):
        assert line.by(login).get("complaint/").status_code == 403, login


def test_those_named_by_the_matrix_export_complaints_and_nobody_else(line: Line, as_role: Any):
    line.register()
    for login in ("qc_manager", "sales_manager", "gm", "auditor"):
        answer = as_role(login).get("/complaint/export.csv")
        assert "TS-20261124-001" in answer.get_data(as_text=True), login
    for login in ("reception", "qc", "technician", "sales", "finance", "leader", "admin"):
        answer = as_role(login).get("/complaint/export.csv")
        assert answer.status_code in (302, 403), login
        assert "TS-20261124-001" not in answer.get_data(as_text=True)
