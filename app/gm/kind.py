"""重大事项报告: the kind, and the one screen with everything major (4.4)."""

from __future__ import annotations

from app.core.kind.asks import may, need
from app.core.kind.kinds import Fieldset, Kind
from app.core.kind.tells import stamped
from app.core.kind.things import Page
from app.core.pages.record_list import own_deadline_column
from app.core.pages.show import tag
from app.core.pages.views import Column
from app.core.rest.shapes import says
from app.core.rights.people import name_of
from app.core.rights.verbs import ALL, COMMENT, EXPORT, LIST
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time.when import stamp

from . import mails, occasions, told
from .clocks import DEADLINES
from .major_page import MajorPage
from .models import GmReport
from .opening import create
from .reading_api import ReadingApi
from .scope import visible
from .workflow import GM_REPORT

R = GmReport

KIND = Kind(
    thing="GmReport", model=R, workflow=GM_REPORT, clause="4.4", prefix="ZD", menu="complaints", area="gm",
    icon="fa-gavel",
    label=_l("Reports and instructions"), one=_l("Report to the General Manager"),
    new=_l("New matter for the General Manager"),
    empty_hint=_l("Nothing has been brought before the General Manager yet."),
    visible=visible, create=create, rest=ReadingApi, loads=(R.about, R.department, R.deadlines),
    add_columns=(
        need(R.reason), need(R.title, "subject"), may(R.about_id, label=_l("About the complaint")), may(R.at_once),
    ),
    list_columns=(
        "number", R.reason, "title", "state",
        ("read", Column(_l("Read"), lambda row: stamp(row.read_at) or tag(_("unread"), "warn"))), "turn",
        ("due_at", own_deadline_column(GM_REPORT, R)),
    ),
    show_fieldsets=(
        Fieldset("matter", _l("Matter"), (
            R.reason, R.title, R.about_id,
            (_l("Opened by"), lambda row: name_of(row.created_by_id) or _("System")),
            (_l("Read by"), lambda row: stamped(row, "read")),
        )),
        Fieldset("report", _l("Report"), (
            R.summary, R.measures, (_l("Reported by"), lambda row: stamped(row, "reported")),
        )),
        Fieldset("instruction", _l("Instruction of the General Manager"),
                 (R.instruction, R.department_id, R.instruction_due, R.outcome)),
    ),
    deadlines=DEADLINES, tell=told.TELL, quiet=told.QUIET, tell_long_overdue=(told.urgent_to_the_gm,),
    beside={"unread": _l("Reading taken back")},
    told={
        "about": says(str | None, lambda row: row.about and row.about.number),
        "department": says(str | None, lambda row: row.department and row.department.code),
    },
    verbs={"see_own_instructions": _l("see the instructions to the own department")},
    rights={
        "reception": (*LIST, "see_own"),
        "reception_lead": ("see_own_instructions",),
        "qc": (*LIST, "see_own"),
        "qc_manager": (*ALL, "see_own_instructions"),
        "sales": (*LIST, "can_add", "see_own"),
        "sales_manager": (*ALL, *COMMENT),
        "marketing": (*LIST, "can_add", "see_own"),
        "marketing_manager": ("see_own_instructions",),
        "department_manager": (*LIST, "see_own_instructions", *COMMENT),
        "leader": (*LIST, *ALL),
        "gm": (*LIST, *ALL, *COMMENT, *EXPORT),
        "auditor": (*LIST, *ALL, *EXPORT),
    },
)
MAJOR = Page(thing="GmReport", label=_l("Major matters"), view=MajorPage, menu="complaints", area="gm", icon="fa-star")

DECLARED = (MAJOR, KIND)
WORKS = (occasions, mails)  # what comes before the general manager by itself, and what its mails say
