"""会同意见: what the departments are asked, and what they answer; each sees its own (2.1)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, true

from app.core.kind.kinds import Fieldset, Kind
from app.core.process.told import function, told
from app.core.rights.rights import Rights
from app.core.rights.verbs import ALL, COMMENT, EXPORT, LIST
from app.core.text.wording import lazy_gettext as _l
from app.core.time.deadline_rules import WORKDAY, Default
from app.organisation.told import department
from app.organisation.turns import department_manager

from .consultation import CONSULTATION, Consultation

R = Consultation


def visible(rights: Rights) -> ColumnElement[bool]:
    """All of them for QC and those above; a department's own for its people."""
    if not rights.sees_line("mf"):
        return false()
    if rights.may("see_all", "Consultation"):
        return true()
    if rights.may("see_own_department", "Consultation"):
        return Consultation.department_id.in_(rights.department_ids) | Consultation.owner.in_(rights.owner_keys)
    return false()


KIND = Kind[Consultation](
    thing="Consultation", model=R, workflow=CONSULTATION, clause="2.1", menu="complaints", icon="fa-users",
    label=_l("Consultations"), one=_l("Consultation"), empty_hint=_l("No department has been asked yet."),
    visible=visible, loads=(R.department,),
    list_columns=("number", R.department_id, "title", "state", "turn", "due_at"),
    show_fieldsets=(
        Fieldset("asked", _l("Question"), (
            R.complaint_id,
            (_l("Product"), lambda row: row.complaint.product),
            (_l("Description"), lambda row: row.complaint.description),
            R.department_id, R.question, R.reply_by,
        )),
        Fieldset("opinion", _l("Opinion"), (R.opinion, R.answered_by_id, R.answered_at)),
    ),
    deadlines=(Default("CONSULT", "会同意见", "Consulted department's opinion", 1, WORKDAY),),
    tell={"answer": (told(function("qc")),), "cancel": (told(department_manager),)},
    told={"department": department},
    rights={
        "qc": (*LIST, *ALL, *COMMENT),
        "qc_manager": EXPORT,
        "reception": (*LIST, *ALL),
        "sales_manager": (*LIST, "see_own_department", *COMMENT),
        "marketing_manager": (*LIST, "see_own_department", *COMMENT),
        "department_manager": (*LIST, "see_own_department", *COMMENT),
        "leader": (*LIST, *ALL),
        "gm": (*LIST, *ALL, *EXPORT),
        "auditor": (*LIST, *ALL, *EXPORT),
        "admin": (*LIST, *ALL),
    },
)
