"""Who is told what, when, in which language: over a real mail server."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from app.core.time import clock
from app.notifications.engine import run_once, tick
from app.notifications.mail_texts import FOLDER, LANGUAGES
from app.notifications.models import Notice, OutboxMail
from app.organisation.models import EmployeeProfile
from tests.complaints.conftest import DONE

from .conftest import Line, Sink


def owed(session, state: str = "pending") -> set[str]:
    """Who is owed a mail."""
    session.expire_all()
    rows = session.scalars(select(OutboxMail).where(OutboxMail.state == state))
    return {row.user.username if row.user else row.address for row in rows}


def clear(session) -> None:
    session.execute(update(OutboxMail).values(state="sent"))
    session.commit()


def test_2_1_qc_is_told_of_a_hand_over_and_reception_is_not(line: Line, session):
    number = line.at("pending_qc")
    clear(session)
    line.must("reception", number, "hand_over")
    assert owed(session) == {"qc", "qc_manager"}


def test_2_2_the_technician_reception_and_the_customer_are_told_of_an_assignment(line: Line, session):
    number = line.at("disposed")
    clear(session)
    line.must("qc_manager", number, "assign", technician="technician", kind="technician", planned_on="2026-11-26")
    assert owed(session) == {"technician", "reception", "reception_lead", "customer1@example.com"}


def test_2_1h_the_technician_s_mail_leads_to_the_form_ready_for_printing(line: Line, app, sink: Sink, as_role):
    number = line.at("assigned")
    run_once(app)
    text = sink.to("technician")[0].get_body(("plain",)).get_content()
    assert f"/complaint/{number}/print/complaint_record" in text
    assert "顾客投诉及处理记录表" in as_role("technician", "zh").get(f"/complaint/{number}/print/complaint_record").text


def test_2_5_after_remote_handling_the_customer_is_mailed_the_link_to_confirm(line: Line, session, app, sink: Sink):
    number = line.at("disposed")
    clear(session)
    line.must("qc", number, "handle_remotely", **{**DONE, "reason": "寄件即可解决"})
    run_once(app)
    mail = next(mail for mail in sink.mails if mail["To"] == "customer1@example.com")
    link = re.search(r"https?://[^/\s]+(/a/[\w-]+)", mail.get_body(("plain",)).get_content())
    assert link, "the mail holds no link to confirm by"
    page = app.test_client().get(link[1])
    assert page.status_code == 200 and line.read(number)["number"] in page.text


def test_4_4_a_major_complaint_is_mailed_to_the_general_manager_at_once(line: Line, session, app, sink: Sink, at):
    number = line.at("at_qc")
    clear(session)
    at("2026-11-28 23:40")  # Saturday night
    line.must("qc", number, "mark_major", criteria=["safety"])
    run_once(app)
    major = [mail for mail in sink.mails if "重大投诉" in mail["Subject"]]
    assert {mail["To"].split("@")[0] for mail in major} == {"gm", "leader", "qc_manager", "sales_manager"}
    assert len(sink.to("gm")) == 1
    subject = sink.to("gm")[0]["Subject"]
    assert subject.startswith("【重大投诉】TS-20261124-001 苏州示例电梯部件有限公司 HT-850")


def test_everybody_is_written_to_in_their_own_language(line: Line, session, app, sink: Sink):
    session.execute(update(EmployeeProfile).where(EmployeeProfile.position == "质检员").values(locale="en"))
    session.commit()
    line.at("handed_over")
    run_once(app)
    english = sink.to("qc")[-1]
    chinese = sink.to("qc_manager")[-1]
    assert "It is your turn" in english.get_body(("plain",)).get_content()
    assert "现在轮到您处理" in chinese.get_body(("plain",)).get_content()
    assert english.get_body(("html",)) is not None


def test_nothing_is_sent_twice(line: Line, app, sink: Sink):
    line.at("handed_over")
    run_once(app)
    sent = len(sink.mails)
    run_once(app)
    assert len(sink.mails) == sent > 0


def test_a_refused_step_owes_nobody_a_mail(line: Line, session):
    number = line.at("pending_qc", channel="fax")
    before = session.scalar(select(OutboxMail.id).order_by(OutboxMail.id.desc()).limit(1))
    assert line.take("reception", number, "hand_over").status_code == 409
    assert session.scalar(select(OutboxMail.id).order_by(OutboxMail.id.desc()).limit(1)) == before


def test_an_absent_persons_mail_goes_to_the_deputy(line: Line, session, app, sink: Sink, as_role):
    people = {profile.user.username: profile for profile in session.scalars(select(EmployeeProfile))}
    absent = people["technician"]
    absent.absent_from, absent.absent_to, absent.deputy_id = (
        clock.today(),
        clock.today() + timedelta(days=3),
        people["technician2"].user_id,
    )
    session.commit()
    number = line.at("assigned", product=None)
    run_once(app)
    assert sink.to("technician") == []
    assert len(sink.to("technician2")) == 1
    line.must("technician2", number, "arrive")
    last = line.by("auditor").get(f"complaint/{number}/history").json[-1]
    assert (last["actor"], last["on_behalf_of"]) == ("technician2", "李志强")


def test_a_person_who_has_left_gets_no_mail_and_the_outbox_says_so(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    user = session.scalars(select(EmployeeProfile).where(EmployeeProfile.position == "质检部经理")).one().user
    user.active = False
    session.commit()
    run_once(app)
    assert sink.to("qc_manager") == []
    assert "qc_manager" in owed(session, "cancelled")


@pytest.mark.parametrize(("answer", "state"), [("451 try later", "pending"), ("550 no such user", "dead")])
def test_a_refused_mail_waits_or_is_dead_and_says_why(line: Line, session, app, sink: Sink, answer: str, state: str):
    line.at("handed_over")
    sink.say = answer
    tick(app)
    session.expire_all()
    rows = session.scalars(select(OutboxMail)).all()
    assert {(row.state, row.attempts) for row in rows} == {(state, 1)}
    assert all(answer[:3] in row.last_error for row in rows)
    if state == "dead":
        assert session.scalars(select(Notice).where(Notice.event == "mail_dead")).first()


def test_a_postponed_mail_is_sent_when_the_server_is_back(line: Line, app, sink: Sink, at):
    line.at("handed_over")
    sink.say = "451 try later"
    tick(app)
    sink.say = None
    tick(app)
    assert sink.mails == []
    at("2026-11-24 09:40")
    tick(app)
    assert sink.mails


def test_a_connection_that_breaks_behind_the_message_is_tried_three_times_then_uncertain(
    line: Line, session, app, sink: Sink, at
):
    line.at("received")
    sink.drop = True
    for minute in (20, 30, 40, 50):
        at(f"2026-11-24 09:{minute}")
        tick(app)
    session.expire_all()
    states = {(row.state, row.attempts) for row in session.scalars(select(OutboxMail))}
    assert states == {("uncertain", 3)}


def test_without_a_mail_server_mails_land_in_files(line: Line, app, tmp_path):
    from pathlib import Path

    line.at("handed_over")
    run_once(app)
    files = list(Path(app.config["MAIL_DIR"]).glob("*.eml"))
    assert files
    assert b"Message-ID" in files[0].read_bytes()


def test_2_1_a_form_not_handed_over_by_half_past_four_reminds_the_clerk(line: Line, session, app, sink: Sink, at):
    line.at("pending_qc")
    clear(session)
    at("2026-11-24 16:31")
    run_once(app)
    assert {mail["To"].split("@")[0] for mail in sink.mails} == {"reception", "reception_lead"}
    sink.mails.clear()
    run_once(app)
    assert sink.mails == []


def test_2_1_a_lapsed_hand_over_is_told_to_the_lead_and_the_leader_when_business_begins(
    line: Line, session, app, sink: Sink, at
):
    line.at("pending_qc")
    clear(session)
    at("2026-11-25 00:30")
    run_once(app)
    assert sink.mails == []  # nobody is mailed at night
    at("2026-11-25 08:31")
    run_once(app)
    breached = [mail for mail in sink.mails if "移交质检" in mail["Subject"] and "已超期" in mail["Subject"]]
    assert {mail["To"].split("@")[0] for mail in breached} == {"reception", "reception_lead"}
    at("2026-11-26 08:31")
    run_once(app)
    late = [mail for mail in sink.mails if "移交质检" in mail["Subject"] and "超期一天" in mail["Subject"]]
    assert {mail["To"].split("@")[0] for mail in late} == {"reception", "reception_lead", "leader"}


def test_a_line_break_in_a_title_never_becomes_a_header(line: Line, app, sink: Sink):
    line.register(subject="x\r\nBcc: all@example.com")
    run_once(app)
    assert all(mail["Bcc"] is None for mail in sink.mails)


def test_the_customer_learns_the_number_and_the_acknowledgement_is_met(line: Line, app, sink: Sink):
    number = line.register()
    run_once(app)
    mine = [mail for mail in sink.mails if mail["To"] == "customer1@example.com"]
    assert "TS-20261124-001" in mine[0]["Subject"]
    assert line.deadlines(number, "ACK")[0]["status"] == "met"


def test_every_template_stands_in_both_languages():
    for folder in (item for item in FOLDER.iterdir() if item.is_dir()):
        for part in ("subject", "body"):
            for language in LANGUAGES:
                text = (folder / f"{part}.{language}.txt").read_text(encoding="utf-8")
                assert text.strip()
                assert language == "zh" or not any("\u4e00" <= char <= "\u9fff" for char in text)


def test_an_administrator_sends_a_failed_mail_again(line: Line, session, app, sink: Sink, as_role):
    line.at("handed_over")
    sink.say = "550 no such user"
    tick(app)
    sink.say = None
    session.expire_all()
    mail = session.scalars(select(OutboxMail).where(OutboxMail.state == "dead")).first()
    assert as_role("auditor").post(f"/outbox/resend/{mail.id}").status_code == 403
    assert as_role("admin").post(f"/outbox/resend/{mail.id}").status_code == 302
    run_once(app)
    session.expire_all()
    assert session.get(OutboxMail, mail.id).state == "sent"


def test_the_bell_counts_what_is_unread_and_reading_is_a_post(line: Line, session, as_role):
    line.at("handed_over")
    qc = as_role("qc")
    assert 'aria-label="1 unread' in qc.get("/").text
    qc.get("/notices/")
    assert 'aria-label="1 unread' in qc.get("/").text
    qc.post("/notices/read")
    assert 'aria-label="0 unread' in qc.get("/").text
