"""The exceptional paths: corrected after signing, merged, withdrawn, repeated, reopened."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from .conftest import DONE, FOUND, Line, drawn


def signature(line: Line, number: int) -> list[dict[str, Any]]:
    rows = line.by("auditor").get("confirmation/").json["result"]
    return [row for row in rows if row["complaint_id"] == number]


def test_2_5a_a_text_corrected_after_signing_needs_a_new_signature_and_keeps_the_old(line: Line, as_role: Any):
    number = line.at("confirmed")
    assert [row["valid"] for row in signature(line, number)] == [True]
    changed = {**DONE, "work_done": "two bearings replaced", "reason": "one was forgotten"}
    assert line.must("technician", number, "amend", **changed)["state"] == "awaiting_confirmation"
    assert [row["valid"] for row in signature(line, number)] == [False]
    assert "签名失效" in as_role("qc", "zh").get(f"/complaint/show/{number}").get_data(as_text=True)
    services = line.by("auditor").get("site_service/").json["result"]
    assert {row["work_done"] for row in services if row["complaint_id"] == number} == {
        "bearing replaced",
        "two bearings replaced",
    }
    line.must(
        "technician", number, "confirm", signer_name="顾客签收人", method="onscreen", signature=drawn(), satisfaction=5
    )
    assert sorted(row["valid"] for row in signature(line, number)) == [False, True]


def test_2_5a_a_text_tampered_with_in_the_database_no_longer_carries_its_signature(line: Line, session: Any):
    number = line.at("returned", product=None)
    session.execute(sa.text("UPDATE site_service SET work_done = 'nothing' WHERE complaint_id = :n"), {"n": number})
    session.commit()
    assert [row["valid"] for row in signature(line, number)] == [False]
    notice = {
        "complaints": [number],
        "responsible_department": "production",
        "problem": "bearing",
        "requirement": "no repeat",
    }
    made = line.by("qc").post("corrective_action/", notice).json["id"]
    line.by("qc_manager").post(f"corrective_action/{made}/issue")
    refused = line.take("qc_manager", number, "close")
    assert refused.status_code == 409
    assert "confirmed" in refused.json["message"]


def test_files_contacts_hours_owners_and_the_earliest_deadline_move_with_a_merger(line: Line, at: Any, session: Any):
    at("2026-11-23 10:00")
    first = line.register(subject="first")
    at("2026-11-24 09:30")
    second = line.register("reception_lead", subject="second")
    line.attach("reception", first, "photo")
    line.must("reception", first, "log_contact", channel="phone", content="called", reached=True)
    due = line.deadlines(first, "HAND_TO_QC")[0]["due_at"]
    number = line.read(second)["number"]
    assert line.must("reception", first, "merge", into=number)["state"] == "merged"
    assert line.read(first)["merged_into"] == second
    assert [item["category"] for item in line.by("auditor").get(f"complaint/{second}/attachments").json] == ["photo"]
    assert line.deadlines(second, "HAND_TO_QC")[0]["due_at"] == due
    followers = session.scalars(sa.text("SELECT u.username FROM follower f JOIN ab_user u ON u.id = f.user_id")).all()
    assert "reception" in followers
    history = line.by("auditor").get(f"complaint/{second}/history").json
    assert history[-1]["step"] == "absorb"


def test_only_open_complaints_of_one_customer_are_merged(line: Line):
    one, closed = line.register(), line.at("pending_qc")
    line.register()  # there is one to merge into
    other = line.register(customer=line.customer("宁波示例精密机械有限公司"))
    line.must("reception", closed, "void", reason="double")
    assert line.take("reception", one, "merge", into=line.read(other)["number"]).status_code == 409
    assert line.take("reception", one, "merge", into=line.read(closed)["number"]).status_code == 409
    assert line.take("reception", one, "merge", into=line.read(one)["number"]).status_code == 422
    assert line.take("reception", one, "merge", into="TS-20990101-999").status_code == 422
    assert line.read(one)["state"] == "received"


def test_a_withdrawal_needs_evidence_and_a_second_person(line: Line):
    number = line.at("at_qc")
    refused = line.take("reception", number, "ask_withdrawal", reason="solved by itself")
    assert refused.status_code == 409
    line.attach("reception", number, "evidence")
    assert line.take("qc_manager", number, "approve_withdrawal").status_code == 409
    line.must("reception", number, "ask_withdrawal", reason="solved by itself")
    assert line.read(number)["state"] == "at_qc"
    assert line.take("reception", number, "ask_withdrawal", reason="again").status_code == 409
    done = line.must("qc_manager", number, "approve_withdrawal")
    assert done["state"] == "closed"
    assert line.read(number)["outcome"] == "withdrawn"


def test_a_repeated_complaint_is_linked_to_the_earlier_one(line: Line):
    first = line.register(serial_no="SN-1")
    other_unit = line.register(serial_no="SN-2")
    again = line.register(serial_no="SN-1")
    elsewhere = line.register(customer=line.customer("宁波示例精密机械有限公司"), serial_no="SN-1")
    assert line.read(first)["recurrence_of"] is None
    assert line.read(other_unit)["recurrence_of"] is None
    assert line.read(again)["recurrence_of"] == first
    assert line.read(elsewhere)["recurrence_of"] is None


def test_after_90_days_a_new_complaint_is_linked_instead_of_reopening(line: Line, at: Any):
    number = line.at("returned")
    notice = {
        "complaints": [number],
        "responsible_department": "production",
        "problem": "bearing",
        "requirement": "no repeat",
    }
    made = line.by("qc").post("corrective_action/", notice).json["id"]
    line.by("qc_manager").post(f"corrective_action/{made}/issue")
    line.must("qc_manager", number, "close")
    at("2027-03-01 09:00")
    assert line.take("reception", number, "reopen", reason="again").status_code == 409
    linked = line.register(recurrence_of=number)
    assert line.read(linked)["recurrence_of"] == number


def test_4_4_what_can_be_computed_marks_itself(line: Line):
    key = line.register(customer=line.customer("台州示例泵业有限公司"))
    assert line.read(key)["major_criteria"] == ["key_customer"]
    one, two = line.register(batch_no="B-77"), line.register(batch_no="B-77")
    assert line.read(one)["is_major"] is False
    assert line.read(two)["major_criteria"] == ["batch"]
    slips = [line.register(failure_mode="noise") for _turn in range(3)]
    assert [line.read(slip)["is_major"] for slip in slips] == [False, False, True]
    last = line.by("auditor").get(f"complaint/{slips[2]}/history").json[-1]
    assert (last["step"], last["actor"], last["clause"]) == ("mark_major", "system", "4.4")


def test_4_4_three_failed_negotiations_mark_a_complaint_major(line: Line):
    number = line.at("negotiating")
    for turn in range(3):
        assert line.read(number)["is_major"] is False
        line.must("reception", number, "negotiate", content=f"talk {turn}", satisfied=False)
    assert line.read(number)["major_criteria"] == ["unsatisfied"]


def test_4_4_a_criterion_switched_off_marks_nothing(line: Line, as_role: Any):
    from app.core import settings
    from app.extensions import db

    with line.by("reception").client.application.app_context():
        settings.put(db.session, "major_key_customer", False)
        db.session.commit()
    number = line.register(customer=line.customer("台州示例泵业有限公司"))
    assert line.read(number)["is_major"] is False


def test_a_breach_asks_its_reason_and_keeps_it(line: Line, at: Any, as_role: Any):
    number = line.at("handed_over")
    at("2026-11-27 10:00")
    line.must("qc", number, "receive")
    late = line.deadlines(number, "QC_RECEIVE")[0]
    assert late["status"] == "breached"
    assert late["reason"] is None
    page = as_role("qc").get(f"/complaint/show/{number}").get_data(as_text=True)
    assert f"/complaint/{number}/delay/{late['id']}" in page
    qc = line.by("qc")
    assert qc.post(f"complaint/{number}/deadlines/{late['id']}", {}).status_code == 422
    assert line.by("sales").post(f"complaint/{number}/deadlines/{late['id']}", {"reason": "x"}).status_code in (
        403,
        404,
    )
    assert qc.post(f"complaint/{number}/deadlines/{late['id']}", {"reason": "stocktaking"}).status_code == 200
    assert line.deadlines(number, "QC_RECEIVE")[0]["reason"] == "stocktaking"
    assert qc.post(f"complaint/{number}/deadlines/{late['id']}", {"reason": "again"}).status_code == 409
    assert qc.post(f"complaint/{number}/deadlines/999999", {"reason": "x"}).status_code == 404


def test_the_failure_mode_found_on_site_stands_on_the_complaint(line: Line):
    number = line.at("on_site")
    line.must("technician", number, "investigate", **FOUND, responsibility="unclear", failure_mode="noise")
    assert line.read(number)["failure_mode"]
