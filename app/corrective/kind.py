"""Corrective action notices: from the draft to the proof that it helped (2.6)."""

from __future__ import annotations

from sqlalchemy import ColumnElement, false, or_, select, true

from app.core.kind.kinds import Fieldset, Kind
from app.core.kind.part_cards import PartCard
from app.core.rights.rights import Rights
from app.core.rights.verbs import ALL, COMMENT, EXPORT, LIST, WRITE
from app.core.settings import Declared
from app.core.text.wording import lazy_gettext as _l
from app.organisation.told import department

from . import cards, handing, heads, printing, telling, watch
from .clocks import DEADLINES
from .codes import C
from .models import Action, Analysis, CorrectiveAction, EffectivenessCheck
from .opening import create
from .pages import NoticePages
from .workflow import CORRECTIVE

N, A, K = CorrectiveAction, Analysis, EffectivenessCheck


def visible(rights: Rights) -> ColumnElement[bool]:
    """The notices this person's rights reach."""
    if not rights.sees_line("mf"):
        return false()
    if rights.may("see_all", "CorrectiveAction"):
        return true()
    reach: list[ColumnElement[bool]] = []
    if rights.may("see_own_department", "CorrectiveAction"):
        mine = N.department_id.in_(rights.department_ids) | N.owner.in_(rights.owner_keys)
        reach.append(mine & (N.state != C.draft))
    if rights.may("see_own", "CorrectiveAction"):
        reach.append(N.id.in_(select(Action.notice_id).where(Action.owner_id.in_(rights.stands_for))))
    return or_(false(), *reach)


WATCH_DAYS = Declared(
    "watch_days", 180, _l("Recurrences are watched after the closure for (days)"), kind="int",
    group=_l("Corrective action"),
    help=_l("A later complaint of the same product and failure mode reopens the notice."),
)
KIND = Kind(
    thing="CorrectiveAction", model=N, workflow=CORRECTIVE, clause="2.6", prefix="JZ", menu="complaints",
    area="corrective", icon="fa-check-square", label=_l("Corrective actions"), one=_l("Corrective action"),
    new=_l("New corrective action notice"), search_hint=_l("Number or problem"), order=("id", True),
    visible=visible, create=create, pages=NoticePages, loads=(N.department,),
    parts=(N.analyses, N.actions, N.checks), settings=(WATCH_DAYS,), papers=printing.PAPERS, deadlines=DEADLINES,
    tell=telling.TELL, quiet=telling.QUIET, tell_of_deadlines=telling.BOTH,
    add_columns=heads.HEAD, edit_columns=heads.HEAD, editable=heads.editable, correct=heads.corrected,
    list_columns=("number", N.department_id, "title", "state", "turn", "due_at", "changed_at"),
    show_fieldsets=(
        Fieldset("notice", _l("Notice"), (
            N.department_id, N.source, N.complaints, N.problem, N.requirement, N.due_on, N.product_id,
            N.failure_mode_id,
            (_l("Round"), lambda row: row.round if row.round > 1 else None),
            (_l("Recurrences"), lambda row: row.recurrences or None), N.watch_until,
        ), editable=True),
        Fieldset("issued", _l("Issue"), (N.drafted_by_id, N.issued_by_id, N.issued_at)),
        PartCard("analysis", _l("Cause analysis"), N.analyses,
                 ((cards.method, cards.sheet), A.root_cause, A.escape_cause), head=cards.analysed),
        PartCard("actions", _l("Actions"), N.actions, head=cards.action),
        PartCard("checks", _l("Effectiveness verification"), N.checks, (K.method, K.sample, K.early_reason),
                 head=cards.checked),
    ),
    told={"responsible_department": department},
    rights={
        "qc": (*LIST, *ALL, *WRITE, *COMMENT),
        "qc_manager": EXPORT,
        "reception": (*LIST, *ALL),
        "technician": (*LIST, "see_own", "can_attach"),
        "inspector": (*LIST, "see_own", "can_attach"),
        "sales": (*LIST, *ALL),
        "marketing_manager": (*LIST, "see_own_department", *COMMENT),
        "department_manager": (*LIST, "see_own_department", *COMMENT),
        "leader": (*LIST, *ALL),
        "gm": (*LIST, *ALL, *EXPORT),
        "auditor": (*LIST, *ALL, *EXPORT),
        "admin": (*LIST, *ALL),
    },
)

DECLARED = (KIND,)
WORKS = (handing, watch)
