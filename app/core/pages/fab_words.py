"""Words that Flask-AppBuilder itself says and does not have in Chinese."""

from __future__ import annotations

from ..text.wording import lazy_gettext as _l

WORDS = (
    _l("Invalid login. Please try again."),
    _l("Access is Denied"),
    _l("User Name"),
    _l("Password"),
    _l("Page not found"),
    _l("Page not found."),
)
