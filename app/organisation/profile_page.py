"""Everybody's own page: who the portal takes one for, one's language, one's absence, and a new password."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose
from flask_appbuilder.security.sqla.models import User
from flask_login import current_user, login_required
from sqlalchemy import select
from werkzeug.security import check_password_hash
from wtforms.widgets import PasswordInput

from app.core.fields.field_base import blame
from app.core.fields.fields import TextField
from app.core.fields.forms import StepForm
from app.core.process.turns import Function
from app.core.rights.current import current_rights
from app.core.rights.people import in_locale
from app.core.text.wording import gettext as _
from app.core.text.wording import lazy_gettext as _l
from app.extensions import db

from .forms import PasswordField
from .models import EmployeeProfile


class SecretField(TextField):
    """A password as it is; never shown again."""

    widget = PasswordInput(hide_value=True)

    def clean(self, raw: Any, text: str) -> Any:
        super().clean(raw, text)
        return raw


class NewPassword(StepForm):
    """One's own password: the present one, and the new one twice."""

    present = SecretField(_l("Present password"), required=True)
    password = PasswordField(_l("New password"), required=True)
    again = SecretField(_l("New password once more"), required=True)

    def validate(self, *args: Any, **kw: Any) -> bool:
        fine = bool(super().validate(*args, **kw))
        user = db.session.get(User, current_user.id)
        if user is None or (self.present.data and not check_password_hash(user.password, self.present.data)):
            return blame(self.present, _("This is not your present password."))
        if self.password.data and self.again.data != self.password.data:
            return blame(self.again, _("The two new passwords differ."))
        return fine


class ProfilePage(Page):
    """个人资料."""

    route_base = "/profile"
    default_view = "index"
    class_permission_name = "Dashboard"
    base_permissions: Any = []

    @expose("/")
    @login_required
    def index(self) -> Any:
        return self._page(NewPassword())

    @expose("/password", methods=["POST"])
    @login_required
    def password(self) -> Any:
        form = NewPassword.of(request.form)
        if not form.validate():
            return self._page(form), 422
        self.appbuilder.sm.reset_password(current_user.id, form.values()["password"])
        flash(_("Your password was changed. Every other session of yours has ended."), "success")
        return redirect(url_for("ProfilePage.index"))

    def _page(self, form: StepForm) -> str:
        rights = current_rights()
        held = db.session.scalars(select(Function).where(Function.role_id.in_(rights.role_ids)))
        page: str = self.render_template(
            "portal/organisation/profile.html",
            title=_("Profile"),
            form=form,
            profile=db.session.get(EmployeeProfile, rights.user_id),
            me=rights,
            functions=[in_locale(function.name_zh, function.name_en) for function in held],
        )
        return page
