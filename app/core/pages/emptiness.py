"""Why a list is empty: there is nothing, nothing that one may see, or nothing that matches."""

from __future__ import annotations

from ..text.wording import gettext as _


def sentence(narrowed: bool, limited: bool, nothing: object = "") -> str:
    """What an empty list says; what may not be seen is never called nothing."""
    if narrowed and limited:
        return _("Nothing that you may see matches this search or filter.")
    if narrowed:
        return _("Nothing matches this search or filter.")
    if limited:
        return _("Nothing here that you may see.")
    return str(nothing or _("Nothing here yet."))
