"""The complaint line: complaints, their parts, and what is asked and scanned beside them."""

from __future__ import annotations

from app.core.kind.kinds import Kind
from app.core.kind.part_things import PartThing
from app.core.kind.things import Page, Thing
from app.core.record.signatures import Confirmation, Signed
from app.core.rest.shapes import says
from app.core.rights.verbs import ALL, COMMENT, CONTACT, EXPORT, LIST, WRITE
from app.core.text.wording import lazy_gettext as _l
from app.organisation.functions import READ

from . import api, asks, consultation_kind, handing, intake, lookups, major, printing, searching, telling, zones
from .cards import CARDS
from .clocks import DEADLINES
from .customer_acts import CUSTOMER_PAGE
from .forms import Intake
from .models import Assignment, Complaint
from .opinions import Disposition
from .scope import visible
from .services import SiteService
from .slips import SlipPage
from .switches import FILES, SETTINGS
from .views import COLUMNS, MAJOR_ONLY, ComplaintPages
from .workflow import COMPLAINT

KIND = Kind(
    thing="Complaint", model=Complaint, workflow=COMPLAINT, clause="2.1", menu="complaints", icon="fa-comments",
    number="TS-{YYYY}{MM}{DD}-{N:03d}", label=_l("Customer complaints"), one=_l("Complaint"), new=_l("New complaint"),
    visible=visible, find=searching.COMPLAINTS, search_hint=_l("Number, customer, contact, product, text or phone"),
    add_columns=asks.INTAKE, form=Intake, create=intake.create,
    edit_columns=asks.CORRECTION, editable=intake.editable,
    list_columns=COLUMNS, show_fieldsets=CARDS, chips={"major": MAJOR_ONLY}, pages=ComplaintPages,
    loads=(Complaint.customer, Complaint.site_region, Complaint.assignments, Complaint.payments, Complaint.quotes),
    told=api.TOLD, untold=api.UNTOLD,
    customer_page=CUSTOMER_PAGE,
    signs=Signed(lambda work: work.signed_text, lambda record: record.services, lambda record: record.service),
    deadlines=DEADLINES, tell=telling.TELL, quiet=telling.QUIET, tell_customer=telling.CUSTOMER,
    settings=SETTINGS, files=FILES, scripts=("intake.js",), papers=printing.PAPERS,
    beside={
        "freeze": _l("Signed record frozen as PDF"),
        "absorb": _l("Another complaint was merged into this one"),
        "unattended": _l("Who makes the visit"),
        "acknowledge": _l("Receipt printed for the customer"),
    },
    to_customer=telling.visit, in_mails=telling.in_mails, mails_read=telling.MAILS_READ,
    urgent=lambda record: record.is_major,
    verbs={
        "see_assigned": _l("see those one is or was assigned to"),
        "see_own_customers": _l("see those of own customers"),
        "see_charged": _l("see those with a charge"),
        "see_responsible": _l("see those the own department is responsible for"),
        "void_any": _l("void also other people's slips"),
        "read_major_mail": _l("be mailed at once about major complaints (4.4)"),
    },
    rights={
        "reception": (*LIST, *ALL, *WRITE, *COMMENT, *CONTACT),
        "qc": (*LIST, *ALL, "can_edit", *COMMENT, *CONTACT),
        "qc_manager": (*EXPORT, "void_any", "read_major_mail"),
        "technician": (*LIST, "see_assigned", *COMMENT),
        "inspector": (*LIST, "see_assigned", *COMMENT),
        "sales": (*LIST, "see_own_customers"),
        "sales_manager": (*ALL, *EXPORT, *CONTACT, "read_major_mail"),
        "department_manager": (*LIST, "see_responsible"),
        "finance": (*LIST, "see_charged"),
        "leader": (*LIST, *ALL, *COMMENT, *CONTACT, "read_major_mail"),
        "gm": (*LIST, *ALL, *COMMENT, *EXPORT, *CONTACT, "read_major_mail"),
        "auditor": (*LIST, *ALL, *EXPORT, *CONTACT),
        "admin": (*LIST, *ALL, *CONTACT),
    },
)
PARTS = (
    PartThing(
        thing="Disposition", model=Disposition, of=Disposition.complaint_id, area="complaint_parts", rights=READ,
        label=_l("Disposition"), one=_l("Disposition"),
    ),
    PartThing(
        thing="Assignment", model=Assignment, of=Assignment.complaint_id, area="complaint_parts", rights=READ,
        label=_l("Assignment"), one=_l("Assignment"), loads=(Assignment.technician, Assignment.co_workers),
        told={
            "technician": says(str, lambda row: row.technician.username),
            "co_workers": says(list[str], lambda row: [worker.user.username for worker in row.co_workers]),
        },
        untold=("by_id", "technician_id", "agreed_evidence", "end_reason"),
    ),
    PartThing(
        thing="SiteService", model=SiteService, of=SiteService.complaint_id, area="complaint_parts", rights=READ,
        label=_l("Implementation record"), one=_l("Implementation record"),
        told={"assignment_id": says(int | None, lambda row: row.assignment_id)}, untold=("by_id",),
    ),
    Thing(
        thing="Confirmation", model=Confirmation, api=api.ConfirmationApi, area="complaint_parts", rights=READ,
        label=_l("Customer confirmation"), one=_l("Customer confirmation"),
    ),
)
SLIPS = Page(
    thing="ReturnSlip", label=_l("Return slips"), view=SlipPage, menu="complaints", icon="fa-qrcode",
    rights=dict.fromkeys(("reception", "qc"), ("menu_access",)),
)

DECLARED = (KIND, SLIPS, consultation_kind.KIND, *PARTS)
WORKS = (handing, lookups, major, zones)
