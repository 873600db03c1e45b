"""MF-1, MF-AUD: each clause with its cases, its share and its breaches, every breach with its record."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask_babel import force_locale

from app.compliance.figures import lateness
from tests.complaints.conftest import DONE, Line, drawn
from tests.support import counted

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


def test_2_4_a_consent_without_evidence_is_found_and_what_was_given_stands_beside_the_others(
    line: Line, session: Any, as_role: Any
):
    paid = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "9.00"}
    rows = [{"description": "x", "quantity": 1, "price": "9"}]
    numbers = []
    for given in ({"evidence": "Mr Hu by phone"}, {"signature": drawn()}, {"evidence": "old data"}):
        number = line.at("on_site")
        line.must("technician", number, "quote", lines=rows, amount="9")
        line.must("technician", number, "answer_quote", accepted=True, signer_name="Hu", **given)
        line.must("technician", number, "complete", **paid)
        numbers.append(number)
    session.execute(sa.text("UPDATE quote SET evidence = NULL WHERE complaint_id = :n"), {"n": numbers[2]})
    session.commit()
    for check in ("charged_with_consent", "consent_proven"):
        found = figures(line)[check]
        assert (found["cases"], found["breaches"]) == (3, 1), check
    assert {row[1] for row in breaches(line, "2.4")} == {line.read(numbers[2])["number"]}
    every = as_role("auditor").get("/compliance/2.4?check=consent_proven&show=all").get_data(as_text=True)
    assert "Mr Hu by phone · Hu" in every and "signed paper" in every


def test_2_1_a_closure_as_duty_done_is_shown_apart_and_is_no_breach(line: Line, as_role: Any, at: Any):
    number = line.at("negotiating")
    at("2026-12-07 10:00")  # after the seven days
    for turn in range(3):
        line.must("reception", number, "negotiate", content=f"talk {turn}", satisfied=False)
    line.must("gm", number, "settle_unsatisfied", reason="duty done")
    found = figures(line)
    for check in ("settled_satisfied", "NEGOTIATE"):
        assert [found[check][key] for key in ("cases", "breaches", "apart")] == [1, 0, 1], check
    name = line.read(number)["number"]
    assert name in as_role("auditor").get("/compliance/2.1?check=NEGOTIATE&show=apart").get_data(as_text=True)
    assert name not in as_role("auditor").get("/compliance/2.1?check=NEGOTIATE").get_data(as_text=True)


def test_each_breach_names_its_due_day_and_how_late_it_was_on_the_page_in_the_file_and_by_rest(
    line: Line, as_role: Any, at: Any
):
    at("2026-11-27 22:40")
    number = line.at("pending_qc")
    at("2026-11-29 03:10")
    line.must("reception", number, "hand_over", late_reason="night call")
    (row,) = [item for item in line.by("auditor").get("compliance/2.1").json["result"] if item["check"] == "HAND_TO_QC"]
    assert (row["due"], row["late"]) == ("2026-11-27", "1 day 3 hours")
    auditor = as_role("auditor", "en")
    page = auditor.get("/compliance/2.1?check=HAND_TO_QC").get_data(as_text=True)
    assert "2026-11-27</td>" in page and "1 day 3 hours" in page
    body = auditor.get("/compliance/export.csv?clause=2.1").get_data(as_text=True).lstrip("\ufeff")
    head, *lines = csv.reader(io.StringIO(body))
    told = [dict(zip(head, each, strict=True)) for each in lines]
    assert ("2026-11-27", "1 day 3 hours") in [(each["Due"], each["Late by"]) for each in told]


def test_the_share_considered_good_is_a_setting_and_all_clauses_share_one_set_of_columns(
    line: Line, app: Any, as_role: Any, at: Any
):
    from app.core import settings
    from app.extensions import db

    line.at("handed_over")
    line.at("at_qc")
    at("2026-11-30 09:00")  # one of two was received in time
    page = as_role("auditor", "en").get("/compliance/").get_data(as_text=True)
    assert page.count("<thead>") == 1
    half = page.partition("Receipt by Quality Control")[2].partition("</tr>")[0]
    assert "50.0 %" in half and "tag-bad" in half
    with app.app_context():
        settings.put(db.session, "compliance_good", "50.0")
        db.session.commit()
        db.session.remove()
    page = as_role("auditor", "en").get("/compliance/").get_data(as_text=True)
    half = page.partition("Receipt by Quality Control")[2].partition("</tr>")[0]
    assert "tag-warn" in half and "tag-bad" not in half


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_regulation_says_that_chapter_3_repeats_chapter_2(line: Line, as_role: Any, locale: str):
    from app.compliance.clauses import CLAUSES

    reader = as_role("reception", locale)
    page = reader.get("/regulation/").get_data(as_text=True)
    for clause in CLAUSES:
        both = {"zh": f"2篇/{clause} = 3篇/{clause}", "en": f"chapter 2, {clause} = chapter 3, {clause}"}[locale]
        assert both in page
        assert both in reader.get(f"/regulation/{clause}").get_data(as_text=True)
    assert {"zh": "第三篇重复第二篇", "en": "Chapter 3 of the regulation repeats chapter 2"}[locale] in page


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
    line.at("returned")
    auditor = as_role("auditor")
    for url in PAGES:
        auditor.get(url)
        with counted() as asked:
            assert auditor.get(url).status_code == 200
        assert len(asked) <= 8, (url, asked)


def test_2_5_a_text_changed_past_every_step_breaks_the_signature(line: Line, session: Any, app: Any):
    numbers = [line.at("confirmed"), line.at("confirmed")]
    charged = "UPDATE site_service SET charge = 12.5 WHERE complaint_id = :n"
    for number in numbers:  # also with an amount, also with nothing
        session.execute(sa.text(charged if number == numbers[0] else charged.replace("12.5", "NULL")), {"n": number})
    session.commit()
    from app.core.record.signatures import Confirmation, digest

    session.expire_all()
    for row in session.scalars(sa.select(Confirmation)):
        row.content_sha256 = digest(row.record)
    with app.app_context():  # what is written by its rows is witnessed
        session.commit()
    held = figures(line)["signature_holds"]
    assert (held["cases"], held["breaches"]) == (2, 0)
    session.execute(sa.text("UPDATE site_service SET work_done = 'other' WHERE complaint_id = :n"), {"n": numbers[1]})
    session.commit()
    assert figures(line)["signature_holds"]["breaches"] == 1
    assert breaches(line, "2.5") == [("signature_holds", line.read(numbers[1])["number"], "")]


def test_2_4_and_2_6_what_no_step_allows_is_found_all_the_same(line: Line, session: Any):
    number = line.at("returned")
    head = {"complaints": [number], "responsible_department": "production", "problem": "x", "requirement": "no repeat"}
    notice = line.by("qc").post("corrective_action/", head).json["id"]
    line.by("qc_manager").post(f"corrective_action/{notice}/issue")
    line.must("qc_manager", number, "close")
    assert {row[0] for clause in ("2.4", "2.6") for row in breaches(line, clause)} == set()
    session.execute(sa.text("UPDATE complaint SET charge = 5 WHERE id = :n"), {"n": number})
    for statement in (
        "INSERT INTO corrective_item (notice_id, round, at, type, description, owner_id, due) "
        "VALUES (:n, 1, '2026-11-24 01:00:00.000000', 'corrective', 'x', 3, '2026-11-30')",
        "INSERT INTO effectiveness_check (notice_id, round, at, by_id, result, method, sample) "
        "VALUES (:n, 1, '2026-11-24 02:00:00.000000', 3, 'effective', 'x', 'x')",
    ):
        session.execute(sa.text(statement), {"n": notice})
    session.commit()
    assert [row[0] for row in breaches(line, "2.4")] == ["paid"]
    assert [row[0] for row in breaches(line, "2.6")] == ["verified_by_another"]


@pytest.mark.postgresql
def test_postgresql_computes_the_same_fingerprint(empty_postgres: str):
    import hashlib

    from app.compliance.fingerprints import Fingerprint, TwoDecimals

    engine = sa.create_engine(empty_postgres)
    with engine.connect() as connection:
        for text in ("", "主轴异响\n3600.50", "é – ☑"):
            told = connection.scalar(sa.select(Fingerprint(sa.literal(text))))
            assert told == hashlib.sha256(text.encode()).hexdigest()
        for amount, words in ((0, "0.00"), (3600.5, "3600.50"), (12, "12.00")):
            assert connection.scalar(sa.select(TwoDecimals(sa.literal(amount)))) == words
    engine.dispose()


def test_mf_1_every_clause_a_step_a_deadline_a_card_or_a_list_names_has_its_summary(app: Any):
    from app.compliance.checks import checks
    from app.compliance.clauses import CLAUSES
    from app.core.process.workflow import WORKFLOWS
    from app.core.time.deadline_rules import DEFAULTS

    named = {step.clause for workflow in WORKFLOWS.values() for step in workflow.steps}
    named |= {rule.clause for rule in DEFAULTS.values()} | {check.clause for check in checks().values()}
    views = [view for view in app.extensions["appbuilder"].baseviews if hasattr(view, "cards")]
    named |= {card.clause for view in views for card in view.cards} | {view.clause for view in views}
    assert {clause for clause in named if clause} == set(CLAUSES)
    assert all(any(check.clause == clause for check in checks().values()) for clause in CLAUSES)


@pytest.mark.parametrize(
    ("login", "path", "clause"),
    [
        ("reception", "/complaint/add", "2.1"),
        ("reception", "/complaint/list/", "2.1"),
        ("reception", "/return_slips/", "2.5"),
        ("qc", "/corrective_action/list/", "2.6"),
        ("qc", "/corrective_action/show/{notice}", "2.6"),
        ("qc", "/consultation/list/", "2.1"),
        ("gm", "/gm_report/list/", "4.4"),
        ("gm", "/major/", "4.4"),
        ("qc", "/complaint/show/{complaint}", "2.4"),
        ("auditor", "/compliance/", "2.3"),
    ],
)
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_mf_1_every_screen_links_to_its_clause(
    line: Line, as_role: Any, login: str, path: str, clause: str, locale: str
):
    number = line.at("returned") if "{" in path else 0
    notice = 0
    if "notice" in path:
        head = {
            "complaints": [number],
            "responsible_department": "production",
            "problem": "x",
            "requirement": "no repeat",
        }
        notice = line.by("qc").post("corrective_action/", head).json["id"]
    page = as_role(login, locale).get(path.format(complaint=number, notice=notice))
    assert page.status_code == 200
    assert f'href="/regulation/{clause}"' in page.get_data(as_text=True)


@pytest.mark.parametrize(
    ("late", "zh", "en"),
    [
        (timedelta(days=3, hours=7), "3 天 7 小时", "3 days 7 hours"),
        (timedelta(days=1), "1 天", "1 day"),
        (timedelta(hours=1, minutes=20), "1 小时", "1 hour"),
        (timedelta(minutes=20), "不到一小时", "less than an hour"),
    ],
)
def test_how_late_is_told_in_words(app: Any, late: timedelta, zh: str, en: str):
    due = datetime(2026, 11, 24, 8, tzinfo=UTC)
    for locale, words in (("zh", zh), ("en", en)):
        with app.test_request_context(), force_locale(locale):
            assert lateness(due, due + late) == words
