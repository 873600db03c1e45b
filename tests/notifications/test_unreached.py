"""A mail that never arrived is told on the record, to those whose turn it is, and in words."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, update

from app.core.record.history import History
from app.core.time import clock
from app.customers.models import Customer
from app.extensions import db
from app.notifications.engine import run_once, tick
from app.notifications.models import Notice, OutboxMail
from app.notifications.sender import deliver_due

from .conftest import Line, Sink, free_port

ADDRESS = "buyer@customer.example.com"


@pytest.fixture
def mailed(line: Line, session) -> int:
    """A complaint whose customer is owed a mail, and nobody else."""
    session.execute(update(Customer).values(email=ADDRESS, language="zh"))
    session.commit()
    number = line.at("received")
    session.execute(update(OutboxMail).where(OutboxMail.user_id.is_not(None)).values(state="sent"))
    session.commit()
    return number


def page(as_role, number: int, login: str = "reception", locale: str = "en") -> str:
    return as_role(login, locale).get(f"/complaint/show/{number}").text


def rung(session, event: str) -> set[str]:
    """Whose bell says so."""
    session.expire_all()
    query = select(User.username).join(Notice, Notice.user_id == User.id).where(Notice.event == event)
    return set(session.scalars(query))


@pytest.mark.parametrize(
    ("answer", "en", "zh"),
    [
        ("550 5.1.1 no such user", "The address does not exist.", "该邮箱地址不存在。"),
        ("550 no such user", "The address does not exist.", "该邮箱地址不存在。"),
        ("552 5.2.2 over quota", "The mailbox is full.", "对方邮箱已满。"),
        ("550 5.7.1 we take no mail of yours", "refused the mail.", "对方的邮件服务器拒收了这封邮件。"),
        ("554 spam", "refused the mail.", "对方的邮件服务器拒收了这封邮件。"),
    ],
)
def test_the_record_says_that_the_customer_was_not_reached_and_why(
    mailed, app, sink: Sink, as_role, line, answer, en, zh
):
    sink.say_of[ADDRESS] = answer
    tick(app)
    english, chinese = page(as_role, mailed), page(as_role, mailed, locale="zh")
    assert "The customer has not been reached by the mail “Receipt acknowledged”" in english
    assert en in english and ADDRESS in english
    assert "邮件未能送达顾客" in chinese and zh in chinese
    (told,) = [
        row for row in line.by("reception").get(f"complaint/{mailed}/history").json if row["step"] == "unreached"
    ]
    assert told["actor"] == "system" and en in told["comment"]


def test_whose_turn_it_is_hears_it_by_the_bell_and_sees_it_in_the_work_list(mailed, app, session, sink, as_role, line):
    assert "customer not reached" not in as_role("reception").get("/work/").text
    sink.say_of[ADDRESS] = "550 no such user"
    tick(app)
    assert rung(session, "complaint.unreached") == {"reception"}
    reception = as_role("reception")
    assert "A mail did not reach the customer" in reception.get("/notices/").text
    assert "customer not reached" in reception.get("/work/").text
    assert "未联系上顾客" in as_role("reception", "zh").get("/").text


def test_the_hint_goes_when_the_customer_was_spoken_to(mailed, app, sink: Sink, as_role, line, at):
    sink.say_of[ADDRESS] = "550 no such user"
    tick(app)
    at("2026-11-24 09:40")
    line.must("reception", mailed, "log_contact", channel="phone", content="engaged", reached=False)
    assert "customer not reached" in as_role("reception").get("/work/").text
    line.must("reception", mailed, "log_contact", channel="phone", content="told him the number", reached=True)
    assert "customer not reached" not in as_role("reception").get("/work/").text


def test_the_hint_goes_when_the_mail_was_sent_again_and_the_history_keeps_what_was(mailed, app, session, sink, as_role):
    sink.say_of[ADDRESS] = "550 no such user"
    tick(app)
    session.execute(update(Customer).values(email="right@customer.example.com"))
    session.commit()
    mail = session.scalars(select(OutboxMail).where(OutboxMail.user_id.is_(None))).one()
    as_role("admin").post(f"/outbox/resend/{mail.id}")
    tick(app)
    assert sink.receivers == ["right@customer.example.com"]
    assert "customer not reached" not in as_role("reception").get("/work/").text
    assert ADDRESS in page(as_role, mailed)
    assert len(session.scalars(select(History).where(History.step == "unreached")).all()) == 1


def test_whoever_may_not_reach_people_reads_the_address_masked(line: Line, app, session, sink: Sink, as_role):
    session.execute(update(Customer).values(email=ADDRESS))
    session.commit()
    number = line.at("assigned")
    sink.say_of[ADDRESS] = "550 no such user"
    tick(app)
    told = page(as_role, number, "technician")
    assert "The customer has not been reached" in told
    assert ADDRESS not in told
    assert "b****@customer.example.com" in told


def test_what_was_given_up_after_three_days_is_told(mailed, app, session, sink, as_role):
    app.config["MAIL_PORT"] = free_port()
    mail = session.scalars(select(OutboxMail).where(OutboxMail.user_id.is_(None))).one()
    while mail.state == "pending":
        clock.set_frozen(mail.next_at)
        with app.app_context():
            deliver_due(db.session)
        session.expire_all()
    assert "No mail server took the mail within three days." in page(as_role, mailed)
    assert rung(session, "complaint.unreached") == {"reception"}


def uncertain(app, session, sink: Sink, at, hour: int) -> OutboxMail:
    """The connection breaks behind the message until the portal stops trying; answers the mail."""
    sink.drop = True
    for minute in range(0, 30, 5):
        at(f"2026-11-24 {hour}:{minute:02}")
        tick(app)
    sink.drop = False
    session.expire_all()
    return session.scalars(select(OutboxMail).where(OutboxMail.user_id.is_(None))).one()


def test_what_may_have_arrived_is_told_too_and_sent_again_it_begins_anew(mailed, app, session, sink, as_role, at):
    mail = uncertain(app, session, sink, at, 10)
    assert (mail.state, mail.attempts, len(sink.tried)) == ("uncertain", 3, 3)
    assert "it may have arrived, or not" in page(as_role, mailed)
    as_role("admin").post(f"/outbox/resend/{mail.id}")
    mail = uncertain(app, session, sink, at, 11)
    assert (mail.state, mail.attempts, len(sink.tried)) == ("uncertain", 3, 6)


def test_a_colleague_who_was_not_reached_is_named_with_the_reason_and_the_others_hear_it(
    line, app, session, sink, as_role
):
    number = line.at("handed_over")
    sink.say_of["qc@example.com"] = "550 5.1.1 no such user"
    tick(app)
    assert "(Failed: The address does not exist)" in page(as_role, number, "qc_manager")
    heard = rung(session, "colleague_unreached")
    assert "qc" not in heard
    assert heard
    assert "A mail did not reach a colleague" in as_role(heard.pop()).get("/notices/").text


def test_of_a_closed_complaint_whoever_took_it_hears_it(line: Line, app, session, sink: Sink):
    session.execute(update(Customer).values(email=ADDRESS))
    session.commit()
    number = line.at("negotiating", channel="phone")
    line.must("reception", number, "negotiate", content="talked", satisfied=True)
    run_once(app)
    line.must("reception", number, "settle")
    sink.say_of[ADDRESS] = "550 no such user"
    run_once(app)
    assert "reception" in rung(session, "complaint.unreached")


def test_an_address_kept_before_addresses_were_checked_is_written_to_as_servers_take_it(mailed, app, session, sink):
    session.execute(update(Customer).values(email="mailto:buyer@例子.中国，"))
    session.commit()
    tick(app)
    assert sink.receivers == ["buyer@xn--fsqu00a.xn--fiqs8s"]
