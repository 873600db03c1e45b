"""Who hears of a deadline, when, and what waits for the day (escalation, quiet hours, the lists of the morning)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from app.core.time import clock
from app.core.time.deadlines import Deadline
from app.notifications.engine import run_once
from app.notifications.models import OutboxMail
from tests.complaints.conftest import DONE
from tests.corrective.test_corrective import Notices

from .conftest import Line, Sink


def told(session: Any, event: str, record: int | None = None) -> set[str]:
    """Who is owed a mail of an event."""
    session.expire_all()
    query = select(OutboxMail).where(OutboxMail.event == event)
    rows = session.scalars(query if record is None else query.where(OutboxMail.record_id == record)).all()
    return {row.user.username if row.user else row.address for row in rows}


def words(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def to(sink: Sink, login: str, subject: str) -> list[str]:
    """What somebody was sent under a subject, as plain text."""
    return [words(mail) for mail in sink.to(login) if subject in mail["Subject"]]


def travelling(line: Line) -> int:
    number = line.at("disposed", site_region="330206")
    sent = {
        "technician": "technician",
        "kind": "technician",
        "co_workers": ["technician2"],
        "override_reason": "learns",
    }
    line.must("qc_manager", number, "assign", **sent, planned_on="2026-11-26")
    return number


def test_2_2_a_co_worker_is_told_of_the_visit_and_of_its_deadline(line: Line, session: Any, app: Any, at: Any):
    number = travelling(line)
    assert {"technician", "technician2"} <= told(session, "complaint.assign", number)
    at("2026-11-26 15:40")
    run_once(app)
    assert {"technician", "technician2"} <= told(session, "deadline_warning", number)


def test_2_2_the_customer_learns_name_phone_and_day_and_that_a_visit_is_arranged_anew(
    line: Line, session: Any, app: Any, sink: Sink
):
    number = travelling(line)
    run_once(app)
    letter = to(sink, "customer1", "已安排")[0]
    assert "李志强" in letter and "电话" in letter and "2026-11-26" in letter
    line.must("technician", number, "decline", reason="ill")
    run_once(app)
    assert "重新安排" in to(sink, "customer1", "上门安排有变")[0]
    assert "reception" in told(session, "complaint.decline", number)


def test_2_2_two_steps_of_the_escalation_that_wait_for_monday_come_as_the_higher_one(
    line: Line, app: Any, sink: Sink, at: Any
):
    line.at("assigned", site_region="330206")  # until Friday 2026-11-27, 24:00
    for moment in ("2026-11-28 00:10", "2026-11-28 10:00", "2026-11-29 00:10", "2026-11-29 12:00"):
        at(moment)
        run_once(app)
    late = [mail for mail in sink.mails if "到达现场" in mail["Subject"]]
    assert {mail["To"].split("@")[0] for mail in late} <= {"technician"} and len(late) <= 1  # the warning of Friday
    at("2026-11-30 08:31")
    run_once(app)
    subjects = [mail["Subject"] for mail in sink.to("technician") if "到达现场" in mail["Subject"]]
    assert [subject for subject in subjects if "已超期" in subject] == []
    assert len([subject for subject in subjects if "超期一天" in subject]) == 1


def test_2_1_a_missing_acknowledgement_is_the_clerks_wherever_the_slip_is_by_then(
    line: Line, session: Any, app: Any, at: Any
):
    customer = line.by("sales").post("customer/", {"name": "无邮箱示例厂", "code": "K-900"}).json["id"]
    number = line.at("handed_over", customer=customer)
    at("2026-11-26 09:00")
    run_once(app)
    rows = session.scalars(select(OutboxMail).where(OutboxMail.record_id == number)).all()
    codes = {
        deadline["rule"]: str(deadline["id"])
        for deadline in line.by("auditor").get(f"complaint/{number}/deadlines").json
    }
    people = {row.user.username for row in rows if row.event.startswith("deadline") and f":{codes['ACK']}." in row.key}
    assert people == {"reception", "reception_lead"}


def test_2_1_a_withdrawn_complaint_is_told_to_customer_reception_and_sales(line: Line, session: Any):
    number = line.register()
    line.attach("reception", number, "letter")
    line.must("reception", number, "ask_withdrawal", reason="solved by itself")
    line.must("qc_manager", number, "approve_withdrawal")
    assert {"reception", "sales"} <= told(session, "complaint.approve_withdrawal", number)
    assert told(session, "complaint_closed", number) == {"customer1@example.com"}


def test_2_6_a_notice_three_days_before_its_end_and_overdue_is_told_to_the_department_manager_and_qc(
    line: Line, session: Any, app: Any, at: Any
):
    number = Notices(line).at("implementing")  # owners: tech_manager until 12-01, production_manager until 12-10
    assert {"tech_manager", "production_manager"} <= told(session, "corrective_action.accept_plan", number)
    at("2026-12-08 08:31")
    run_once(app)
    everybody = {"tech_manager", "production_manager", "qc_manager"}
    assert everybody <= told(session, "deadline_warning", number)
    at("2026-12-11 08:31")
    run_once(app)
    assert everybody <= told(session, "deadline_breached", number)


def test_2_2_qc_finds_arrivals_and_completions_in_the_list_of_the_morning(line: Line, app: Any, sink: Sink, at: Any):
    number = line.at("on_site")
    at("2026-11-25 08:00")
    run_once(app)
    assert "已到达现场" in to(sink, "qc", "今日待办")[0]
    assert "已完成处理" not in to(sink, "qc", "今日待办")[0]
    line.must("technician", number, "complete", **DONE)
    at("2026-11-26 08:00")
    run_once(app)
    assert "已完成处理" in to(sink, "qc", "今日待办")[1]
    assert "已到达现场" not in to(sink, "qc", "今日待办")[1]


def test_4_4_what_is_three_days_overdue_waits_for_the_day_and_what_is_major_does_not(
    line: Line, app: Any, sink: Sink, at: Any
):
    line.at("handed_over")  # to be received until 2026-11-25, 24:00
    at("2026-11-29 00:10")  # a Sunday night
    run_once(app)
    assert sink.to("gm") == []
    at("2026-11-29 12:00")
    run_once(app)
    assert sink.to("gm") == []  # nor again by day, on a day off
    at("2026-11-30 08:31")
    run_once(app)
    assert len([mail for mail in sink.to("gm") if "超期三天" in mail["Subject"] and "主轴异响" in mail["Subject"]]) == 1


def test_4_4b_an_expectation_stands_in_the_list_of_the_week_and_comes_at_once_when_it_cannot_wait(
    line: Line, session: Any, app: Any, sink: Sink, at: Any
):
    sales = line.by("sales")
    wish = {"reason": "expectation", "subject": "希望提供远程诊断"}
    calm = sales.post("gm_report/", wish).json["id"]
    run_once(app)
    assert sink.to("gm") == []
    clocks = {row["rule"] for row in line.by("gm").get(f"gm_report/{calm}/deadlines").json}
    assert clocks == {"GM_REPORT"}
    hurried = sales.post("gm_report/", {**wish, "subject": "否则换供应商", "at_once": True}).json["id"]
    run_once(app)
    assert [
        mail["Subject"]
        for mail in sink.to("gm")
        if line.by("gm").get(f"gm_report/{hurried}").json["result"]["number"] in mail["Subject"]
    ]
    at("2026-11-27 08:01")  # a Friday; the engine's first list
    run_once(app)
    sink.mails.clear()
    at("2026-11-30 08:01")
    run_once(app)
    assert "希望提供远程诊断" in to(sink, "gm", "今日待办")[0].partition("顾客期望")[2]
    at("2026-12-01 08:01")
    run_once(app)
    assert "希望提供远程诊断" not in to(sink, "gm", "今日待办")[1]


def test_4_4_an_instruction_without_a_date_has_the_rules_and_its_neglect_reaches_the_general_manager(
    line: Line, session: Any, app: Any, at: Any
):
    number = line.register()
    line.must("reception", number, "mark_major", criteria=["safety"])
    report = line.by("gm").get("gm_report/").json["result"][0]["id"]
    line.by("sales_manager").post(f"gm_report/{report}/report", {"summary": "x", "measures": "y"})
    line.by("gm").post(f"gm_report/{report}/instruct", {"text": "stop the line", "department": "production"})
    result = line.by("gm").get(f"gm_report/{report}").json["result"]
    assert result["instruction_due"] == "2026-12-01"
    clocks = {row["rule"]: row for row in line.by("gm").get(f"gm_report/{report}/deadlines").json}
    assert clocks["GM_TASK"]["due_at"] == "2026-12-02T00:00:00+08:00"
    at("2026-12-05 09:00")
    run_once(app)
    assert {"production_manager", "leader", "gm"} <= told(session, "deadline_three_days_late", report)


def test_work_that_is_handed_over_is_named_in_words_in_the_mail(line: Line, app: Any, sink: Sink):
    line.at("assigned")
    rows = line.by("admin").get("employee/?q=(page_size:100)").json["result"]
    gone = next(row["id"] for row in rows if row["username"] == "technician")
    line.by("admin").post(f"employee/{gone}/hand_over", {"to": "inspector", "reason": "leaves"})
    run_once(app)
    assert not [mail["Subject"] for mail in sink.mails if "hand_work" in mail["Subject"]]
    assert [mail for mail in sink.to("inspector") if "工作已移交" in mail["Subject"]]


def test_what_has_been_told_is_not_looked_at_before_its_next_step(line: Line, session: Any, app: Any, at: Any):
    number = travelling(line)
    at("2026-11-28 09:00")  # the visit was due by Friday, 24:00; the Leader hears of it a day later
    run_once(app)
    session.expire_all()
    running = select(Deadline).where(Deadline.met_at.is_(None), Deadline.cancelled_at.is_(None))
    late = session.scalars(running.where(Deadline.record_id == number, Deadline.told == 2)).all()
    assert late and not session.scalars(running.where(Deadline.tell_at <= clock.now())).all()
    assert all(item.tell_at and item.tell_at >= item.due_at + timedelta(1) for item in late)
