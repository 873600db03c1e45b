"""A deadline has one name and one end in words, wherever it is read; a mail says its matter and leads somewhere."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app.complaints.customer_acts import Purpose
from app.complaints.models import Complaint
from app.core.pages.show import clock_name, remaining
from app.core.record import links
from app.core.time import clock, deadlines
from app.core.time.deadline_rules import DEFAULTS
from app.core.time.deadlines import Deadline
from app.core.time.when import FULL, SHORT, due_stamp, stamp
from app.extensions import db
from app.gm.models import GmReport
from app.notifications.engine import run_once
from app.notifications.mail_texts import FOLDER, LANGUAGES
from app.notifications.models import OutboxMail
from app.notifications.recipients import To
from app.notifications.render import Words, render
from app.organisation.models import EmployeeProfile
from tests.complaints.conftest import Line, line
from tests.core.test_exports import file_at

__all__ = ["line"]
MIDNIGHT = datetime(2026, 11, 27, 16, tzinfo=UTC)  # 24:00 of 2026-11-27 in Shanghai
EMPTY = re.compile(r"\(\s*\)|（\s*）|“\s*”|\bNone\b")
DEADLINE_EVENTS = sorted(folder.name for folder in FOLDER.iterdir() if folder.name.startswith("deadline_"))


def person(login: str = "qc_manager") -> int:
    return int(
        db.session.scalars(select(EmployeeProfile.user_id).where(EmployeeProfile.user.has(username=login))).one()
    )


def mail_of(event: str, record: Any, locale: str, **facts: Any) -> Words:
    """A mail as it would go out now."""
    row = OutboxMail(
        key=f"{event}:{record and record.id}:1:x", event=event, record_id=record and record.id, record=record, **facts
    )
    with db.session.no_autoflush:
        words = render(db.session, row, To("x@example.com", locale, row.user_id))
    db.session.expunge_all()
    return words


@pytest.fixture
def records(line: Line, app: Any) -> dict[str, int]:
    """One record of each kind that mails are about."""
    number = line.at("awaiting_confirmation")
    line.must("qc", number, "mark_major", criteria=["safety"])
    report = line.by("gm").get("gm_report/").json["result"][0]["id"]
    return {"complaint": number, "gm_report": report}


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
def test_every_deadline_is_named_alike_in_every_mail_and_without_empty_brackets(
    records: dict[str, int], app: Any, locale: str
):
    with app.app_context():
        at = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)
        ends = {}
        for default in DEFAULTS.values():
            record = db.session.get_one(Complaint, records["complaint"])
            made = deadlines.start(db.session, record, default.code, at, due_at=MIDNIGHT)
            db.session.flush()
            ends[made.id] = default
        db.session.commit()
        for number, default in ends.items():
            for event in DEADLINE_EVENTS:
                record = db.session.get_one(Complaint, records["complaint"])
                words = mail_of(event, record, locale, user_id=person(), payload={"deadline": number})
                item = db.session.get_one(Deadline, number)
                with force_locale(locale):
                    name = clock_name(item)
                said = f"{words.subject}\n{words.text}"
                assert not EMPTY.search(said), (default.code, event, said)
                assert name in words.text and due_stamp(MIDNIGHT, FULL) in words.text
                assert (default.clause or "“") in name
                assert "00:00" not in said and item.explanation(locale) in words.text
                assert record.title[:20] in words.subject and "TS-20261124-001" in words.subject


@pytest.mark.parametrize("locale", sorted(LANGUAGES))
def test_every_mail_names_its_matter_leads_somewhere_and_loads_nothing(
    records: dict[str, int], app: Any, locale: str, line: Line
):
    line.by("sales").post("gm_report/", {"reason": "other", "subject": "专利纠纷"})
    events = {folder.name for folder in FOLDER.iterdir() if folder.is_dir()} - {"step", "major", "gm_matter"}
    events |= {"complaint.assign", "complaint.mark_major", "gm_report.register", "gm_report.report"}
    lists: dict[str, Any] = {"day": "2026-11-24", "count": 1, "overdue": 0}
    for part in ("mine", "department", "arrived", "completed", "major", "wishes"):
        lists[part] = ["TS-20261124-001 x (11-24 24:00)"]
    models: dict[str, Any] = {"complaint": Complaint, "gm_report": GmReport}
    with app.app_context():
        for purpose in (Purpose.quote, Purpose.survey):
            links.issue(db.session, db.session.get_one(Complaint, records["complaint"]), purpose)
        db.session.commit()
        for event in sorted(events):
            kind = "gm_report" if event.startswith("gm_") else "complaint"
            whole = event in ("digest", "gm_matters", "engine_stopped", "turns_moved")
            record = None if whole else db.session.get_one(models[kind], records[kind])
            payload = (
                lists
                if event == "digest"
                else {"since": "2026-11-24 09:00", "until": "2026-11-24 09:20", "amount": "1.00", "count": 12}
            )
            if event in DEADLINE_EVENTS:
                payload = {"deadline": record.deadlines[0].id}
            to_customer = event.startswith(("customer_", "complaint_"))
            words = mail_of(event, record, locale, user_id=None if to_customer else person("gm"), payload=payload)
            assert not EMPTY.search(words.subject + words.text), (event, words.text)
            matter = r"\b12\b" if event == "turns_moved" else r"\d{4}-?\d"  # how many; a record's number, or the day
            assert re.search(matter, words.subject), (event, words.subject)
            assert re.search(r"https?://\S+/(t|a|\w+)/", words.text), (event, words.text)
            assert 'href="http' in words.html
            assert not re.search(r"<img|url\(|<link|@import", words.html)
            for label in ("0571-88880000", "service@example.com", "8:30"):
                assert (label in words.text) == to_customer, (event, label)
            if event.partition("_")[0] == "gm" and not whole:
                assert len(re.findall(r"https?://", words.text)) == 3, (event, words.text)


def test_one_deadline_reads_the_same_on_page_phone_mail_file_paper_and_rest(line: Line, app: Any, as_role: Any):
    number = line.at("assigned", site_region="330206")  # three days: until 2026-11-27, 24:00
    run_once(app)  # the acknowledgement is mailed, so the arrival is what runs out first
    words = "11-27 24:00"
    desk = as_role("qc_manager", "zh")
    (clock_,) = line.deadlines(number, "ARRIVE_IN")
    assert f"2026-{words}" in clock_["explanation"]
    assert words in desk.get(f"/complaint/show/{number}").text
    (job,) = line.by("technician").get("visit/jobs").json["result"]
    assert job["due"]["text"] == words
    book = openpyxl.load_workbook(io.BytesIO(file_at(desk, "/complaint/export.xlsx")))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert f"2026-{words}" in cells and not [cell for cell in cells if "00:00" in cell]
    assert f"2026-{words}" in file_at(desk, "/complaint/export.csv").decode()
    paper = line.by("qc").get(f"complaint/{number}/print/complaint_record?lang=zh", headers={"Accept": "text/html"})
    assert f"2026-{words}" in paper.text
    line.must("reception", number, "correct_site", site_region="320583", reason="typed wrongly")
    moved = desk.get(f"/complaint/show/{number}").text
    assert re.search(r"2026-11-27 24:00</del> → <ins>2026-12-01 24:00", moved)  # also in the history


def test_a_stamp_carries_the_year_when_it_is_not_this_one_and_the_day_when_it_is_not_today(app: Any):
    with clock.frozen(datetime(2026, 12, 31, 4, tzinfo=UTC)):
        assert stamp(datetime(2026, 12, 31, 3, tzinfo=UTC), SHORT) == "12-31 11:00"
        assert stamp(datetime(2027, 1, 2, 3, tzinfo=UTC), SHORT) == "2027-01-02 11:00"
        assert stamp(datetime(2025, 12, 31, 3, tzinfo=UTC), SHORT) == "2025-12-31 11:00"
        assert due_stamp(datetime(2026, 12, 31, 16, tzinfo=UTC)) == "12-31 24:00"  # ends this year, not the next
        assert due_stamp(datetime(2027, 1, 1, 16, tzinfo=UTC)) == "2027-01-01 24:00"
        assert stamp(datetime(2026, 12, 30, 3, tzinfo=UTC), "%H:%M") == "12-30 11:00"


@pytest.mark.parametrize(
    ("hours", "english"),
    [(-49, "2 days overdue"), (-25, "1 day overdue"), (-1, "1 hour overdue"), (-3, "3 hours overdue")],
)
def test_what_is_late_is_counted_in_whole_words(app: Any, hours: int, english: str):
    from datetime import timedelta

    now = datetime(2026, 11, 24, 1, 20, tzinfo=UTC)
    with app.test_request_context(), force_locale("en"):
        assert remaining(now + timedelta(hours=hours), now)[0] == english
        assert remaining(datetime(2026, 11, 25, 16, tzinfo=UTC), now)[0] == "1 day left"
        assert remaining(datetime(2026, 11, 24, 16, tzinfo=UTC), now)[0] == "today 24:00"


def test_moments_are_put_into_words_in_one_place_only():
    """A form's own format, a month's key and the day in a record's number are no words."""
    allowed = {
        "core/record/numbers.py",
        "core/time/when.py",
        "core/tally/spans.py",
        "core/fields/fields.py",
        "organisation/forms.py",
        "reports/trend.py",
    }
    root = Path(__file__).parent.parent / "app"
    found = {
        str(file.relative_to(root)) for file in root.rglob("*.py") if "strftime" in file.read_text(encoding="utf-8")
    }
    assert found <= allowed
