"""The record page: dialogs that lose nothing typed, one filled button, words instead of codes, queues of writers."""

from __future__ import annotations

import html
import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.core.pages.show import due_stamp
from app.core.record.history import History
from app.core.record.records import Record
from app.customers.models import Customer
from app.extensions import db
from tests.complaints.conftest import Line, line
from tests.support import Browser, Rest

__all__ = ["line"]

FRAGMENT = {"X-Fragment": "1"}


@pytest.fixture
def slip(rest: Callable[..., Rest], session: Session) -> int:
    """A complaint just received by phone."""
    customer = session.scalars(select(Customer.id).order_by(Customer.id)).first()
    answer = rest("reception").post(
        "complaint/",
        {
            "channel": "phone",
            "customer": customer,
            "site_region": "320583",
            "subject": "Spindle noise",
            "description": "loud at high speed",
        },
    )
    assert answer.status_code == 201, answer.json
    return int(answer.json["id"])


def version(session: Session, number: int) -> int:
    session.expire_all()
    return session.scalars(select(Record.version).where(Record.id == number)).one()


def filled_buttons(page: str) -> list[str]:
    return re.findall(r'class="btn btn-primary main"[^>]*data-step="(\w+)"', page)


def test_one_filled_button_the_others_are_outlined_and_dangers_are_in_the_menu(as_role: Any, slip: int) -> None:
    page = as_role("reception").get(f"/complaint/show/{slip}").text
    assert filled_buttons(page) == ["classify_quality"]
    assert re.search(r'class="btn btn-default"[^>]*data-step="classify_non_quality"', page)
    assert re.search(r'class="danger"[^>]*data-step="void"', page)


def test_a_person_without_a_step_sees_no_button(as_role: Any, slip: int) -> None:
    assert not filled_buttons(as_role("auditor").get(f"/complaint/show/{slip}").text)


def test_a_wrong_field_keeps_what_was_typed(as_role: Any, slip: int) -> None:
    reception = as_role("reception")
    answer = reception.step(slip, "reclassify_quality", solution_plan="kept plan")
    assert answer.status_code == 409  # not now: still received
    answer = reception.step(slip, "correct_site", site_address="kept street 8")
    assert answer.status_code == 422
    assert "kept street 8" in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_another_persons_change_is_shown_in_words_and_the_text_survives(
    as_role: Any, slip: int, session: Session
) -> None:
    seen = version(session, slip)
    other = as_role("reception_lead").post(
        f"/complaint/{slip}/correct",
        {"channel": "visit", "subject": "Spindle noise", "description": "loud at high speed", "row_version": seen},
    )
    assert other.status_code == 302
    mine = as_role("reception").post(
        f"/complaint/{slip}/step/classify_quality", {"solution_plan": "my plan", "row_version": seen}, headers=FRAGMENT
    )
    assert mine.status_code == 409
    assert "my plan" in mine.text
    assert "Phone call</del> → <ins>Visit" in re.sub(r"\s+", " ", mine.text)
    assert f'name="row_version" value="{seen + 1}"' in mine.text  # saving again goes on
    again = as_role("reception").post(
        f"/complaint/{slip}/step/classify_quality",
        {"solution_plan": "my plan", "row_version": seen + 1},
        headers=FRAGMENT,
    )
    assert (again.status_code, again.headers["X-Location"]) == (204, f"/complaint/show/{slip}")


def test_without_a_script_the_same_address_is_a_page(as_role: Any, slip: int) -> None:
    reception = as_role("reception")
    page = reception.get(f"/complaint/{slip}/step/classify_quality")
    assert "<html" in page.text
    assert reception.post(f"/complaint/{slip}/step/classify_quality", {"solution_plan": "x"}).status_code == 302


def test_the_dialog_shows_clause_and_deadline_before_saving(as_role: Any, slip: int) -> None:
    reception = as_role("reception")
    reception.step(slip, "classify_quality", solution_plan="plan")
    dialog = reception.get(f"/complaint/{slip}/step/hand_over", headers=FRAGMENT).text
    assert "clause 2.1" in dialog
    assert "2026-11-25 24:00" in dialog  # QC must receive within one working day


def test_the_page_tells_the_stage_that_was_late(as_role: Any, slip: int, at: Callable[[str], None]) -> None:
    as_role("reception").step(slip, "classify_quality", solution_plan="plan")
    at("2026-11-25 09:00")
    late = as_role("reception").get(f"/complaint/show/{slip}").text
    assert re.search(r'<li class="now late" aria-current="step">', late)


def test_404_403_409_in_this_order(as_role: Any, slip: int) -> None:
    qc, reception = as_role("qc"), as_role("reception")
    assert reception.get("/complaint/show/99999").status_code == 404
    assert reception.get(f"/complaint/{slip}/step/nonsense").status_code == 404
    assert reception.step(slip, "receive").status_code == 403
    assert qc.step(slip, "receive").status_code == 409
    assert as_role("technician").get(f"/complaint/show/{slip}").status_code == 404


def test_a_comment_and_a_file_stand_on_the_page(as_role: Any, slip: int) -> None:
    import io

    reception = as_role("reception")
    assert reception.post(f"/complaint/{slip}/comment", {"comment": "<b>call back</b>"}).status_code == 302
    upload = {"file": (io.BytesIO(b"hello"), "说明.txt"), "category": "evidence"}
    assert reception.post(f"/complaint/{slip}/attach", upload, content_type="multipart/form-data").status_code == 302
    page = reception.get(f"/complaint/show/{slip}").text
    assert "&lt;b&gt;call back&lt;/b&gt;" in page
    file = re.search(rf"/complaint/{slip}/file/\d+", page)
    assert file
    with reception.get(file[0]) as download:
        assert download.data == b"hello"
    assert as_role("technician").get(file[0]).status_code == 404


def test_a_step_for_several_records_tells_each_refusal(as_role: Any, slip: int, session: Session) -> None:
    reception = as_role("reception")
    assert "Spindle" not in reception.post("/complaint/bulk/hand_over", {"rowid": [slip]}, headers=FRAGMENT).text
    answer = reception.post("/complaint/bulk/hand_over", {"rowid": [slip, 99999], "go": "1"})
    assert answer.status_code == 302
    page = reception.get("/complaint/list/").text
    assert "not possible" in page
    assert "99999: This is not your step." in page
    assert as_role("qc").post("/complaint/bulk/hand_over", {"rowid": [slip]}).status_code == 403
    assert reception.post("/complaint/bulk/close", {"rowid": [slip]}).status_code == 404


def test_tabs_chips_and_search_narrow_the_list(as_role: Any, slip: int) -> None:
    reception = as_role("reception")
    assert "Spindle noise" in reception.get("/complaint/list/?tab=todo&chip=mine,today&q=spindle").text
    assert "Spindle noise" not in reception.get("/complaint/list/?tab=qc").text
    assert "Spindle noise" not in reception.get("/complaint/list/?chip=mine&chip=overdue").text
    for strange in ("tab=x", "chip=x", "size=999999", "q=%25"):
        assert reception.get(f"/complaint/list/?{strange}").status_code == 200
    for nonsense in ("order=x", "page=x", "page=-1"):
        assert reception.get(f"/complaint/list/?{nonsense}").status_code == 400


def test_every_script_of_a_page_carries_the_nonce(as_role: Any, slip: int) -> None:
    answer = as_role("reception").get(f"/complaint/show/{slip}")
    nonce = re.search(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])
    assert nonce
    scripts = re.findall(r"<script[^>]*>", answer.text)
    assert scripts
    assert all(f'nonce="{nonce[1]}"' in script for script in scripts)
    assert not re.search(r"\son[a-z]+=", answer.text)
    assert not re.search(r'(?:src|href)="https?:', answer.text)


def test_the_end_of_a_day_reads_2400(app: Any) -> None:
    from datetime import UTC, datetime

    assert due_stamp(datetime(2026, 11, 24, 16, 0, tzinfo=UTC)) == "11-24 24:00"
    assert due_stamp(datetime(2026, 11, 24, 8, 30, tzinfo=UTC)) == "11-24 16:30"


def test_32_parallel_corrections_lose_nothing(app: Any, rest: Any, slip: int, session: Session) -> None:
    before, answers = version(session, slip), []

    def correct(worker: Browser, index: int) -> None:
        worker_answer = worker.post(
            f"/complaint/{slip}/step/log_contact",
            {"channel": "phone", "content": f"call {index}", "reached": "false"},
            headers=FRAGMENT,
        )
        answers.append(worker_answer.status_code)

    people = [Browser(app, "reception", "Test-Password-2026!") for _index in range(4)]
    threads = [threading.Thread(target=correct, args=(people[index % 4], index)) for index in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {204}
    assert version(session, slip) == before + 32
    lines = session.scalars(select(History.seq).where(History.record_id == slip).order_by(History.seq)).all()
    assert list(lines) == list(range(1, 34))


def test_the_page_of_a_record_with_everything_on_it_asks_no_more(
    app: Any, as_role: Any, rest: Any, session: Any
) -> None:
    from tests.complaints.conftest import Line

    line = Line(rest, session)
    number, asked = line.at("returned"), []
    qc = as_role("qc")
    qc.get(f"/complaint/show/{number}")
    with app.app_context():
        engine = db.engine
    count = lambda *args: asked.append(args[2])  # noqa: E731
    event.listen(engine, "before_cursor_execute", count)
    try:
        assert qc.get(f"/complaint/show/{number}").status_code == 200
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert len(asked) <= 20, asked


@pytest.mark.parametrize(("path", "most"), [("list/", 8), ("show/{}", 20), ("add", 4)])
def test_pages_ask_few_questions(app: Any, as_role: Any, slip: int, path: str, most: int) -> None:
    reception, asked = as_role("reception"), []
    url = f"/complaint/{path.format(slip)}"
    reception.get(url)  # rights and calendar are known from here on

    def count(*args: Any) -> None:
        asked.append(args[2])

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        answer = reception.get(url)
    finally:
        event.remove(engine, "before_cursor_execute", count)
    assert answer.status_code == 200
    assert len(answer.data) < 60 * 1024
    assert len(asked) <= most, asked


def until_when(page: str) -> str:
    """The moment in the head of a record."""
    return html.unescape(re.search(r"Until when</dt><dd>(.*?)</dd>", page)[1])  # type: ignore[index]


def clocks_of(line: Line, kind: str, number: int) -> dict[str, str]:
    rows = line.by("gm").get(f"{kind}/{number}/deadlines").json
    return {row["rule"]: due_stamp(datetime.fromisoformat(row["due_at"])) for row in rows if row["status"] == "running"}


def test_the_head_and_the_list_tell_the_deadline_of_the_one_whose_turn_it_is(line: Line, as_role: Any) -> None:
    line.must("reception", line.register(), "mark_major", criteria=["safety"])
    report = line.by("gm").get("gm_report/").json["result"][0]
    clocks = clocks_of(line, "gm_report", report["id"])
    assert clocks["GM_READ"] < clocks["GM_REPORT"], "the general manager's reading ends first"
    reader = as_role("sales_manager", "en")
    assert until_when(reader.get(f"/gm_report/show/{report['id']}").text) == clocks["GM_REPORT"]
    listed = reader.get("/gm_report/list/?tab=open").text
    assert "1 day left" in listed and "today" not in re.findall(r"<tbody.*?</tbody>", listed, re.DOTALL)[0]


def test_the_closing_is_due_when_it_is_due_though_a_notice_is_owed_before(line: Line, as_role: Any) -> None:
    number = line.at("returned")
    clocks = clocks_of(line, "complaint", number)
    assert clocks["CAPA_ISSUE"] < clocks["CLOSE"]
    assert until_when(as_role("qc_manager", "en").get(f"/complaint/show/{number}").text) == clocks["CLOSE"]


def beads(page: str) -> list[str]:
    """The stages of the head: done, now, late …"""
    return re.findall(r'<li class="([a-z ]+)"', re.search(r'<ol class="beads.*?</ol>', page, re.DOTALL)[0])  # type: ignore[index]


def test_a_stage_is_late_when_the_work_in_it_is(line: Line, as_role: Any, at: Any) -> None:
    number = line.at("on_site")
    technician = as_role("technician")
    assert "now" in beads(technician.get(f"/complaint/show/{number}").text)
    at("2026-12-10 09:00")
    assert "now late" in beads(as_role("technician").get(f"/complaint/show/{number}").text)


def test_what_a_merged_complaint_has_passed_is_shown_as_done(line: Line, as_role: Any) -> None:
    first, second = line.at("at_qc"), line.at("at_qc")
    assert beads(as_role("qc").get(f"/complaint/show/{first}").text)[:3] == ["done", "done", "now"]
    line.must("qc", first, "merge", into=second, reason="the same")
    assert beads(as_role("qc").get(f"/complaint/show/{first}").text)[:3] == ["done", "done", "todo"]


def test_what_hinders_a_step_is_one_sentence_with_it(line: Line, as_role: Any) -> None:
    page = as_role("qc_manager", "en").get(f"/complaint/show/{line.at('returned')}").text
    said = re.sub(r"<[^>]+>", "", re.search(r"To be done</dt><dd>(.*?)</dd>", page)[1])  # type: ignore[index]
    assert said.startswith("Close: Issue a corrective action notice to the responsible department first")
