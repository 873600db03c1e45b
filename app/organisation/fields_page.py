"""Words and rules of fields: per thing, what each field is called and where it is asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.core.fields.fields import TextField
from app.core.fields.forms import StepForm, marked
from app.core.kind import asked, overrides
from app.core.kind.registry import things
from app.core.kind.things import Thing
from app.core.pages import drafts
from app.core.process import versions
from app.core.process.answer import ANSWERED, answer_to
from app.core.process.refused import Invalid
from app.core.record import decisions
from app.core.rights.current import actor_for, current_rights
from app.core.rights.people import name_of
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from . import label_rows, rule_rows
from .rule_rows import place_word

THING = "Label"


class NameForm(StepForm):
    """What a field is called."""

    label_zh = TextField(_l("Name (Chinese)"), max_length=60)
    label_en = TextField(_l("Name (English)"), max_length=60)


def tabs() -> Iterator[Thing[Any]]:
    """The things that are asked about."""
    return (page for page in things() if any(True for _form in asked.forms_of(page)))


class FieldPage(Page):
    """字段名称与规则."""

    route_base = "/field"
    default_view = "index"
    class_permission_name = THING
    base_permissions = ["can_list", "can_edit"]

    @expose("/")
    @expose("/<thing>/")
    @has_access
    @permission_name("list")
    def index(self, thing: str = "") -> Any:
        page = self._thing(thing) if thing else next(tabs())
        return self.render_template(
            "portal/organisation/fields.html",
            title=_("Words and rules of fields"),
            tabs=list(tabs()),
            page=page,
            fields=asked.fields_of(page).values(),
            place_word=place_word,
        )

    @expose("/<thing>/<name>", methods=["GET"])
    @has_access
    @permission_name("list")
    def show(self, thing: str, name: str) -> Any:
        page = self._field(thing, name)
        return self._page(page, name, NameForm(data=label_rows.in_force(page.thing, name)))

    @expose("/<thing>/<name>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self, thing: str, name: str) -> Any:
        page, form = self._field(thing, name), NameForm.of(request.form)
        row = label_rows.found(db.session, page.thing, name)
        try:
            if not form.validate():
                raise Invalid(form.sentences())
            versions.unchanged(row, versions.number(cleaning.sent("row_version", 10)))
            label_rows.named(db.session, page.thing, name, form.values(), actor_for(THING))
            db.session.commit()
        except ANSWERED as error:
            db.session.rollback()
            problem = answer_to(error)
            form = marked(form, problem.fields) if problem.fields else form
            return self._page(page, name, form, "" if problem.fields else problem.sentence), problem.status
        drafts.done()
        flash(_("Saved. It holds from everybody's next click on."), "success")
        return redirect(url_for("FieldPage.index", thing=page.thing))

    @expose("/<thing>/<name>/restore", methods=["POST"])
    @has_access
    @permission_name("edit")
    def restore(self, thing: str, name: str) -> Any:
        page = self._field(thing, name)
        if (row := label_rows.found(db.session, page.thing, name)) is not None:
            label_rows.restored(db.session, row, actor_for(THING))
            db.session.commit()
        drafts.done()
        flash(_("The original words hold again."), "success")
        return redirect(url_for("FieldPage.show", thing=page.thing, name=name))

    def _thing(self, code: str) -> Thing[Any]:
        return next((page for page in tabs() if page.thing == code), None) or abort(404)

    def _field(self, thing: str, name: str) -> Thing[Any]:
        page = self._thing(thing)
        return page if name in asked.fields_of(page) else abort(404)

    def _page(self, page: Thing[Any], name: str, form: StepForm, refused: str = "") -> str:
        known = asked.fields_of(page)[name]
        row = label_rows.found(db.session, page.thing, name)
        made: str = self.render_template(
            "portal/organisation/field.html",
            title=f"{page.one} · {known.label}",
            page=page,
            field=known,
            places=[(place, place_word(page, place)) for place in known.asked if place != "edit"],
            begun=rule_rows.begun(db.session, overrides.CODES[page.thing], name),
            form=form,
            refused=refused,
            row=row,
            original=label_rows.original(page.thing, name),
            history=decisions.of(db.session, THING, f"{page.thing}/{name}"),
            decided=decisions,
            name_of=name_of,
            may=current_rights().may("can_edit", THING),
        )
        return made
