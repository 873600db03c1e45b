"""Chapter 2 §2, sentence by sentence, by the departments it names."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from .conftest import DONE, HONGKONG, KUNSHAN, NINGBO, TIBET, Line, drawn


def test_2_1_the_first_complaint_of_the_day_gets_number_001_and_is_received(line: Line, at):
    number = line.register()
    told = line.read(number)
    assert (told["number"], told["state"]) == ("TS-20261124-001", "received")
    assert told["received_at"] == "2026-11-24T09:20:00+08:00"


def test_2_1_a_void_number_is_never_given_out_again(line: Line):
    first = line.register()
    line.must("reception", first, "void", reason="twice the same call")
    assert line.read(first)["number"] == "TS-20261124-001"
    assert line.read(line.register())["number"] == "TS-20261124-002"


def test_2_1_the_channel_is_mandatory_and_one_of_the_regulation(line: Line):
    answer = line.by("reception").post("complaint/", line.slip(channel=None))
    assert answer.status_code == 422
    assert "channel" in answer.json["message"]
    assert line.by("reception").post("complaint/", line.slip(channel="pigeon")).status_code == 422


@pytest.mark.parametrize("channel", ["letter", "fax"])
def test_2_1_a_letter_or_fax_goes_to_qc_with_its_scan(line: Line, channel: str):
    number = line.at("pending_qc", channel=channel)
    refused = line.take("reception", number, "hand_over")
    assert refused.status_code == 409
    assert "scan" in refused.json["message"]
    line.attach("reception", number, "letter")
    assert line.must("reception", number, "hand_over")["state"] == "handed_over"


def test_2_1_a_non_quality_complaint_is_settled_only_when_the_customer_is_satisfied(line: Line):
    number = line.at("negotiating")
    line.must("reception", number, "negotiate", content="explained the delay", satisfied=False)
    refused = line.take("reception", number, "settle")
    assert refused.status_code == 409
    assert "satisfied" in refused.json["message"]
    line.must("reception", number, "negotiate", content="longer warranty", satisfied=True)
    assert line.must("reception", number, "settle")["state"] == "closed"


def test_2_1_only_the_general_manager_closes_a_dissatisfied_complaint_after_three_negotiations(line: Line):
    number = line.at("negotiating")
    assert line.take("gm", number, "settle_unsatisfied", reason="all options exhausted").status_code == 409
    for turn in range(3):
        line.must("reception", number, "negotiate", content=f"offer {turn}", satisfied=False)
    assert line.take("reception", number, "settle_unsatisfied", reason="tired").status_code == 403
    assert line.must("gm", number, "settle_unsatisfied", reason="all options exhausted")["state"] == "closed"
    assert line.read(number)["outcome"] == "unsatisfied"


def test_2_1_reclassifying_as_quality_starts_the_same_day_clock_at_the_change(line: Line, at):
    number = line.at("negotiating")
    assert line.deadlines(number, "HAND_TO_QC")[0]["status"] == "cancelled"
    at("2026-11-25 10:00")
    line.must("reception", number, "reclassify_quality", solution_plan="send a technician", reason="it is the bearing")
    second = line.deadlines(number, "HAND_TO_QC")[1]
    assert second["started_at"] == "2026-11-25T10:00:00+08:00"
    assert second["due_at"] == "2026-11-26T00:00:00+08:00"


def test_2_1_a_quality_complaint_needs_a_solution_plan(line: Line):
    number = line.register()
    answer = line.take("reception", number, "classify_quality")
    assert answer.status_code == 422
    assert "solution_plan" in answer.json["message"]


def test_2_1_the_form_reaches_qc_the_same_day(line: Line, at):
    number = line.at("pending_qc")
    assert line.deadlines(number, "HAND_TO_QC")[0]["due_at"] == "2026-11-25T00:00:00+08:00"
    at("2026-11-24 17:05")
    line.must("reception", number, "hand_over")
    assert line.deadlines(number, "HAND_TO_QC")[0]["status"] == "met"


def test_2_1_handed_over_after_midnight_is_a_breach_and_asks_the_reason(line: Line, at):
    at("2026-11-27 22:40")
    number = line.at("pending_qc")
    at("2026-11-28 08:10")
    answer = line.take("reception", number, "hand_over")
    assert answer.status_code == 422
    assert "late_reason" in answer.json["message"]
    line.must("reception", number, "hand_over", late_reason="call at night")
    clock = line.deadlines(number, "HAND_TO_QC")[0]
    assert (clock["status"], clock["reason"]) == ("breached", "call at night")


def test_2_1_who_handed_over_does_not_acknowledge_the_receipt(line: Line, session, rest):
    number = line.at("handed_over")
    assert line.take("reception", number, "receive").status_code == 403
    assert line.must("qc", number, "receive")["state"] == "at_qc"


def test_2_1_qc_sends_back_what_is_not_clear(line: Line):
    number = line.at("at_qc")
    assert line.take("qc", number, "send_back").status_code == 422
    assert line.must("qc", number, "send_back", reason="serial number missing")["state"] == "received"
    assert [item["status"] for item in line.deadlines(number, "HAND_TO_QC")] == ["met", "running"]


def test_2_1_a_disposition_is_drafted_by_one_and_issued_by_another(line: Line):
    number = line.at("at_qc")
    assert line.take("qc_manager", number, "issue_disposition").status_code == 409
    line.must("qc_manager", number, "draft_disposition", analysis="a", opinion="o", needs_site_visit=True)
    own = line.take("qc_manager", number, "issue_disposition")
    assert own.status_code == 409
    line.must("qc", number, "draft_disposition", analysis="a", opinion="o", needs_site_visit=True)
    assert line.take("qc", number, "issue_disposition").status_code == 403
    assert line.must("qc_manager", number, "issue_disposition")["state"] == "disposed"


def test_2_1_nobody_assigns_before_a_disposition_is_issued(line: Line):
    number = line.at("drafted")
    answer = line.take("qc_manager", number, "assign", technician="technician", kind="technician")
    assert answer.status_code == 409


@pytest.mark.parametrize(
    ("region", "assigned", "due", "rule"),
    [
        (NINGBO, "2026-11-24 15:00", "2026-11-28T00:00:00+08:00", "ARRIVE_IN"),
        (KUNSHAN, "2026-11-24 15:00", "2026-12-02T00:00:00+08:00", "ARRIVE_OUT"),
        (TIBET, "2026-11-24 15:00", "2026-12-05T00:00:00+08:00", "ARRIVE_REMOTE"),
    ],
)
def test_2_2_three_days_in_the_province_a_week_outside_ten_days_in_remote_areas(
    line: Line, at, region, assigned, due, rule
):
    number = line.at("disposed", site_region=region)
    at(assigned)
    line.must("qc_manager", number, "assign", technician="technician", kind="technician")
    assert line.deadlines(number, rule)[0]["due_at"] == due


def test_2_2_hong_kong_macao_taiwan_and_abroad_need_a_typed_date_with_the_reason(line: Line):
    number = line.at("disposed", site_region=HONGKONG)
    answer = line.take("qc_manager", number, "assign", technician="technician", kind="technician")
    assert answer.status_code == 422
    assert set(answer.json["message"]) == {"due_at", "due_reason"}
    line.must(
        "qc_manager",
        number,
        "assign",
        technician="technician",
        kind="technician",
        due_at="2026-12-10T18:00:00+08:00",
        due_reason="visa",
    )
    assert line.deadlines(number, "ARRIVE_SPECIAL")[0]["due_at"] == "2026-12-10T18:00:00+08:00"


def test_2_2_the_region_is_chosen_and_never_guessed(line: Line):
    slip = line.slip(site_address="朝阳区建国路88号")
    slip.pop("site_region")
    answer = line.by("reception", "zh").post("complaint/", slip)
    assert answer.status_code == 422
    sentence = answer.json["message"]["site_region"][0]
    assert "北京市" in sentence
    assert "吉林省长春市" in sentence


def test_2_2_a_corrected_region_recomputes_the_open_deadline_and_keeps_the_old_value(line: Line):
    number = line.at("assigned")
    line.must("qc", number, "correct_site", site_region=NINGBO, reason="the machine stands in Ningbo")
    clock = next(
        item
        for item in line.by("auditor").get(f"complaint/{number}/deadlines").json
        if item["rule"].startswith("ARRIVE") and item["status"] == "running"
    )
    assert clock["due_at"] == "2026-11-28T00:00:00+08:00"
    last = line.by("auditor").get(f"complaint/{number}/history").json[-1]
    assert last["step"] == "correct_site"
    assert last["comment"] == "the machine stands in Ningbo"
    assert [moment[:10] for moment in last["changes"]["due_at"]] == ["2026-12-01", "2026-11-27"]


def test_2_2_an_arrival_in_time_meets_the_deadline(line: Line, at):
    number = line.at("assigned")
    at("2026-11-26 10:12")
    line.must("technician", number, "arrive")
    assert line.deadlines(number, "ARRIVE_OUT")[0]["status"] == "met"


def test_2_2_an_arrival_past_the_deadline_gives_its_reason(line: Line, at):
    number = line.at("assigned")
    at("2026-12-02 09:00")
    answer = line.take("technician", number, "arrive")
    assert answer.status_code == 422
    assert "late_reason" in answer.json["message"]
    line.must("technician", number, "arrive", late_reason="flight cancelled")
    assert line.deadlines(number, "ARRIVE_OUT")[0]["status"] == "breached"


def test_2_2_only_the_assigned_person_arrives(line: Line):
    number = line.at("assigned")
    assert line.take("technician2", number, "arrive").status_code == 404
    assert line.take("inspector", number, "arrive").status_code == 404
    assert line.take("qc", number, "arrive").status_code == 403


def test_2_2_the_first_arrival_clock_runs_on_when_another_is_sent(line: Line, at):
    number = line.at("assigned")
    at("2026-11-26 09:00")
    line.must("qc_manager", number, "reassign", technician="inspector", kind="inspector", reason="ill")
    clocks = line.deadlines(number, "ARRIVE_OUT")
    assert [item["due_at"] for item in clocks] == ["2026-12-02T00:00:00+08:00"]
    assert line.must("inspector", number, "arrive")["state"] == "on_site"


def test_2_2_a_declined_assignment_goes_back_to_the_qc_manager(line: Line):
    number = line.at("assigned")
    assert line.must("technician", number, "decline", reason="on leave")["state"] == "disposed"
    line.must("qc_manager", number, "assign", technician="inspector", kind="inspector")
    assert len(line.deadlines(number, "ARRIVE_OUT")) == 1


def test_2_3_whoever_lacks_the_competence_is_refused_by_its_name(line: Line):
    number = line.at("disposed")
    answer = line.take("qc_manager", number, "assign", technician="technician2", kind="technician")
    assert answer.status_code == 409
    assert "CNC electrics" in answer.json["message"]
    line.must(
        "qc_manager", number, "assign", technician="technician2", kind="technician", override_reason="nobody else"
    )
    assert "CNC electrics" in line.by("auditor").get("assignment/").json["result"][0]["missing_competence"]


def test_2_3_only_technicians_and_inspectors_are_sent(line: Line):
    number = line.at("disposed")
    assert line.take("qc_manager", number, "assign", technician="sales", kind="technician").status_code == 409
    assert line.take("qc_manager", number, "assign", technician="nobody", kind="technician").status_code == 422


def test_2_4_the_cause_and_the_responsibility_are_mandatory(line: Line):
    number = line.at("on_site")
    answer = line.take("technician", number, "complete", **{**DONE, "responsibility": None})
    assert answer.status_code == 422
    assert "responsibility" in answer.json["message"]


@pytest.mark.parametrize("wrong", [{"charge": "10.00"}, {"remedy": "explain"}])
def test_2_4_our_own_quality_is_free_and_returned_exchanged_or_repaired(line: Line, wrong):
    number = line.at("on_site")
    assert line.take("technician", number, "complete", **{**DONE, **wrong}).status_code == 409


def test_2_4_misuse_at_no_charge_gives_a_reason(line: Line):
    number = line.at("on_site")
    misuse = {**DONE, "responsibility": "misuse", "remedy": "explain"}
    answer = line.take("technician", number, "complete", **misuse)
    assert answer.status_code == 422
    assert "free_reason" in answer.json["message"]
    line.must("technician", number, "complete", **misuse, free_reason="first time")


def test_2_4_no_chargeable_work_without_the_customers_consent(line: Line):
    number = line.at("on_site")
    paid = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "3600.00"}
    answer = line.take("technician", number, "complete", **paid)
    assert answer.status_code == 409
    assert "3600.00" in answer.json["message"]


def test_2_5_the_customer_confirms_and_signs(line: Line):
    number = line.at("awaiting_confirmation")
    assert (
        line.take("technician", number, "confirm", signer_name="A", method="onscreen", satisfaction=5).status_code
        == 422
    )
    line.must(
        "technician", number, "confirm", signer_name="顾客签收人", method="onscreen", signature=drawn(), satisfaction=5
    )
    signed = line.by("auditor").get("confirmation/").json["result"][0]
    assert (signed["signer_name"], signed["valid"], len(signed["content_sha256"])) == ("顾客签收人", True, 64)


def test_2_5_a_scanned_paper_has_the_same_effect(line: Line):
    number = line.at("awaiting_confirmation")
    scan = line.attach("technician", number, "signature")
    assert (
        line.must(
            "technician", number, "confirm", signer_name="A", method="paper_scan", attachment=scan, satisfaction=4
        )["state"]
        == "confirmed"
    )


def test_2_5_a_scan_of_another_record_is_no_signature(line: Line):
    other = line.at("awaiting_confirmation")
    foreign = line.attach("technician", other, "signature")
    number = line.at("awaiting_confirmation")
    assert (
        line.take(
            "technician", number, "confirm", signer_name="A", method="paper_scan", attachment=foreign, satisfaction=4
        ).status_code
        == 422
    )


def test_2_5_a_positive_tick_with_negative_words_asks_once_more(line: Line):
    number = line.at("awaiting_confirmation")
    signed = {
        "signer_name": "A",
        "method": "onscreen",
        "signature": drawn(),
        "satisfaction": 5,
        "remark": "异响仍未解决",
    }
    answer = line.take("technician", number, "confirm", **signed)
    assert answer.status_code == 422
    assert "confirm_negative" in answer.json["message"]
    line.must("technician", number, "confirm", **signed, confirm_negative=True)


def test_2_5_a_rejection_opens_the_next_round_and_keeps_the_first(line: Line):
    number = line.at("awaiting_confirmation")
    assert line.must("technician", number, "reject", reason="still noisy")["state"] == "at_qc"
    assert line.read(number)["round"] == 2
    assert line.take("qc", number, "send_back", reason="no").status_code == 409
    assert len(line.by("auditor").get("site_service/").json["result"]) == 1
    assert [item["status"] for item in line.deadlines(number, "DISPOSE")] == ["met", "running"]


def test_2_5_no_answer_needs_three_contacts_on_two_channels(line: Line):
    number = line.at("awaiting_confirmation")
    assert line.take("qc_manager", number, "no_answer", reason="silent").status_code == 409
    for channel in ("phone", "phone", "email"):
        line.must("qc", number, "log_contact", channel=channel, content="no answer", reached=False)
    assert line.must("qc_manager", number, "no_answer", reason="silent")["state"] == "returned"
    assert line.read(number)["unconfirmed"] is True


def test_2_6_the_form_is_back_one_working_day_after_the_return(line: Line, at):
    at("2026-11-26 16:40")
    number = line.at("confirmed")
    at("2026-11-27 10:00")
    line.must("technician", number, "back_at_company")
    assert line.deadlines(number, "RETURN_FORM")[-1]["due_at"] == "2026-12-01T00:00:00+08:00"


def test_2_6_another_person_receives_the_form(line: Line):
    number = line.at("form_returned")
    assert line.take("technician", number, "receive_form").status_code == 403
    assert line.must("qc", number, "receive_form")["state"] == "returned"


def test_2_6_own_quality_closes_only_with_an_issued_notice(line: Line, session):
    number = line.at("returned")
    refused = line.take("qc_manager", number, "close")
    assert refused.status_code == 409
    assert "corrective action notice" in refused.json["message"]
    qc = line.by("qc")
    draft = qc.post(
        "corrective_action/",
        {
            "complaints": [number],
            "responsible_department": "production",
            "problem": "bearing clearance out of tolerance",
            "requirement": "find the cause and remove it",
        },
    )
    assert draft.status_code == 201, draft.json
    assert draft.json["result"]["number"] == "JZ-2026-001"
    assert line.take("qc_manager", number, "close").status_code == 409
    notice = draft.json["id"]
    assert qc.post(f"corrective_action/{notice}/issue").status_code == 403
    assert line.by("qc_manager").post(f"corrective_action/{notice}/issue").json["state"] == "issued"
    assert line.deadlines(number, "CAPA_ISSUE")[0]["status"] == "met"
    assert line.must("qc_manager", number, "close")["state"] == "closed"


def test_2_6_a_closed_complaint_reopens_within_ninety_days(line: Line, at):
    number = line.at("negotiating")
    line.must("reception", number, "negotiate", content="ok", satisfied=True)
    line.must("reception", number, "settle")
    at("2027-03-01 09:00")
    assert line.take("reception", number, "reopen", reason="again").status_code == 409
    at("2026-12-01 09:00")
    assert line.must("reception", number, "reopen", reason="again")["state"] == "negotiating"
    assert line.read(number)["reopened_count"] == 1


def test_4_4_a_major_complaint_is_marked_with_its_criteria(line: Line):
    number = line.at("at_qc")
    assert line.take("qc", number, "mark_major").status_code == 422
    line.must("qc", number, "mark_major", criteria=["safety"])
    told = line.read(number)
    assert (told["is_major"], told["major_criteria"]) == (True, ["safety"])
    assert line.take("qc", number, "mark_major", criteria=["safety"]).status_code == 409
    assert line.take("reception", number, "unmark_major", reason="no").status_code == 403
    line.must("qc_manager", number, "unmark_major", reason="mistaken")


def test_aud_every_step_leaves_who_when_from_to_and_clause(line: Line):
    number = line.at("at_qc")
    lines = line.by("auditor").get(f"complaint/{number}/history").json
    assert [(item["actor"], item["step"], item["from"], item["to"]) for item in lines] == [
        ("reception", "register", "", "received"),
        ("reception", "classify_quality", "received", "pending_qc"),
        ("reception", "hand_over", "pending_qc", "handed_over"),
        ("qc", "receive", "handed_over", "at_qc"),
    ]
    assert {item["clause"] for item in lines} == {"2.1"}


def test_2_3_the_dialog_says_who_can_go_and_what_is_missing(line: Line, as_role):
    number = line.at("disposed")
    dialog = as_role("qc_manager").get(f"/complaint/{number}/step/assign", headers={"X-Fragment": "1"}).text
    assert "missing CNC electrics" in dialog
    assert dialog.index("李志强") < dialog.index("赵国庆")


def test_2_4_the_end_of_the_warranty_is_shown_but_the_responsibility_decides(line: Line, session, as_role):
    from datetime import date

    from app.customers.models import ProductUnit

    unit = session.scalars(select(ProductUnit)).first()
    unit.warranty_until = date(2026, 6, 30)
    session.commit()
    number = line.at("on_site", serial_no=unit.serial_no)
    assert "Warranty ended on 2026-06-30" in as_role("qc").get(f"/complaint/show/{number}").text
    line.must("technician", number, "complete", **DONE)
