"""Who is told beside, per step: the administrator's page."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import select

from app.core.fields.forms import StepForm, marked
from app.core.kind.registry import KINDS
from app.core.pages import drafts
from app.core.process import versions
from app.core.process.answer import ANSWERED, answer_to
from app.core.record import decisions
from app.core.rights.current import actor_for, current_rights
from app.core.text import cleaning
from app.core.text.wording import gettext as _
from app.extensions import db
from app.organisation import roles

from . import beside
from .beside import THING, BesideForm
from .models import ToldBeside


class ToldBesidePage(Page):
    """另行通知."""

    route_base = "/told_beside"
    default_view = "index"
    class_permission_name = THING
    base_permissions = ["can_list", "can_show", "can_edit"]

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        groups: dict[str, list[str]] = {}
        for kind, step in beside.steps():
            groups.setdefault(kind, []).append(step)
        rows = db.session.scalars(select(ToldBeside))
        return self.render_template(
            "portal/notifications/told_beside.html",
            title=_("Who is told beside"),
            groups=groups,
            kinds=KINDS,
            words=beside.step_words,
            names=roles.choices(),
            told={(row.kind, row.step): row for row in rows},
            followers=beside.followers_hear,
        )

    @expose("/<kind>/<step>", methods=["GET"])
    @has_access
    @permission_name("show")
    def one(self, kind: str, step: str) -> Any:
        known(kind, step)
        return self._page(kind, step, BesideForm(data=beside.in_force(db.session, kind, step).facts))

    @expose("/<kind>/<step>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def change(self, kind: str, step: str) -> Any:
        known(kind, step)
        form, by_id = BesideForm.of(request.form), actor_for(THING).user_id
        seen = versions.number(cleaning.sent("row_version", 10))
        try:
            if request.form.get("act") == "restore":
                beside.restore(db.session, kind, step, by_id)
            else:
                beside.save(db.session, kind, step, form, by_id, seen)
            db.session.commit()
        except ANSWERED as error:
            db.session.rollback()
            problem = answer_to(error)
            form = marked(form, problem.fields) if problem.fields else form
            return self._page(kind, step, form, "" if problem.fields else problem.sentence), problem.status
        drafts.done()
        flash(_("It holds from the next step on."), "success")
        return redirect(url_for("ToldBesidePage.index"))

    def _page(self, kind: str, step: str, form: StepForm, refused: str = "") -> str:
        page: str = self.render_template(
            "portal/notifications/told_beside_step.html",
            title=beside.words_of(kind, step),
            kind=kind,
            step=step,
            form=form,
            refused=refused,
            row=beside.row_of(db.session, kind, step),
            history=decisions.of(db.session, THING, f"{kind}/{step}"),
            may=current_rights().may("can_edit", THING),
        )
        return page


def known(kind: str, step: str) -> None:
    if (kind, step) not in beside.steps():
        abort(404)
