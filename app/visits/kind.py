"""The technician's phone."""

from __future__ import annotations

from app.core.kind.things import Page
from app.core.rights.verbs import LIST
from app.core.text.wording import lazy_gettext as _l

from .api import VisitApi
from .page import PhonePage

DECLARED = (
    Page(
        thing="Visit", label=_l("My visits"), view=PhonePage, api=VisitApi, menu="complaints", icon="fa-mobile-alt",
        rights=dict.fromkeys(("technician", "inspector"), LIST),
    ),
)
