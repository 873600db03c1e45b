"""What each step of a corrective action notice writes beside the state."""

from __future__ import annotations

from datetime import timedelta

from app.core import settings
from app.core.process.deeds import Deed
from app.core.time import clock, deadlines

from .codes import EFFECTIVE, C
from .models import Analysis, CorrectiveAction, EffectivenessCheck
from .rules import chosen
from .sheets import SHEETS

D = Deed[CorrectiveAction]


def issue(deed: D) -> None:
    """From here an own-quality complaint may be closed (2.6)."""
    for complaint in deed.record.complaints:
        deadlines.meet(deed.session, complaint, ("CAPA_ISSUE",), deed.at)


def keep_sheet(deed: D) -> None:
    """The way to the root cause, as the method's own sheet leads there; the other sheets are not looked at."""
    found = deed.added
    assert isinstance(found, Analysis)  # the step appends one
    name = SHEETS.get(found.method, "")
    found.steps = [row for row in deed.data.get(name) or [] if all(row.values())]  # others were only offered
    deed.note(**{name: [list(row.values())[-1] for row in found.steps] or None} if name else {})


def accept_plan(deed: D) -> None:
    """The clock of the work runs until the plan's latest date."""
    latest = max(item.due for item in deed.record.current_actions)
    deed.due["CAPA_DONE"] = (clock.midnight_after(latest), "")


def finish_action(deed: D) -> None:
    row = chosen(deed)
    assert row is not None  # the check has seen it
    row.done_at, row.evidence = deed.at, deed.data["evidence"]
    deed.note(finished=row.description, evidence=row.evidence)


def verify(deed: D) -> None:
    """有效性验证: effective ends it, anything else begins the next round."""
    record, check = deed.record, deed.added
    assert isinstance(check, EffectivenessCheck)  # the step appends one
    deed.comment = check.early_reason or ""
    if check.result == EFFECTIVE:
        days = settings.get(deed.session, "watch_days")
        record.watch_until = clock.local(deed.at).date() + timedelta(days=days)
    else:
        record.round += 1


def state_after_check(record: CorrectiveAction) -> C:
    return C.verified if record.checks and record.checks[-1].result == EFFECTIVE else C.analysing


def clock_after_check(record: CorrectiveAction) -> str | None:
    """Each further round has its own time for a plan."""
    return None if state_after_check(record) is C.verified else "CAPA_PLAN"


def close(deed: D) -> None:
    deed.set(closed_at=deed.at)


def recur(deed: D) -> None:
    """It happened again inside the watch window: the actions were not effective after all (2.6)."""
    record = deed.record
    record.round += 1
    record.recurrences += 1
    record.watch_until, record.closed_at = None, None
