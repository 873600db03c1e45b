"""2.4: misuse is paid for, after a quotation the customer accepted; our own quality costs nothing."""

from __future__ import annotations

from decimal import Decimal

import pytest

from app.core.text.capitals import in_capitals

from .conftest import DONE, Line

LINES = [
    {"description": "主轴轴承", "quantity": 2, "price": "1500.00"},
    {"description": "工时", "quantity": 3, "price": "200"},
]
PAID = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "3600.00"}


def quoted(line: Line) -> int:
    number = line.at("on_site")
    line.must("technician", number, "quote", lines=LINES, amount="3600.00")
    return number


def test_2_4c_no_chargeable_work_without_the_customer_s_consent(line: Line):
    number = quoted(line)
    refused = line.take("technician", number, "complete", **PAID)
    assert refused.status_code == 409
    assert "3600.00" in refused.json["message"]
    line.must("technician", number, "answer_quote", accepted=True, signer_name="顾客签收人", evidence="当面签字同意")
    assert line.must("technician", number, "complete", **PAID)["state"] == "awaiting_confirmation"


def test_2_4c_the_consent_covers_what_was_quoted_and_not_more(line: Line):
    number = quoted(line)
    line.must("technician", number, "answer_quote", accepted=True, signer_name="顾客签收人", evidence="当面签字同意")
    assert line.take("technician", number, "complete", **{**PAID, "charge": "3600.01"}).status_code == 409
    assert line.must("technician", number, "complete", **{**PAID, "charge": "3500"})["state"] == "awaiting_confirmation"


def test_2_4c_a_refused_quotation_goes_back_to_qc_in_the_next_round(line: Line):
    number = quoted(line)
    done = line.must("technician", number, "answer_quote", accepted=False, signer_name="顾客签收人")
    assert done["state"] == "at_qc"
    assert line.read(number)["round"] == 2
    steps = [(row["step"], row["actor"]) for row in line.by("auditor").get(f"complaint/{number}/history").json]
    assert steps[-2:] == [("answer_quote", "technician"), ("dispute", "system")]


def test_2_4_the_lines_must_add_up(line: Line):
    number = line.at("on_site")
    wrong = line.take("technician", number, "quote", lines=LINES, amount="3000.00")
    assert wrong.status_code == 422
    assert "3600.00" in wrong.json["message"]["amount"][0]
    for bad in ([], [{"description": "x"}], "lines", [["x"]], [{"description": "x", "quantity": -1, "price": "1"}]):
        answer = line.take("technician", number, "quote", lines=bad, amount="1.00")
        assert answer.status_code == 422, bad
        assert "lines" in answer.json["message"]


def test_2_4_own_quality_is_never_quoted(line: Line):
    number = line.at("on_site")
    found = {key: DONE[key] for key in ("phenomenon", "investigation", "cause_category", "responsibility")}
    line.must("technician", number, "investigate", **found)
    assert line.take("technician", number, "quote", lines=LINES, amount="3600.00").status_code == 409


def test_2_4_an_answer_needs_a_quotation(line: Line):
    number = line.at("on_site")
    answer = line.take("technician", number, "answer_quote", accepted=True, signer_name="x", evidence="当面签字同意")
    assert answer.status_code == 409


def test_2_4b_a_return_or_exchange_keeps_old_and_new_serial_number(line: Line, as_role):
    number = line.at("on_site")
    swap = {**DONE, "remedy": "exchange", "old_serial": "SN-OLD-1", "new_serial": "SN-NEW-2"}
    line.must("technician", number, "complete", **swap)
    page = as_role("qc").get(f"/complaint/show/{number}").get_data(as_text=True)
    assert "SN-OLD-1 → SN-NEW-2" in page


def charged(line: Line) -> int:
    number = quoted(line)
    line.must("technician", number, "answer_quote", accepted=True, signer_name="顾客签收人", evidence="当面签字同意")
    line.must("technician", number, "complete", **PAID)
    from .conftest import drawn

    line.must(
        "technician", number, "confirm", signer_name="顾客签收人", method="onscreen", signature=drawn(), satisfaction=4
    )
    line.must("technician", number, "return_form")
    line.must("qc", number, "receive_form")
    return number


def test_2_4_what_was_charged_is_paid_before_the_record_is_closed(line: Line):
    number = charged(line)
    assert line.take("qc_manager", number, "close").status_code == 409
    part = {"receipt_no": "SJ-1", "paid_on": "2026-11-24"}
    assert line.take("reception", number, "record_payment", amount="1", **part).status_code == 403
    assert line.take("finance", number, "record_payment", amount="4000", **part).status_code == 422
    line.must("finance", number, "record_payment", amount="1600", **part)
    read = line.read(number)
    assert read["owed"] == "2000.00"
    assert [(row["amount"], row["accepted"]) for row in read["quotes"]] == [("3600.00", True)]
    assert [row["receipt_no"] for row in read["payments"]] == ["SJ-1"]
    assert line.take("qc_manager", number, "close").status_code == 409
    line.must("finance", number, "record_payment", amount="2000", **{**part, "receipt_no": "SJ-2"})
    assert line.take("finance", number, "record_payment", amount="1", **part).status_code == 409
    assert line.must("qc_manager", number, "close")["state"] == "closed"


def test_2_4_the_leader_may_waive_it_with_a_reason(line: Line):
    number = charged(line)
    assert line.take("leader", number, "waive_payment").status_code == 422
    line.must("leader", number, "waive_payment", reason="goodwill")
    assert line.must("qc_manager", number, "close")["state"] == "closed"


def test_a_free_complaint_has_nothing_to_pay(line: Line):
    number = line.at("returned")
    assert line.take(
        "finance", number, "record_payment", amount="1", receipt_no="x", paid_on="2026-11-24"
    ).status_code in (404, 409)
    assert line.take("leader", number, "waive_payment", reason="x").status_code == 409


def test_the_quotation_is_made_in_the_browser_and_typed_rows_survive_a_mistake(line: Line, as_role):
    number = line.at("on_site")
    technician = as_role("technician", "zh")
    typed = {"lines-0-description": "主轴轴承", "lines-0-quantity": "2", "lines-0-price": "1500", "amount": "1"}
    wrong = technician.step(number, "quote", **typed)
    assert wrong.status_code == 422
    assert "主轴轴承" in wrong.get_data(as_text=True)
    assert "3000.00" in wrong.get_data(as_text=True)
    assert technician.step(number, "quote", **{**typed, "amount": "3000"}).status_code == 204
    assert "叁仟元整" in technician.get(f"/complaint/show/{number}").get_data(as_text=True)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "零元整"),
        ("0.05", "伍分"),
        ("0.50", "伍角整"),
        ("100.5", "壹佰元伍角整"),
        ("1005.07", "壹仟零伍元零柒分"),
        ("3600", "叁仟陆佰元整"),
        ("10000", "壹万元整"),
        ("100100.10", "壹拾万零壹佰元壹角整"),
        ("100000000", "壹亿元整"),
        ("1860000.00", "壹佰捌拾陆万元整"),
        ("1000000001", "壹拾亿零壹元整"),
    ],
)
def test_amounts_in_capitals(amount: str, words: str):
    assert in_capitals(Decimal(amount)) == words
