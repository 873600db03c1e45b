"""合并: what the customer was promised before the merger is kept, stands where it is kept, and ends with its step."""

from __future__ import annotations

from typing import Any

from .conftest import DONE, NINGBO, Line


def clocks(line: Line, number: int) -> dict[str, dict[str, Any]]:
    return {item["rule"]: item for item in line.by("auditor").get(f"complaint/{number}/deadlines").json}


def merge(line: Line, source: int, into: int) -> None:
    line.must("reception", source, "merge", into=line.read(into)["number"])


def test_a_promise_the_target_has_already_kept_counts_as_kept(line: Line, at: Any):
    first = line.at("at_qc")
    at("2026-11-24 15:00")
    second = line.register()
    merge(line, second, first)
    assert (clocks(line, second)["HAND_TO_QC"]["status"], clocks(line, first)["HAND_TO_QC"]["status"]) == ("met", "met")
    assert clocks(line, first)["DISPOSE"]["origin"] is None
    at("2026-12-20 09:00")
    rows = line.by("auditor").get("compliance/2.1").json["result"]
    assert [row for row in rows if row["number"] == line.read(second)["number"] and row["check"] == "HAND_TO_QC"] == []


def test_a_promise_still_ahead_stands_on_the_target_with_its_origin_and_ends_with_the_step(
    line: Line, at: Any, as_role: Any
):
    first = line.at("assigned", site_region=NINGBO)  # to be there within three days
    promised = clocks(line, first)["ARRIVE_IN"]["due_at"]
    at("2026-11-26 09:00")
    second = line.at("disposed", site_region=NINGBO)
    at("2026-11-27 09:00")
    line.must("qc_manager", second, "assign", technician="technician", kind="technician")
    merge(line, first, second)
    stands = clocks(line, second)["ARRIVE_IN"]
    assert (stands["due_at"], stands["origin"]) == (promised, line.read(first)["number"])
    page = as_role("qc", "en").get(f"/complaint/show/{second}").get_data(as_text=True)
    assert f"Inherited from {line.read(first)['number']}, until" in page and "Agreed time" not in page
    line.must("technician", second, "arrive")
    assert clocks(line, second)["ARRIVE_IN"]["status"] == "met"


def test_a_promise_of_another_kind_gets_a_clock_of_its_own_and_ends_when_its_step_is_passed(line: Line, at: Any):
    talked = line.at("negotiating")  # seven days to settle
    at("2026-11-30 09:00")
    fresh = line.at("received")
    promised = clocks(line, talked)["NEGOTIATE"]["due_at"]
    merge(line, talked, fresh)
    stands = clocks(line, fresh)["NEGOTIATE"]
    assert (stands["due_at"], stands["origin"]) == (promised, line.read(talked)["number"])
    line.must("reception", fresh, "classify_quality", solution_plan="repair")  # nobody negotiates any more
    assert clocks(line, fresh)["NEGOTIATE"]["status"] == "met"


def test_an_inherited_arrival_is_the_rounds_own(line: Line, at: Any):
    first = line.at("assigned", site_region=NINGBO)
    promised = clocks(line, first)["ARRIVE_IN"]["due_at"]
    at("2026-11-26 09:00")
    second = line.at("disposed", site_region=NINGBO)
    merge(line, first, second)
    line.must("qc_manager", second, "assign", technician="technician", kind="technician")
    arrivals = [item for code, item in clocks(line, second).items() if code.startswith("ARRIVE")]
    assert [(item["due_at"], item["origin"]) for item in arrivals] == [(promised, line.read(first)["number"])]
    line.must("technician", second, "arrive")
    line.must("technician", second, "complete", **DONE)
    running = {code for code, item in clocks(line, second).items() if item["status"] == "running"}
    assert running <= {"CONFIRM", "ACK"}
