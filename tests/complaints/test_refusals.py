"""Every step refused for every reason: not visible, not yours, not now, a wrong field; nothing half-saved."""

from __future__ import annotations

from typing import Any

import pytest

from app.complaints.workflow import COMPLAINT
from app.core.process.workflow import Transition

from .conftest import Line

STATES = (
    "received",
    "negotiating",
    "pending_qc",
    "handed_over",
    "at_qc",
    "disposed",
    "assigned",
    "on_site",
    "awaiting_confirmation",
    "confirmed",
    "form_returned",
    "returned",
)
HOLDER = {
    "reception": "reception",
    "qc": "qc",
    "qc_manager": "qc_manager",
    "technician": "technician",
    "gm": "gm",
    "leader": "leader",
    "inspector": "technician",
    "finance": "finance",
}
OF_QC = ("dispute", "quote", "answer_quote", "amend")
NEEDS_MORE = (  # refused for another reason before the fields are looked at
    "settle_unsatisfied",
    "no_answer",
    "issue_disposition",
    "unmark_major",
    "answer_quote",
    "record_payment",
    "waive_payment",
    "ask_withdrawal",
)


def holder(step: Transition[Any]) -> str:
    return "qc" if step.name in OF_QC else HOLDER[step.granted_to[0]]


@pytest.mark.parametrize("name", COMPLAINT.step_names)
def test_a_step_is_refused_to_whoever_is_not_named(line: Line, name: str):
    row = COMPLAINT.rows(name)[0]
    state = next(state for state in STATES if state in row.source) if row.source & set(STATES) else "returned"
    number = line.at(state)
    before = line.read(number)
    for login in ("auditor", "admin", "sales_manager"):
        assert line.take(login, number, name).status_code == 403
    assert (
        line.take("marketing", number, name).status_code == 403
        or line.take("marketing", number, name).status_code == 404
    )
    assert line.read(number) == before


@pytest.mark.parametrize("state", STATES)
def test_a_step_is_refused_in_every_state_it_does_not_start_from(line: Line, state: str):
    number = line.at(state)
    before = line.read(number)
    for name in COMPLAINT.step_names:
        if COMPLAINT.row(name, state) is None:
            answer = line.take(holder(COMPLAINT.rows(name)[0]), number, name)
            assert answer.status_code in (403, 404, 409), (name, answer.json)
            assert answer.json["message"]
    assert line.read(number) == before


@pytest.mark.parametrize(
    "name", [name for name in COMPLAINT.step_names if any(row.form for row in COMPLAINT.rows(name))]
)
def test_required_fields_are_asked_for_in_words_and_nothing_is_saved(line: Line, name: str):
    row = COMPLAINT.rows(name)[0]
    required = row.form.json_schema()["required"] if row.form else []
    state = next((state for state in STATES if state in row.source), None)
    if not required or state is None or name in NEEDS_MORE:
        return
    number = line.at(state)
    line.register()  # another open complaint of the customer, so that merging is possible
    before = line.read(number)
    answer = line.take(holder(row), number, name)
    assert answer.status_code == 422, answer.json
    assert set(required) == set(answer.json["message"])
    chinese = line.by(holder(row), "zh").post(f"complaint/{number}/{name}", {})
    assert chinese.status_code == 422
    assert line.read(number) == before


@pytest.mark.parametrize("state", STATES)
def test_what_nobody_sees_fills_in_no_field_of_a_step(line: Line, as_role, state: str):
    number = line.at(state)
    before = line.read(number)
    people = {login: as_role(login) for login in set(HOLDER.values())}
    for name in COMPLAINT.step_names:
        row = COMPLAINT.row(name, state)
        required = row.form.json_schema()["required"] if row and row.form else []
        if not required or name in NEEDS_MORE:
            continue
        nothing = dict.fromkeys(required, "\u200bㅤ\xa0")
        answer = line.take(holder(row), number, name, **nothing)
        if answer.status_code != 409:  # refused for another reason before the fields are looked at
            assert (name, answer.status_code) == (name, 422)
            assert set(required) <= set(answer.json["message"])
            assert people[holder(row)].post(f"/complaint/{number}/step/{name}", nothing).status_code == 422
    assert line.read(number) == before


def test_an_invisible_record_does_not_exist(line: Line):
    number = line.at("received")
    for login in ("technician", "production_manager", "finance"):
        assert line.by(login).get(f"complaint/{number}").status_code == 404
        assert line.take(login, number, "arrive").status_code == 404
    assert line.take("reception", 99999, "hand_over").status_code == 404
    assert line.take("reception", number, "no_such_step").status_code == 404


def test_the_state_is_never_writable(line: Line):
    number = line.at("received")
    answer = line.by("reception").put(f"complaint/{number}", {"state": "closed"}, headers={"If-Match": "1"})
    assert answer.status_code == 422
    assert line.read(number)["state"] == "received"


def test_a_correction_names_the_version_it_has_seen(line: Line):
    number = line.at("received")
    reception = line.by("reception")
    assert reception.put(f"complaint/{number}", {"subject": "x"}).status_code == 428
    assert (
        reception.put(f"complaint/{number}", {"subject": "new subject"}, headers={"If-Match": "1"}).status_code == 200
    )
    stale = reception.put(f"complaint/{number}", {"subject": "older"}, headers={"If-Match": "1"})
    assert stale.status_code == 409
    assert line.read(number)["subject"] == "new subject"


def test_a_step_with_a_stale_version_is_refused(line: Line):
    number = line.at("pending_qc")
    version = line.read(number)["version"]
    line.must("reception", number, "log_contact", channel="phone", content="called", reached=True)
    answer = line.by("reception").post(f"complaint/{number}/hand_over", {}, headers={"If-Match": str(version)})
    assert answer.status_code == 409


def test_the_same_deed_sent_twice_is_done_once(line: Line):
    key = {"Idempotency-Key": "slip-1"}
    answers = [line.by("reception").post("complaint/", line.slip(), headers=key) for _turn in range(3)]
    assert len({answer.json["id"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {201}
    other = line.by("reception").post("complaint/", line.slip(subject="another"), headers=key)
    assert other.status_code == 409


@pytest.mark.parametrize(
    "bad",
    [
        {"customer": 999999},
        {"customer": "abc"},
        {"customer": 2**70},
        {"customer": {"id": 1}},
        {"site_region": "330000"},
        {"site_region": "nowhere"},
        {"received_at": "2099-01-01T00:00:00+08:00"},
        {"received_at": "yesterday"},
        {"quantity": -1},
        {"quantity": "many"},
        {"quantity": 2**70},
        {"purchase_date": "2026-13-40"},
        {"subject": "x" * 300},
        {"subject": "nul\x00"},
        {"description": ["a"]},
        {"channel": ["phone", "fax"]},
        {"severity": "awful"},
        {"product": -5},
        {"serial_no": "s" * 200},
    ],
)
def test_bad_input_is_a_sentence_and_never_half_saved(line: Line, bad: dict[str, Any]):
    answer = line.by("reception").post("complaint/", line.slip(**bad))
    assert answer.status_code == 422, answer.json
    assert set(answer.json["message"]) == set(bad)
    assert line.by("auditor").get("complaint/").json["count"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "(((",
        "!(",
        "(filters:!((col:nope,opr:eq,value:1)))",
        "(page:-1)",
        "(order_column:nope)",
        "(filters:!((col:id,opr:eq,value:abc)))",
        "(filters:!((col:id,opr:eq,value:99999999999999)))",
        "(page_size:x)",
        "(filters:5)",
    ],
)
def test_a_query_that_cannot_be_read_is_refused_in_words(line: Line, query: str):
    answer = line.by("auditor").get("complaint/", query_string={"q": query})
    assert answer.status_code == 400
    assert answer.json["message"]


def test_no_body_and_nonsense_are_refused_in_words(line: Line):
    client = line.by("reception")
    for raw in (b"", b"[]", b"{", b'"x"', b"\xff"):
        answer = client.client.post(
            "/api/v1/complaint/", data=raw, headers=client.headers, content_type="application/json"
        )
        assert answer.status_code == 422
        assert answer.json["message"]
