"""2.1, 2.4, 2.5: what is demanded on paper has to be that paper, and stands on the record with who and when."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.record.attachments import CATEGORIES

from .conftest import Line, drawn, png
from .test_charge import quoted

YES = {"accepted": True, "signer_name": "胡经理"}
PROOFS = {"evidence", "signature", "return_slip"}


@pytest.mark.parametrize("login", ["technician", "qc"])
def test_2_4_nobody_alone_records_the_customers_consent(line: Line, as_role: Any, login: str):
    number = quoted(line)
    refused = line.take(login, number, "answer_quote", **YES)
    assert refused.status_code == 422 and "2.4" in refused.json["message"]["evidence"][0]
    page = as_role(login, "zh").step(number, "answer_quote", accepted="true", signer_name="胡经理")
    assert page.status_code == 422 and "何人、何时" in page.get_data(as_text=True)
    assert line.take(login, number, "answer_quote", **YES, evidence="   ").status_code == 422
    for short in ("x", "同意", "...... —— 。", "ok ok"):
        told = line.take(login, number, "answer_quote", **YES, evidence=short)
        assert told.status_code == 422 and "who agreed, when" in told.json["message"]["evidence"][0], short
    page = as_role(login, "zh").step(number, "answer_quote", **{**YES, "accepted": "true"}, evidence="同意")
    assert page.status_code == 422 and "何人、何时" in page.get_data(as_text=True)
    assert line.read(number)["quotes"][-1]["accepted"] is None


def test_2_4_words_may_be_few_beside_a_signature(line: Line):
    line.must("technician", quoted(line), "answer_quote", **YES, evidence="同意", signature=drawn())


def test_2_4_a_refusal_needs_no_evidence(line: Line):
    number = quoted(line)
    assert line.must("technician", number, "answer_quote", accepted=False, signer_name="胡经理")["state"] == "at_qc"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"evidence": "胡经理 11-24 电话同意"}, "evidence in writing"),
        ({"signature": drawn()}, "signed on the screen"),
        ({"attachment": "signature"}, "signed paper (scan)"),
    ],
)
def test_2_4_what_was_given_by_whom_and_when_stands_on_card_and_paper(
    line: Line, as_role: Any, given: dict[str, Any], words: str
):
    number = quoted(line)
    if "attachment" in given:
        given = {"attachment": line.attach("technician", number, given["attachment"])}
    line.must("technician", number, "answer_quote", **YES, **given)
    auditor = as_role("auditor", "en")
    for url in (f"/complaint/show/{number}", f"/complaint/{number}/print/complaint_record"):
        page = auditor.get(url).get_data(as_text=True)
        part = page.partition("Given as")[2][:600]
        assert words in part and "2026-11-24" in part, url


def test_2_4_a_scan_uploaded_through_the_step_is_filed_as_a_signed_form(line: Line, as_role: Any):
    number = quoted(line)
    sent = {"accepted": "true", "signer_name": "胡经理", "scan": (png(), "同意书.png")}
    assert as_role("technician").step(number, "answer_quote", **sent).status_code == 204
    files = line.by("auditor").get(f"complaint/{number}/attachments").json
    assert [item["category"] for item in files] == ["signature"]


BY_HAND = sorted(set(CATEGORIES) - {"frozen"})


@pytest.mark.parametrize("category", BY_HAND)
def test_2_4_a_file_of_another_kind_is_no_consent(line: Line, category: str):
    number = quoted(line)
    answer = line.take("technician", number, "answer_quote", **YES, attachment=line.attach("qc", number, category))
    assert answer.status_code == (200 if category in PROOFS else 422), answer.json


@pytest.mark.parametrize("category", BY_HAND)
def test_2_5_a_file_of_another_kind_is_no_signature(line: Line, category: str):
    number = line.at("awaiting_confirmation")
    scan = line.attach("qc", number, category)
    signed = {"signer_name": "胡经理", "method": "paper_scan", "satisfaction": 5, "attachment": scan}
    answer = line.take("technician", number, "confirm", **signed)
    assert answer.status_code == (200 if category in ("signature", "return_slip") else 422), answer.json


@pytest.mark.parametrize("category", BY_HAND)
def test_2_1_a_file_of_another_kind_is_no_letter_and_no_withdrawal(line: Line, category: str):
    number = line.register(channel="letter")
    line.attach("reception", number, category)
    line.must("reception", number, "classify_quality", solution_plan="repair")
    assert line.take("reception", number, "hand_over").status_code == (200 if category == "letter" else 409)
    asked = line.take("reception", number, "ask_withdrawal", reason="solved by itself")
    assert asked.status_code == (200 if category in PROOFS | {"letter"} else 409)


def test_nobody_files_something_as_the_frozen_record(line: Line):
    number = line.register()
    answer = line.by("reception").upload(f"complaint/{number}/attachments", file=(png(), "a.png"), category="frozen")
    assert answer.status_code == 422


# ---- files of what is done


def done_with(line: Line, state: str) -> int:
    number = line.register()
    if state == "merged":
        line.must("reception", number, "merge", into=line.register())
    elif state == "void":
        line.must("reception", number, "void", reason="double")
    else:
        line.must("reception", number, "classify_non_quality")
        line.must("reception", number, "negotiate", content="explained", satisfied=True)
        line.must("reception", number, "settle")
    return number


@pytest.mark.parametrize("state", ["merged", "void", "closed"])
def test_a_record_that_is_done_takes_no_files_that_nobody_would_see(line: Line, as_role: Any, state: str):
    number = done_with(line, state)
    refused = line.by("reception").upload(f"complaint/{number}/attachments", file=(png(), "a.png"), category="other")
    assert refused.status_code == 409, refused.json
    reception = as_role("reception", "en")
    sent = {"file": (png(), "a.png"), "category": "other"}
    page = reception.post(f"/complaint/{number}/attach", sent, content_type="multipart/form-data")
    assert page.status_code == 409
    said = page.get_data(as_text=True)
    assert f'action="/complaint/{number}/attach"' not in reception.get(f"/complaint/show/{number}").text
    if state == "merged":
        target = line.read(line.read(number)["merged_into"])
        assert target["number"] in refused.json["message"]
        assert refused.json["link"] == f"/complaint/show/{target['id']}"
        assert f'<a href="/complaint/show/{target["id"]}">{target["number"]}</a>' in said
    elif state == "closed":
        assert "Reopen" in refused.json["message"] and "Reopen" in said
    assert line.by("auditor").get(f"complaint/{number}/attachments").json == []
