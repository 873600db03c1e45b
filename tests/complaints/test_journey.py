"""2.2, 2.4: what happens between the assignment and the customer's confirmation, besides the straight way."""

from __future__ import annotations

from .conftest import DONE, FOUND, Line


def test_2_2_the_assigned_person_accepts_and_sets_out(line: Line):
    number = line.at("assigned")
    assert line.must("technician", number, "accept", planned_on="2026-11-26")["state"] == "assigned"
    line.must("technician", number, "depart")
    going = line.by("auditor").get("assignment/").json["result"][0]
    assert going["planned_on"] == "2026-11-26"
    assert going["accepted_at"]
    assert going["departed_at"] == "2026-11-24T09:20:00+08:00"


def test_2_2_a_later_date_agreed_with_the_customer_leaves_the_deadline(line: Line):
    number = line.at("assigned")
    before = line.deadlines(number, "ARRIVE_OUT")[0]["due_at"]
    assert line.take("technician", number, "agree_later_date", new_date="2026-12-05").status_code == 422
    line.must("technician", number, "agree_later_date", new_date="2026-12-05", evidence="钱经理电话要求")
    assert line.deadlines(number, "ARRIVE_OUT")[0]["due_at"] == before
    assert line.by("auditor").get("assignment/").json["result"][0]["agreed_date"] == "2026-12-05"


def test_2_2_nobody_arrives_in_the_future_or_before_the_assignment(line: Line):
    number = line.at("assigned")
    for wrong in ("2026-11-25T09:00:00+08:00", "2026-11-20T09:00:00+08:00"):
        answer = line.take("technician", number, "arrive", arrived_at=wrong)
        assert answer.status_code == 422
        assert "arrived_at" in answer.json["message"]


def test_2_2_a_customer_who_is_absent_is_visited_again_on_the_new_date(line: Line, at):
    number = line.at("on_site")
    assert line.take("technician", number, "reschedule", reason="absent", new_date="2026-11-20").status_code == 422
    assert line.must("technician", number, "reschedule", reason="absent", new_date="2026-11-26")["state"] == "assigned"
    again = line.deadlines(number, "REVISIT")[0]
    assert again["due_at"] == "2026-11-27T00:00:00+08:00"
    assert line.deadlines(number, "COMPLETE")[0]["status"] == "cancelled"
    assert line.take("technician", number, "decline", reason="no").status_code == 409
    at("2026-11-26 10:00")
    assert line.must("technician", number, "arrive")["state"] == "on_site"
    assert [item["status"] for item in line.deadlines(number, "COMPLETE")] == ["cancelled", "running"]


def test_2_4_the_cause_is_recorded_before_the_work_is_complete(line: Line):
    number = line.at("on_site")
    line.must("technician", number, "investigate", **FOUND, responsibility="unclear")
    line.must("technician", number, "complete", **DONE)
    services = line.by("auditor").get("site_service/").json["result"]
    assert [(row["responsibility"], row["work_done"]) for row in services] == [("own_quality", "bearing replaced")]


def test_2_4_a_disputed_responsibility_goes_back_to_qc_in_a_second_round(line: Line):
    number = line.at("on_site")
    assert line.must("technician", number, "dispute", reason="customer denies misuse")["state"] == "at_qc"
    assert line.read(number)["round"] == 2
    assert line.deadlines(number, "COMPLETE")[0]["status"] == "cancelled"
    assert (
        line.must("qc", number, "draft_disposition", analysis="b", opinion="p", needs_site_visit=True)["state"]
        == "at_qc"
    )
    assert len(line.by("auditor").get("disposition/").json["result"]) == 2


def test_2_4_what_needs_no_visit_is_handled_by_qc_and_confirmed_by_qc(line: Line):
    number = line.at("disposed")
    assert line.take("qc", number, "handle_remotely", **DONE).status_code == 422  # why no visit is needed
    assert line.must("qc", number, "handle_remotely", **DONE, reason="video call")["state"] == "awaiting_confirmation"
    slip = line.attach("qc", number, "return_slip")
    assert (
        line.must("qc", number, "confirm", signer_name="A", method="return_slip", attachment=slip, satisfaction=4)[
            "state"
        ]
        == "confirmed"
    )
    assert line.must("qc", number, "return_form")["state"] == "form_returned"


def test_2_4_photos_are_asked_for_only_when_the_setting_says_so(line: Line, app, session):
    from app.core import settings

    settings.put(session, "photos_required", True)
    session.commit()
    number = line.at("on_site")
    assert line.take("technician", number, "complete", **DONE).status_code == 409
    line.attach("technician", number, "photo")
    line.must("technician", number, "complete", **DONE)


def test_the_arrival_clock_may_start_at_the_receipt(line: Line, session, at):
    from app.core import settings

    settings.put(session, "arrival_clock_start", "received")
    session.commit()
    number = line.at("disposed")
    at("2026-11-26 10:00")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician")
    assert line.deadlines(number, "ARRIVE_OUT")[0]["due_at"] == "2026-12-02T00:00:00+08:00"
