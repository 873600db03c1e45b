"""A refusal, an ended session, a look-up without the right: each in words, and nothing typed or chosen is lost."""

from __future__ import annotations

import html
import io
import os
import re
import time
from typing import Any

import pytest
from flask_login import login_user

from app.core.fields.lookups import LOOKUPS
from app.core.files import pending
from tests.complaints.conftest import Line, png

OURS = {"Origin": "http://localhost"}


@pytest.fixture
def line(rest, session) -> Line:
    return Line(rest, session)


def refused_with_a_scan(line: Line, as_role: Any) -> tuple[int, Any, str]:
    """A confirmation whose satisfaction is missing, with the scan of the signed form."""
    number, browser = line.at("awaiting_confirmation"), as_role("technician")
    page = browser.step(number, "confirm", signer_name="王", method="paper_scan", scan=(png(), "扫描.png"))
    assert page.status_code == 422
    assert "扫描.png" in page.text
    return number, browser, re.search(r'name="scan-kept" value="([^"]+)"', page.text)[1]


def test_the_scan_of_a_refused_confirmation_need_not_be_chosen_again(line: Line, as_role, app):
    number, browser, token = refused_with_a_scan(line, as_role)
    sent = {"signer_name": "王", "method": "paper_scan", "satisfaction": "5", "scan-kept": token}
    assert browser.step(number, "confirm", **sent).status_code == 204
    files = line.by("qc").get(f"complaint/{number}/attachments").json
    assert [item["name"] for item in files if item["category"] == "signature"] == ["扫描.png"]
    with app.app_context():
        assert not pending._newest("*"), "what was accepted is not laid aside any more"


def test_a_file_laid_aside_serves_its_owner_in_its_form_alone(line: Line, as_role, app):
    number, browser, token = refused_with_a_scan(line, as_role)
    other = line.at("awaiting_confirmation")
    sent = {"signer_name": "王", "method": "paper_scan", "satisfaction": "5", "scan-kept": token}
    assert browser.step(other, "confirm", **sent).status_code == 422
    assert browser.step(number, "confirm", **{**sent, "scan-kept": token[:-2]}).status_code == 422
    with app.test_request_context(f"/complaint/{number}/step/confirm"):
        for login, found in (("technician", True), ("technician2", False), ("admin", False)):
            login_user(app.appbuilder.sm.find_user(login))
            assert (pending.kept(token) is not None) == found, login
    with app.test_request_context(f"/complaint/{number}/step/confirm"):
        assert pending.kept(token) is None, "nobody is signed in"


def test_a_file_laid_aside_is_thrown_away_after_a_day(line: Line, as_role, app):
    number, browser, token = refused_with_a_scan(line, as_role)
    with app.app_context():
        assert pending.purge() == 0
        os.utime(pending._newest("*")[0], (time.time() - 90_000,) * 2)
        assert pending.purge() == 1
    sent = {"signer_name": "王", "method": "paper_scan", "satisfaction": "5", "scan-kept": token}
    assert browser.step(number, "confirm", **sent).status_code == 422


def test_a_file_that_is_itself_refused_is_not_kept(line: Line, as_role):
    number = line.at("awaiting_confirmation")
    sent = {"signer_name": "王", "method": "paper_scan", "satisfaction": "5"}
    page = as_role("technician").step(number, "confirm", **sent, scan=(io.BytesIO(b"MZ"), "virus.exe"))
    assert page.status_code == 422 and "scan-kept" not in page.text


def signed_out(as_role: Any, number: int, login: str = "reception") -> tuple[Any, Any]:
    """A comment sent after the session ended."""
    browser = as_role(login)
    page = browser.get(f"/complaint/show/{number}").text
    by = re.search(r'name="typed_by" value="(\d+)"', page)[1]
    with browser.client.session_transaction() as cookie:
        cookie.clear()
    sent = {"comment": "顾客再次来电，\n要求加急", "typed_by": by}
    return browser, browser.post(f"/complaint/{number}/comment", sent, headers=OURS)


def sign_in(browser: Any, page: Any, login: str) -> Any:
    from tests.support import PASSWORD

    action = html.unescape(re.search(r'action="(/login/[^"]*)" method="post" name="login"', page.text)[1])
    held = re.search(r'name="held" value="([^"]+)"', page.text)[1]
    return browser.post(action, {"username": login, "password": PASSWORD, "held": held})


def test_a_form_sent_after_the_session_ended_leads_over_the_sign_in_to_what_was_typed(line: Line, as_role):
    number = line.at("received")
    browser, page = signed_out(as_role, number)
    assert page.status_code == 401 and 'name="password"' in page.text
    again = sign_in(browser, page, "reception")
    assert again.status_code == 200 and "要求加急" in again.text
    there = re.search(r'<form action="([^"]+)" method="post" enctype', again.text)[1]
    assert there == f"/complaint/{number}/comment"


def test_somebody_else_who_signs_in_there_is_not_shown_what_was_typed(line: Line, as_role):
    browser, page = signed_out(as_role, line.at("received"))
    other = sign_in(browser, page, "qc")
    assert other.status_code == 302 and "要求加急" not in other.text


def test_a_form_of_another_site_is_never_offered_again(line: Line, as_role):
    number, browser = line.at("received"), as_role("reception")
    with browser.client.session_transaction() as cookie:
        cookie.clear()
    for origin in ("https://elsewhere.example", "null"):
        page = browser.post(
            f"/complaint/{number}/comment", {"comment": "x", "typed_by": "1"}, headers={"Origin": origin}
        )
        assert page.status_code == 302


def test_a_look_up_without_the_right_says_so(as_role):
    for locale, words in (("en", "You may not look this up"), ("zh", "您无权查询")):
        people = [as_role(login, locale) for login in ("finance", "marketing")]
        answers = [person.get(f"/lookup/{name}") for person in people for name in LOOKUPS]
        refused = [answer for answer in answers if answer.status_code == 403]
        assert refused and all(answer.json["message"].startswith(words) for answer in refused)


def test_an_error_within_a_dialog_is_a_sentence_that_what_was_typed_is_still_there(line: Line, as_role):
    number = line.at("at_qc")
    for locale, words in (("en", "What you typed is still here."), ("zh", "已填写的内容仍在。")):
        answer = as_role("marketing", locale).step(number, "issue_disposition")
        assert answer.status_code in (403, 404)
        assert answer.json["message"].endswith(words)


def test_the_draft_goes_when_the_server_says_that_the_thing_exists(line: Line, as_role):
    browser = as_role("reception")
    slip = {**line.slip(), "channel": "phone"}
    page = browser.post("/complaint/add?channel=phone", {**slip, "subject": ""})
    assert 'data-draft="/complaint/add"' in page.text and "data-draft-done" not in page.text
    answer = browser.post("/complaint/add?channel=phone", slip, follow_redirects=True)
    assert 'data-draft-done="/complaint/add"' in answer.text


def test_a_file_that_takes_a_moment_brings_the_mark_it_was_asked_with(line: Line, as_role):
    answer = as_role("qc").get("/complaint/export.csv?ready=abc123")
    assert "ready=abc123" in answer.headers["Set-Cookie"] or any(
        "ready=abc123" in item for item in answer.headers.getlist("Set-Cookie")
    )
    assert not any("ready=" in item for item in as_role("qc").get("/?ready=<b>").headers.getlist("Set-Cookie"))
