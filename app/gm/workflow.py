"""4.4 as a table: told, read, reported, instructed, done."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import clock, deadlines, numbers
from app.core.fields import ChoiceField, DayField, LongTextField, RemoteSelectField, TextField, YesNoField
from app.core.forms import StepForm
from app.core.periods import last_day_of
from app.core.records import Record
from app.core.turns import role_turn
from app.core.workflow import Actor, Deed, Invalid, Stage, State, Transition, Turn, Workflow
from app.organisation.models import Department
from app.organisation.turns import MANAGERS, leads_department, manager_turn

from .models import KINDS, G, GmReport

OPEN = frozenset({G.open, G.reported, G.instructed})
D = Deed[GmReport]


class New(StepForm):
    """A matter somebody brings before the general manager by hand."""

    reason = ChoiceField(_l("Kind of matter"), choices=KINDS, required=True)
    subject = TextField(_l("Subject"), required=True, max_length=200)
    about = RemoteSelectField(_l("About the complaint"), lookup="complaint")
    at_once = YesNoField(
        _l("Can't wait"), description=_l("A customer's expectation else stands in the list of the week.")
    )


class Report(StepForm):
    summary = LongTextField(_l("What happened"), required=True)
    measures = LongTextField(_l("Measures"), required=True)


class Instruct(StepForm):
    text = LongTextField(_l("Instruction"), required=True)
    department = RemoteSelectField(_l("Department"), lookup="department", required=True)
    due = DayField(_l("Due"), not_past=True, description=_l("Left empty, the time of the deadline rule holds."))


class Outcome(StepForm):
    outcome = LongTextField(_l("Outcome"))


def role(code: str) -> Turn:
    return lambda session, record: role_turn(session, code)


def gm_until_read(session: Session, record: GmReport) -> list[str]:
    """4.4: the general manager has to read it, whosever turn it is."""
    return [] if record.read_at or record.is_weekly else [role_turn(session, "gm")]


def to_be_read(record: GmReport) -> str | None:
    """The list of the week is read when it comes."""
    return None if record.is_weekly else "GM_READ"


def report(deed: D) -> None:
    deed.set(summary=deed.data["summary"], measures=deed.data["measures"])
    deed.record.reported_at, deed.record.reported_by_id = deed.at, deed.actor.user_id


def read(deed: D) -> None:
    """已阅: the reminders stop."""
    if deed.record.read_at is None:
        deed.record.read_at, deed.record.read_by_id = deed.at, deed.actor.user_id


def not_yet_read(deed: D) -> str | None:
    return _("it is marked as read already.") if deed.record.read_at else None


def instruct(deed: D) -> None:
    """批示: a task for a department, with a date; who instructs has read."""
    read(deed)
    data = deed.data
    due = data.get("due") or last_day_of(deadlines.preview(deed.session, "GM_TASK", deed.at).due_at)
    deed.set(instruction=data["text"], department_id=data["department"], instruction_due=due)
    deed.record.department = deed.session.get_one(Department, data["department"])
    deed.record.instructed_at, deed.comment = deed.at, data["text"]
    if data.get("due"):
        deed.due["GM_TASK"] = (clock.midnight_after(due), "")


def may_close(record: GmReport, actor: Actor) -> bool:
    """The addressed department's manager, or the general manager."""
    return actor.may("instruct") or leads_department(record, actor)


def outcome_told(deed: D) -> str | None:
    """The department says what it did; the general manager need not."""
    if not deed.data.get("outcome") and not deed.actor.may("instruct"):
        raise Invalid({"outcome": [_("Please fill in “%(field)s”.", field=_("Outcome"))]})
    return None


def close_report(deed: D) -> None:
    deed.set(outcome=deed.data.get("outcome"))


GM_REPORT = Workflow[GmReport](
    "gm_report",
    thing="GmReport",
    title=_l("Reports to the General Manager"),
    initial=G.open,
    begins=(to_be_read, "GM_REPORT"),
    states={
        G.open: State(_l("Report to be written"), "warn", role("sales_manager"), gm_until_read),
        G.reported: State(_l("Before the General Manager"), "info", role("gm")),
        G.instructed: State(_l("Instruction being carried out"), "warn", manager_turn),
        G.closed: State(_l("Closed"), "ok", None),
    },
    stages=(
        Stage(_l("Report"), frozenset({G.open}), frozenset({"report"}), ("GM_REPORT",)),
        Stage(_l("General Manager"), frozenset({G.reported}), frozenset({"instruct", "file_away"}), ("GM_READ",)),
        Stage(_l("Instruction"), frozenset({G.instructed}), frozenset({"close_report"}), ("GM_TASK",)),
    ),
    tabs={
        "open": (_l("To be reported"), (G.open,)),
        "reported": (_l("Before the GM"), (G.reported,)),
        "instructed": (_l("Instructions"), (G.instructed,)),
        "closed": (_l("Closed matters"), (G.closed,)),
    },
    steps=[
        Transition(
            "report",
            _l("Report to the General Manager"),
            frozenset({G.open}),
            G.reported,
            ("sales_manager",),
            "4.4",
            form=Report,
            effect=report,
            meets=("GM_REPORT",),
            icon="fa-file-alt",
        ),
        Transition(
            "instruct",
            _l("Give an instruction"),
            frozenset({G.reported}),
            G.instructed,
            ("gm",),
            "4.4",
            form=Instruct,
            effect=instruct,
            starts=("GM_TASK",),
            meets=("GM_READ",),
            icon="fa-gavel",
        ),
        Transition(
            "close_report",
            _l("Report the outcome"),
            frozenset({G.instructed}),
            G.closed,
            (*MANAGERS, "gm"),
            "4.4",
            form=Outcome,
            whose=may_close,
            checks=(outcome_told,),
            effect=close_report,
            meets=("GM_TASK",),
            icon="fa-flag-checkered",
        ),
        Transition(
            "read",
            _l("Mark as read"),
            OPEN,
            None,
            ("gm",),
            "4.4",
            guards=(not_yet_read,),
            effect=read,
            meets=("GM_READ",),
            tone="side",
            icon="fa-eye",
        ),
        Transition(
            "file_away",
            _l("File without instruction"),
            frozenset({G.reported}),
            G.closed,
            ("gm",),
            "4.4",
            effect=read,
            meets=("GM_READ",),
            tone="side",
            icon="fa-archive",
        ),
    ],
)


def open_report(
    session: Session, reason: str, subject: str, actor: Actor, about: Record | None = None, at_once: bool = False
) -> GmReport:
    """Bring a matter before the general manager; one that is open for the same reason is not opened twice."""
    if about is not None:
        same = select(GmReport).where(
            GmReport.about_id == about.id, GmReport.reason == reason, GmReport.state != G.closed.value
        )
        if (known := session.scalars(same).first()) is not None:
            return known
    record = GmReport(reason=reason, title=subject[:200], about=about, at_once=at_once)
    record.customer_id = about and about.customer_id
    record.number = numbers.yearly(session, "ZD", clock.today())
    GM_REPORT.begin(session, record, actor, clause="4.4")
    return record


def create(session: Session, values: dict[str, Any], actor: Actor) -> GmReport:
    """A matter brought by hand."""
    about = session.get(Record, values["about"]) if values.get("about") else None
    return open_report(session, values["reason"], values["subject"], actor, about, bool(values.get("at_once")))
