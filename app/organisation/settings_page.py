"""The settings page: every declared switch of the business, grouped, typed and checked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import BaseView as Page
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core import settings
from app.core.fields import (
    ChoiceField,
    MoneyField,
    RemoteSelectField,
    TextField,
    WholeNumberField,
    YesNoField,
)
from app.core.forms import StepForm
from app.core.recompute import recompute_open
from app.core.security import actor_for, current_rights
from app.core.settings import DECLARED, Declared
from app.extensions import db

from .forms import TimeField, blame
from .regions import ZONE_CHANGED

ARRIVAL = ("same_day_roll", "business_hours_end")  # what running deadlines were computed with


def field_of(item: Declared) -> Any:
    """The input for a setting, by its kind."""
    facts: dict[str, Any] = {"description": item.help, "required": True}
    kinds: dict[str, Callable[[], Any]] = {
        "int": lambda: WholeNumberField(item.label, max=100_000, **facts),
        "decimal": lambda: MoneyField(item.label, **facts),
        "bool": lambda: YesNoField(item.label, **facts),
        "time": lambda: TimeField(item.label, max_length=5, **facts),
        "choice": lambda: ChoiceField(item.label, choices=dict(item.choices), **facts),
        "region": lambda: RemoteSelectField(item.label, lookup="province", **facts),
    }
    make = kinds.get(item.kind)
    return make() if make else TextField(item.label, **facts)


def form_class() -> type[StepForm]:
    """A form with every setting declared so far."""

    class Settings(StepForm):
        def validate(self, *args: Any, **kw: Any) -> bool:
            fine = bool(super().validate(*args, **kw))
            begin, end = self["business_hours_start"], self["business_hours_end"]
            if begin.data and end.data and begin.data >= end.data:
                return blame(end, _("Business hours must end after they begin."))
            return fine

    for key, item in DECLARED.items():
        setattr(Settings, key, field_of(item))
    return Settings


def stamp_of(values: dict[str, Any]) -> str:
    """What the page was loaded with, so that two administrators never overwrite each other."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def in_force() -> dict[str, Any]:
    return {key: settings.get(db.session, key) for key in DECLARED}


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
        return self._page(form_class()(data=in_force()))

    @expose("/save", methods=["POST"])
    @has_access
    @permission_name("edit")
    def save(self) -> Any:
        form, before = form_class().of(request.form), in_force()
        if not form.validate():
            return self._page(form), 422
        if request.form.get("seen") != stamp_of(before):
            return self._page(
                form,
                _(
                    "Somebody else changed the settings meanwhile. What you typed is still here: "
                    "check it and save again."
                ),
            ), 409
        changed = [key for key, value in form.values().items() if plain(value) != before[key]]
        for key in changed:
            settings.put(db.session, key, plain(form[key].data))
        moved = self._apply(changed)
        db.session.commit()
        flash(_("%(n)s settings were changed.", n=len(changed)) if changed else _("Nothing was changed."), "success")
        if moved:
            flash(_("%(n)s running deadlines moved; the old end stays in each history.", n=moved), "info")
        return redirect(url_for("SettingView.list"))

    def _apply(self, changed: Any) -> int:
        """Running deadlines follow the settings they depend on."""
        actor, moved = actor_for("Setting"), 0
        if set(changed) & set(ARRIVAL):
            moved += recompute_open(db.session, _("The settings were changed."), actor)
        if "home_province" in changed:
            moved += sum(listener(db.session, None, actor) for listener in ZONE_CHANGED)
        return moved

    def _page(self, form: StepForm, refused: str = "") -> str:
        groups: dict[str, list[Any]] = {}
        for key, item in DECLARED.items():
            groups.setdefault(str(item.group), []).append(form[key])
        may = current_rights().may("can_edit", "Setting")
        page: str = self.render_template(
            "portal/organisation/settings.html",
            title=_l("Settings"),
            groups=groups,
            may=may,
            refused=refused,
            seen=stamp_of(in_force()),
        )
        return page


def plain(value: Any) -> Any:
    """A value as the settings table keeps it."""
    return str(value) if value.__class__.__name__ == "Decimal" else value
