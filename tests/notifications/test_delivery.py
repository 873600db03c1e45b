"""The promise of the outbox: handed over at least once, or visible with its reason; over a real mail server."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.core.time import clock
from app.customers.models import Customer
from app.extensions import db
from app.notifications import outbox
from app.notifications.engine import run_once, tick
from app.notifications.mailer import Courier, compose
from app.notifications.models import Notice, OutboxMail
from app.notifications.recipients import recipient
from app.notifications.sender import deliver_due
from app.organisation.models import EmployeeProfile
from tests.conftest import NOW

from .conftest import Line, Sink, free_port


def mails(session) -> list[OutboxMail]:
    """Every mail, as it stands now."""
    session.expire_all()
    return list(session.scalars(select(OutboxMail).order_by(OutboxMail.id)))


def mail_of(session, login: str) -> OutboxMail:
    """The last mail owed to a colleague."""
    return [mail for mail in mails(session) if mail.user and mail.user.username == login][-1]


def only(session, *logins: str) -> None:
    """Nobody but these is owed anything."""
    session.execute(
        update(OutboxMail)
        .where(OutboxMail.user_id.is_(None) | OutboxMail.user_id.not_in(ids(session, *logins)))
        .values(state="sent", sent_at=clock.now())
    )
    session.commit()


def ids(session, *logins: str) -> list[int]:
    return list(session.scalars(select(User.id).where(User.username.in_(logins))))


def absent(session, login: str, deputy: str) -> None:
    """Away for three days from today."""
    (person,), (stands_in,) = ids(session, login), ids(session, deputy)
    session.execute(
        update(EmployeeProfile)
        .where(EmployeeProfile.user_id == person)
        .values(absent_from=clock.today(), absent_to=clock.today() + timedelta(days=3), deputy_id=stands_in)
    )
    session.commit()


# --- what waits, what is given up -----------------------------------------------------------------------------


def test_a_connection_that_breaks_before_the_message_waits_with_its_reason(line: Line, session, app, sink: Sink, at):
    line.at("handed_over")
    sink.hang_up_at = "RCPT"
    tick(app)
    assert {(mail.state, mail.attempts) for mail in mails(session)} == {("pending", 1)}
    assert all("SMTPServerDisconnected" in mail.last_error and mail.next_at > clock.now() for mail in mails(session))
    assert sink.tried == []
    sink.hang_up_at = None
    at("2026-11-24 09:23")
    run_once(app)
    assert {mail.state for mail in mails(session)} == {"sent"}


def test_a_mail_server_that_is_down_is_tried_for_three_days_and_then_the_mail_is_dead(line: Line, session, app, sink):
    line.at("handed_over")
    only(session, "qc")
    mail = mail_of(session, "qc")
    app.config["MAIL_PORT"] = free_port()
    pauses = []
    while mail.state == "pending":
        clock.set_frozen(mail.next_at)
        with app.app_context():
            deliver_due(db.session)
        session.expire_all()
        if mail.state == "pending":
            pauses.append((mail.next_at - clock.now()).total_seconds() / 60)
    assert mail.state == "dead"
    assert "ConnectionRefusedError" in mail.last_error
    assert timedelta(hours=70) < clock.now() - NOW < timedelta(hours=74)
    assert all(0.9 * due <= pause <= 1.1 * due for due, pause in zip((1, 2, 4, 8, 16, 32, 60), pauses, strict=False))
    assert all(54 <= pause <= 66 for pause in pauses[6:])


@pytest.mark.parametrize("answer", ["421 closing", "530 sign in first", "451 try later"])
def test_what_is_no_fault_of_the_mail_lets_it_wait(line: Line, session, app, sink: Sink, answer: str):
    line.at("handed_over")
    sink.say = answer
    tick(app)
    assert {(mail.state, mail.attempts) for mail in mails(session)} == {("pending", 1)}
    assert all(answer in mail.last_error for mail in mails(session))


def test_of_a_refusal_for_good_those_are_told_who_may_send_again_and_once_per_record(line: Line, session, app, sink):
    number = line.at("handed_over")
    sink.say = "550 no such user"
    tick(app)
    assert len([mail for mail in mails(session) if mail.state == "dead"]) > 1
    told = select(User.username, Notice.record_id).join(User, User.id == Notice.user_id)
    assert session.execute(told.where(Notice.event == "mail_dead")).all() == [("admin", number)]


def test_one_refused_address_holds_up_nobody_else(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    sink.say_of["qc@example.com"] = "550 no such user"
    tick(app)
    states = {mail.user.username if mail.user else "": mail.state for mail in mails(session)}
    assert states.pop("qc") == "dead"
    assert set(states.values()) == {"sent"}


# --- behind the final dot -------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["dropped", "gibberish"])
def test_without_a_clear_answer_to_the_dot_three_tries_five_minutes_apart_then_uncertain(
    line: Line, session, app, sink: Sink, at, how: str
):
    line.at("handed_over")
    only(session, "qc")
    for minute in range(20, 59):
        at(f"2026-11-24 09:{minute}")
        sink.drop, sink.say_at_the_dot = how == "dropped", "what?"
        before = len(sink.tried)
        tick(app)
        if len(sink.tried) > before:
            assert minute in (20, 25, 30)
    mail = mail_of(session, "qc")
    assert (mail.state, mail.attempts) == ("uncertain", 3)
    assert sink.tried == [mail.message_id] * 3
    assert session.scalars(select(Notice).where(Notice.event == "mail_dead")).all()


def test_every_try_carries_the_same_message_id(line: Line, session, app, sink: Sink, at):
    line.at("handed_over")
    only(session, "qc")
    sink.say_at_the_dot = "451 try later"
    tick(app)
    at("2026-11-24 09:25")
    tick(app)
    assert sink.tried == [mail_of(session, "qc").message_id] * 2
    assert sink.mails[0]["Message-ID"] == sink.tried[0]


# --- one connection -------------------------------------------------------------------------------------------


def test_a_round_takes_one_connection_even_when_an_address_is_refused(line: Line, session, app, sink: Sink):
    for _turn in range(3):
        line.at("handed_over")
    sink.say_of["qc@example.com"] = "550 no such user"
    with app.app_context():
        assert deliver_due(db.session) > 5
    assert len(sink.mails) > 3
    assert sink.connections == 1


def test_a_server_that_hangs_up_after_each_mail_is_called_again(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    sink.hang_up_at = "MAIL"
    run_once(app)
    assert {(mail.state, mail.attempts) for mail in mails(session)} == {("sent", 1)}


def test_an_engine_that_is_told_to_stop_gives_back_what_it_has_not_tried(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    with app.app_context():
        deliver_due(db.session, stopped=lambda: bool(sink.mails))
    states = sorted((mail.state, mail.attempts) for mail in mails(session))
    assert states[-1] == ("sent", 1)
    assert set(states[:-1]) == {("pending", 0)}
    tick(app)
    assert {(mail.state, mail.attempts) for mail in mails(session)} == {("sent", 1)}


# --- who it goes to, looked up when it is sent ----------------------------------------------------------------


def test_address_and_language_are_those_of_the_moment_it_is_sent(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    only(session, "qc")
    (qc,) = ids(session, "qc")
    session.execute(update(User).where(User.id == qc).values(email="new.address@example.com"))
    session.execute(update(EmployeeProfile).where(EmployeeProfile.user_id == qc).values(locale="en"))
    session.commit()
    tick(app)
    assert sink.receivers == ["new.address@example.com"]
    assert "It is your turn" in sink.mails[0].get_body(("plain",)).get_content()


def test_a_deputy_who_is_told_in_person_is_not_told_again_for_the_absent(line: Line, session, app, sink: Sink):
    line.at("handed_over")  # qc and qc_manager are told
    absent(session, "qc", deputy="qc_manager")
    run_once(app)
    assert sink.to("qc") == []
    assert len(sink.to("qc_manager")) == 1
    assert (mail_of(session, "qc").state, mail_of(session, "qc").last_error) == ("cancelled", "told_already")


def test_a_deputy_of_two_absent_colleagues_is_told_once(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    absent(session, "qc", deputy="auditor")
    absent(session, "qc_manager", deputy="auditor")
    run_once(app)
    assert len(sink.to("auditor")) == 1
    assert sink.to("qc") == sink.to("qc_manager") == []


def test_two_who_stand_in_for_each_other_are_both_told(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    absent(session, "qc", deputy="qc_manager")
    absent(session, "qc_manager", deputy="qc")
    run_once(app)
    assert (len(sink.to("qc")), len(sink.to("qc_manager"))) == (1, 1)


def test_the_mail_goes_along_the_chain_to_the_first_deputy_who_is_there(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    only(session, "qc")
    absent(session, "qc", deputy="qc_manager")
    absent(session, "qc_manager", deputy="inspector")
    session.execute(update(User).where(User.id.in_(ids(session, "inspector"))).values(active=False))
    for_inspector = update(EmployeeProfile).where(EmployeeProfile.user_id.in_(ids(session, "inspector")))
    session.execute(for_inspector.values(deputy_id=ids(session, "auditor")[0]))
    session.commit()
    run_once(app)
    assert len(sink.to("auditor")) == 1
    assert sink.to("qc") == sink.to("qc_manager") == sink.to("inspector") == []


def test_a_colleague_who_left_does_not_keep_the_news_from_the_deputy_of_the_others(line: Line, session, app, sink):
    line.at("handed_over")
    absent(session, "qc", deputy="auditor")
    absent(session, "qc_manager", deputy="auditor")
    first = min(ids(session, "qc", "qc_manager"))
    session.execute(update(User).where(User.id == first).values(active=False))
    session.commit()
    run_once(app)
    assert len(sink.to("auditor")) == 1


def test_an_absent_persons_own_list_reaches_the_deputy_beside_the_deputys_own(session, app):
    absent(session, "qc", deputy="qc_manager")
    (deputy,) = ids(session, "qc_manager")
    with app.app_context():
        outbox.owe(db.session, "digest", None, "2026-11-24", ids(session, "qc", "qc_manager"))
        lists = db.session.scalars(select(OutboxMail)).all()
        assert [recipient(db.session, mail).user_id for mail in lists] == [deputy, deputy]
        db.session.rollback()


def test_who_did_it_is_not_told_of_it_as_a_deputy(line: Line, session, app, sink: Sink):
    absent(session, "qc_manager", deputy="reception")
    line.at("handed_over")  # by reception
    only(session, "qc_manager")
    run_once(app)
    assert sink.to("reception") == []
    assert len(sink.to("qc_manager")) == 1


def test_it_is_the_turn_of_whoever_reads_in_the_absents_place_only_if_it_is(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    only(session, "qc")
    absent(session, "qc", deputy="auditor")
    session.execute(update(EmployeeProfile).values(locale="en"))
    session.commit()
    run_once(app)
    assert "It is your turn" not in sink.to("auditor")[0].get_body(("plain",)).get_content()


def test_the_mail_of_a_person_who_left_is_cancelled_and_the_outbox_says_why(line: Line, session, app, sink, as_role):
    line.at("handed_over")
    (qc,) = ids(session, "qc")
    session.execute(update(User).where(User.id == qc).values(active=False))
    session.commit()
    run_once(app)
    assert sink.to("qc") == []
    assert mail_of(session, "qc").state == "cancelled"
    assert "The person has left the company." in as_role("admin").get("/outbox/list/").text


def test_2_1_a_reminder_of_what_was_done_meanwhile_is_cancelled(line: Line, session, app, sink: Sink, at):
    number = line.at("pending_qc")
    run_once(app)
    sink.mails.clear()
    at("2026-11-24 16:31")
    sink.say = "451 try later"
    tick(app)
    sink.say = None
    at("2026-11-24 16:35")
    line.must("reception", number, "hand_over")
    run_once(app)
    reminders = [mail for mail in mails(session) if mail.event == "deadline_warning"]
    assert {(mail.state, mail.last_error) for mail in reminders} == {("cancelled", "over")}
    assert {mail["To"].split("@")[0] for mail in sink.mails} == {"qc", "qc_manager"}


# --- nothing slips into a header ------------------------------------------------------------------------------


def harmless(sink: Sink) -> bool:
    """Nobody else was written to, and no header came of it."""
    return "all@example.com" not in sink.receivers and all(mail["Bcc"] is None for mail in sink.mails)


@pytest.mark.parametrize("sign", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_no_line_break_in_a_subject_becomes_a_header(line: Line, session, app, sink: Sink, sign: str):
    line.at("handed_over")
    only(session, "qc")
    session.execute(update(Customer).values(name=f"x{sign}Bcc: all@example.com"))
    session.commit()
    run_once(app)
    assert len(sink.mails) == 1
    assert harmless(sink)
    assert "Bcc: all@example.com" in sink.mails[0]["Subject"]


def test_a_line_break_in_an_address_is_never_sent_and_is_seen(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    only(session, "qc")
    (qc,) = ids(session, "qc")
    session.execute(update(User).where(User.id == qc).values(email="qc@example.com\r\nBcc: all@example.com"))
    session.commit()
    run_once(app)
    assert sink.tried == []
    assert mail_of(session, "qc").state == "dead"
    assert session.scalars(select(Notice).where(Notice.event == "mail_dead")).all()


def test_a_line_break_in_the_sender_or_in_the_portals_own_address_is_harmless(line: Line, session, app, sink: Sink):
    before = {name: app.config[name] for name in ("MAIL_DEFAULT_SENDER", "PUBLIC_URL")}
    app.config["MAIL_DEFAULT_SENDER"] = "after-sales@example.com\r\nBcc: all@example.com"
    app.config["PUBLIC_URL"] = "http://portal.example.com\r\nBcc: all@example.com"
    try:
        line.at("handed_over")
        run_once(app)
    finally:
        app.config.update(before)
    assert harmless(sink)
    assert {mail.state for mail in mails(session)} <= {"sent", "dead"}


def test_a_line_of_dots_arrives_as_it_was_written_and_chinese_in_seven_bits(app, sink: Sink):
    text = "first\n.\n..\n.last\n\nMAIL FROM:<x@example.com>\n"
    with app.app_context():
        courier = Courier()
        courier.carry(compose("qc@example.com", "dots", text, "<p>.</p>", "<1@x>"), "qc@example.com")
        chinese = compose("qc@example.com", "重大投诉", "主轴异响\n", "<p>主轴异响</p>", "<2@x>")
        courier.carry(chinese, "qc@example.com")
        courier.close()
    assert sink.mails[0].get_body(("plain",)).get_content().replace("\r\n", "\n") == text
    parts = list(sink.mails[1].iter_parts())
    assert {part["Content-Transfer-Encoding"] for part in parts} <= {"base64", "quoted-printable"}
    assert parts[0].get_content().split() == ["主轴异响"]


# --- two engines ----------------------------------------------------------------------------------------------


def test_when_a_lease_lapses_another_engine_sends_and_the_slow_one_cannot_settle(line: Line, session, app, sink, at):
    line.at("handed_over")
    only(session, "qc")

    def meanwhile() -> None:
        clock.set_frozen(clock.now() + outbox.LEASE + timedelta(seconds=1))
        tick(app)
        sink.say_at_the_dot = "550 too late"  # what the slow engine hears at last

    sink.meanwhile = meanwhile
    tick(app)
    mail = mail_of(session, "qc")
    assert (mail.state, mail.attempts, mail.last_error) == ("sent", 2, "")
    assert sink.tried == [mail.message_id] * 2
    assert not session.scalars(select(Notice).where(Notice.event == "mail_dead")).all()


def test_before_the_lease_lapses_no_other_engine_takes_the_mail(line: Line, session, app, sink: Sink):
    line.at("handed_over")
    only(session, "qc")
    sink.meanwhile = lambda: (clock.set_frozen(clock.now() + outbox.LEASE - timedelta(seconds=1)), tick(app))
    tick(app)
    assert len(sink.tried) == 1
    assert (mail_of(session, "qc").state, mail_of(session, "qc").attempts) == ("sent", 1)


def test_what_is_under_way_cannot_be_sent_again_by_hand(line: Line, session, app, sink: Sink, as_role, at):
    line.at("handed_over")
    mail = mail_of(session, "qc")
    assert "already on its way" in as_role("admin").post(f"/outbox/resend/{mail.id}", follow_redirects=True).text
    assert mail_of(session, "qc").next_at == datetime.fromisoformat("2026-11-24T01:20:00+00:00")
