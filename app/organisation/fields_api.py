"""What fields are called, by REST."""

from __future__ import annotations

from typing import Any

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect

from app.core.kind.overrides import FieldRule, Label
from app.core.pages.views import table
from app.core.rest.answers import spoken
from app.core.rest.api import BaseApi
from app.core.rest.shapes import says
from app.extensions import db

from . import label_rows, rule_rows
from .label_rows import LabelForm
from .rule_rows import RuleForm


class LabelApi(BaseApi):
    """字段名称: the own word of a field; DELETE brings the program's word back."""

    resource_name = "label"
    datamodel = table(Label)
    class_permission_name = "Label"
    form = LabelForm
    filters = ("id", "thing", "field", "label_zh", "label_en")
    fields = (
        "id",
        "thing",
        "field",
        "label_zh",
        "label_en",
        ("original", says(dict[str, str], lambda row: label_rows.original(row.thing, row.field))),
        "version",
    )

    def current(self, row: Any) -> dict[str, Any]:
        return {name: getattr(row, name) for name in ("thing", "field", "label_zh", "label_en")}

    def create(self, values: dict[str, Any]) -> Any:
        return label_rows.saved(db.session, None, values, self.actor())

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return label_rows.saved(db.session, row, values, self.actor())

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("delete")
    def delete(self, pk: str) -> Any:
        """Back to the program's word
        ---
        delete:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "restored"}
        """
        label_rows.restored(db.session, self.row(pk), self.actor())
        db.session.commit()
        return jsonify(message="OK")


class FieldRuleApi(BaseApi):
    """字段规则: what is asked of a field in one place; DELETE leaves what the process asks."""

    resource_name = "field_rule"
    datamodel = table(FieldRule)
    class_permission_name = "FieldRule"
    form = RuleForm
    filters = ("id", "kind", "asked_in", "field", "required")
    fields = (
        "id",
        "kind",
        "asked_in",
        "field",
        "required",
        "default",
        "help_zh",
        "help_en",
        ("open", rule_rows.open_before),
        "version",
    )

    def current(self, row: Any) -> dict[str, Any]:
        return {"kind": row.kind, "asked_in": row.asked_in, "field": row.field, **rule_rows.facts(row)}

    def create(self, values: dict[str, Any]) -> Any:
        return rule_rows.saved(db.session, None, values, self.actor())

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return rule_rows.saved(db.session, row, values, self.actor())

    def warnings(self, row: Any) -> list[str]:
        said = rule_rows.touches(row)
        return [said] if said else []

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("delete")
    def delete(self, pk: str) -> Any:
        """What the process asks, and no more
        ---
        delete:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "gone"}
        """
        rule_rows.removed(db.session, self.row(pk), self.actor())
        db.session.commit()
        return jsonify(message="OK")
