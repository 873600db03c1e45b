"""What is read across all kinds: the workbench, the search, the history."""

from __future__ import annotations

from app.core.kind.things import Page
from app.core.rights.verbs import EXPORT, LIST
from app.core.text.wording import lazy_gettext as _l
from app.organisation.functions import READ

from . import tallied
from .api import HistoryApi
from .dashboard import WorkPage
from .search import SearchPage

WORKS = (tallied,)
DECLARED = (
    Page(
        thing="History", label=_l("History"), api=HistoryApi, area="administration",
        rights={**READ, "auditor": (*LIST, *EXPORT)},
    ),
    Page(thing="Dashboard", label=_l("Workbench"), view=WorkPage, area="administration"),
    Page(thing="Dashboard", label=_l("Search"), view=SearchPage, area="administration"),
)
