"""自定义字段: the administrator's page of the company's own fields."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_appbuilder import expose, has_access

from app.core.fields.forms import StepForm
from app.core.kind import own_forms, own_keeping
from app.core.kind.own_fields import TYPES, CustomField
from app.core.kind.own_keeping import SWITCHES, WORDS
from app.core.pages.listing import Choice
from app.core.pages.show import tag
from app.core.pages.views import BaseView, Column, table
from app.core.process.refused import Refused
from app.core.record import decisions
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from .own_fields_form import form_of


def kind_word(row: CustomField) -> Any:
    return own_keeping.kinds()[row.kind].one


def asked_words(row: CustomField) -> str:
    """Where it is asked, in the words of the steps."""
    places = own_keeping.places(row.kind)
    return ", ".join(str(places.get(place, place)) for place in row.asked_in)


def state_cell(row: CustomField) -> Any:
    return tag(_("in force"), "ok") if row.active else tag(_("retired"), "mut")


class CustomFieldView(BaseView):
    """Fields of the company's own, on every kind."""

    route_base = "/custom_field"
    datamodel = table(CustomField)
    class_permission_name = "CustomField"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    exclude_route_methods = BaseView.exclude_route_methods | {"delete", "export"}
    form = StepForm  # which fields it has depends on the kind
    blocks = ("portal/organisation/_decided.html",)
    edit_template = add_template = "portal/organisation/own_field.html"
    list_title, show_title = _l("Custom fields"), _l("Custom field")
    add_title, edit_title = _l("New custom field"), _l("Change the custom field")
    empty_hint = _l("There is no field of the company's own yet.")
    default_order = ("kind", False)
    columns = {
        "label": Column(_l("Label"), str, order=CustomField.label_zh),
        "kind": Column(WORDS["kind"], kind_word, order=CustomField.kind),
        "type": Column(WORDS["type"], lambda row: TYPES[row.type]),
        "code": Column(WORDS["code"], "code", order=CustomField.code, css="num"),
        "asked_in": Column(WORDS["asked_in"], asked_words),
        "required": Column(WORDS["required"], "required"),
        "position": Column(WORDS["position"], "position", order=CustomField.position),
        "active": Column(_l("State"), state_cell),
    }
    choices = {
        "kind": Choice(
            WORDS["kind"],
            lambda: [(code, thing.one) for code, thing in own_keeping.kinds().items()],
            lambda code: CustomField.kind == code,
        )
    }

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        """First the kind: where a field can be asked depends on it."""
        kinds = own_keeping.kinds()
        if request.values.get("kind") in kinds:
            return super().add()
        refused = own_keeping.one_of_them() if request.method == "POST" else ""
        facts = {"view": self, "kinds": kinds, "title": self.add_title, "refused": refused}
        page = self.render_template("portal/organisation/own_field_kind.html", **facts)
        return (page, 422) if refused else page

    def asked(self, place: str) -> type[StepForm]:
        if place == own_forms.CREATE:
            return form_of(request.values.get("kind", ""))
        row = self.get_or_404((request.view_args or {})["pk"])
        return form_of(row.kind, row)

    def initial(self) -> Mapping[str, Any]:
        return {"position": "0", **dict.fromkeys(SWITCHES, "false"), **super().initial()}

    def as_form(self, row: Any) -> dict[str, Any]:
        return {field.name: getattr(row, field.name) for field in form_of(row.kind, row)()}

    def shown(self, row: Any) -> list[tuple[Any, Any]]:
        helps = [(WORDS[name], getattr(row, name)) for name in ("label_zh", "label_en", "help_zh", "help_en")]
        options = [f"{item['code']}: {item['label_zh']} / {item['label_en']}" for item in row.choices]
        switches = [(WORDS[name], getattr(row, name)) for name in ("in_list", "in_search", "on_paper")]
        return [*super().shown(row), *helps, (WORDS["choices"], options), *switches]

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        """Saved at once, or, where it touches what is open, when that was read."""
        told = " ".join(own_keeping.touched(db.session, row, values))
        if told and request.form.get("read") != told:
            raise Refused(told)
        return own_keeping.save(db.session, row, values, self.actor().user_id)

    def decided(self, row: CustomField) -> list[Any]:
        """Who changed what, newest first."""
        return decisions.of(db.session, own_keeping.THING, f"{row.kind}.{row.code}")
