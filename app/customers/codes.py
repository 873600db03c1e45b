"""The codes of customers, with their words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.core.kind.choices import Choices
from app.core.text.wording import lazy_gettext as _l

KINDS = Choices(
    "customer.kind",
    _l("Kind of customer"),
    {"enterprise": _l("Company"), "individual": _l("Individual"), "dealer": _l("Dealer")},
    fixed={"enterprise": _l("A new customer begins with it")},
)
LEVELS = Choices(
    "customer.level",
    _l("Customer level"),
    {"normal": _l("Normal customer"), "key": _l("Key customer")},
    fixed={
        "normal": _l("A new customer begins with it"),
        "key": _l("4.4: the portal itself finds a complaint major by this"),
    },
)
LINES = {"mf": _l("Manufacturing"), "re": _l("Real estate")}
LANGUAGES = {"zh": "中文", "en": "English"}


def word(codes: Mapping[str, Any], code: str | None) -> Any:
    """The label of a code; a code nobody knows is shown as it is."""
    return codes.get(code, code) if code else ""
