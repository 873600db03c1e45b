"""The codes of customers, with their words."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

KINDS = {"enterprise": _l("Company"), "individual": _l("Individual"), "dealer": _l("Dealer")}
LEVELS = {"normal": _l("Normal customer"), "key": _l("Key customer")}
LINES = {"mf": _l("Manufacturing"), "re": _l("Real estate")}
LANGUAGES = {"zh": "中文", "en": "English"}


def word(codes: dict[str, Any], code: str | None) -> Any:
    """The label of a code; a code nobody knows is shown as it is."""
    return codes.get(code, code) if code else ""
