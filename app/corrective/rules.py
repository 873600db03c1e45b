"""The conditions of 2.6 and 《改进控制》: each returns the sentence it refuses with, or None."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _

from app.core import clock
from app.core.deadline_rules import current_rule
from app.core.periods import Period, end_of
from app.core.workdays import load_calendar
from app.core.workflow import Deed, Invalid
from app.organisation.people import find_login

from .models import Action, CorrectiveAction

D = Deed[CorrectiveAction]


def drafted_by_another(deed: D) -> str | None:
    if deed.record.drafted_by_id == deed.actor.user_id:
        return _("the draft must be issued by another person than its author.")
    return None


def cause_known(deed: D) -> str | None:
    if deed.record.analysis is None:
        return _("2.6: analyse the root cause first.")
    return None


def plan_corrects(deed: D) -> str | None:
    """A plan that only repairs is none: at least one action removes the cause."""
    if not any(row["type"] == "corrective" for row in deed.data["actions"]):
        return _("2.6: the plan needs at least one corrective action that removes the cause.")
    for number, row in enumerate(deed.data["actions"], 1):
        person = find_login(deed.session, row["owner"])
        if person is None or not person.active:
            raise Invalid({"actions": [_("Row %(n)s: choose an active colleague as owner.", n=number)]})
        if row["due"] < clock.local(deed.at).date():
            raise Invalid({"actions": [_("Row %(n)s: the due date is over.", n=number)]})
    return None


def own_open_action(deed: D) -> str | None:
    """Who finishes an action owns it, or stands in for the owner."""
    row = chosen(deed)
    if row is None or row.owner_id not in deed.actor.stands_for:
        raise Invalid({"action": [_("Choose one of your own unfinished actions.")]})
    return None


def chosen(deed: D) -> Action | None:
    """The action a step is about."""
    return next((item for item in deed.record.open_actions if item.id == deed.data["action"]), None)


def every_action_proven(deed: D) -> str | None:
    if waiting := deed.record.open_actions:
        missing = "; ".join(item.description[:40] for item in waiting)
        return _("2.6: no evidence yet for: %(actions)s.", actions=missing)
    return None


def verified_by_another(deed: D) -> str | None:
    """验证人≠执行人: neither an owner, nor whoever stood in for one, nor somebody of the department verifies."""
    record, me = deed.record, deed.actor.user_id
    acted = (line.actor_id for line in record.history if line.step in ("finish_action", "finish"))
    if any(item.owner_id == me for item in record.actions) or me in acted:
        return _("2.6: who carried out an action can't verify it. Ask a colleague.")
    if record.department_id in deed.actor.departments or record.responsible_department.manager_id == me:
        return _("2.6: the responsible department can't verify its own actions.")
    return None


def not_before_the_date(deed: D) -> str | None:
    """有效性 shows after a while; who looks earlier says why."""
    rule = current_rule(deed.session, "CAPA_VERIFY")
    finished = deed.record.finished_at
    if finished is None or (deed.data.get("early_reason") or "").strip():
        return None
    end = end_of(finished, Period(rule.quantity, rule.unit, rule.roll), load_calendar(deed.session))
    if deed.at < end.due_at - timedelta(days=1):
        day = clock.local(end.due_at - timedelta(seconds=1)).date()
        raise Invalid({"early_reason": [_("Verification is planned for %(day)s: give the reason for now.", day=day)]})
    return None
