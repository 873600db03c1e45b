"""The deadline rules by REST: read, changed in a new version, tried before."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from sqlalchemy.orm import Query

from app.core.pages.views import table
from app.core.process.refused import Invalid
from app.core.rest.api import BaseApi, body, plain, spoken
from app.core.text.wording import gettext as _
from app.core.time.deadline_rules import KEPT, DeadlineRule
from app.extensions import db

from . import rules
from .forms import DeadlineRuleForm

LATER = ("leader", "gm")  # the manager hears of it at once


MovedDeadline = TypedDict("MovedDeadline", {"number": str, "from": datetime, "to": datetime})


class Previewed(TypedDict):
    """The running deadlines of a rule, and those that would move."""

    open: int
    moved: list[MovedDeadline]


class DeadlineRuleApi(BaseApi):
    """时限规则."""

    resource_name = "deadline_rule"
    datamodel = table(DeadlineRule)
    class_permission_name = "DeadlineRule"
    writes = frozenset({"put"})
    base_permissions = ["can_list", "can_show", "can_edit"]
    form = DeadlineRuleForm
    replies = {**BaseApi.replies, "preview": Previewed}
    takes = {"preview": "DeadlineRule.edit"}
    filters = ("id", "code", "clause", "unit", "quantity", "reaches", "version", "active")
    fields = (
        "id",
        "code",
        "version",
        "active",
        "name_zh",
        "name_en",
        "clause",
        "quantity",
        ("unit", lambda row: row.unit.value),
        "roll",
        "warn_at",
        "warn_minutes_before",
        "reaches",
        "escalate_after",
        "changed_at",
    )

    def scoped(self) -> Query[Any]:
        """What is in force; older versions stay with the deadlines they started."""
        return super().scoped().filter(DeadlineRule.active.is_(True))

    def row(self, pk: Any) -> Any:
        """By its id or by its code."""
        found = self.scoped().filter(DeadlineRule.code == str(pk)).one_or_none()
        return found or super().row(pk)

    def current(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in KEPT if name != "clause"} | {"unit": row.unit.value}

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return rules.change(db.session, row, values, self.actor())[0]

    def _values(self, data: Mapping[str, Any], row: Any) -> dict[str, Any]:
        return super()._values(flat(data), row)

    @expose("/<pk>/preview", methods=["POST"])
    @protect()
    @spoken
    @permission_name("edit")
    def preview(self, pk: str) -> Any:
        """What a change would move
        ---
        post:
          description: The change as for PUT; nothing is saved.
          parameters:
          - {in: path, name: pk, required: true, schema: {type: string}, description: "code or id"}
          responses:
            200: {description: "open: running deadlines of the rule, moved: number, from, to of each that would move"}
            422: {description: "wrong fields"}
        """
        row = self.row(pk)
        values = self._values({"reason": "-", **self.current(row), **body()}, row)
        found = rules.preview(db.session, row, values)
        moved = [{"number": move.record.number, "from": plain(move.old), "to": plain(move.new)} for move in found.moved]
        return jsonify(open=found.open, moved=moved)


def flat(data: Mapping[str, Any]) -> dict[str, Any]:
    """`escalate_after: {leader, gm}` as the fields of the form. Raises Invalid."""
    values = dict(data)
    after = values.pop("escalate_after", None)
    if after is None:
        return values
    if not isinstance(after, dict) or set(after) - {"manager", *LATER} or after.get("manager", 0) != 0:
        raise Invalid({"escalate_after": [_("Send the days for leader and gm; the manager hears of it at once.")]})
    return values | {f"{level}_after": after[level] for level in LATER if level in after}
