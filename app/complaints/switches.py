"""What the administrator may set for the complaint line."""

from __future__ import annotations

from app.core.record.attachments import Category
from app.core.settings import TIMES, Declared
from app.core.text.wording import lazy_gettext as _l

COMPLAINTS, MAJOR = _l("Complaints"), _l("Major quality complaints (4.4)")

FILES = (
    Category("letter", _l("Complaint letter or fax"), any_format=True),  # 投诉函件, clause 2.1
    Category("photo", _l("Site photo")),
    Category("return_slip", _l("Return slip")),
)
SETTINGS = (
    Declared(
        "arrival_clock_start",
        "assigned",
        _l("Arrival clock starts"),
        kind="choice",
        group=TIMES,
        help=_l("From when the time until the technician arrives is counted (2.2)."),
        choices=(("assigned", _l("at the assignment")), ("received", _l("at the receipt"))),
    ),
    Declared("photos_required", False, _l("Photos are required to complete a visit"), kind="bool", group=COMPLAINTS),
    Declared("reopen_days", 90, _l("A closed complaint may be reopened within (days)"), kind="int", group=COMPLAINTS),
    Declared(
        "duplicate_days",
        30,
        _l("Possible duplicates are looked for in the last (days)"),
        kind="int",
        group=COMPLAINTS,
        help=_l("Whoever registers a complaint is shown the customer's others about the same product."),
    ),
    Declared(
        "backfill_minutes",
        15,
        _l("Marked as backfilled when received more than (minutes) ago"),
        kind="int",
        group=COMPLAINTS,
        help=_l("Told beside the moment of receipt; deadlines run from the receipt all the same."),
    ),
    Declared(
        "repeat_days",
        365,
        _l("A complaint repeats an earlier one of the last (days)"),
        kind="int",
        group=COMPLAINTS,
        help=_l("Of the same customer and product; of the same unit, where both name one."),
    ),
    Declared("major_loss", True, _l("A high claimed loss marks a complaint major"), kind="bool", group=MAJOR),
    Declared("major_loss_amount", "50000.00", _l("Claimed loss: from (CNY)"), kind="decimal", group=MAJOR),
    Declared("major_repeat", True, _l("Repeats of one failure mode mark themselves major"), kind="bool", group=MAJOR),
    Declared("major_repeat_count", 3, _l("Same product and failure mode: from (complaints)"), kind="int", group=MAJOR),
    Declared("major_repeat_days", 30, _l("Same product and failure mode: within (days)"), kind="int", group=MAJOR),
    Declared(
        "major_batch", True, _l("Several complaints about one batch mark themselves major"), kind="bool", group=MAJOR
    ),
    Declared("major_batch_count", 2, _l("Same batch: from (complaints)"), kind="int", group=MAJOR),
    Declared("major_batch_days", 365, _l("Same batch: within (days)"), kind="int", group=MAJOR),
    Declared(
        "major_key_customer", True, _l("Complaints of key customers mark themselves major"), kind="bool", group=MAJOR
    ),
    Declared(
        "major_reopened", True, _l("Complaints reopened repeatedly mark themselves major"), kind="bool", group=MAJOR
    ),
    Declared("major_reopened_count", 2, _l("Reopened: from (times)"), kind="int", group=MAJOR),
    Declared("major_unsatisfied", True, _l("Failed negotiations mark a complaint major"), kind="bool", group=MAJOR),
    Declared("major_unsatisfied_count", 3, _l("Failed negotiations: from (times)"), kind="int", group=MAJOR),
)
