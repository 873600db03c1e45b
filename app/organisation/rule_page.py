"""The rule of a field in one place, as the administrator's page."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.core.fields.forms import StepForm, marked
from app.core.kind import asked, overrides
from app.core.kind.overrides import FieldRule
from app.core.pages import drafts
from app.core.process import versions
from app.core.process.answer import ANSWERED, answer_to
from app.core.process.refused import Invalid
from app.core.record import decisions
from app.core.rights.current import actor_for, current_rights
from app.core.rights.people import name_of
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.extensions import db

from . import rule_rows

THING = "FieldRule"


class FieldRulePage(Page):
    """字段规则."""

    route_base = "/field_rule"
    default_view = "show"
    class_permission_name = THING
    base_permissions = ["can_list", "can_edit"]

    @expose("/<thing>/<name>/<place>", methods=["GET"])
    @has_access
    @permission_name("list")
    def show(self, thing: str, name: str, place: str) -> Any:
        row, known = self._row(thing, name, place)
        return self._page(thing, row, rule_rows.form_of(known.asked[place])(data=rule_rows.facts(row)))

    @expose("/<thing>/<name>/<place>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self, thing: str, name: str, place: str) -> Any:
        row, known = self._row(thing, name, place)
        form, kept = rule_rows.form_of(known.asked[place]).of(request.form), row.id is not None
        try:
            if not (form.validate() and rule_rows.fits(form, known.asked[place])):
                raise Invalid(form.sentences())
            versions.unchanged(row if kept else None, versions.number(cleaning.sent("row_version", 10)))
            here = {"kind": row.kind, "asked_in": place, "field": name}
            if any(form.values().values()):
                rule_rows.saved(db.session, row if kept else None, {**here, **form.values()}, actor_for(THING))
            elif kept:
                rule_rows.removed(db.session, row, actor_for(THING))
            db.session.commit()
        except ANSWERED as error:
            db.session.rollback()
            problem = answer_to(error)
            form = marked(form, problem.fields) if problem.fields else form
            row, _known = self._row(thing, name, place)
            return self._page(thing, row, form, "" if problem.fields else problem.sentence), problem.status
        drafts.done()
        flash(_("Saved. It holds from everybody's next click on."), "success")
        return redirect(url_for("FieldPage.show", thing=thing, name=name))

    def _row(self, thing: str, name: str, place: str) -> tuple[FieldRule, asked.Field]:
        page = asked.thing_of(thing) or abort(404)
        known = asked.fields_of(page).get(name) or abort(404)
        if place not in known.asked or place == "edit":
            abort(404)
        code = overrides.CODES[page.thing]
        unruled = FieldRule(
            kind=code, asked_in=place, field=name, required=False, default="", help_zh="", help_en="", version=0
        )
        return rule_rows.found(db.session, code, place, name) or unruled, known

    def _page(self, thing: str, row: FieldRule, form: StepForm, refused: str = "") -> str:
        made: str = self.render_template(
            "portal/organisation/field_rule.html",
            title=rule_rows.named(f"{row.kind}/{row.asked_in}/{row.field}"),
            thing=thing,
            row=row,
            form=form,
            refused=refused,
            touches=rule_rows.touches(row),
            history=decisions.of(db.session, THING, f"{row.kind}/{row.asked_in}/{row.field}"),
            decided=decisions,
            name_of=name_of,
            may=current_rights().may("can_edit", THING),
        )
        return made
