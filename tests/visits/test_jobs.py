"""2.2, 2.4, 2.5 from the phone: own running assignments, each step exactly once, conflicts that keep both."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.record.attachments import Attachment
from app.core.record.audit import faults
from app.core.record.history import History
from app.core.record.records import Comment
from tests.complaints.conftest import DONE, FOUND, NINGBO, Line, drawn, line, png
from tests.support import Rest, counted

__all__ = ["line"]
CAUSE = {**FOUND, "responsibility": "own_quality"}


class Phone:
    """A technician's phone: it writes entries down and sends them by REST."""

    def __init__(self, program: Rest, number: int) -> None:
        self.program, self.number, self.visit = program, number, str(uuid.uuid4())

    def jobs(self) -> dict[int, dict[str, Any]]:
        answer = self.program.get("visit/jobs")
        assert answer.status_code == 200, answer.json
        return {job["id"]: job for job in answer.json["result"]}

    def entry(self, version: int = 0, at: str = "2026-11-24T09:20:00+08:00", note: bool = False, **data: Any) -> str:
        version = version or self.jobs()[self.number]["version"]
        entry = {"visit": self.visit, "version": version, "at": at, "data": data, "as_note": note}
        return json.dumps({**entry, "read": self.read(data)})

    def read(self, data: dict[str, Any]) -> dict[str, Any]:
        """What the customer has before him while signing: the portal's text as this phone knows it."""
        job = self.jobs().get(self.number, {}) if "signer_name" in data else {}
        if "accepted" in data:
            return {
                "lines": ", ".join(row["description"] for row in job["quote"]["lines"]),
                "amount": job["quote"]["amount"],
            }
        text = {**(job.get("found") or {}), **(job.get("done") or {})}
        return {name: value or "" for name, value in text.items() if name != "cause_category"}

    def send(self, step: str, entry: str, key: str = "", photos: int = 0) -> Any:
        fields: dict[str, Any] = {"entry": entry}
        if photos:
            fields["photo"] = [(png(), f"site-{index}.png") for index in range(photos)]
        return self.program.client.post(
            f"/api/v1/visit/{self.number}/{step}",
            data=fields,
            headers={**self.program.headers, "Idempotency-Key": key or str(uuid.uuid4())},
            content_type="multipart/form-data",
        )


@pytest.fixture
def sent_out(line: Line) -> Phone:
    """A technician with one assignment in Kunshan, due by 2026-12-01."""
    return Phone(line.by("technician"), line.at("assigned"))


def steps_of(session: Session, number: int) -> dict[str, int]:
    session.rollback()
    rows = session.execute(
        select(History.step, func.count()).where(History.record_id == number).group_by(History.step)
    ).all()
    return {row[0]: row[1] for row in rows}


# ---- what a phone takes along


def test_2_2_the_phone_takes_along_what_the_visit_needs(sent_out: Phone, line: Line):
    job = sent_out.jobs()[sent_out.number]
    assert job["customer"] == "苏州示例电梯部件有限公司" and "昆山" in job["address"]
    assert job["opinion"] == "更换主轴轴承组件,现场复检精度" and "HT-850" in job["product"]
    assert job["due"]["day"] == "2026-12-01" and job["due"]["text"].endswith("24:00")
    assert job["state"] == "assigned" and job["found"] is None and job["quote"] is None


def test_only_own_running_assignments_are_told(line: Line, rest):
    mine, free = line.at("assigned"), line.at("disposed")
    over = line.at("confirmed")
    line.must("technician", over, "return_form")
    program = line.by("technician")
    assert set(Phone(program, mine).jobs()) == {mine}
    assert Phone(line.by("technician2"), mine).jobs() == {}
    assert [program.get(f"visit/{number}").status_code for number in (mine, free, over)] == [200, 404, 404]
    assert program.get("visit/").json["ids"] == [mine]
    line.must("qc_manager", mine, "reassign", technician="inspector", kind="inspector", reason="ill")
    assert Phone(program, mine).jobs() == {}
    assert set(Phone(line.by("inspector"), mine).jobs()) == {mine}


def test_a_co_worker_has_the_job_too(line: Line):
    number = line.at("disposed")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician", co_workers=["inspector"])
    assert set(Phone(line.by("inspector"), number).jobs()) == {number}


def test_these_pages_are_for_those_who_travel(rest):
    for login in ("reception", "qc", "sales", "admin"):
        assert rest(login).get("visit/jobs").status_code == 403, login


def test_who_is_signed_out_is_told_in_json_never_sent_elsewhere(app, sent_out: Phone):
    client = app.test_client()
    asked = client.get("/api/v1/visit/jobs")
    told = client.post(f"/api/v1/visit/{sent_out.number}/depart", data={"entry": "{}"})
    for answer in (asked, told, client.get("/session")):
        assert answer.status_code == 401 and answer.is_json
    assert client.get("/session").json == {"login": "/login/"}


# ---- the five steps


def test_2_the_five_steps_of_a_visit(app, sent_out: Phone, line: Line, session: Session, at):
    number = sent_out.number
    at("2026-11-26 17:30")
    steps: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("depart", "2026-11-26T08:00:00+08:00", {}),
        ("arrive", "2026-11-26T10:12:00+08:00", {}),
        ("investigate", "2026-11-26T11:00:00+08:00", CAUSE),
        ("complete", "2026-11-26T15:40:00+08:00", DONE),
        ("confirm", "2026-11-26T16:40:00+08:00",
         {"signer_name": "顾客签收人", "method": "onscreen", "signature": drawn(), "satisfaction": 5}),
    )  # fmt: skip
    version = sent_out.jobs()[number]["version"]
    for step, moment, data in steps:  # all of them decided on what was seen before the first
        answer = sent_out.send(step, sent_out.entry(version, moment, **data), photos=2 if step == "investigate" else 0)
        assert answer.status_code == 200, answer.json
    assert line.read(number)["state"] == "confirmed"
    history = line.by("auditor").get(f"complaint/{number}/history").json
    told = {item["step"]: item["at"][:16] for item in history}
    assert told["complete"] == "2026-11-26T15:40" and told["confirm"] == "2026-11-26T16:40"
    arrival = line.deadlines(number, "ARRIVE_OUT")[0]
    assert arrival["met_at"][:16] == "2026-11-26T10:12" and arrival["status"] == "met"
    photos = select(func.count()).where(Attachment.record_id == number, Attachment.category == "photo")
    assert session.scalar(photos) == 2
    with app.app_context():
        assert list(faults(session)) == []


def test_a_phone_whose_clock_runs_ahead_arrives_now(sent_out: Phone, line: Line):
    answer = sent_out.send("arrive", sent_out.entry(at="2026-11-25T09:00:00+08:00"))
    assert answer.status_code == 200, answer.json
    assert line.deadlines(sent_out.number, "ARRIVE_OUT")[0]["met_at"][:16] == "2026-11-24T09:20"


def test_2_2_a_late_arrival_says_why(sent_out: Phone, at):
    at("2026-12-02 10:00")
    late = sent_out.entry(at="2026-12-02T09:30:00+08:00")
    answer = sent_out.send("arrive", late)
    assert answer.status_code == 422 and "late_reason" in answer.json["message"]
    in_time = sent_out.entry(at="2026-12-01T23:50:00+08:00")
    assert sent_out.send("arrive", in_time).status_code == 200


def test_2_4_the_customer_s_consent_comes_from_the_phone_too(line: Line):
    phone = Phone(line.by("technician"), line.at("on_site"))
    misuse = {**FOUND, "responsibility": "misuse"}
    paid = {**misuse, "remedy": "paid_repair", "charge": "3600.00", "work_done": "重装进水管"}
    assert phone.send("investigate", phone.entry(**misuse)).status_code == 200
    refused = phone.send("complete", phone.entry(**paid))
    assert refused.status_code == 409 and "conflict" not in refused.json and "3600.00" in refused.json["message"]
    lines = [{"description": "人工", "quantity": "3", "price": "1200.00"}]
    assert phone.send("quote", phone.entry(lines=lines, amount="3600.00")).status_code == 200
    assert phone.jobs()[phone.number]["quote"] == {
        "lines": [{"description": "人工", "quantity": "3.00", "price": "1200.00"}],
        "amount": "3600.00",
        "accepted": None,
    }
    yes = phone.entry(accepted=True, signer_name="顾客", signature=drawn())
    assert phone.send("answer_quote", yes).status_code == 200
    assert phone.send("complete", phone.entry(**paid)).status_code == 200


def test_2_5a_what_was_changed_after_it_was_signed_on_the_phone_is_signed_again(line: Line, session: Session):
    phone = Phone(line.by("technician"), line.at("awaiting_confirmation"))
    data = {"signer_name": "顾客签收人", "method": "onscreen", "signature": drawn(), "satisfaction": 5}
    signed = phone.entry(**data)
    line.must("qc", phone.number, "amend", **{**DONE, "work_done": "只做了清洁"}, reason="漏写")
    refused = phone.send("confirm", signed)
    assert refused.status_code == 409 and refused.json["conflict"], refused.json
    assert line.read(phone.number)["state"] == "awaiting_confirmation"
    assert phone.send("confirm", phone.entry(**data)).status_code == 200


def test_2_4_another_quotation_than_the_one_that_was_read_is_not_accepted(line: Line):
    phone = Phone(line.by("technician"), line.at("on_site"))
    rows = [{"description": "人工", "quantity": "1", "price": "100.00"}]
    assert phone.send("quote", phone.entry(lines=rows, amount="100.00")).status_code == 200
    yes = phone.entry(accepted=True, signer_name="顾客", signature=drawn())
    line.must("qc", phone.number, "quote", lines=[{**rows[0], "price": "900.00"}], amount="900.00")
    refused = phone.send("answer_quote", yes)
    assert refused.status_code == 409 and refused.json["conflict"], refused.json
    assert line.read(phone.number)["quotes"][-1]["accepted"] is None


def test_2_6_the_form_goes_back_to_qc_from_the_phone(line: Line, at):
    phone = Phone(line.by("technician"), line.at("confirmed"))
    job = phone.jobs()[phone.number]
    assert job["state"] == "confirmed" and job["back_at"] is None
    assert job["return_by"] == job["due"]["at"] and job["due"]["day"] == "2026-11-25"
    at("2026-11-25 09:00")
    assert phone.send("back_at_company", phone.entry(at="2026-11-25T08:30:00+08:00")).status_code == 200
    job = phone.jobs()[phone.number]
    assert job["back_at"][:16] == "2026-11-25T08:30" and job["due"]["day"] == "2026-11-26"
    at("2026-11-27 09:00")
    late = phone.entry(at="2026-11-27T08:30:00+08:00")
    assert "late_reason" in phone.send("return_form", late).json["message"]
    said = phone.entry(at="2026-11-27T08:30:00+08:00", late_reason="车辆故障")
    assert phone.send("return_form", said).json["state"] == "form_returned"
    assert phone.jobs() == {}


# ---- exactly once


def test_an_answer_lost_on_the_way_is_given_again_and_the_step_is_not_taken_twice(sent_out: Phone, session: Session):
    key, entry = str(uuid.uuid4()), sent_out.entry()
    answers = [sent_out.send("arrive", entry, key, photos=1) for _time in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json == answers[1].json == answers[2].json
    assert steps_of(session, sent_out.number)["arrive"] == 1
    assert session.scalar(select(func.count()).where(Attachment.record_id == sent_out.number)) == 1


def test_a_key_stands_for_one_content(sent_out: Phone, session: Session):
    key = str(uuid.uuid4())
    assert sent_out.send("depart", sent_out.entry(), key).status_code == 200
    other = sent_out.send("depart", sent_out.entry(at="2026-11-24T09:00:00+08:00"), key)
    with_photo = sent_out.send("depart", sent_out.entry(), key, photos=1)
    assert other.status_code == with_photo.status_code == 409
    assert steps_of(session, sent_out.number)["depart"] == 1


def test_what_was_refused_leaves_no_file_behind(sent_out: Phone, session: Session, app):
    from pathlib import Path

    answer = sent_out.send("arrive", sent_out.entry(arrived_at="no time"), photos=2)
    assert answer.status_code == 422
    folder = Path(app.config["UPLOAD_DIR"])
    assert session.scalar(select(func.count()).where(Attachment.record_id == sent_out.number)) == 0
    assert not folder.exists() or not list(folder.iterdir())


def test_a_cookie_alone_takes_no_step(app, as_role, sent_out: Phone, session: Session):
    technician = as_role("technician")
    app.config["WTF_CSRF_ENABLED"] = True
    try:
        address, data = f"/api/v1/visit/{sent_out.number}/depart", {"entry": sent_out.entry()}
        assert technician.post(address, data).status_code == 400
        token = technician.get("/session").json["csrf"]
        assert technician.post(address, data, headers={"X-CSRFToken": token}).status_code == 200
    finally:
        app.config["WTF_CSRF_ENABLED"] = False
    assert steps_of(session, sent_out.number)["depart"] == 1


# ---- conflicts


def test_what_others_changed_beside_this_step_is_no_conflict(sent_out: Phone, line: Line):
    entry = sent_out.entry()
    line.must("reception", sent_out.number, "correct_site", site_region=NINGBO, reason="typed wrongly")
    answer = sent_out.send("arrive", entry)
    assert answer.status_code == 200, answer.json


def test_a_field_somebody_else_filled_in_meanwhile_is_a_conflict(line: Line):
    number = line.at("disposed")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician", co_workers=["inspector"])
    line.must("technician", number, "arrive")
    phone = Phone(line.by("technician"), number)
    entry = phone.entry(**CAUSE)
    line.must("inspector", number, "investigate", **{**CAUSE, "investigation": "seal worn"})
    answer = phone.send("investigate", entry)
    assert answer.status_code == 409 and answer.json["conflict"]
    assert [item["what"] for item in answer.json["changed"]] == ["Record the cause"]
    assert phone.jobs()[number]["found"]["investigation"] == "seal worn"
    assert phone.send("investigate", phone.entry(**CAUSE)).status_code == 200  # seen and written again


def test_a_job_that_went_to_somebody_else_is_a_conflict_and_is_kept_as_notes(
    sent_out: Phone, line: Line, session: Session
):
    arrive, cause = sent_out.entry(), sent_out.entry(**CAUSE)
    number = sent_out.number
    line.must("qc_manager", number, "reassign", technician="inspector", kind="inspector", reason="ill")
    for step, entry in (("arrive", arrive), ("investigate", cause)):
        answer = sent_out.send(step, entry)
        assert answer.status_code == 409 and answer.json["conflict"], answer.json
        assert "no longer yours" in answer.json["message"]
        assert answer.json["changed"][0]["comment"] == "ill"
    note = json.dumps({**json.loads(cause), "as_note": True})
    key = str(uuid.uuid4())
    for _time in range(2):
        assert sent_out.send("investigate", note, key, photos=1).status_code == 200
    assert line.read(number)["state"] == "assigned"
    assert steps_of(session, number).get("arrive", 0) == 0
    (comment,) = session.scalars(select(Comment).where(Comment.record_id == number)).all()
    assert "bearing worn" in comment.text and "Our product quality" in comment.text
    assert session.scalar(select(func.count()).where(Attachment.record_id == number)) == 1


def test_a_state_that_moved_is_a_conflict(line: Line):
    number = line.at("disposed")
    line.must("qc_manager", number, "assign", technician="technician", kind="technician", co_workers=["inspector"])
    phone = Phone(line.by("technician"), number)
    entry = phone.entry()
    line.must("inspector", number, "arrive")
    answer = phone.send("arrive", entry)
    assert answer.status_code == 409 and answer.json["conflict"]
    assert "changed this complaint" in answer.json["message"]


def test_the_same_step_from_another_window_of_one_s_own_is_a_conflict(sent_out: Phone, line: Line):
    entry = sent_out.entry()
    line.must("technician", sent_out.number, "arrive")
    answer = sent_out.send("arrive", entry)
    assert answer.status_code == 409 and answer.json["conflict"] and "On site" in answer.json["message"]


def test_somebody_else_s_job_can_be_neither_worked_nor_commented(sent_out: Phone, line: Line, session: Session):
    stranger = Phone(line.by("technician2"), sent_out.number)
    version = sent_out.jobs()[sent_out.number]["version"]
    for note in (False, True):
        assert stranger.send("arrive", stranger.entry(version, note=note)).status_code == 404
    assert session.scalar(select(func.count()).select_from(Comment)) == 0


@pytest.mark.parametrize(
    "entry",
    ["", "x", "[]", "5", "[" * 50_000, '{"version": "1"}', '{"version": true}', '{"version": 1, "data": []}',
     '{"version": 1, "at": "x"}', '{"version": 1, "at": 5}', '{"version": 1, "at": "2026-11-24T09:20:00"}',
     '{"version": 1, "at": "0001-01-01T00:00:00+08:00"}',
     '{"version": 1, "at": "2026-11-24T09:20:00+08:00", "data": 1}'],
)  # fmt: skip
def test_an_entry_that_cannot_be_read_is_refused_in_words(sent_out: Phone, entry: str):
    answer = sent_out.send("arrive", entry)
    assert answer.status_code == 422 and answer.json["message"]


def test_strange_values_in_an_entry_are_refused(sent_out: Phone):
    for value in (None, True, 10**40, "\ud800", "\0", [[]], {"a": {}}, "x" * 30_000):
        for step in ("arrive", "reject", "complete", "fly"):
            for note in (True, False):
                data = dict.fromkeys(("arrived_at", "reason", "signature", "lines"), value)
                entry = json.dumps({"version": 1, "at": "2026-11-24T09:20:00+08:00", "as_note": note, "data": data})
                assert sent_out.send(step, entry).status_code in (200, 404, 409, 422)


def leaves(told: Any) -> list[str]:
    """Every text of the words, codes left out."""
    if isinstance(told, dict):
        return [text for name, value in told.items() if name != "lang" for text in leaves(value)]
    if isinstance(told, list):
        return [pair[1] for pair in told]
    return [str(told)]


def test_words_of_the_phone_are_in_both_languages(app):
    client = app.test_client()
    chinese, english = (client.get(f"/m/words/{code}.json").json for code in ("zh", "en"))
    assert chinese.keys() == english.keys()
    assert chinese["other"]["name"] == "English" and english["other"]["code"] == "zh"
    assert set(chinese["say"]) == set(english["say"]) and chinese["choice"].keys() == english["choice"].keys()
    assert client.get("/m/words/xx.json").status_code == 404
    for told in (chinese, english):
        for codes in ("other", "free_remedies", "negative", "harmless", "traditional"):
            del told[codes]
    texts = {code: " ".join(leaves(told)) for code, told in (("zh", chinese), ("en", english))}
    assert not re.findall(r"[\u4e00-\u9fff]", texts["en"])
    assert set(re.findall(r"(?<!{)\b[A-Za-z]{4,}", re.sub(r"{\w+}", "", texts["zh"]))) == set()


def test_the_shell_holds_nobody_s_data_and_no_token(as_role, sent_out: Phone):
    signed_in, nobody = as_role("technician").get("/m/"), as_role("nobody").get("/m/")
    assert signed_in.text == nobody.text
    assert "nonce" not in signed_in.headers["Content-Security-Policy"] and "csrf" not in signed_in.text
    assert "Set-Cookie" not in nobody.headers
    worker = as_role("technician").get("/m/sw.js")
    assert worker.mimetype == "text/javascript" and "/api/" not in worker.text


def test_ten_jobs_cost_as_many_questions_as_one(app, line: Line):
    program = line.by("technician")
    line.at("assigned")
    program.get("visit/jobs")
    with counted() as one:
        program.get("visit/jobs")
    for state in ("assigned", "on_site", "awaiting_confirmation") * 3:
        line.at(state)
    with counted() as ten:
        assert len(program.get("visit/jobs").json["result"]) == 10
    assert len(ten) <= len(one) + 2, "\n".join(ten)
    assert len(ten) < 25


@pytest.mark.parametrize(
    ("state", "step", "given"),
    [
        ("assigned", "arrive", {}),
        ("on_site", "complete", {**DONE}),
        ("awaiting_confirmation", "confirm", {"signer_name": "顾客", "method": "onscreen", "satisfaction": 5}),
        ("confirmed", "back_at_company", {}),
        ("confirmed", "return_form", {"late_reason": "traffic"}),
    ],
)
def test_the_deadline_a_step_begins_is_known_to_the_phone_before_the_step(
    line: Line, at: Any, state: str, step: str, given: dict[str, Any]
):
    number = line.at(state, site_region=NINGBO)
    at("2026-11-27 10:00")  # a Friday
    told = line.by("technician").get("visit/jobs").json
    (job,) = told["result"]
    code = job["then"][step]
    foretold = told["ends"][code]["2026-11-27"] if code else None
    line.must("technician", number, step, **given, **({"signature": drawn()} if step == "confirm" else {}))
    left = {job["id"]: job for job in line.by("technician").get("visit/jobs").json["result"]}
    assert (left[number]["due"] if number in left else None) == foretold
    assert (code is None) == (step == "return_form")
