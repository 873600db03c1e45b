"""The words of mails are the administrator's: read, put, tried, sent, brought back; nothing of them is carried out."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.core.record.decisions import Decision
from app.notifications.engine import run_once
from app.notifications.events import USABLE, events, original_of, places_of
from app.notifications.mail_texts import FOLDER, LANGUAGES, shipped
from app.notifications.words import filled, places, wrong
from tests.complaints.conftest import Line

from .conftest import Sink

WORDS = {"subject": "收到了 {number}", "body": "{customer}，我们收到了 {number}：{title}[[\n{track}]]"}


def put(rest: Any, event: str = "complaint_created", lang: str = "zh", **words: str) -> Any:
    return rest("admin").put(f"mail_text/{event}/{lang}", {**WORDS, **words})


def said(mail: Any, kind: str = "plain") -> str:
    return str(mail.get_body((kind,)).get_content())


def test_every_event_has_its_words_in_both_languages_and_only_placeholders_it_knows(app: Flask):
    with app.app_context():
        assert {"complaint.register", "gm_report.register", "digest", "step", "engine_stopped"} <= set(events())
        for event in events():
            for lang in LANGUAGES:
                text, known = shipped(event, lang), places_of(event)
                assert text.subject and text.body
                assert wrong(text.subject, known) == wrong(text.body, known) == [], (event, lang)


def test_every_original_is_known_and_holds_no_template_code():
    folders = {file.parent.name for file in FOLDER.glob("*/*.txt")}
    assert folders == set(USABLE)
    for file in FOLDER.rglob("*.txt"):
        assert not {"{{", "{%"} & set(re.findall(r"\{[{%]", file.read_text(encoding="utf-8"))), file


def test_a_passage_is_left_out_when_its_placeholder_is_empty_and_values_are_not_read_again():
    assert filled("{a}[[ ({b})]].[[ {c}]]", {"a": "{c}", "b": "", "c": "x"}) == "{c}. x"
    assert filled("{{ 7 * 7 }}{% x %}", {}) == "{}"
    assert places("{a} {b} {a}") == ["a", "b"]


def test_rest_tells_the_words_the_placeholders_and_the_original(rest: Any):
    told = rest("admin").get("mail_text/complaint_created/en").json
    assert told["subject"].startswith("{company}: we have received") and "{number}" in told["body"]
    assert told["placeholders"]["number"] == "Number" and "turn" not in told["placeholders"]
    assert told["original"] == {"subject": told["subject"], "body": told["body"]}
    rows = rest("admin").get("mail_text/").json["result"]
    assert {(row["event"], row["lang"]) for row in rows} >= {("digest", "zh"), ("complaint.register", "en")}
    assert rest("admin").get("mail_text/no_such/en").status_code == 404
    assert rest("admin").get("mail_text/digest/fr").status_code == 404


def test_other_words_go_out_with_the_next_mail_in_text_and_html_and_the_original_after_a_delete(
    line: Line, app: Flask, sink: Sink, rest: Any, session: Any
):
    assert put(rest, body="<b>{customer}</b> {number} & {title}").status_code == 200
    line.register(subject="<i>异响</i>")
    run_once(app)
    mail = next(mail for mail in sink.mails if mail["To"] == "customer1@example.com")
    assert mail["Subject"] == "收到了 TS-20261124-001"
    assert "<b>苏州示例电梯部件有限公司</b> TS-20261124-001 & <i>异响</i>" in said(mail)
    html = said(mail, "html")
    assert "&lt;b&gt;苏州示例" in html and "&lt;i&gt;异响" in html and "<i>" not in html
    back = rest("admin")
    answer = back.client.delete("/api/v1/mail_text/complaint_created/zh", headers=back.headers)
    assert answer.status_code == 200 and answer.json["body"] == answer.json["original"]["body"]
    sink.mails.clear()
    line.register(subject="又响")
    run_once(app)
    mail = next(mail for mail in sink.mails if mail["To"] == "customer1@example.com")
    assert "您的投诉我们已受理，编号为 TS-20261124-002" in said(mail)
    rows = session.scalars(select(Decision).order_by(Decision.id)).all()
    assert [(row.key, row.by.username) for row in rows] == [("complaint_created/zh", "admin")] * 2
    assert rows[0].after["subject"] == WORDS["subject"] == rows[1].before["subject"]


@pytest.mark.parametrize(
    ("event", "words", "field", "named"),
    [
        ("complaint_created", {"body": "{customer} {nummer}"}, "body", "{nummer}"),
        ("complaint_created", {"subject": "{turn}"}, "subject", "{turn}"),
        ("complaint_created", {"body": "{customer.__class__}"}, "body", "{customer.__class__}"),
        ("complaint_created", {"body": "[[{track}"}, "body", "[["),
        ("complaint_created", {"subject": "{number {title}"}, "subject", "{number}"),
        ("complaint_created", {"body": "{customer\n}"}, "body", "{number}"),
        ("complaint_created", {"body": "{customer} number}"}, "body", "{number}"),
        ("customer_confirm", {"body": "{customer}"}, "body", "{act}"),
        ("complaint_created", {"subject": ""}, "subject", ""),
        ("digest", {"body": "{number}"}, "body", "{number}"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_name(rest: Any, event: str, words: Any, field: str, named: str):
    answer = rest("admin").put(f"mail_text/{event}/zh", {"subject": "x", "body": "x", **words})
    assert answer.status_code == 422 and named in answer.json["message"][field][0]
    assert rest("admin").get(f"mail_text/{event}/zh").json["version"] == 0


def test_template_code_is_text(line: Line, app: Flask, sink: Sink, rest: Any):
    assert put(rest, body="{% for x in () %} {number} {# #}").status_code == 422  # no placeholder of that name
    assert put(rest, body="%(x)s ${7*7} <%= 1 %> {number}").status_code == 422
    assert put(rest, body="%(x)s $(7*7) <%= 1 %> {number}").status_code == 200
    line.register()
    run_once(app)
    mail = next(mail for mail in sink.mails if mail["To"] == "customer1@example.com")
    assert "%(x)s $(7*7) <%= 1 %> TS-20261124-001" in said(mail)


def test_the_words_of_every_step_hold_for_those_without_words_of_their_own(
    line: Line, app: Flask, sink: Sink, rest: Any
):
    own = {"subject": "every {number}", "body": "{actor}: {step}"}
    assert put(rest, "step", **own).status_code == 200
    assert rest("admin").get("mail_text/complaint.register/zh").json["original"] == own
    assert put(rest, "complaint.hand_over", subject="handed {number}", body="{step}").status_code == 200
    line.at("handed_over")
    run_once(app)
    subjects = {mail["Subject"] for mail in sink.mails if not mail["To"].startswith("customer")}
    assert "handed TS-20261124-001" in subjects and "every TS-20261124-001" in subjects


def test_a_preview_is_the_mail_as_it_would_go_and_gives_no_customers_link_away(line: Line, rest: Any):
    number = line.read(line.at("awaiting_confirmation"))["number"]
    admin = rest("admin")
    shown = admin.post("mail_text/customer_confirm/en/preview", {"number": number}).json
    assert number in shown["subject"] and "/a/…" in shown["text"]
    assert not re.search(r"/[at]/[\w-]{43}", shown["text"] + shown["html"])
    tried = admin.post("mail_text/customer_confirm/en/preview", {"number": number, "subject": "S", "body": "{act}!"})
    assert tried.json["subject"] == "S" and admin.get("mail_text/customer_confirm/en").json["version"] == 0
    assert admin.post("mail_text/customer_confirm/en/preview", {"number": "TS-1"}).json["message"]["number"]
    wrong_words = {"number": number, "subject": "S", "body": "{nobody}{act}"}
    assert admin.post("mail_text/customer_confirm/en/preview", wrong_words).status_code == 422
    assert admin.post("mail_text/deadline_warning/zh/preview", {"number": number}).status_code == 200
    for event in ("digest", "engine_stopped", "complaint.complete"):
        assert admin.post(f"mail_text/{event}/zh/preview", {"number": number}).status_code == 200, event
    assert "‹" in admin.post("mail_text/gm_matters/zh/preview").json["text"]  # not for the administrator to read
    assert rest("gm").post("mail_text/gm_matters/zh/preview").status_code == 409  # there is none today


def test_every_event_can_be_previewed(line: Line, rest: Any):
    line.must("qc", line.at("awaiting_confirmation"), "mark_major", criteria=["safety"])
    line.by("sales").post("gm_report/", {"reason": "other", "subject": "专利纠纷"})
    admin, answers = rest("admin"), {}
    for row in admin.get("mail_text/").json["result"]:
        answers[row["event"], row["lang"]] = admin.post(f"mail_text/{row['event']}/{row['lang']}/preview")
    failed = {key: answer.json for key, answer in answers.items() if answer.status_code != 200}
    assert failed == {}
    for (event, lang), answer in answers.items():
        told = answer.json["subject"] + answer.json["text"]
        assert "{" not in told and "[[" not in told, (event, lang, original_of(event))
        assert "专利纠纷" not in told  # a matter of the General Manager's is not for the administrator


def test_a_test_mail_goes_to_oneself_alone(line: Line, app: Flask, sink: Sink, rest: Any):
    number = line.read(line.at("handed_over"))["number"]
    run_once(app)
    sink.mails.clear()
    answer = rest("admin").post("mail_text/complaint_created/en/test", {"number": number})
    assert answer.json == {"to": "admin@example.com"}
    run_once(app)
    (mail,) = sink.mails
    assert (mail["To"], mail["Subject"].startswith("[Test] ")) == ("admin@example.com", True)
    assert number in said(mail) and number in said(mail, "html")


def test_only_who_may_change_them_changes_words(rest: Any, as_role: Any):
    for login in ("qc_manager", "leader", "auditor"):
        assert rest(login).put("mail_text/digest/zh", WORDS).status_code == 403, login
        assert rest(login).post("mail_text/digest/zh/test").status_code == 403, login
    assert rest("auditor").get("mail_text/digest/zh").status_code == 200
    assert as_role("auditor").post("/mail_text/digest/zh", WORDS).status_code in (302, 403)
    assert rest("auditor").get("mail_text/digest/zh").json["version"] == 0


def test_two_administrators_do_not_overwrite_each_other(rest: Any):
    assert put(rest).json["version"] == 1
    admin = rest("admin")
    stale = admin.put("mail_text/complaint_created/zh", WORDS, headers={"If-Match": "0"})
    assert stale.status_code == 409
    fresh = admin.put("mail_text/complaint_created/zh", {**WORDS, "subject": "y"}, headers={"If-Match": "1"})
    assert fresh.json["version"] == 2


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_the_page_edits_previews_sends_and_restores(line: Line, app: Flask, sink: Sink, as_role: Any, locale: str):
    number = line.read(line.at("handed_over"))["number"]
    admin, url = as_role("admin", locale), "/mail_text/complaint_created/zh"
    assert url in admin.get("/mail_text/").text
    page = admin.get(url).text
    assert "{number}" in page and "{company_hours}" in page and number in page
    sent = {**WORDS, "row_version": "0", "number": number}
    shown = admin.post(url, {**sent, "act": "preview"}).text
    assert f"收到了 {number}" in shown and "srcdoc=" in shown
    assert admin.post(url, {**sent, "body": "{who}", "act": "preview"}).status_code == 422
    assert "admin@example.com" in admin.post(url, {**sent, "act": "test"}, follow_redirects=True).text
    assert admin.post(url, {**sent, "act": "save"}).status_code == 302
    assert admin.post(url, {**sent, "act": "save", "subject": "z"}).status_code == 409
    page = admin.get(url).text
    assert "<ins>收到了 {number}</ins>" in page and 'id="h-original"' in page
    assert "收到了 {number}" in admin.get("/decision/list/").text
    admin.post(f"{url}/restore")
    assert "我们已受理" in admin.get(url).text
    run_once(app)
    assert [mail["To"] for mail in sink.mails if "收到了" in mail["Subject"]] == ["admin@example.com"]


def test_what_was_decided_is_only_added_to(rest: Any, app: Flask, session: Any):
    put(rest)
    row = session.scalars(select(Decision)).one()
    row.reason = "other"
    with pytest.raises(Exception, match="append-only"):
        session.flush()


def test_what_is_typed_is_called_by_the_words_of_a_mail(as_role: Any):
    page = as_role("admin", locale="zh").get("/mail_text/complaint_created/zh").text
    assert ">邮件主题" in page and ">正文" in page and "单行文本" not in page
