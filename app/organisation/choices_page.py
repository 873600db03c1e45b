"""The choice lists by page and REST: called, placed, retired and added to as the company wants."""

from __future__ import annotations

from typing import Any, TypedDict

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import ngettext
from sqlalchemy.orm import Query

from app.core.fields.forms import StepForm
from app.core.kind.choices import LISTS
from app.core.kind.overrides import ChoiceRow
from app.core.pages.listing import Choice
from app.core.pages.show import tag
from app.core.pages.views import BaseView, Column, table
from app.core.record import decisions
from app.core.rest.answers import spoken
from app.core.rest.api import BaseApi
from app.core.rights.people import name_of
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from . import choice_rows
from .choice_rows import LABELS, ChoiceForm


def word(row: ChoiceRow) -> Any:
    """What a value is called now."""
    return LISTS[row.list].get(row.code, row.code) if row.list in LISTS else row.code


def in_use(row: ChoiceRow) -> str:
    """How many open records would keep a value that is retired."""
    n = choice_rows.open_with(row)
    return ngettext("%(num)s open record has it.", "%(num)s open records have it.", n) if n else ""


class ChoiceView(BaseView):
    """选项表."""

    route_base = "/choice"
    datamodel = table(ChoiceRow)
    class_permission_name = "Choice"
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    exclude_route_methods = BaseView.exclude_route_methods | {"delete"}
    form = ChoiceForm
    blocks = ("portal/organisation/_choice_changes.html",)
    list_title, show_title = _l("Choice lists"), _l("Value of a choice list")
    add_title, edit_title = _l("New value"), _l("Change the value")
    search_hint = _l("Code or own word")
    searched = (ChoiceRow.code, ChoiceRow.label_zh, ChoiceRow.label_en)
    default_order = ("place", False)
    columns = {
        "name": Column(_l("Word"), word),
        "list": Column(_l("Choice list"), lambda row: LABELS.get(row.list, row.list)),
        "place": Column(_l("Place in the list"), "position", order=ChoiceRow.position),
        "active": Column(
            _l("State"),
            lambda row: tag(_("in use"), "ok") if row.active else tag(_("retired"), "mut"),
            plain=lambda row: _("in use") if row.active else _("retired"),
        ),
        "rule": Column(_l("Named by a rule"), lambda row: choice_rows.rule(row) or ""),
    }
    choices = {"list": Choice(_l("Choice list"), lambda: list(LABELS.items()), lambda code: ChoiceRow.list == code)}

    def narrowed(self, query: Query[Any], apart: bool) -> Query[Any]:
        """The lists of this program; what an older one left stays unseen."""
        return super().narrowed(query, apart).filter(ChoiceRow.list.in_(LISTS))

    def headed(self, row: Any) -> str:
        return f"{LISTS[row.list].label} · {word(row)}" if row.list in LISTS else str(row)

    def shown(self, row: Any) -> Any:
        return [*super().shown(row), (_("Code"), row.code), (_("Open records"), choice_rows.open_with(row))]

    def decided(self, row: ChoiceRow) -> dict[str, Any]:
        """Who changed what of a value, and when."""
        history = decisions.of(db.session, "Choice", f"{row.list}/{row.code}")
        return {"history": history, "decided": decisions, "name_of": name_of}

    def as_form(self, row: Any) -> dict[str, Any]:
        return {"list": row.list, "code": row.code, **choice_rows.facts(row)}

    def saved_words(self, row: Any) -> str:
        return _("“%(name)s” was saved.", name=word(row))

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        return choice_rows.saved(db.session, row, values, self.actor())

    def _form_page(self, form: StepForm, row: Any, refused: str = "") -> str:
        """Before a value is retired it is said how many open records have it."""
        if row is not None and (said := in_use(row)):
            form["active"].description = f"{form['active'].description} {said}"
        return super()._form_page(form, row, refused)


class OpenRecords(TypedDict):
    """How many open records have a value."""

    open: int


class ChoiceApi(BaseApi):
    """选项: one row a value."""

    resource_name = "choice"
    datamodel = table(ChoiceRow)
    class_permission_name = "Choice"
    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit"]
    form = ChoiceForm
    replies = {**BaseApi.replies, "preview": OpenRecords}
    filters = ("id", "list", "code", "position", "active")
    fields = (
        "id",
        "list",
        "code",
        ("label_zh", lambda row: choice_rows.label(row, "zh")),
        ("label_en", lambda row: choice_rows.label(row, "en")),
        "position",
        "active",
        ("rule", choice_rows.rule),
        "version",
    )

    def scoped(self) -> Query[Any]:
        return super().scoped().filter(ChoiceRow.list.in_(LISTS))

    def current(self, row: Any) -> dict[str, Any]:
        return {"list": row.list, "code": row.code, **choice_rows.facts(row)}

    def create(self, values: dict[str, Any]) -> Any:
        return choice_rows.saved(db.session, None, values, self.actor())

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        return choice_rows.saved(db.session, row, values, self.actor())

    def warnings(self, row: Any) -> list[str]:
        said = "" if row.active else in_use(row)
        return [said] if said else []

    @expose("/<pk>/preview", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def preview(self, pk: str) -> Any:
        """What a change would touch, before it is saved
        ---
        post:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "open: how many open records have the value"}
        """
        return jsonify(open=choice_rows.open_with(self.row(pk)))
