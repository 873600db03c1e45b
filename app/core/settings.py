"""Business settings: declared with a default, kept in the database, changed on a page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask_appbuilder import Model
from flask_babel import lazy_gettext as _l
from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from .clock import now
from .types import UtcDateTime


@dataclass(frozen=True)
class Declared:
    """One switch of the regulation, with the default this project decided on."""

    key: str
    default: Any
    label: Any
    kind: str = "text"  # text, int, decimal, bool, choice, region, time
    group: Any = ""
    help: Any = ""
    choices: tuple[tuple[str, Any], ...] = ()


class Setting(Model):
    """A value an administrator has set; what is not here has its declared default."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[Any] = mapped_column(JSON)
    changed_at: Mapped[Any] = mapped_column(UtcDateTime, default=now)


DECLARED: dict[str, Declared] = {}


def declare(key: str, default: Any, label: Any, **facts: Any) -> None:
    """Make a setting known to the portal and its settings page."""
    DECLARED[key] = Declared(key, default, label, **facts)


def _stored(session: Session) -> dict[str, Any]:
    if "settings" not in session.info:
        session.info["settings"] = {row.key: row.value for row in session.scalars(select(Setting))}
    values: dict[str, Any] = session.info["settings"]
    return values


def get(session: Session, key: str) -> Any:
    """The value in force."""
    return _stored(session).get(key, DECLARED[key].default)


def put(session: Session, key: str, value: Any) -> None:
    """Set a value; the caller commits."""
    row = session.get(Setting, DECLARED[key].key)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value, row.changed_at = value, now()
    session.info.pop("settings", None)


COMPANY, TIMES, COMPLAINTS = _l("Company"), _l("Business hours and deadlines"), _l("Complaints")

declare("company_name_zh", "浙江示例精密机械有限公司", _l("Company name (Chinese)"), group=COMPANY)
declare(
    "company_name_en", "Zhejiang Example Precision Machinery Co., Ltd.", _l("Company name (English)"), group=COMPANY
)
declare(
    "home_province",
    "330000",
    _l("Home province"),
    kind="region",
    group=COMPANY,
    help=_l("Decides what counts as in-province (2.2)."),
)
declare("business_hours_start", "08:30", _l("Business hours begin"), kind="time", group=TIMES)
declare("business_hours_end", "17:30", _l("Business hours end"), kind="time", group=TIMES)
declare(
    "same_day_roll",
    "none",
    _l("Same-day hand-over on a day off"),
    kind="choice",
    group=TIMES,
    choices=(("none", _l("the same day, as the text says")), ("next_workday", _l("the next working day"))),
)
declare(
    "arrival_clock_start",
    "assigned",
    _l("Arrival clock starts"),
    kind="choice",
    group=TIMES,
    choices=(("assigned", _l("at the assignment")), ("received", _l("at the receipt"))),
)
declare("photos_required", False, _l("Photos are required to complete a visit"), kind="bool", group=COMPLAINTS)
declare("reopen_days", 90, _l("A closed complaint may be reopened within (days)"), kind="int", group=COMPLAINTS)
declare("duplicate_days", 30, _l("Possible duplicates are looked for in the last (days)"), kind="int", group=COMPLAINTS)
declare(
    "backfill_minutes",
    15,
    _l("Marked as backfilled when received more than (minutes) ago"),
    kind="int",
    group=COMPLAINTS,
)
declare("link_days", 14, _l("A customer's link can be used for (days)"), kind="int", group=COMPLAINTS)
declare("repeat_days", 365, _l("A complaint repeats an earlier one of the last (days)"), kind="int", group=COMPLAINTS)
MAJOR = _l("Major quality complaints (4.4)")
declare("major_loss", True, _l("A high claimed loss marks a complaint major"), kind="bool", group=MAJOR)
declare("major_loss_amount", "50000.00", _l("Claimed loss: from (CNY)"), kind="decimal", group=MAJOR)
declare("major_repeat", True, _l("Repeats of one failure mode mark themselves major"), kind="bool", group=MAJOR)
declare("major_repeat_count", 3, _l("Same product and failure mode: from (complaints)"), kind="int", group=MAJOR)
declare("major_repeat_days", 30, _l("Same product and failure mode: within (days)"), kind="int", group=MAJOR)
declare("major_batch", True, _l("Several complaints about one batch mark themselves major"), kind="bool", group=MAJOR)
declare("major_batch_count", 2, _l("Same batch: from (complaints)"), kind="int", group=MAJOR)
declare("major_batch_days", 365, _l("Same batch: within (days)"), kind="int", group=MAJOR)
declare("major_key_customer", True, _l("Complaints of key customers mark themselves major"), kind="bool", group=MAJOR)
declare("major_reopened", True, _l("Complaints reopened repeatedly mark themselves major"), kind="bool", group=MAJOR)
declare("major_reopened_count", 2, _l("Reopened: from (times)"), kind="int", group=MAJOR)
declare("major_unsatisfied", True, _l("Failed negotiations mark a complaint major"), kind="bool", group=MAJOR)
declare("major_unsatisfied_count", 3, _l("Failed negotiations: from (times)"), kind="int", group=MAJOR)
CORRECTIVE = _l("Corrective action")
declare("watch_days", 180, _l("Recurrences are watched after the closure for (days)"), kind="int", group=CORRECTIVE)
