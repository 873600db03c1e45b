"""What the company decides: settings, its own days, the rules of the clocks."""

from __future__ import annotations

import html
import re
from datetime import date

import pytest
from sqlalchemy import select

from app.core.record.records import Record
from app.core.settings import DECLARED, Setting
from app.core.time import clock, deadlines, workdays
from app.core.time.deadlines import Deadline, DeadlineRule
from app.core.time.workdays import WorkCalendarDay
from app.extensions import db


def fields(page):
    """What a browser would send back."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        facts = {key: html.unescape(value) for key, value in re.findall(r'(\w+)="([^"]*)"', tag)}
        if "name" in facts and (facts.get("type") not in ("radio", "checkbox") or " checked" in tag):
            found[facts["name"]] = facts.get("value", "")
    for name, inner in re.findall(r'<select[^>]*name="(\w+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'value="([^"]*)" selected', inner)
        found[name] = chosen.group(1) if chosen else ""
    return found


@pytest.fixture
def running(app):
    """A record with a clock that runs."""
    with app.app_context():
        record = Record(kind="record", number="X-1", state="open")
        db.session.add(record)
        db.session.flush()
        deadline = deadlines.start(db.session, record, "DISPOSE", clock.now())
        db.session.commit()
        return deadline.id, record.id


def due(session, number):
    session.expire_all()
    return clock.local(session.get(Deadline, number).due_at).strftime("%m-%d %H:%M")


def test_every_declared_setting_is_on_the_page_and_saved(as_role, session):
    admin = as_role("admin")
    sent = fields(admin.get("/settings/").text)
    assert set(DECLARED) <= set(sent) | {"photos_required", "company_logo"}  # the logo is uploaded
    assert admin.post("/settings/save", {**sent, "reopen_days": "60", "photos_required": "true"}).status_code == 302
    assert session.get(Setting, "reopen_days").value == 60 and session.get(Setting, "photos_required").value is True
    assert session.get(Setting, "company_name_zh") is None  # only what changed
    stale = admin.post("/settings/save", {**sent, "reopen_days": "30", "company_name_en": "Typed Ltd."})
    assert stale.status_code == 409 and "Typed Ltd." in stale.text
    session.expire_all()
    assert session.get(Setting, "reopen_days").value == 60


@pytest.mark.parametrize(
    "wrong",
    [
        {"business_hours_start": "25:00"},
        {"business_hours_start": "18:00"},
        {"reopen_days": "many"},
        {"reopen_days": "-1"},
        {"home_province": "330206"},
        {"same_day_roll": "whenever"},
        {"company_name_zh": ""},
    ],
)
def test_a_wrong_setting_is_said_in_a_sentence(as_role, session, wrong):
    admin, stored = as_role("admin"), select(Setting.key, Setting.value).order_by(Setting.key)
    before = session.execute(stored).all()
    answer = admin.post("/settings/save", {**fields(admin.get("/settings/").text), **wrong})
    assert answer.status_code == 422 and 'class="err"' in answer.text
    session.rollback()
    assert session.execute(stored).all() == before


def test_another_home_province_is_another_zone(as_role, rest):
    admin = as_role("admin")
    admin.post("/settings/save", {**fields(admin.get("/settings/").text), "home_province": "110000"})
    assert rest("qc").get("region/110105").json["result"]["zone"] == "in_province"
    assert rest("qc").get("region/330206").json["result"]["zone"] == "out_province"


def test_the_calendar_tells_published_from_provisional_years(as_role):
    admin = as_role("admin")
    assert "published" in admin.get("/calendar/?year=2026").text
    assert "provisional</span>" in admin.get("/calendar/?year=2027").text
    assert "not imported" in admin.get("/calendar/?year=2040").text
    page = admin.get("/calendar/?year=2026").text
    assert re.search(r'class="working" href="/calendar/day/2026-02-28"', page)  # 调休: an official working Saturday
    assert re.search(r'class="official" href="/calendar/day/2026-10-01"', page)


def test_a_companys_own_day_moves_running_deadlines_and_says_why(as_role, session, running):
    number, _record = running
    assert due(session, number) == "11-27 00:00"  # Tuesday + 2 working days
    admin = as_role("admin")
    url = "/calendar/day/2026-11-25"
    assert admin.post(url, {"is_workday": "false", "name_zh": "", "name_en": "Company day"}).status_code == 422
    answer = admin.post(
        url, {"is_workday": "false", "name_zh": "厂庆", "name_en": "Company day"}, follow_redirects=True
    )
    assert "1 running deadlines moved" in answer.text
    assert due(session, number) == "11-28 00:00"
    assert "厂庆" in session.get(Deadline, number).change_reason
    assert 'class="company" href="/calendar/day/2026-11-25"' in answer.text
    admin.post(f"{url}/restore")
    assert due(session, number) == "11-27 00:00"
    assert session.get(WorkCalendarDay, date(2026, 11, 25)) is None


def test_a_year_is_imported_again_and_own_days_stay(as_role, session):
    admin = as_role("admin")
    admin.post("/calendar/day/2026-11-25", {"is_workday": "false", "name_zh": "厂庆", "name_en": "Company day"})
    assert admin.post("/calendar/import", {"year": "2026"}).status_code == 302
    assert session.get(WorkCalendarDay, date(2026, 11, 25)).is_workday is False
    assert "stay provisional" in admin.post("/calendar/import", {"year": "2028"}, follow_redirects=True).text
    assert "Type a year" in admin.post("/calendar/import", {"year": "soon"}, follow_redirects=True).text
    assert as_role("qc").get("/calendar/").status_code == 200
    assert as_role("qc").post("/calendar/import", {"year": "2026"}).status_code in (302, 403)


def test_a_year_that_is_published_otherwise_moves_every_running_deadline(as_role, session, running):
    number, _record = running
    day = session.get(WorkCalendarDay, date(2026, 11, 25))
    assert day is None and due(session, number) == "11-27 00:00"
    session.add(WorkCalendarDay(day=date(2026, 11, 25), is_workday=False, name_zh="误", name_en="Mistake"))
    workdays._touch(session)
    session.commit()
    admin = as_role("admin")
    admin.post("/calendar/day/2026-12-24", {"is_workday": "false", "name_zh": "厂庆", "name_en": "Company day"})
    assert due(session, number) == "11-28 00:00"
    answer = admin.post("/calendar/import", {"year": "2026"}, follow_redirects=True)
    assert "1 running deadlines moved" in answer.text and due(session, number) == "11-27 00:00"


def test_a_year_entered_by_hand_is_confirmed_only_with_an_adjusted_working_weekend(as_role, session, app, at):
    at("2026-12-31 10:00")
    with app.app_context():
        record = Record(kind="record", number="X-2", state="open")
        db.session.add(record)
        db.session.flush()
        deadline = deadlines.start(db.session, record, "DISPOSE", clock.now())
        db.session.commit()
        number = deadline.id
    admin = as_role("admin")
    assert session.get(Deadline, number).provisional is True
    early = admin.post("/calendar/confirm", {"year": "2027"}, follow_redirects=True)
    assert "Enter the adjusted working weekends" in early.text and "provisional</span>" in early.text
    sunday = {"is_workday": "true", "name_zh": "调休", "name_en": "Adjusted working day"}
    admin.post("/calendar/day/2027-01-03", sunday)
    done = admin.post("/calendar/confirm", {"year": "2027"}, follow_redirects=True)
    assert "published" in done.text
    assert due(session, number) == "01-05 00:00" and session.get(Deadline, number).provisional is False
    admin.post("/calendar/import", {"year": "2027"})
    assert "provisional</span>" not in admin.get("/calendar/?year=2027").text
    assert as_role("qc").post("/calendar/confirm", {"year": "2027"}).status_code in (302, 403)


def rule(session, code):
    session.expire_all()
    return session.scalars(select(DeadlineRule).where(DeadlineRule.code == code, DeadlineRule.active)).one()


def sent_for(row, **changes):
    return {
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "quantity": str(row.quantity),
        "unit": row.unit.value,
        "roll": "true" if row.roll else "false",
        "warn_at": row.warn_at or "",
        "row_version": str(row.version),
        "reason": "The management decided so",
        **changes,
    }


def test_a_changed_rule_is_a_new_version_and_holds_for_what_is_running(as_role, session, running):
    number, _record = running
    admin, old = as_role("admin"), rule(session, "DISPOSE")
    page = f"/deadline_rule/edit/{old.id}"
    asked = admin.post(page, sent_for(old, quantity="3"))
    assert asked.status_code == 409 and "1 would move. Save again to go on." in asked.text
    assert rule(session, "DISPOSE").version == 1 and due(session, number) == "11-27 00:00"
    read = re.search(r'name="read" value="(\w+)"', asked.text)
    assert read
    other = admin.post(page, sent_for(old, quantity="4", read=read[1]))
    assert other.status_code == 409  # what was read is not what would move
    answer = admin.post(page, sent_for(old, quantity="3", read=read[1]), follow_redirects=True)
    assert answer.status_code == 200 and "1 running deadlines moved" in answer.text
    new = rule(session, "DISPOSE")
    assert (new.version, new.quantity) == (2, 3) and session.get(DeadlineRule, old.id).quantity == 2
    assert due(session, number) == "11-28 00:00"
    again = admin.post(f"/deadline_rule/edit/{old.id}", sent_for(old, quantity="4"))
    assert again.status_code == 409 and "no longer in force" in again.text and "The management decided so" in again.text
    assert admin.get("/deadline_rule/list/").text.count(f">{old.name('en')}<") == 1
    assert "replaced" in admin.get(f"/deadline_rule/show/{old.id}").text


@pytest.mark.parametrize(
    "wrong",
    [
        {"quantity": ""},
        {"quantity": "-1"},
        {"quantity": "0"},
        {"unit": "fortnight"},
        {"warn_at": "25:61"},
        {"reason": ""},
        {"unit": "fixed"},
        {"warn_at": "16:00", "warn_minutes_before": "30"},
    ],
)
def test_a_wrong_rule_is_refused_beside_the_field(as_role, session, wrong):
    row = rule(session, "DISPOSE")
    answer = as_role("admin").post(f"/deadline_rule/edit/{row.id}", sent_for(row, **wrong))
    assert answer.status_code == 422 and 'class="err"' in answer.text
    assert rule(session, "DISPOSE").version == 1


def test_nothing_changed_makes_no_version(as_role, session):
    row = rule(session, "HAND_TO_QC")
    assert as_role("admin").post(f"/deadline_rule/edit/{row.id}", sent_for(row)).status_code == 409
    assert rule(session, "HAND_TO_QC").version == 1
    assert as_role("reception").get("/deadline_rule/list/").status_code == 200
    assert as_role("reception").post(f"/deadline_rule/edit/{row.id}", sent_for(row, quantity="1")).status_code in (
        302,
        403,
    )
