"""What every answer has: language, security headers, error pages, health; nothing changes by GET."""

from __future__ import annotations

import secrets
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    current_app,
    g,
    has_request_context,
    jsonify,
    redirect,
    render_template,
    request,
    session,
)
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.extensions import db

from . import clock
from .delays import unexplained
from .security import current_rights
from .show import Badge, due_stamp, tag

blueprint = Blueprint("portal", __name__)
POLICY = (
    "default-src 'self'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
)


def pick_locale() -> str:
    """The caller's language: asked for by a program, chosen by the person, known of the reader, or the browser's."""
    if not has_request_context():
        return str(current_app.config["BABEL_DEFAULT_LOCALE"])
    known = list(current_app.config["LANGUAGES"])
    asked = request.accept_languages.best_match(known)
    if request.path.startswith("/api/") and asked and "Accept-Language" in request.headers:
        return asked
    mine = current_rights().locale
    chosen = next(
        (code for code in (mine, session.get("locale"), g.get("reader_locale"), asked) if code in known),
        str(current_app.config["BABEL_DEFAULT_LOCALE"]),
    )
    return str(chosen)


def nonce() -> str:
    """One per answer: the only scripts that run are ours."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    value: str = g.csp_nonce
    return value


def install(app: Flask) -> None:
    """Hang all of it on the application; before FAB registers its views."""
    original = PrefixLoader({"fab": PackageLoader("flask_appbuilder", "templates/appbuilder")})
    app.jinja_loader = ChoiceLoader([app.jinja_loader, original])  # type: ignore[assignment,list-item]
    app.jinja_env.globals.update(
        csp_nonce=nonce,
        rights=current_rights,
        locale=lambda: str(get_locale() or "zh"),
        theme=_theme,
        tr=_tr,
        signed_in=lambda: bool(current_user and current_user.is_authenticated),
        local=clock.local,
        now=clock.now,
        tag=tag,
        Badge=Badge,
        due_stamp=due_stamp,
        unexplained=unexplained,
    )
    app.jinja_env.filters["stamp"] = stamp
    app.register_blueprint(blueprint)
    app.before_request(_readable)
    app.after_request(_headers)
    for code in (400, 401, 403, 404, 405, 409, 413, 422, 429, 500):
        app.register_error_handler(code, _error)
    app.register_error_handler(CSRFError, _error)
    app.register_error_handler(OperationalError, _busy)


def _readable() -> None:
    """A NUL in an address is nobody's typing; PostgreSQL could not even be asked for it."""
    if "%00" in request.environ.get("QUERY_STRING", "") or "\0" in request.path:
        abort(400)


def choose_locale() -> None:
    """FAB has its own idea of the language; ours wins."""
    from flask_babel import get_babel

    get_babel().locale_selector = pick_locale


def stamp(moment: Any, pattern: str = "%Y-%m-%d %H:%M") -> str:
    """A moment as the clock on the wall shows it."""
    return clock.local(moment).strftime(pattern) if moment else ""


def _theme() -> str:
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


def _tr(text: Any) -> str:
    return _(str(text)) if text and isinstance(text, str) else str(text or "")


def _headers(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("X-Frame-Options", "DENY")
    if current_app.config["PORTAL_ENV"] == "production":
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if answer.mimetype == "text/html" and "Cache-Control" not in answer.headers:
        answer.headers["Cache-Control"] = "no-store"
    return answer


SENTENCES = {
    400: lambda: (_("That could not be read"), _("Go back, load the page again and send it once more.")),
    401: lambda: (_("Please sign in"), _("Sign in and try again.")),
    403: lambda: (_("This is not for you"), _("Ask your administrator if you need it.")),
    404: lambda: (_("Not found"), _("The page or record does not exist, or you may not see it.")),
    405: lambda: (_("Not like this"), _("Use the buttons of the page.")),
    409: lambda: (_("Not now"), _("Load the page again: something has changed.")),
    413: lambda: (_("Too large"), _("The file is larger than 25 MB. Send it in a smaller size.")),
    422: lambda: (_("That could not be read"), _("Check what you typed.")),
    503: lambda: (_("The portal is busy"), _("Please try again in a moment.")),
    429: lambda: (_("Too many tries"), _("Wait a minute, then try again.")),
}


def sentences(code: int) -> tuple[str, str]:
    """Title and advice for an error, in the reader's language."""
    return SENTENCES.get(
        code, lambda: (_("Something went wrong"), _("The error has been recorded. Please try again."))
    )()


def _error(error: Any) -> Any:
    return _told(error.code if isinstance(error, HTTPException) and error.code else 500)


def _told(code: int) -> Any:
    """An error as JSON, as a bare status for a fragment, or as a page."""
    title, advice = sentences(code)
    if not hasattr(g, "user"):
        g.user = current_user  # a refusal may come before FAB has set it
    if request.path.startswith("/api/"):
        return jsonify(message=f"{title}. {advice}"), code
    if "X-Fragment" in request.headers or request.path.startswith("/lookup/"):
        return "", code
    builder = current_app.extensions.get("appbuilder") or getattr(current_app, "appbuilder", None)
    return render_template(
        "portal/error.html", code=code, title=title, advice=advice, appbuilder=builder, base_template="portal/base.html"
    ), code


def _busy(error: OperationalError) -> Any:
    """A database that does not answer in time is a pause, not a fault of the person."""
    db.session.rollback()
    current_app.logger.error("database: %s", error.orig)
    return _told(503)


@blueprint.post("/language")
def language() -> Any:
    """The person's choice is kept with the person, so that mails come in the same language."""
    code = request.form.get("locale", "")
    if code in current_app.config["LANGUAGES"]:
        session["locale"] = code
        if current_user.is_authenticated:
            db.session.execute(
                sa.text("UPDATE employee_profile SET locale = :code WHERE user_id = :user"),
                {"code": code, "user": current_user.id},
            )
            db.session.commit()
    return redirect(_back())


@blueprint.post("/theme")
def choose_theme() -> Any:
    answer = redirect(_back())
    chosen = request.form.get("theme", "")
    answer.set_cookie(
        "theme",
        chosen if chosen in ("light", "dark") else "",
        max_age=31536000,
        samesite="Lax",
        httponly=True,
        secure=bool(current_app.config["SESSION_COOKIE_SECURE"]),
    )
    return answer


@blueprint.get("/session")
def session_info() -> Any:
    """A fresh form token for a page that outlived its session."""
    if not current_user.is_authenticated:
        return jsonify(login="/login/"), 401
    return jsonify(csrf=generate_csrf(), user=current_user.username), 200, {"Cache-Control": "no-store"}


@blueprint.get("/favicon.ico")
def favicon() -> Any:
    return current_app.send_static_file("icon.svg")


@blueprint.get("/health/live")
def live() -> Any:
    return jsonify(status="ok")


@blueprint.get("/health/ready")
def ready() -> Any:
    """Database, migrations and worker: what a load balancer asks."""
    from app.health import problems

    found = list(problems(quick=True))
    return jsonify(status="ok" if not found else "not ready", problems=found), 200 if not found else 503


def _back() -> str:
    """Where the person was, but never another site."""
    try:
        target = urlsplit(request.form.get("next") or request.referrer or "")
    except ValueError:
        return "/"
    here = target.netloc in ("", request.host) and target.path.startswith("/")
    if not here or target.path.startswith(("//", "/\\")):
        return "/"
    return f"{target.path}?{target.query}".rstrip("?")
