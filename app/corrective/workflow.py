"""2.6 as a table: QC drafts the notice, another person issues it to the responsible department."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.core import clock, deadlines, numbers
from app.core.fields import DayField, LongTextField, RemoteSelectField
from app.core.forms import StepForm
from app.core.turns import role_turn, user_turn
from app.core.workflow import Actor, Deed, Stage, State, Transition, Workflow

from .models import C, CorrectiveAction


class Notice(StepForm):
    """The head of 纠正措施通知单."""

    complaints = RemoteSelectField(_l("Complaints"), lookup="complaint", multiple=True)
    responsible_department = RemoteSelectField(_l("Responsible department"), lookup="department", required=True)
    problem = LongTextField(_l("Nonconformity"), required=True)
    requirement = LongTextField(_l("Requirement"))
    due = DayField(_l("Due"))


class Reason(StepForm):
    reason = LongTextField(_l("Reason"), required=True)


def manager(session: Session, record: CorrectiveAction) -> str:
    """The manager of the responsible department, else whoever holds the function there."""
    department = record.responsible_department
    if department.manager_id:
        return user_turn(department.manager_id)
    return role_turn(session, "department_manager", department.id)


def drafted_by_another(deed: Deed[CorrectiveAction]) -> str | None:
    if deed.record.drafted_by_id == deed.actor.user_id:
        return _("the draft must be issued by another person than its author.")
    return None


def issue(deed: Deed[CorrectiveAction]) -> None:
    """From here an own-quality complaint may be closed (2.6)."""
    deed.record.issued_at, deed.record.issued_by_id = deed.at, deed.actor.user_id
    for complaint in deed.record.complaints:
        deadlines.meet(deed.session, complaint, ("CAPA_ISSUE",), deed.at)
        deadlines.refresh(deed.session, complaint)


CORRECTIVE = Workflow[CorrectiveAction](
    "corrective_action",
    thing="CorrectiveAction",
    title=_l("Corrective actions"),
    initial=C.draft,
    states={
        C.draft: State(_l("Draft"), "warn", lambda session, record: role_turn(session, "qc_manager")),
        C.issued: State(_l("Issued"), "info", manager),
        C.void: State(_l("Void"), "mut", None),
    },
    stages=(
        Stage(_l("Draft"), frozenset({C.draft}), frozenset({"issue"})),
        Stage(_l("Issued to the department"), frozenset({C.issued}), frozenset(), ("CAPA_ACK",)),
    ),
    tabs={"draft": (_l("Drafts"), (C.draft,)), "issued": (_l("Issued"), (C.issued,)), "void": (_l("Void"), (C.void,))},
    steps=[
        Transition(
            "issue",
            _l("Issue the notice"),
            frozenset({C.draft}),
            C.issued,
            ("qc_manager",),
            "2.6",
            guards=(drafted_by_another,),
            effect=issue,
            icon="fa-paper-plane",
        ),
        Transition(
            "void",
            _l("Void"),
            frozenset({C.draft, C.issued}),
            C.void,
            ("qc_manager",),
            "2.6",
            form=Reason,
            tone="danger",
            icon="fa-ban",
        ),
    ],
)


def create(session: Session, values: dict[str, object], actor: Actor) -> CorrectiveAction:
    """A draft of a notice, numbered JZ-YYYY-NNN."""
    from app.complaints.models import Complaint

    found = [session.get(Complaint, number) for number in values.get("complaints") or []]  # type: ignore[attr-defined]
    record = CorrectiveAction(
        problem=str(values["problem"]),
        requirement=values.get("requirement"),
        due_on=values.get("due"),
        department_id=values["responsible_department"],
        drafted_by_id=actor.user_id,
        title=str(values["problem"]).split("\n")[0][:200],
    )
    record.number = numbers.yearly(session, "JZ", clock.today())
    record.complaints = [complaint for complaint in found if complaint]
    record.customer_id = record.complaints[0].customer_id if record.complaints else None
    CORRECTIVE.begin(session, record, actor, dict(values))
    return record
