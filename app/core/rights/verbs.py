"""The plain rights on a thing: their words, and the bundles in which a domain grants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..text.wording import lazy_gettext as _l

if TYPE_CHECKING:
    from ..types import Text

Verbs = Mapping[str, tuple[str, ...]]  # function → rights; the row scopes are rights too: see_* say which rows

LIST = ("can_list", "can_show")
WRITE = ("can_add", "can_edit")
EXPORT = ("can_export",)
ALL = ("see_all",)
COMMENT = ("can_comment", "can_attach")
CONTACT = ("see_contact",)

WORDS: dict[str, Text] = {
    "menu_access": _l("have it in the menu"),
    "can_list": _l("see the list"),
    "can_show": _l("open one"),
    "can_add": _l("create"),
    "can_edit": _l("change"),
    "can_delete": _l("delete"),
    "can_export": _l("export to Excel and CSV"),
    "can_comment": _l("write comments"),
    "can_attach": _l("attach files"),
    "can_get": _l("read"),
    "see_all": _l("see all of the business line"),
    "see_own": _l("see one's own"),
    "see_own_department": _l("see those of the own department"),
    "see_contact": _l("see phone numbers and e-mail addresses in full"),
}
