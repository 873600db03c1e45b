"""Whether the regulation was kept, and what it says."""

from __future__ import annotations

from app.core.kind.things import Page
from app.core.rights.verbs import EXPORT
from app.core.settings import Declared
from app.core.text.wording import lazy_gettext as _l
from app.organisation.functions import FUNCTIONS

from . import tallied
from .views import ComplianceApi, CompliancePage, RegulationPage

GOOD = Declared(
    "compliance_good", "95.0", _l("Compliance considered good from (percent)"), kind="decimal",
    group=_l("Compliance"), help=_l("A share below it is shown in red."),
)

WORKS = (tallied,)
DECLARED = (
    Page(
        thing="Compliance", label=_l("Compliance"), view=CompliancePage, api=ComplianceApi, menu="reports",
        icon="fa-balance-scale", settings=(GOOD,),
        rights={
            **dict.fromkeys(("qc_manager", "leader"), ("can_list",)),
            **dict.fromkeys(("gm", "auditor"), ("can_list", *EXPORT)),
        },
    ),
    Page(
        thing="Regulation", label=_l("Regulation"), view=RegulationPage, menu="reports", icon="fa-book",
        rights=dict.fromkeys(FUNCTIONS, ("menu_access",)),
    ),
)
