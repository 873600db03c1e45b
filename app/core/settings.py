"""Business settings: declared with a default, kept in the database, changed on a page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.extensions import db

from .model import Model
from .record import decisions
from .text.wording import lazy_gettext as _l
from .time.clock import now
from .types import UtcDateTime, Values

if TYPE_CHECKING:
    from .types import Text


@dataclass(frozen=True)
class Declared:
    """One switch of the regulation, with the default this project decided on."""

    key: str
    default: object
    label: Text
    kind: str = "text"  # text, phone, mail, int, decimal, bool, choice, region, time, number, picture
    group: Text = ""
    help: Text = ""
    choices: tuple[tuple[str, Text], ...] = ()
    optional: bool = False  # may be left empty


class Setting(Model):
    """A value an administrator has set; what is not here has its declared default."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(60), primary_key=True)
    value: Mapped[object] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


DECLARED: dict[str, Declared] = {}
decisions.WORDS["Setting"] = {"value": _l("Value")}
decisions.NAMES["Setting"] = lambda key: DECLARED[key].label if key in DECLARED else key


def told(key: str, _name: str, value: object) -> object:
    """A value as the changes by administrators tell it."""
    item = DECLARED.get(key)
    if item is None:
        return value
    if item.kind == "picture":
        return _l("Another picture")
    if item.kind == "region":
        from .fields import lookups

        return lookups.told(db.session, "province", str(value))
    return decisions.in_words(dict(item.choices), value)


decisions.VALUES["Setting"] = told


def declare(*settings: Declared) -> None:
    """Make settings known to the portal and its settings page."""
    DECLARED.update({each.key: each for each in settings})


def _stored(session: Session) -> Values:
    if "settings" not in session.info:
        session.info["settings"] = {row.key: row.value for row in session.scalars(select(Setting))}
    values: Values = session.info["settings"]
    return values


def get(session: Session, key: str) -> Any:
    """The value in force."""
    return _stored(session).get(key, DECLARED[key].default)


def put(session: Session, key: str, value: object, by_id: int | None = None) -> None:
    """Set a value; what a person sets is written down. The caller commits."""
    row = session.get(Setting, DECLARED[key].key)
    if by_id is not None:
        decisions.note(session, "Setting", key, {"value": get(session, key)}, {"value": value}, by_id)
    if row is None:
        session.add(Setting(key=key, value=value))
    else:
        row.value, row.changed_at = value, now()
    session.info.pop("settings", None)


COMPANY, TIMES, FILES = _l("Company"), _l("Business hours and deadlines"), _l("Files")
REACHED = _l("Customers read it on their pages, in their mails and on paper.")
HOURS = _l("As customers read it, such as: Monday to Friday 8:30–17:30. No deadline is reckoned with it.")
RECKONED = _l("What is not urgent is mailed between the two; warnings of deadlines come before the end.")

declare(
    Declared("company_name_zh", "浙江示例精密机械有限公司", _l("Company name (Chinese)"), group=COMPANY, help=REACHED),
    Declared(
        "company_name_en",
        "Zhejiang Example Precision Machinery Co., Ltd.",
        _l("Company name (English)"),
        group=COMPANY,
        help=REACHED,
    ),
    Declared("company_phone", "", _l("Service phone"), kind="phone", group=COMPANY, optional=True, help=REACHED),
    Declared("company_mail", "", _l("Service e-mail"), kind="mail", group=COMPANY, optional=True, help=REACHED),
    Declared("company_hours", "", _l("Service hours (Chinese)"), group=COMPANY, optional=True, help=HOURS),
    Declared("company_hours_en", "", _l("Service hours (English)"), group=COMPANY, optional=True, help=HOURS),
    Declared("company_logo", "", _l("Logo"), kind="picture", group=COMPANY, optional=True),
    Declared("business_hours_start", "08:30", _l("Business hours begin"), kind="time", group=TIMES, help=RECKONED),
    Declared("business_hours_end", "17:30", _l("Business hours end"), kind="time", group=TIMES, help=RECKONED),
    Declared(
        "same_day_roll",
        "none",
        _l("Same-day hand-over on a day off"),
        kind="choice",
        group=TIMES,
        help=_l("By when what comes in on a day off must have been handed over (2.1)."),
        choices=(("none", _l("the same day, as the text says")), ("next_workday", _l("the next working day"))),
    ),
    Declared("link_days", 14, _l("A customer's link can be used for (days)"), kind="int", group=TIMES),
    Declared(
        "more_file_kinds",
        "letters",
        _l("DOC, XLS, EML, MP4 and AMR files are taken"),
        kind="choice",
        group=FILES,
        help=_l("Such files are kept as they came; the portal cannot look into them."),
        choices=(
            ("none", _l("never")),
            ("letters", _l("as letters, faxes and mails")),
            ("all", _l("as any kind of file")),
        ),
    ),
)
