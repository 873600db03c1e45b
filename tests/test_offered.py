"""Only what can succeed is offered: page and REST tell beforehand what a step would be answered."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import select

from app.complaints.consultation import Consultation
from app.core.process.workflow import WORKFLOWS
from app.demo.staff import PEOPLE
from app.extensions import db
from tests.complaints.conftest import DONE, FOUND, HONGKONG, LIFE, Line, drawn, line
from tests.corrective.test_corrective import Notices
from tests.support import counted

__all__ = ["line"]
LOGINS = [login for login, *_rest in PEOPLE]
PAID = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "0.00", "free_reason": "goodwill"}
QUOTE = {"lines": [{"description": "bearing", "quantity": 2, "price": "1800"}]}
FRAGMENT = {"X-Fragment": "1"}


@contextmanager
def nothing_stays(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever is done meanwhile is answered as usual and then taken back."""
    with monkeypatch.context() as patch:
        patch.setattr(db.session, "commit", db.session.flush)
        yield


# ---- what lives there are


def complaints(line: Line) -> list[int]:
    """A complaint in every state, and those on which a condition of a step is not fulfilled."""
    found = [line.at(state) for state, _steps in LIFE]
    talked, satisfied, paper = line.at("negotiating"), line.at("negotiating"), line.at("pending_qc", channel="fax")
    for _turn in range(3):
        line.must("reception", talked, "negotiate", content="no", satisfied=False)
    line.must("reception", satisfied, "negotiate", content="yes", satisfied=True)
    asked, drafted, quoted, charged = line.at("at_qc"), line.at("at_qc"), line.at("on_site"), line.at("on_site")
    line.must("qc", asked, "consult", departments=["production"])
    draft = {"analysis": "a", "opinion": "o", "needs_site_visit": True}
    line.must("qc", asked, "draft_disposition", **draft)
    line.must("qc_manager", drafted, "draft_disposition", **draft)
    line.must("technician", quoted, "quote", **QUOTE)
    line.must("technician", charged, "quote", **QUOTE)
    line.must("technician", charged, "answer_quote", accepted=True, signer_name="c", evidence="by phone")
    owing = {**DONE, "responsibility": "misuse", "remedy": "paid_repair", "charge": "3600"}
    line.must("technician", charged, "complete", **owing)
    major, withdrawn, voided = line.register(), line.register(), line.register()
    line.must("reception", major, "mark_major", criteria=["safety"])
    line.attach("reception", withdrawn, "evidence")
    line.must("reception", withdrawn, "ask_withdrawal", reason="sold")
    line.must("reception", voided, "void", reason="twice")
    merged, done = line.register(), line.at("returned")
    line.must("reception", merged, "merge", into=str(major))
    notices = Notices(line)
    number = notices.draft(complaints=[done])
    notices.must("qc_manager", number, "issue")
    line.must("qc_manager", done, "close")
    return [*found, talked, satisfied, paper, asked, drafted, quoted, charged, major, withdrawn, voided, merged, done]


def notices_of(line: Line) -> list[int]:
    """A notice in every state."""
    notices = Notices(line)
    states = ("draft", "issued", "analysing", "planned", "implementing", "done")
    found = [notices.at(state) for state in states]
    disputed, analysed, verified, closed, void = (
        notices.at(state) for state in ("issued", "analysing", "done", "done", "draft")
    )
    notices.must("production_manager", disputed, "object", reason="not ours")
    notices.must("production_manager", analysed, "analyse", method="other", root_cause="gauge")
    check = {"result": "effective", "method": "audit", "sample": "20", "early_reason": "urgent"}
    for number in (verified, closed):
        notices.must("qc", number, "verify", **check)
    notices.must("qc_manager", closed, "close")
    notices.must("qc_manager", void, "void", reason="twice")
    return [*found, disputed, analysed, verified, closed, void]


def reports(line: Line) -> list[int]:
    """A report to the general manager in every state, one of them read."""
    told, task = {"summary": "s", "measures": "m"}, {"text": "t", "department": "production"}
    written, found = ("sales_manager", "report", told), []
    roads: tuple[tuple[tuple[str, str, dict[str, str]], ...], ...] = (
        (),
        (("gm", "read", {}),),
        (written,),
        (written, ("gm", "instruct", task)),
        (written, ("gm", "file_away", {})),
    )
    for road in roads:
        made = line.by("sales_manager").post("gm_report/", {"reason": "other", "subject": f"matter {len(found)}"})
        assert made.status_code == 201, made.json
        for login, step, fields in road:
            assert line.by(login).post(f"gm_report/{made.json['id']}/{step}", fields).status_code == 200
        found.append(int(made.json["id"]))
    return found


def consultations(line: Line) -> list[int]:
    """A question that waits, one that is answered, one that was taken back."""
    for _turn in range(3):
        line.must("qc", line.at("at_qc"), "consult", departments=["production"])
    numbers = list(line.session.scalars(select(Consultation.id).order_by(Consultation.id)))
    assert line.by("production_manager").post(f"consultation/{numbers[0]}/answer", {"opinion": "o"}).status_code == 200
    assert line.by("qc").post(f"consultation/{numbers[1]}/cancel", {"reason": "r"}).status_code == 200
    return numbers


LIVES: dict[str, Callable[[Line], list[int]]] = {
    "complaint": complaints,
    "corrective_action": notices_of,
    "gm_report": reports,
    "consultation": consultations,
}


def test_every_kind_of_record_is_walked():
    assert set(LIVES) == set(WORKFLOWS)


def buttons(page: str) -> tuple[set[str], dict[str, str]]:
    """The steps a page offers, and the sentences of those it does not."""
    return (
        set(re.findall(r'data-step="(\w+)"', page)),
        {step: html.unescape(sentence) for step, sentence in re.findall(r'data-why="(\w+)">(.*?)</', page)},
    )


@pytest.mark.parametrize("kind", sorted(LIVES))
def test_what_is_offered_can_succeed_and_what_is_greyed_is_refused_with_that_sentence(
    kind: str, line: Line, as_role: Any, app: Any, monkeypatch: pytest.MonkeyPatch
):
    workflow, numbers, reached, greyed = WORKFLOWS[kind], LIVES[kind](line), set(), set()
    unguarded = {step for step in workflow.step_names if not any(row.guards for row in workflow.rows(step))}
    tried: set[tuple[int, str]] = set()
    for login in LOGINS:
        browser, rest = as_role(login), line.by(login)
        for number in numbers:
            steps = rest.get(f"{kind}/{number}/steps")
            if steps.status_code != 200:
                continue
            reached.add(rest.get(f"{kind}/{number}").json["result"]["state"])
            with counted() as asked:
                page = browser.get(f"/{kind}/show/{number}").text
            assert len(asked) <= 20, (login, number, [" ".join(each.split())[:40] + each[-140:] for each in asked])
            offered, barred = buttons(page)
            assert {step["name"] for step in steps.json} == offered, (login, number)
            assert not offered & set(barred), (login, number)
            greyed |= set(barred)
            for step in sorted(offered | set(barred)):
                if step in unguarded and (number, step) in tried:
                    continue
                tried.add((number, step))
                with nothing_stays(monkeypatch):
                    answer = rest.post(f"{kind}/{number}/{step}", {})
                if step in offered:
                    assert answer.status_code in (200, 422), (login, number, step, answer.json)
                else:
                    assert (answer.status_code, answer.json["message"]) == (409, barred[step]), (login, number, step)
    assert reached == {str(state) for state in workflow.states}
    shown = {row.name for row in workflow.steps if row.guards and not row.fades}
    assert greyed <= shown


# ---- the foremost step, and the head


def head(page: str) -> str:
    """Whose turn it is, what is to be done, until when."""
    found = re.search(r'<dl class="turn">.*?</dl>', page, re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0])).strip() if found else ""


def blue(page: str) -> list[str]:
    return re.findall(r'class="btn btn-primary main"[^>]*data-step="(\w+)"', page)


def test_the_filled_button_is_a_step_that_passes(line: Line, as_role: Any):
    number, manager = line.at("at_qc"), as_role("qc_manager")
    assert blue(manager.get(f"/complaint/show/{number}").text) == ["draft_disposition"]
    line.must("qc", number, "draft_disposition", analysis="a", opinion="o", needs_site_visit=True)
    assert blue(manager.get(f"/complaint/show/{number}").text) == ["issue_disposition"]
    talks = line.at("negotiating")
    assert blue(as_role("reception").get(f"/complaint/show/{talks}").text) == ["negotiate"]
    line.must("reception", talks, "negotiate", content="settled", satisfied=True)
    assert blue(as_role("reception").get(f"/complaint/show/{talks}").text) == ["settle"]


def test_without_a_step_that_passes_no_button_is_filled_and_the_head_says_what_is_awaited(line: Line, as_role: Any):
    number = line.at("returned")
    page = as_role("qc_manager").get(f"/complaint/show/{number}").text
    assert blue(page) == []
    assert "Close" in head(page)
    assert "Issue a corrective action notice" in head(page)
    assert "corrective action notice" in buttons(page)[1]["close"]
    todo = as_role("qc_manager").get("/work/").text
    assert f"/complaint/{number}/step/close" not in todo
    assert "Issue a corrective action notice" in todo


def filled(page: str) -> list[str]:
    """Where the filled button leads that is no step."""
    return [html.unescape(href) for href in re.findall(r'class="btn btn-primary main" href="([^"]+)"', page)]


def test_before_closing_the_notice_is_the_filled_button_of_who_may_and_the_head_says_it_once(line: Line, as_role: Any):
    number, sentence = line.at("returned"), "Issue a corrective action notice to the responsible department first"
    seen = {login: as_role(login).get(f"/complaint/show/{number}").text for login in ("qc", "qc_manager", "auditor")}
    for page in seen.values():
        assert page.count(sentence) == 1
    assert [href.split("?")[0] for href in filled(seen["qc"])] == ["/corrective_action/add"]
    assert "turn of" not in head(seen["qc"])
    for login in ("qc_manager", "auditor"):  # the only one who may issue does not write it
        assert filled(seen[login]) == [] and "(turn of: QC)" in head(seen[login])
    facts = {"complaints": [number], "responsible_department": "production", "problem": "p", "requirement": "r"}
    notice = line.by("qc").post("corrective_action/", facts).json["id"]
    issuer, writer = (as_role(login).get(f"/complaint/show/{number}").text for login in ("qc_manager", "qc"))
    assert filled(issuer) == [f"/corrective_action/show/{notice}"]
    assert filled(writer) == [] and "(turn of: QC manager)" in head(writer)
    assert line.by("qc_manager").post(f"corrective_action/{notice}/issue", {}).status_code == 200
    assert blue(as_role("qc_manager").get(f"/complaint/show/{number}").text) == ["close"]


def test_the_head_says_whose_turn_it_is_what_is_to_be_done_and_until_when(line: Line, as_role: Any):
    number = line.at("handed_over")
    assert head(as_role("auditor").get(f"/complaint/show/{number}").text) == (
        "Whose turn QC To be done Acknowledge receipt Until when 11-25 24:00"
    )
    line.must("qc", number, "receive")
    assert "Draft the disposition" in head(as_role("auditor").get(f"/complaint/show/{number}").text)


@pytest.mark.parametrize("kind", sorted(LIVES))
def test_every_record_that_is_open_says_who_and_what_and_every_other_that_it_is_done(
    kind: str, line: Line, as_role: Any
):
    workflow, auditor = WORKFLOWS[kind], as_role("auditor")
    for number in LIVES[kind](line):
        state = line.by("auditor").get(f"{kind}/{number}").json["result"]["state"]
        said = head(auditor.get(f"/{kind}/show/{number}").text)
        if workflow.states[state].turn is None:
            assert said.startswith("Done "), (state, said)
        else:
            assert re.fullmatch(r"Whose turn \S.* To be done \S.* Until when \S.*", said), (state, said)


def test_a_step_that_cannot_succeed_opens_as_its_sentence_without_a_button(line: Line, as_role: Any):
    number = line.at("pending_qc", channel="fax")
    dialog = as_role("reception").get(f"/complaint/{number}/step/hand_over", headers=FRAGMENT).text
    assert "Attach the scan of the letter or fax first" in dialog
    assert 'type="submit"' not in dialog


def test_a_step_for_many_leaves_out_the_records_on_which_it_cannot_succeed(line: Line, as_role: Any):
    good, letter, early = line.at("pending_qc"), line.at("pending_qc", channel="letter"), line.register()
    dialog = as_role("reception").post("/complaint/bulk/hand_over", {"rowid": [good, letter, early]}, headers=FRAGMENT)
    assert re.findall(r'name="rowid" value="(\d+)"', dialog.text) == [str(good)]
    assert len(re.findall(r"data-why=", dialog.text)) == 2
    none = as_role("reception").post("/complaint/bulk/hand_over", {"rowid": [letter]}, headers=FRAGMENT).text
    assert 'type="submit"' not in none


def test_the_phone_is_told_what_cannot_be_done_yet(line: Line):
    number = line.at("on_site")
    line.must("technician", number, "investigate", **FOUND, responsibility="own_quality")
    job = next(row for row in line.by("technician").get("visit/jobs").json["result"] if row["id"] == number)
    refused = line.take("technician", number, "quote", **QUOTE)
    assert job["barred"]["quote"] == refused.json["message"]
    assert set(job["barred"]) == {"quote", "answer_quote"}


def test_the_workbench_asks_as_often_for_twelve_tasks_as_for_two(line: Line, app: Any, as_role: Any):
    manager = as_role("qc_manager")
    for _each in range(2):
        line.at("returned")
    manager.get("/work/")
    with counted() as few:
        manager.get("/work/")
    for _each in range(4):
        line.at("returned")
        Notices(line).at("draft")
    with counted() as many:
        manager.get("/work/")
    assert len(many) <= len(few) + 8, many  # the kinds that have joined, not their rows


# ---- merge, reading, reopening


def test_merging_offers_only_the_open_complaints_of_the_same_customer(line: Line, as_role: Any):
    one, two, closed = line.register(), line.register(), line.register()
    other = line.register(customer=line.customer("宁波示例精密机械有限公司"))
    line.must("reception", closed, "void", reason="twice")
    reception = as_role("reception")
    assert f"/lookup/merge_target?of={one}" in reception.get(f"/complaint/{one}/step/merge", headers=FRAGMENT).text
    found = reception.get(f"/lookup/merge_target?of={one}").json["results"]
    assert [row["id"] for row in found] == [two]
    assert line.take("reception", one, "merge", into=str(other)).status_code == 409
    assert "merge" in buttons(reception.get(f"/complaint/show/{other}").text)[1]


def test_marking_as_read_goes_after_reading(line: Line, as_role: Any):
    number = reports(line)[0]
    assert "read" in buttons(as_role("gm").get(f"/gm_report/show/{number}").text)[0]
    line.by("gm").post(f"gm_report/{number}/read", {})
    page = as_role("gm").get(f"/gm_report/show/{number}").text
    assert "read" not in buttons(page)[0] | set(buttons(page)[1])


def test_after_ninety_days_only_a_linked_new_complaint_is_offered(line: Line, as_role: Any, at: Any):
    number = line.at("negotiating")
    line.must("reception", number, "negotiate", content="settled", satisfied=True)
    line.must("reception", number, "settle")
    reception = as_role("reception")
    page = reception.get(f"/complaint/show/{number}").text
    assert "reopen" in buttons(page)[0]
    assert "It may be reopened until 2027-02-22" in head(page)
    at("2027-02-23 09:30")
    page = as_role("reception").get(f"/complaint/show/{number}").text
    acts = page.split('class="r-acts"')[1].split('class="mut"')[0]
    assert "reopen" not in acts
    assert f"/complaint/add?recurrence_of={number}" in acts


# ---- what may not be seen is never called nothing


def test_what_may_not_be_seen_is_not_called_nothing(line: Line, as_role: Any):
    number = line.register()
    line.must("reception", number, "mark_major", criteria=["safety"])
    limited, whole = as_role("tech_manager"), as_role("gm")
    assert "Nothing here that you may see." in limited.get("/complaint/list/").text
    assert "Nothing matches this search or filter." in whole.get("/complaint/list/?tab=site").text
    assert "Nothing that you may see matches" in limited.get("/complaint/list/?q=nowhere").text
    assert "Nothing that you may see was found" in limited.get("/search/?q=nowhere").text
    for login in LOGINS:
        answer = as_role(login).get("/major/")
        assert "Nothing major. Good." not in answer.text, login


# ---- assign, confirm, quotation


def test_the_table_of_people_is_the_picker_and_who_fits_stands_first(line: Line, as_role: Any):
    number = line.at("disposed")
    line.must("qc_manager", line.at("disposed"), "assign", technician="technician", planned_on="2026-11-27")
    dialog = as_role("qc_manager").get(f"/complaint/{number}/step/assign", headers=FRAGMENT).text
    assert re.findall(r'type="radio" name="technician" value="(\w+)"', dialog) == [
        "inspector",
        "technician",
        "technician2",
    ]
    assert set(re.findall(r'type="checkbox" name="co_workers" value="(\w+)"', dialog)) >= {"technician2"}
    busy = dialog.split('value="technician"')[1].split("</tr>")[0]
    assert "2026-11-27" in busy
    assert 'name="due_at"' not in dialog
    assert 'name="kind"' not in dialog
    answer = as_role("qc_manager").step(number, "assign", technician="inspector", co_workers=["technician"])
    assert answer.status_code == 204, answer.text


def test_as_what_somebody_is_sent_follows_from_the_person(line: Line):
    number = line.at("disposed")
    refused = line.take("qc_manager", number, "assign", technician="inspector", kind="technician")
    assert (refused.status_code, set(refused.json["message"])) == (422, {"kind"})
    line.must("qc_manager", number, "assign", technician="inspector")
    rows = line.by("auditor").get("assignment/").json["result"]
    assert [row["kind"] for row in rows] == ["inspector"]


def test_the_date_of_the_special_zone_is_asked_for_there_alone_and_only_while_no_clock_runs(line: Line, as_role: Any):
    number, manager = line.at("disposed", site_region=HONGKONG), as_role("qc_manager")
    dialog = manager.get(f"/complaint/{number}/step/assign", headers=FRAGMENT).text
    assert re.search(r'<input[^>]*aria-required="true"[^>]*name="due_at"|name="due_at"[^>]* required', dialog)
    assert line.take("qc_manager", number, "assign", technician="technician").status_code == 422
    day = {"due_at": "2026-12-24T12:00:00+08:00", "due_reason": "flight"}
    line.must("qc_manager", number, "assign", technician="technician", **day)
    assert 'name="due_at"' not in manager.get(f"/complaint/{number}/step/reassign", headers=FRAGMENT).text


def test_many_are_assigned_with_the_same_table(line: Line, as_role: Any):
    numbers, manager = [line.at("disposed"), line.at("disposed")], as_role("qc_manager")
    dialog = manager.post("/complaint/bulk/assign", {"rowid": numbers}, headers=FRAGMENT).text
    assert 'type="radio" name="technician" value="technician"' in dialog
    sent = manager.post("/complaint/bulk/assign", {"rowid": numbers, "go": "1", "technician": "technician"})
    assert sent.status_code == 302
    assert {line.read(number)["state"] for number in numbers} == {"assigned"}


def test_pad_scan_and_second_question_are_put_only_when_asked_for(line: Line, as_role: Any):
    number, technician = line.at("awaiting_confirmation"), as_role("technician")
    dialog = technician.get(f"/complaint/{number}/step/confirm", headers=FRAGMENT).text
    assert "confirm_negative" not in dialog
    assert re.search(r'data-when="method:onscreen">.*?data-signature', dialog, re.S)
    assert re.search(r'data-when="method:paper_scan\|link\|return_slip">.*?name="scan"', dialog, re.S)
    answer = technician.step(
        number, "confirm", signer_name="c", method="onscreen", satisfaction="5", remark="仍未解决", signature=drawn()
    )
    assert answer.status_code == 422
    assert 'name="confirm_negative"' in answer.text


def test_a_quotation_without_a_total_is_added_up_and_a_wrong_total_is_refused(line: Line):
    number = line.at("on_site")
    assert line.take("technician", number, "quote", **QUOTE, amount="3000").status_code == 422
    line.must("technician", number, "quote", **QUOTE)
    assert line.read(number)["quotes"][-1]["amount"] == "3600.00"
