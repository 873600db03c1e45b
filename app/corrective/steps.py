"""What each step of a corrective action notice writes beside the state."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from app.core import clock, deadlines, settings
from app.core.names import full_name
from app.core.workflow import Deed
from app.organisation.people import find_login

from .codes import EFFECTIVE, C
from .models import Action, Analysis, CorrectiveAction, EffectivenessCheck
from .rules import chosen
from .sheets import SHEETS

D = Deed[CorrectiveAction]


def _part(deed: D) -> dict[str, Any]:
    return {"round": deed.record.round, "at": deed.at, "by_id": deed.actor.user_id}


def issue(deed: D) -> None:
    """From here an own-quality complaint may be closed (2.6)."""
    deed.record.issued_at, deed.record.issued_by_id = deed.at, deed.actor.user_id
    for complaint in deed.record.complaints:
        deadlines.meet(deed.session, complaint, ("CAPA_ISSUE",), deed.at)


def reassign_department(deed: D) -> None:
    deed.set(department_id=deed.data["responsible_department"])
    deed.session.expire(deed.record, ["responsible_department"])


def analyse(deed: D) -> None:
    """原因分析: an earlier one of the round stays in the file."""
    values = {name: deed.data.get(name) for name in ("method", "root_cause", "escape_cause")}
    name = SHEETS.get(values["method"] or "", "")
    steps = [row for row in deed.data.get(name) or [] if all(row.values())]  # an empty branch was only offered
    deed.record.analyses.append(Analysis(**_part(deed), **values, steps=steps))
    deed.note(**values, **({name: [list(row.values())[-1] for row in steps] or None} if name else {}))


def plan(deed: D) -> None:
    """A plan that was rejected before is replaced by the new one."""
    for old in deed.record.current_actions:
        deed.record.actions.remove(old)
        deed.session.delete(old)
    told = []
    for row in deed.data["actions"]:
        person = find_login(deed.session, row["owner"])
        assert person is not None  # the check has seen it
        facts = {name: row[name] for name in ("type", "description", "due")}
        deed.record.actions.append(Action(**_part(deed), **facts, owner_id=person.user_id))
        told.append(f"{row['description']} ({full_name(person.user)}, {row['due']})")
    deed.note(actions=told)


def accept_plan(deed: D) -> None:
    """The clock of the work runs until the plan's latest date."""
    latest = max(item.due for item in deed.record.current_actions)
    deed.due["CAPA_DONE"] = (clock.midnight_after(latest), "")


def finish_action(deed: D) -> None:
    row = chosen(deed)
    assert row is not None  # the check has seen it
    row.done_at, row.evidence = deed.at, deed.data["evidence"]
    deed.note(finished=row.description, evidence=row.evidence)


def finish(deed: D) -> None:
    deed.record.finished_at = deed.at


def verify(deed: D) -> None:
    """有效性验证: effective ends it, anything else begins the next round."""
    record = deed.record
    values = {name: deed.data.get(name) for name in ("result", "method", "sample", "early_reason")}
    record.checks.append(EffectivenessCheck(**_part(deed), **values))
    deed.note(**values)
    deed.comment = deed.data.get("early_reason") or ""
    if values["result"] == EFFECTIVE:
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
