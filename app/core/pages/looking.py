"""While an administrator sees the portal as a role, nothing is changed: not by page, not by REST of that session."""

from __future__ import annotations

from flask import Blueprint, Flask, g, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from app.extensions import db

from ..rights import seeing
from ..rights.current import current_rights
from ..rights.rights import NOBODY, rights_of
from ..text.wording import gettext as _
from . import held
from .web import fragment, told

READING = ("GET", "HEAD", "OPTIONS")
END = "/see/end"
PASSING = (END, "/sign-out")
blueprint = Blueprint("looking", __name__)


@blueprint.post(END)
def end() -> ResponseReturnValue:
    """The person's own rights again, and what was typed meanwhile."""
    if current_user.is_authenticated:
        seeing.end(db.session, current_user.id)
        db.session.commit()
        g.rights = rights_of(db.session, current_user.id) or NOBODY
    return held.after_sign_in(redirect("/access/"))


def _nothing_changes() -> ResponseReturnValue | None:
    if request.method in READING or request.path in PASSING or not current_user.is_authenticated:
        return None
    if role := current_rights().seen_as:
        advice = _("You see the portal as %(role)s. End this first.", role=role)
        return _refused(403, _("Nothing can be changed"), advice, END)
    if request.form.get(held.BY) == seeing.NOBODY:
        advice = _("This page was opened while you saw the portal as a role. You act with your own rights again.")
        return _refused(409, _("Nothing was changed"), advice)
    return None


def _refused(code: int, title: str, advice: str, ending: str = "") -> ResponseReturnValue:
    """What was typed on a page stays; in a dialog it stands there still."""
    kept = None if fragment() else held.stopped(_("%(title)s. %(advice)s", title=title, advice=advice), ending)
    return (kept, code) if kept else told(code, title, advice)


def install(app: Flask) -> None:
    """The guard before every request, and the way back."""
    app.before_request(_nothing_changes)
    app.register_blueprint(blueprint)
