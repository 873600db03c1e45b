"""The form of numbers is the administrator's: checked, shown beforehand, without gaps, from the next number on."""

from __future__ import annotations

from typing import Any

import pytest

from app.core.record.numbers import LONGEST, coming, written
from tests.complaints.conftest import Line, line
from tests.organisation.test_settings_and_calendar import fields

__all__ = ["line"]


def put(rest: Any, kind: str, pattern: str) -> Any:
    return rest("admin").put(f"setting/number_{kind}", {"value": pattern})


def number(line: Line) -> str:
    return str(line.read(line.register())["number"])


def test_numbers_are_as_before_until_somebody_decides_otherwise(line: Line):
    assert [number(line), number(line)] == ["TS-20261124-001", "TS-20261124-002"]
    made = line.by("sales").post("gm_report/", {"reason": "other", "subject": "x"}).json
    assert made["result"]["number"] == "ZD-2026-001"


def test_another_pattern_holds_from_the_next_number_and_counts_without_a_gap(line: Line, rest: Any, at: Any):
    assert number(line) == "TS-20261124-001"
    answer = put(rest, "complaint", "投诉{YY}.{MM}-{N:04d}")
    assert answer.status_code == 200 and answer.json["result"]["next"] == "投诉26.11-0001"
    assert [number(line), number(line)] == ["投诉26.11-0001", "投诉26.11-0002"]
    at("2026-12-01 09:00")
    assert number(line) == "投诉26.12-0001"
    put(rest, "complaint", "投诉{YY}.{MM}-{N}")  # the same series goes on
    assert number(line) == "投诉26.12-2"


def test_what_an_earlier_pattern_gave_out_is_not_given_again(line: Line, rest: Any):
    assert number(line) == "TS-20261124-001"
    put(rest, "complaint", "TS-{YYYY}{MM}{DD}-0{N:02d}")
    assert rest("admin").get("setting/number_complaint").json["result"]["next"] == "TS-20261124-002"
    assert number(line) == "TS-20261124-002"
    put(rest, "complaint", "TS-{YYYY}{MM}{DD}-{N:03d}")
    assert [number(line), number(line)] == ["TS-20261124-003", "TS-20261124-004"]


@pytest.mark.parametrize(
    ("pattern", "named"),
    [
        ("TS-{YYYY}", "counter"),
        ("TS-{N}-{N:03d}", "counter"),
        ("TS-{JJJJ}-{N}", "{JJJJ}"),
        ("TS-{N:03d.__class__}", "{N:03d.__class__}"),
        ("ZD-{YYYY}-{N:05d}", "one form"),
        ("ZD-{YYYY}-{N}", "one form"),
        ("-{N}", "letters"),
        ("TS/{N}", "letters"),
        ("TS {N}", "letters"),
        ("A" * 40 + "{N}", str(LONGEST)),
        ("", "Number"),
    ],
)
def test_a_pattern_that_cannot_be_used_is_refused(rest: Any, as_role: Any, pattern: str, named: str):
    answer = put(rest, "complaint", pattern)
    assert answer.status_code == 422 and named in answer.json["message"]["value"][0]
    assert rest("admin").post("setting/number_complaint/preview", {"value": pattern}).status_code == 422
    admin = as_role("admin")
    sent = {**fields(admin.get("/settings/").text), "number_complaint": pattern}
    assert admin.post("/settings/save", sent).status_code == 422
    assert rest("admin").get("setting/number_complaint").json["result"]["value"] == "TS-{YYYY}{MM}{DD}-{N:03d}"


def test_the_next_number_is_shown_before_it_is_saved_by_rest_and_page(line: Line, rest: Any, as_role: Any):
    number(line)
    shown = rest("admin").post("setting/number_complaint/preview", {"value": "TS-{YYYY}{MM}{DD}-{N:05d}"})
    assert shown.json == {"next": "TS-20261124-00002"}
    assert rest("admin").post("setting/reopen_days/preview", {"value": "1"}).status_code == 404
    admin = as_role("admin")
    page = admin.get("/settings/").text
    assert "The next number: TS-20261124-002" in page
    sent = {**fields(page), "number_complaint": "K{YYYY}-{N:03d}"}
    assert "The next number: K2026-001" in admin.post("/settings/save", {**sent, "act": "preview"}).text
    assert number(line) == "TS-20261124-002"  # only shown


def test_by_page_a_pattern_is_saved_and_written_down(line: Line, as_role: Any):
    admin = as_role("admin")
    sent = {**fields(admin.get("/settings/").text), "number_complaint": "K{YYYY}-{N:03d}"}
    assert admin.post("/settings/save", sent).status_code == 302
    assert number(line) == "K2026-001"
    assert "<ins>K{YYYY}-{N:03d}</ins>" in admin.get("/settings/").text


def test_an_opinion_asked_for_finds_room_behind_the_longest_number(line: Line, rest: Any):
    longest = "L" * (LONGEST - 6) + "{N:06d}"
    assert put(rest, "complaint", longest).status_code == 200
    complaint = line.at("at_qc")
    line.must("qc", complaint, "consult", departments=["production"], question="?")
    assert line.by("qc").get("consultation/").json["result"][0]["number"].endswith("000001-H1")


def test_a_number_is_written_as_its_pattern_says(app: Any):
    from datetime import date

    from app.extensions import db

    assert written("A{YY}{MM}{DD}_{N:04d}", date(2026, 2, 3), 7) == "A260203_0007"
    with app.app_context():
        assert coming(db.session, "B{N}") == "B1"
