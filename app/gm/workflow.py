"""4.4 as a table: told, read, reported, instructed, done."""

from __future__ import annotations

from app.core.kind.asks import may, need
from app.core.kind.steps import step
from app.core.process.deeds import Deed
from app.core.process.refused import Invalid
from app.core.process.whose_turn import ByRight
from app.core.process.workflow import Stage, State, Workflow
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time import clock, deadlines
from app.core.time.periods import last_day_of
from app.organisation.turns import MANAGERS, leads_department, named_manager

from .models import G, GmReport
from .telling import told_at

OPEN, GM = (G.open, G.reported, G.instructed), ("gm",)
R = GmReport
D = Deed[GmReport]


def unread(record: GmReport) -> bool:
    """4.4: the general manager has to read it, whosever turn it is."""
    return not (record.read_at or record.is_weekly)


def to_be_read(record: GmReport) -> str | None:
    """The list of the week is read when it comes."""
    return None if record.is_weekly else "GM_READ"


def read(deed: D) -> None:
    """已阅: the reminders stop."""
    if deed.record.read_at is None:
        deed.record.read_at, deed.record.read_by_id = deed.at, deed.actor.user_id


def not_yet_read(deed: D) -> str | None:
    return _("This matter is marked as read already.") if deed.record.read_at else None


def instruct(deed: D) -> None:
    """批示: a task for a department, with a date; who instructs has read."""
    read(deed)
    given = deed.data.get("due")
    if given:
        deed.due["GM_TASK"] = (clock.midnight_after(given), "")
    else:
        deed.set(instruction_due=last_day_of(deadlines.preview(deed.session, "GM_TASK", deed.at).due_at))
    deed.comment = deed.data["text"]


def may_close(record: GmReport, actor: Actor) -> bool:
    """The addressed department's manager, or the general manager."""
    return actor.may("instruct") or leads_department(record, actor)


def outcome_told(deed: D) -> str | None:
    """The department says what it did; the general manager need not."""
    if not deed.data.get("outcome") and not deed.actor.may("instruct"):
        raise Invalid({"outcome": [_("Please fill in “%(field)s”.", field=_("Outcome"))]})
    return None


GM_REPORT = Workflow[GmReport](
    "gm_report",
    thing="GmReport",
    title=_l("Reports to the General Manager"),
    initial=G.open,
    begins=(to_be_read, "GM_REPORT"),
    since={"GM_READ": told_at},
    states={
        G.open: State(_l("Report to be written"), "warn", ByRight("report"), (ByRight("read", when=unread),)),
        G.reported: State(_l("Before the General Manager"), "info", ByRight("instruct")),
        G.instructed: State(_l("Instruction being carried out"), "warn", ByRight("close_report", named_manager)),
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
        step("report", _l("Report to the General Manager"), G.open, G.reported, ("sales_manager",), "4.4",
             asks=(need(R.summary), need(R.measures)), stamps="reported", meets=("GM_REPORT",), icon="fa-file-alt"),
        step("instruct", _l("Give an instruction"), G.reported, G.instructed, GM, "4.4",
             asks=(need(R.instruction, "text"), need(R.department_id), may(R.instruction_due, "due", not_past=True)),
             stamps="instructed", effect=instruct, starts=("GM_TASK",), meets=("GM_READ",), icon="fa-gavel"),
        step("close_report", _l("Report the outcome"), G.instructed, G.closed, (*MANAGERS, *GM), "4.4",
             asks=(may(R.outcome),), whose=may_close, checks=(outcome_told,), meets=("GM_TASK",),
             icon="fa-flag-checkered"),
        step("read", _l("Mark as read"), OPEN, None, GM, "4.4",
             guards=(not_yet_read,), effect=read, meets=("GM_READ",), tone="side", icon="fa-eye", fades=True),
        step("file_away", _l("File without instruction"), G.reported, G.closed, GM, "4.4",
             effect=read, meets=("GM_READ",), tone="side", icon="fa-archive"),
    ],
)
