"""The codes of departments and people, with their words."""

from __future__ import annotations

from enum import StrEnum, auto
from typing import Any

from app.core.text.wording import lazy_gettext as _l
from app.core.time.periods import Unit


class Zone(StrEnum):
    """How far the customer is, in the words of 2.2."""

    in_province = auto()
    out_province = auto()
    remote = auto()
    special = auto()


DEPARTMENT_KINDS = {
    "reception": _l("Reception"),
    "qc": _l("Quality Control"),
    "tech": _l("Technical department"),
    "sales": _l("Sales"),
    "marketing": _l("Marketing"),
    "production": _l("Production"),
    "finance": _l("Finance"),
    "property": _l("Property company (external)"),
    "management": _l("Management"),
    "audit": _l("Audit"),
    "other": _l("Other department"),
}
LINES = {"mf": _l("Manufacturing"), "re": _l("Real estate"), "both": _l("Both lines")}
LANGUAGES = {"zh": "中文", "en": "English"}
LEVELS = {"province": _l("Province"), "city": _l("City"), "county": _l("County or district"), "abroad": _l("Abroad")}
ZONES: dict[Zone, Any] = {
    Zone.in_province: _l("in-province"),
    Zone.out_province: _l("out-of-province"),
    Zone.remote: _l("remote area"),
    Zone.special: _l("Hong Kong, Macao, Taiwan or abroad"),
}
UNITS: dict[str, Any] = {
    Unit.same_day.value: _l("the same day"),
    Unit.day.value: _l("calendar days"),
    Unit.workday.value: _l("working days"),
    Unit.month.value: _l("months"),
    Unit.hour.value: _l("hours"),
    Unit.fixed.value: _l("as agreed or typed"),
}

REACHES: dict[str, Any] = {
    "manager": _l("the manager, at once"),
    "leader": _l("the Leader"),
    "gm": _l("the General Manager"),
}


def word(codes: dict[Any, Any], code: Any) -> Any:
    """The label of a code; a code nobody knows is shown as it is."""
    return codes.get(code, code) if code else ""
