"""自定义字段 by REST."""

from __future__ import annotations

from typing import Any

from flask import g

from app.core.fields.forms import StepForm
from app.core.kind import own_keeping
from app.core.kind.own_fields import CustomField
from app.core.kind.own_forms import CREATE
from app.core.kind.own_keeping import FIXED, PLAIN, SWITCHES
from app.core.pages.views import table
from app.core.process.refused import Invalid
from app.core.rest.answers import body
from app.core.rest.api import BaseApi
from app.core.text.wording import gettext as _
from app.extensions import db

from .own_fields_form import form_for, form_of


class CustomFieldApi(BaseApi):
    """Fields of the company's own: made, changed and retired by the administrator."""

    resource_name = "custom_field"
    datamodel = table(CustomField)
    class_permission_name = "CustomField"
    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    fields = ("id", *FIXED, *PLAIN, *SWITCHES, "version")
    filters = ("id", *FIXED, "label_zh", "label_en", "position", *SWITCHES)

    def asked(self, row: Any) -> type[StepForm]:
        if row is not None:
            return form_of(row.kind, row)
        kind = body().get("kind")
        if not isinstance(kind, str) or kind not in own_keeping.kinds():
            raise Invalid({"kind": [own_keeping.one_of_them()]})
        return form_of(kind)

    def form_at(self, place: str) -> type[StepForm] | None:
        """What may be asked of a field of any kind, for whoever reads before writing."""
        return form_for(own_keeping.kinds(), new=place == CREATE)

    def current(self, row: Any) -> dict[str, Any]:
        said = body()
        if wrong := [name for name in FIXED if name in said and said[name] != getattr(row, name)]:
            raise Invalid({name: [_("This never changes. Retire the field and make another one.")] for name in wrong})
        return {name: getattr(row, name) for name in (*PLAIN, *SWITCHES)}

    def create(self, values: dict[str, Any]) -> Any:
        return self._kept(None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return self._kept(row, values)

    def _kept(self, row: CustomField | None, values: dict[str, Any]) -> CustomField:
        g.touched = own_keeping.touched(db.session, row, values)
        return own_keeping.save(db.session, row, values, self.actor().user_id)

    def warnings(self, row: Any) -> list[str]:
        """What the change means for what is open."""
        found: list[str] = g.touched
        return found
