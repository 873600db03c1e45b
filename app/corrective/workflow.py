"""2.6 and 《改进控制》 as a table: from the draft of a notice to its effect, in as many rounds as it takes."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core import clock, numbers
from app.core.turns import role_turn
from app.core.workflow import Actor, Stage, State, Transition, Turn, Workflow
from app.organisation.turns import MANAGERS

from . import forms, rules, steps
from .codes import C
from .heads import title_of
from .models import CorrectiveAction
from .people import further_owners, in_or_leads, leads_department, manager_turn, owns_an_action, whose_action

QC, QC_MANAGER = ("qc",), ("qc_manager",)
PEOPLE = (*MANAGERS, "technician", "inspector", "reception", "qc", "sales")


def role(code: str) -> Turn:
    return lambda session, record: role_turn(session, code)


STATES = {
    C.draft: State(_l("Draft"), "warn", role("qc")),
    C.issued: State(_l("Issued"), "info", manager_turn),
    C.disputed: State(_l("Disputed"), "warn", role("qc_manager")),
    C.analysing: State(_l("Cause being analysed"), "info", manager_turn),
    C.planned: State(_l("Plan to be reviewed"), "warn", role("qc")),
    C.implementing: State(_l("Being carried out"), "info", whose_action, further_owners),
    C.done: State(_l("To be verified"), "warn", role("qc")),
    C.verified: State(_l("Verified as effective"), "info", role("qc_manager")),
    C.closed: State(_l("Closed"), "ok", None),
    C.void: State(_l("Void"), "mut", None),
}

STAGES = (
    Stage(_l("Draft"), frozenset({C.draft}), frozenset({"issue"})),
    Stage(_l("Issued to the department"), frozenset({C.issued, C.disputed}), frozenset({"acknowledge"}), ("CAPA_ACK",)),
    Stage(_l("Cause and plan"), frozenset({C.analysing, C.planned}), frozenset({"accept_plan"}), ("CAPA_PLAN", "CAPA_ACCEPT")),
    Stage(_l("Carrying out"), frozenset({C.implementing}), frozenset({"finish"}), ("CAPA_DONE",)),
    Stage(_l("Effectiveness verification"), frozenset({C.done}), frozenset({"verify"}), ("CAPA_VERIFY",)),
    Stage(_l("Closure"), frozenset({C.verified}), frozenset({"close"})),
)

TABS = {
    "draft": (_l("Drafts"), (C.draft,)),
    "department": (_l("At the department"), (C.issued, C.analysing, C.implementing)),
    "qc": (_l("At QC"), (C.disputed, C.planned, C.done, C.verified)),
    "closed": (_l("Closed notices"), (C.closed, C.void)),
}

CORRECTIVE = Workflow[CorrectiveAction](
    "corrective_action", thing="CorrectiveAction", title=_l("Corrective actions"), initial=C.draft, states=STATES,
    stages=STAGES, tabs=TABS,
    steps=[
        Transition("issue", _l("Issue the notice"), frozenset({C.draft}), C.issued, QC_MANAGER, "2.6",
                   guards=(rules.drafted_by_another,), effect=steps.issue, starts=("CAPA_ACK",), icon="fa-paper-plane"),
        Transition("acknowledge", _l("Acknowledge the notice"), frozenset({C.issued}), C.analysing, MANAGERS, "2.6",
                   whose=leads_department, starts=("CAPA_PLAN",), meets=("CAPA_ACK",), icon="fa-check"),
        Transition("object", _l("Object"), frozenset({C.issued}), C.disputed, MANAGERS, "2.6", form=forms.Reason,
                   whose=leads_department, starts=("CAPA_OBJECTION",), meets=("CAPA_ACK",), tone="side",
                   icon="fa-hand-paper"),
        Transition("uphold", _l("Uphold the notice"), frozenset({C.disputed}), C.issued, QC_MANAGER, "2.6",
                   form=forms.Reason, starts=("CAPA_ACK",), meets=("CAPA_OBJECTION",), icon="fa-gavel"),
        Transition("reassign_department", _l("Pass to another department"), frozenset({C.disputed}), C.issued, QC_MANAGER,
                   "2.6", form=forms.OtherDepartment, effect=steps.reassign_department, starts=("CAPA_ACK",),
                   meets=("CAPA_OBJECTION",), tone="side", icon="fa-exchange-alt"),
        Transition("analyse", _l("Analyse the cause"), frozenset({C.analysing}), None, PEOPLE, "2.6", form=forms.Analyse,
                   whose=in_or_leads, effect=steps.analyse, tone="side", icon="fa-search"),
        Transition("plan", _l("Submit the plan"), frozenset({C.analysing}), C.planned, MANAGERS, "2.6", form=forms.Plan,
                   whose=leads_department, guards=(rules.cause_known,), checks=(rules.plan_corrects,), effect=steps.plan,
                   starts=("CAPA_ACCEPT",), meets=("CAPA_PLAN",), icon="fa-tasks"),
        Transition("accept_plan", _l("Accept the plan"), frozenset({C.planned}), C.implementing, QC, "2.6",
                   effect=steps.accept_plan, starts=(lambda record: "CAPA_DONE",), meets=("CAPA_ACCEPT",), icon="fa-check"),
        Transition("reject_plan", _l("Reject the plan"), frozenset({C.planned}), C.analysing, QC, "2.6", form=forms.Reason,
                   starts=("CAPA_PLAN",), meets=("CAPA_ACCEPT",), tone="side", icon="fa-undo"),
        Transition("finish_action", _l("Finish an action"), frozenset({C.implementing}), None, PEOPLE, "2.6",
                   form=forms.FinishAction, whose=owns_an_action, checks=(rules.own_open_action,),
                   effect=steps.finish_action, icon="fa-clipboard-check"),
        Transition("finish", _l("Report completion"), frozenset({C.implementing}), C.done, MANAGERS, "2.6",
                   whose=leads_department, guards=(rules.every_action_proven,), effect=steps.finish,
                   starts=("CAPA_VERIFY",), meets=("CAPA_DONE",), icon="fa-flag-checkered"),
        Transition("verify", _l("Verify the effect"), frozenset({C.done}), steps.state_after_check, QC, "2.6",
                   form=forms.Verify, guards=(rules.verified_by_another,), checks=(rules.not_before_the_date,),
                   effect=steps.verify, starts=(steps.clock_after_check,), meets=("CAPA_VERIFY",), icon="fa-microscope"),
        Transition("close", _l("Close the notice"), frozenset({C.verified}), C.closed, QC_MANAGER, "2.6", effect=steps.close,
                   icon="fa-archive"),
        Transition("recur", _l("Recurrence"), frozenset({C.verified, C.closed}), C.analysing, (), "2.6",
                   form=forms.Reason, effect=steps.recur, starts=("CAPA_PLAN",), tone="side", icon="fa-redo"),
        Transition("void", _l("Void"), frozenset({C.draft, C.issued, C.disputed}), C.void, QC_MANAGER, "2.6",
                   form=forms.Reason, tone="danger", icon="fa-ban"),
    ],
)


def create(session: Session, values: dict[str, Any], actor: Actor) -> CorrectiveAction:
    """A draft of a notice, numbered JZ-YYYY-NNN; what it watches comes from its complaints."""
    from app.complaints.models import Complaint

    found = [session.get(Complaint, number) for number in values.get("complaints") or []]
    complaints = [complaint for complaint in found if complaint]
    first = complaints[0] if complaints else None
    record = CorrectiveAction(
        problem=values["problem"],
        requirement=values.get("requirement"),
        due_on=values.get("due"),
        source=values.get("source") or ("complaint" if complaints else "other"),
        department_id=values["responsible_department"],
        drafted_by_id=actor.user_id,
        title=title_of(values["problem"]),
        product_id=values.get("product") or (first and first.product_id),
        failure_mode_id=values.get("failure_mode") or (first and first.failure_mode_id),
        customer_id=first and first.customer_id,
    )
    record.number = numbers.yearly(session, "JZ", clock.today())
    record.complaints = complaints
    CORRECTIVE.begin(session, record, actor, dict(values), clause="2.6")
    return record
