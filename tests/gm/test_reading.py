"""4.4: the general manager is told once a day of what can wait, reads many matters at once, and may take it back."""

from __future__ import annotations

import re
from typing import Any

import pytest

from app.notifications.engine import run_once
from tests.complaints.conftest import Line
from tests.notifications.conftest import Sink, sink

from .test_gm import take

__all__ = ["sink"]


def words(mail: Any) -> str:
    return str(mail.get_body(("plain",)).get_content())


def mails(sink: Sink) -> list[Any]:
    """The general manager's mails, the morning's work list left out."""
    return [mail for mail in sink.to("gm") if "今日待办" not in mail["Subject"]]


def brought(line: Line, subject: str = "专利纠纷", **more: Any) -> int:
    made = line.by("sales").post("gm_report/", {"reason": "other", "subject": subject, **more})
    assert made.status_code == 201, made.json
    return int(made.json["id"])


def reading(line: Line, number: int) -> dict[str, Any]:
    return next(row for row in line.by("gm").get(f"gm_report/{number}/deadlines").json if row["rule"] == "GM_READ")


@pytest.mark.parametrize(
    ("moment", "begins"),
    [
        ("2026-11-24 10:00", "2026-11-24T10:00:00+08:00"),  # by day: at once
        ("2026-11-24 23:10", "2026-11-25T08:30:00+08:00"),  # at night
        ("2026-11-27 17:40", "2026-11-30T08:30:00+08:00"),  # Friday evening
        ("2026-11-28 11:00", "2026-11-30T08:30:00+08:00"),  # a Saturday
        ("2026-10-01 09:00", "2026-10-08T08:30:00+08:00"),  # National Day: seven days off
        ("2026-10-10 11:00", "2026-10-10T11:00:00+08:00"),  # a Saturday that is worked
    ],
)
def test_4_4_what_can_wait_is_to_be_read_from_when_its_mail_goes_out(
    line: Line, app: Any, sink: Sink, at: Any, moment: str, begins: str
):
    at(moment)
    number = brought(line)
    assert reading(line, number)["started_at"] == begins
    run_once(app)
    assert len(mails(sink)) == (begins[:16].replace("T", " ") == moment)
    at(begins[:16].replace("T", " "))
    run_once(app)
    assert ["专利纠纷" in mail["Subject"] for mail in mails(sink)] == [True]


def test_4_4_what_is_urgent_is_to_be_read_at_once_at_any_hour(line: Line, app: Any, sink: Sink, at: Any):
    at("2026-10-03 23:10")
    number = brought(line, at_once=True)
    assert reading(line, number)["started_at"] == "2026-10-03T23:10:00+08:00"
    run_once(app)
    assert len(mails(sink)) == 1


@pytest.mark.parametrize(
    ("opened", "before", "after"),
    [
        ("2026-10-01 09:00", "2026-10-09 12:29", "2026-10-09 12:31"),  # told on 10-08 at 08:30, due at 12:30
        ("2026-09-30 16:30", "2026-10-09 08:29", "2026-10-09 08:31"),  # told before the holiday, due on its eve
        ("2026-11-27 16:30", "2026-12-01 08:29", "2026-12-01 08:31"),
    ],
)
def test_4_4_the_leader_hears_of_an_unread_matter_a_working_day_later_never_after_a_holiday_alone(
    line: Line, app: Any, sink: Sink, at: Any, opened: str, before: str, after: str
):
    at(opened)
    number = brought(line)
    run_once(app)
    at(before)
    run_once(app)
    assert not [mail for mail in sink.to("leader") if "总经理阅知" in mail["Subject"]]
    at(after)
    run_once(app)
    assert [mail for mail in sink.to("leader") if "总经理阅知" in mail["Subject"]]
    assert reading(line, number)["status"] == "breached"


def test_4_4_several_matters_of_one_night_come_in_one_mail_which_says_who_what_why_and_how_late(
    line: Line, app: Any, sink: Sink, at: Any
):
    numbers = [line.at("handed_over", subject=f"异响 {n}") for n in range(3)]  # to be received by 11-25 24:00
    at("2026-11-29 00:10")
    run_once(app)
    at("2026-11-30 08:31")
    run_once(app)
    (mail,) = mails(sink)
    told = words(mail)
    assert "3 项" in mail["Subject"] and "TS-20261124-001" in mail["Subject"] and "异响 0" in mail["Subject"]
    for number in numbers:
        assert line.read(number)["number"] in told
    assert told.count("苏州示例电梯部件有限公司") == 3  # who
    assert told.count("超期三天") == 3  # why
    assert told.count("“质检签收”应于 2026-11-25 24:00 前完成，已超期 4 天") == 3  # how late
    reports = [row for row in line.by("gm").get("gm_report/").json["result"] if row["reason"] == "overdue"]
    for report in reports:
        links = re.findall(rf"https?://\S+/gm_report/(?:show/)?{report['id']}\S*", told)
        assert [link.rpartition("/")[2] for link in links] == [str(report["id"]), "read"]
    assert told.count("/major/") >= 4


def test_4_4_a_further_matter_of_the_same_day_waits_for_the_next_days_mail(line: Line, app: Any, sink: Sink, at: Any):
    at("2026-11-24 10:00")
    brought(line, "甲")
    run_once(app)
    at("2026-11-24 11:00")
    second = brought(line, "乙")
    run_once(app)
    assert len(mails(sink)) == 1
    assert reading(line, second)["started_at"] == "2026-11-25T08:30:00+08:00"
    at("2026-11-25 08:31")
    run_once(app)
    assert len(mails(sink)) == 2 and "乙" in words(mails(sink)[-1])


def test_4_4_one_unread_matter_comes_again_every_four_hours_and_several_once_a_day(
    line: Line, app: Any, sink: Sink, at: Any
):
    at("2026-11-24 08:40")
    number = brought(line)
    for moment in ("2026-11-24 08:41", "2026-11-24 12:39", "2026-11-24 12:41", "2026-11-24 16:41"):
        at(moment)
        run_once(app)
    assert [mail["Subject"][:4] for mail in mails(sink)] == ["【重大事", "【请阅】", "【请阅】"]
    at("2026-11-24 16:50")
    brought(line, "乙")
    sink.mails.clear()
    for moment in ("2026-11-25 08:31", "2026-11-25 12:41", "2026-11-25 16:41"):
        at(moment)
        run_once(app)
    assert ["2 项" in mail["Subject"] for mail in mails(sink)] == [True], [mail["Subject"] for mail in mails(sink)]
    take(line, "gm", number, "read")
    assert line.by("gm").get(f"gm_report/{number}").json["result"]["read_at"]


def test_4_4_what_was_read_before_its_mail_went_out_is_not_mailed(line: Line, app: Any, sink: Sink, at: Any):
    at("2026-11-28 11:00")
    number = brought(line)
    take(line, "gm", number, "read")
    at("2026-11-30 08:31")
    run_once(app)
    assert mails(sink) == []


def test_4_4_a_matter_before_the_general_manager_can_be_instructed_or_filed_from_the_mail(
    line: Line, app: Any, sink: Sink, as_role: Any
):
    number = brought(line)
    run_once(app)
    sink.mails.clear()
    take(line, "sales_manager", number, "report", summary="两台机床停机", measures="派人更换")
    run_once(app)
    (mail,) = mails(sink)
    assert "两台机床停机" in words(mail)
    assert "专利纠纷" in mail["Subject"] and "ZD-2026-001" in mail["Subject"]
    paths = re.findall(r"https?://[^/\s]+(/\S+)", words(mail))
    steps = [f"/gm_report/{number}/step/{step}" for step in ("instruct", "file_away")]
    assert paths == [f"/gm_report/show/{number}", *steps]
    gm = as_role("gm", "zh")
    assert [gm.get(path).status_code for path in paths] == [200, 200, 200]


def test_4_4_all_is_read_at_once_by_page_the_list_first_and_taken_back_for_ten_minutes(
    line: Line, as_role: Any, at: Any
):
    numbers = [brought(line, subject) for subject in ("甲", "乙", "丙")]
    gm = as_role("gm", "en")
    assert "/major/read" in gm.get("/major/").text
    listed = gm.get("/major/read").text
    assert all(f'value="{number}" checked' in listed for number in numbers)
    assert [reading(line, number)["status"] for number in numbers] == ["running"] * 3  # looking marks nothing
    gm.post("/major/read", {"listed": "1", "id": [str(number) for number in numbers[:2]]})
    assert [reading(line, number)["status"] for number in numbers] == ["met", "met", "running"]
    page = gm.get("/major/").text
    assert "/major/unread" in page
    at("2026-11-24 09:29")
    gm.post("/major/unread", {"listed": "1", "id": [str(numbers[0])]})
    assert [reading(line, number)["status"] for number in numbers] == ["running", "met", "running"]
    history = [row["step"] for row in line.by("gm").get(f"gm_report/{numbers[0]}/history").json]
    assert history == ["register", "read", "unread"]  # nothing is deleted
    at("2026-11-24 09:31")
    assert "/major/unread" not in gm.get("/major/").text
    gm.post("/major/unread")
    assert reading(line, numbers[1])["status"] == "met"


def test_4_4_all_is_read_and_taken_back_by_rest_and_by_nobody_else(line: Line):
    numbers = [brought(line, subject) for subject in ("甲", "乙")]
    assert line.by("leader").post("gm_report/read").status_code == 403
    assert line.by("gm").post("gm_report/read", {"ids": ["x"]}).status_code == 422
    done = line.by("gm").post("gm_report/read").json
    assert (done["ids"], done["until"]) == (numbers, "2026-11-24T09:30:00+08:00")
    assert line.by("gm").post("gm_report/read").json["ids"] == []
    assert line.by("leader").post("gm_report/unread").status_code == 403
    assert line.by("gm").post("gm_report/unread", {"ids": numbers[:1]}).json == {"ids": numbers[:1]}
    assert [reading(line, number)["status"] for number in numbers] == ["running", "met"]


def test_4_4_what_was_instructed_since_is_not_taken_back(line: Line):
    number = brought(line)
    take(line, "sales_manager", number, "report", summary="x", measures="y")
    line.by("gm").post("gm_report/read")
    take(line, "gm", number, "instruct", text="stop", department="production")
    assert line.by("gm").post("gm_report/unread").json["ids"] == []
