"""A form that came too late, signed out or with an old token: its sender signs in and sends it on, nothing retyped."""

from __future__ import annotations

from typing import TypedDict
from urllib.parse import urlsplit

from flask import current_app, g, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder.security.forms import LoginForm_db
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer

from ..text.wording import gettext as _

FIELD = "held"  # of the sign-in form: what was typed before
BY = "typed_by"  # of every form of the portal: whose page it is
PASSING = ("/language", "/theme", "/sign-out", "/login/")
DAY = 24 * 3600


class Held(TypedDict):
    """What was sent, by whom and where to."""

    by: str
    to: str
    fields: list[tuple[str, str]]
    files: list[str]


def late() -> ResponseReturnValue | None:
    """The answer to a form of ours that came too late; None when nothing typed would be lost."""
    if not _ours():
        return None
    held = _typed(request.form[BY])
    if not current_user.is_authenticated:
        return _sign_in(_sealed().dumps(held), held), 401
    return (_again(held), 400) if held["by"] == str(current_user.id) else None


def stopped(why: str, ending: str = "") -> str | None:
    """A form of ours that may not be sent now, with the reason; `ending` is where one ends what is in the way."""
    if not _ours():
        return None
    held = _typed(str(current_user.id))
    return _page(form=None, held=held, why=why, ending=ending, sealed=_sealed().dumps(held))


def _typed(by: str) -> Held:
    """What was sent, to be sent on."""
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", BY) and "password" not in name
    ]
    files = [item.filename for item in request.files.values() if item.filename]
    return {"by": by, "to": request.full_path.rstrip("?"), "fields": fields, "files": files}


def after_sign_in(answer: ResponseReturnValue) -> ResponseReturnValue:
    """Whoever has just signed in finds what they had typed; somebody else does not."""
    sealed = request.form.get(FIELD, "")
    try:
        held: Held | None = _sealed().loads(sealed, max_age=DAY) if sealed else None
    except BadSignature:
        held = None
    if held is None:
        return answer
    if not current_user.is_authenticated:
        return _sign_in(sealed, held), 401
    return _again(held) if held["by"] == str(current_user.id) else answer


def _ours() -> bool:
    """Sent from a page of the portal itself, not from another site."""
    if request.method != "POST" or request.path.startswith(("/api/", *PASSING)) or "X-Fragment" in request.headers:
        return False
    origin = urlsplit(request.headers.get("Origin") or request.referrer or "")
    return bool(request.form.get(BY)) and origin.netloc == request.host


def _sign_in(sealed: str, held: Held) -> str:
    there = url_for("SignIn.login", next=held["to"] if held["to"].split("?")[0].endswith("/add") else None)
    return _page(form=LoginForm_db(), sealed=sealed, there=there)


def _again(held: Held) -> str:
    why = _("It was not saved yet. Send it now; what is not right yet is shown to you.")
    return _page(form=None, held=held, why=why)


def _page(**facts: object) -> str:
    if not hasattr(g, "user"):
        g.user = current_user  # it may come before FAB has set it
    builder = current_app.extensions.get("appbuilder") or getattr(current_app, "appbuilder", None)
    return render_template("portal/held.html", appbuilder=builder, base_template="portal/base.html", **facts)


def _sealed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="held-form")
