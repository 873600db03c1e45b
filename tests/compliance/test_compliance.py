"""MF-1, MF-AUD: each clause with its cases, its share and its breaches, every breach with its record."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from tests.complaints.conftest import DONE, Line

PAGES = ("/compliance/", "/compliance/2.1", "/compliance/4.4", "/regulation/", "/regulation/2.2")


def figures(line: Line, login: str = "auditor") -> dict[str, dict[str, int]]:
    """check → cases and breaches."""
    rows = line.by(login).get("compliance/").json["result"]
    return {item["check"]: item for row in rows for item in row["checks"]}


def breaches(line: Line, clause: str) -> list[tuple[str, str, str]]:
    rows = line.by("auditor").get(f"compliance/{clause}").json["result"]
    return [(row["check"], row["number"], row["reason"]) for row in rows]


def test_2_1f_a_hand_over_after_midnight_is_a_breach_with_its_reason(line: Line, at: Any):
    at("2026-11-27 22:40")
    late = line.at("pending_qc")
    at("2026-11-28 08:10")
    line.must("reception", late, "hand_over", late_reason="夜间来电")
    at("2026-11-30 09:00")
    kept = line.at("handed_over")
    found = figures(line)["HAND_TO_QC"]
    assert (found["cases"], found["breaches"]) == (2, 1)
    assert breaches(line, "2.1") == [("HAND_TO_QC", line.read(late)["number"], "夜间来电")]
    assert line.read(kept)["number"] not in str(breaches(line, "2.1"))


def test_2_2_what_is_overdue_and_still_open_counts_as_a_breach_at_once(line: Line, at: Any):
    line.at("assigned", site_region="330206")
    at("2026-11-27 23:59")
    assert figures(line)["ARRIVE_IN"]["breaches"] == 0
    at("2026-11-28 00:00")
    assert figures(line)["ARRIVE_IN"]["breaches"] == 1


def test_2_2_a_date_the_customer_asked_for_is_no_breach(line: Line, at: Any):
    number = line.at("assigned", site_region="330206")
    line.must("technician", number, "agree_later_date", new_date="2026-12-05", evidence="call with Mr Hu")
    at("2026-12-01 09:00")
    assert figures(line)["ARRIVE_IN"]["breaches"] == 0


def test_2_3_an_override_is_listed_with_its_reason(line: Line):
    number = line.at("disposed")
    sent = {"technician": "technician2", "kind": "technician", "override_reason": "only one near"}
    line.must("qc_manager", number, "assign", **sent)
    assert breaches(line, "2.3") == [("competent", line.read(number)["number"], "only one near")]


def test_2_4_a_consent_without_evidence_is_found(line: Line):
    paid = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "9.00"}
    rows = [{"description": "x", "quantity": 1, "price": "9"}]
    for evidence in (None, "signed offer"):
        number = line.at("on_site")
        line.must("technician", number, "quote", lines=rows, amount="9")
        line.must("technician", number, "answer_quote", accepted=True, signer_name="x", evidence=evidence)
        line.must("technician", number, "complete", **paid)
    found = figures(line)["charged_with_consent"]
    assert (found["cases"], found["breaches"]) == (2, 1)


def test_4_4_an_unread_matter_is_a_breach_after_four_hours(line: Line, at: Any):
    number = line.register()
    line.must("reception", number, "mark_major", criteria=["safety"])
    assert figures(line)["GM_READ"]["breaches"] == 0
    at("2026-11-24 13:21")
    assert figures(line)["GM_READ"]["breaches"] == 1
    assert [row[0] for row in breaches(line, "4.4")] == ["GM_READ"]


def test_a_perfect_line_has_no_breach_and_every_count_is_the_number_of_lines_behind_it(line: Line, at: Any):
    line.at("returned")
    assert all(item["breaches"] == 0 for item in figures(line).values())
    at("2026-12-20 09:00")
    for row in line.by("auditor").get("compliance/").json["result"]:
        assert row["breaches"] == len(breaches(line, row["clause"])), row["clause"]


def test_the_period_narrows_the_figures_and_nonsense_is_refused(line: Line, as_role: Any):
    line.at("handed_over")
    rest = line.by("auditor")
    empty = rest.get("compliance/?from=2025-01-01&to=2025-02-01").json["result"]
    assert sum(row["cases"] for row in empty) == 0
    assert rest.get("compliance/?from=yesterday").status_code == 400
    assert rest.get("compliance/9.9").status_code == 404
    assert as_role("auditor").get("/compliance/?to=x").status_code == 400
    assert as_role("auditor").get("/compliance/9.9").status_code == 404
    assert as_role("auditor").get("/regulation/9.9").status_code == 404


@pytest.mark.parametrize("login", ["reception", "technician", "sales", "marketing"])
def test_only_those_above_see_the_figures_but_everybody_the_regulation(line: Line, as_role: Any, login: str):
    assert line.by(login).get("compliance/").status_code == 403
    assert as_role(login).get("/compliance/").status_code in (302, 403)
    assert as_role(login).get("/regulation/2.1").status_code == 200


def test_the_breaches_are_exported_and_linked(line: Line, as_role: Any, at: Any):
    number = line.at("handed_over")
    at("2026-11-30 09:00")
    auditor = as_role("auditor", "en")
    assert f"/complaint/show/{number}" in auditor.get("/compliance/2.1").get_data(as_text=True)
    body = auditor.get("/compliance/export.csv").get_data(as_text=True).lstrip("\ufeff")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0][:3] == ["Clause", "Demanded", "Record"]
    assert ["2.1", "Receipt by Quality Control", line.read(number)["number"]] in [row[:3] for row in rows[1:]]
    assert as_role("leader").get("/compliance/export.csv").status_code in (302, 403)


def test_mf_1_the_badge_of_a_clause_leads_to_its_summary(line: Line, as_role: Any):
    number = line.at("at_qc")
    qc = as_role("qc", "en")
    for url in (f"/complaint/{number}/step/draft_disposition", f"/complaint/show/{number}"):
        assert 'href="/regulation/2.1"' in qc.get(url).get_data(as_text=True)
    page = qc.get("/regulation/2.1").get_data(as_text=True)
    assert "hand-over" in page.lower()
    assert "当天" in as_role("qc", "zh").get("/regulation/2.1").get_data(as_text=True)


def test_the_page_asks_few_questions(line: Line, as_role: Any, app: Any):
    from sqlalchemy import event

    from app.extensions import db

    line.at("returned")
    auditor, asked = as_role("auditor"), []
    for url in PAGES:
        auditor.get(url)
        with app.app_context():
            engine = db.engine
        count = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", count)
        assert auditor.get(url).status_code == 200
        event.remove(engine, "before_cursor_execute", count)
        assert len(asked) <= 8, (url, asked)
        asked.clear()
