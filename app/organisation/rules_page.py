"""The deadline rules: a change makes a new version and is applied to what is still running."""

from __future__ import annotations

from typing import Any

from flask import flash, request
from sqlalchemy import select
from sqlalchemy.orm import Query

from app.core.pages.show import tag
from app.core.pages.views import BaseView, Column, table
from app.core.record import decisions
from app.core.text.wording import get_locale
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.core.time.deadline_rules import ESCALATION, DeadlineRule
from app.core.time.periods import Unit
from app.extensions import db

from . import rules
from .codes import REACHES, UNITS
from .forms import DeadlineRuleForm

FACTS = ("name_zh", "name_en", "quantity", "unit", "roll", "warn_at", "warn_minutes_before", *ESCALATION)


def amount(rule: DeadlineRule) -> str:
    """“3 calendar days”, “the same day”."""
    words = str(UNITS[rule.unit.value])
    return words if rule.unit in (Unit.same_day, Unit.fixed) else f"{rule.quantity} {words}"


def warning(rule: DeadlineRule) -> str:
    """When those whose turn it is are warned."""
    if rule.warn_at:
        return str(_("on the last day at %(time)s", time=rule.warn_at))
    if minutes := rule.warn_minutes_before:
        if minutes % 1440 == 0:
            return str(_("%(n)s days before", n=minutes // 1440))
        return str(_("%(n)s minutes before", n=minutes))
    return str(_("before the end of the last day, or the day before"))


def escalation(rule: DeadlineRule) -> str:
    """Whom a missed deadline reaches, and when."""
    days = {level: after for level, after in rule.escalate_after.items() if after}
    later = [_("%(who)s after %(n)s days", who=REACHES[level], n=after) for level, after in days.items()]
    return str(_("; ")).join([str(REACHES["manager"]), *later])


class DeadlineRuleView(BaseView):
    """时限规则: the promises of the regulation, versioned."""

    route_base = "/deadline_rule"
    datamodel = table(DeadlineRule)
    class_permission_name = "DeadlineRule"
    base_permissions = ["can_list", "can_show", "can_edit", "can_export"]
    exclude_route_methods = BaseView.exclude_route_methods | {"add", "delete"}
    form = DeadlineRuleForm
    blocks = ("portal/organisation/_versions.html", "portal/organisation/_decided.html")
    edit_template = "portal/organisation/rule_form.html"
    list_title, show_title = _l("Deadline rules"), _l("Deadline rule")
    add_title, edit_title = _l("Deadline rules"), _l("Change the deadline rule")
    search_hint = _l("Name of the deadline")
    searched = (DeadlineRule.code, DeadlineRule.name_zh, DeadlineRule.name_en)
    default_order = ("clause", False)
    columns = {
        "name": Column(_l("Deadline"), lambda row: row.name(str(get_locale() or "zh"))),
        "clause": Column(_l("Clause"), "clause", order=DeadlineRule.clause),
        "amount": Column(_l("How long"), amount),
        "roll": Column(_l("Rolled forward to a working day"), "roll"),
        "warning": Column(_l("Warning"), warning),
        "escalation": Column(_l("Escalation"), escalation),
        "version": Column(_l("Version"), "version"),
    }

    def headed(self, row: DeadlineRule) -> str:
        return str(row.name(str(get_locale() or "zh")))

    def narrowed(self, query: Query[Any], apart: bool) -> Query[Any]:
        """The list tells what is in force; older versions stay reachable for the deadlines they started."""
        return super().narrowed(query, apart).filter(DeadlineRule.active.is_(True))

    def shown(self, row: Any) -> Any:
        state = tag(_("in force"), "ok") if row.active else tag(_("replaced"), "mut")
        return [*super().shown(row), (_("State"), state), (_("Changed at"), row.changed_at)]

    def versions(self, row: DeadlineRule) -> list[DeadlineRule]:
        """Every version of the rule, newest first."""
        query = select(DeadlineRule).where(DeadlineRule.code == row.code).order_by(DeadlineRule.version.desc())
        return list(db.session.scalars(query))

    def decided(self, row: DeadlineRule) -> list[Any]:
        return decisions.of(db.session, rules.THING, row.code)

    def amount(self, row: DeadlineRule) -> str:
        return amount(row)

    def as_form(self, row: Any) -> dict[str, Any]:
        return {**{name: getattr(row, name) for name in FACTS}, "unit": row.unit.value, "reason": None}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        """A new version, and the running deadlines computed again by it."""
        new, moved = rules.change(db.session, row, values, self.actor())
        if moved:
            flash(_("%(n)s running deadlines moved; the old end stays in each history.", n=moved), "info")
        return new

    def _save(self, row: Any) -> Any:
        """The button says whether it is saved or only shown; what would move is shown before it moves."""
        form = self.form.of(request.form)
        form.bind(row)
        if not form.validate():
            return self._form_page(form, row), 422
        preview = rules.preview(db.session, row, form.values())
        if request.form.get("act") == "preview":
            return self._previewed(row, form, preview)
        if row.active and preview.seal and preview.seal != request.form.get("read"):
            words = {"open": preview.open, "moved": len(preview.moved)}
            told = _("%(open)s deadlines run by this rule, %(moved)s would move.", **words)
            return self._previewed(row, form, preview, f"{told} {_('Save again to go on.')}"), 409
        return super()._save(row)

    def _previewed(self, row: Any, form: Any, preview: rules.Preview, refused: str = "") -> Any:
        facts = {"form": form, "row": row, "preview": preview, "refused": refused, "title": self.edit_title}
        return self.render_template(self.edit_template, view=self, **facts)
