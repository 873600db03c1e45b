"""The settings page: every declared switch of the business, grouped, typed and checked."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name

from app.core.company import company, put_logo
from app.core.fields.forms import StepForm
from app.core.pages import drafts
from app.core.process.refused import Invalid
from app.core.record import decisions
from app.core.rights.current import actor_for, current_rights
from app.core.settings import DECLARED
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from .settings_form import form_class, in_force, save, save_logo, upcoming


def stamp_of(values: dict[str, Any]) -> str:
    """What the page was loaded with, so that two administrators never overwrite each other."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


class SettingView(Page):
    """参数: what the company decides, without a programmer."""

    route_base = "/settings"
    default_view = "list"
    class_permission_name = "Setting"
    base_permissions = ["can_list", "can_edit"]

    @expose("/")
    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self._page(form_class()(data=in_force(db.session)))

    @expose("/save", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> Any:
        form = form_class().of(request.form)
        if not form.validate():
            return self._page(form), 422
        if request.form.get("act") == "preview":
            return self._page(form, seen=request.form.get("seen", ""))
        if request.form.get("seen") != stamp_of(in_force(db.session)):
            return self._page(
                form,
                _(
                    "Somebody else changed the settings meanwhile. What you typed is still here: "
                    "check it and save again."
                ),
            ), 409
        changed, moved = save(db.session, form, actor_for("Setting"))
        db.session.commit()
        drafts.done()
        flash(_("%(n)s settings were changed.", n=len(changed)) if changed else _("Nothing was changed."), "success")
        if moved:
            flash(_("%(n)s running deadlines moved; the old end stays in each history.", n=moved), "info")
        return redirect(url_for("SettingView.list"))

    @expose("/logo", methods=["POST"])
    @has_access
    @permission_name("edit")
    def logo(self) -> Any:
        """Another logo from a file, or none."""
        try:
            if request.form.get("act") == "remove":
                put_logo(db.session, b"", actor_for("Setting").user_id)
            else:
                save_logo(db.session, request.files.get("file"), actor_for("Setting"))
            db.session.commit()
            flash(_("The logo was changed."), "success")
        except Invalid as wrong:
            db.session.rollback()
            flash(wrong.sentence, "danger")
        return redirect(url_for("SettingView.list"))

    def _page(self, form: StepForm, refused: str = "", seen: str = "") -> str:
        groups: dict[str, list[Any]] = {}
        for key, item in DECLARED.items():
            if key in form:
                groups.setdefault(str(item.group), []).append(form[key])
        page: str = self.render_template(
            "portal/organisation/settings.html",
            title=_l("Settings"),
            groups=groups,
            may=current_rights().may("can_edit", "Setting"),
            refused=refused,
            seen=seen or stamp_of(in_force(db.session)),
            upcoming=upcoming(db.session, form),
            company=company(db.session),
            history=decisions.of(db.session, "Setting"),
        )
        return page
