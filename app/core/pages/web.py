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
from flask.json.provider import DefaultJSONProvider
from flask.typing import ResponseReturnValue
from flask_babel import get_babel
from flask_login import current_user
from flask_wtf.csrf import CSRFError, generate_csrf
from jinja2 import ChoiceLoader, PackageLoader, PrefixLoader
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException

from app.extensions import db

from ..files import files
from ..files.press import NotPressed
from ..kind import by_word
from ..record import decisions
from ..rights.current import current_rights
from ..text.wording import Words, get_locale
from ..text.wording import gettext as _
from ..time import clock
from ..time.delays import unexplained
from ..time.when import due_stamp, stamp
from . import drafts, held
from .doorstep import Doorstep
from .show import Badge, tag

blueprint = Blueprint("portal", __name__)
OPEN_TO_CACHES = ("static", "assets.serve", "portal.favicon")
DISK_FULL = ("disk is full", "disk i/o error", "no space left", "could not extend file")  # as the databases put it
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
        draft_name=drafts.name,
        local=clock.local,
        now=clock.now,
        tag=tag,
        called=by_word.called,
        decisions=decisions,
        Badge=Badge,
        due_stamp=due_stamp,
        unexplained=unexplained,
    )
    app.jinja_env.filters["stamp"] = stamp
    app.register_blueprint(blueprint)
    app.json = _Json(app)
    app.wsgi_app = Doorstep(app)  # type: ignore[method-assign,assignment]
    app.before_request(_readable)
    app.before_request(_signed_out)
    app.after_request(_headers)
    for code in (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503):
        app.register_error_handler(code, _error)
    app.register_error_handler(CSRFError, lambda error: held.late() or _error(error))
    app.register_error_handler(RecursionError, lambda _error: _told(400))  # something in something in something …
    app.register_error_handler(NotPressed, lambda _error: _told(503))
    app.register_error_handler(OperationalError, _busy)
    app.register_error_handler(OSError, _no_room)


class _Json(DefaultJSONProvider):
    """JSON in JSON in JSON … is as unreadable as any other nonsense."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            return super().loads(s, **kwargs)
        except RecursionError as error:
            raise ValueError("nested too deeply") from error


def _readable() -> None:
    """A NUL in an address is nobody's typing; PostgreSQL could not even be asked for it."""
    if "%00" in request.environ.get("QUERY_STRING", "") or "\0" in request.path:
        abort(400)


def _signed_out() -> ResponseReturnValue | None:
    """Whose session has ended meanwhile signs in, and goes on with what was typed."""
    if request.method == "POST" and not request.path.startswith("/api/") and not current_user.is_authenticated:
        return held.late()
    return None


def choose_locale() -> None:
    """FAB has its own idea of the language; ours wins."""
    get_babel().locale_selector = pick_locale
    get_babel().instance.domain_instance = Words()


def _theme() -> str:
    chosen = request.cookies.get("theme", "")
    return chosen if chosen in ("light", "dark") else ""


def _tr(text: object) -> str:
    return _(str(text)) if text and isinstance(text, str) else str(text or "")


def _headers(answer: Response) -> Response:
    answer.headers.setdefault("Content-Security-Policy", POLICY.format(nonce=nonce()))
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("X-Frame-Options", "DENY")
    if current_app.config["PORTAL_ENV"] == "production":
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if (mark := request.args.get("ready", "")).isalnum() and len(mark) <= 20:
        answer.set_cookie("ready", mark, max_age=60, samesite="Lax")  # a file that took a moment is there
    if not (request.endpoint or "").endswith(OPEN_TO_CACHES):  # pages, fragments, JSON, files: nobody keeps a copy
        answer.headers["Cache-Control"] = "no-store"
    return answer


SENTENCES = {
    400: lambda: (_("That could not be read"), _("Go back, load the page again and send it once more.")),
    401: lambda: (_("Please sign in"), _("Sign in and try again.")),
    403: lambda: (_("This is not for you"), _("Ask your administrator if you need it.")),
    404: lambda: (_("Not found"), _("The page or record does not exist, or you may not see it.")),
    405: lambda: (_("Not possible this way"), _("Use the buttons of the page.")),
    409: lambda: (_("Not now"), _("Load the page again: something has changed.")),
    410: lambda: (
        _("The file is not handed out"),
        _("It is missing on the server, or is no longer what was attached. Tell your administrator."),
    ),
    413: lambda: (_("Too large"), _("The file is larger than 25 MB. Send it in a smaller size.")),
    422: lambda: (_("That could not be read"), _("Check what you typed.")),
    415: lambda: (_("That could not be read"), _("Send it as JSON.")),
    507: lambda: (
        _("No room left"),
        _("The server's disk is full, nothing was saved. Tell your administrator, and try again later."),
    ),
    503: lambda: (_("The portal is busy"), _("Please try again in a moment.")),
    429: lambda: (_("Too many tries"), _("Wait a minute, then try again.")),
}


def sentences(code: int) -> tuple[str, str]:
    """Title and advice for an error, in the reader's language."""
    return SENTENCES.get(
        code, lambda: (_("Something went wrong"), _("The error has been recorded. Please try again."))
    )()


def _error(error: Exception) -> ResponseReturnValue:
    return _told(error.code if isinstance(error, HTTPException) and error.code else 500)


def _told(code: int) -> ResponseReturnValue:
    return told(code, *sentences(code))


def told(code: int, title: str, advice: str) -> ResponseReturnValue:
    """An error as JSON for a program or a script, or as a page."""
    again = {"Retry-After": "5"} if code == 503 else {}
    if not hasattr(g, "user"):
        g.user = current_user  # a refusal may come before FAB has set it
    if request.path.startswith(("/api/", "/lookup/")) or fragment():
        return jsonify(message=_sentence(code, title, advice)), code, again
    builder = current_app.extensions.get("appbuilder") or getattr(current_app, "appbuilder", None)
    return (
        render_template(
            "portal/error.html",
            code=code,
            title=title,
            advice=advice,
            appbuilder=builder,
            base_template="portal/base.html",
        ),
        code,
        again,
    )


def fragment() -> bool:
    """Asked for by a script of a page, not by a program."""
    return "X-Fragment" in request.headers and not request.path.startswith("/api/")


def _sentence(code: int, title: str, advice: str) -> str:
    """The same in one text: for a program, a list that looks something up, a dialog with something typed in it."""
    if request.path.startswith("/lookup/") and code == 403:
        return _("You may not look this up. Ask your administrator if you need it.")
    told = _("%(title)s. %(advice)s", title=title, advice=advice)
    return told + (" " + _("What you typed is still here.") if request.method == "POST" and fragment() else "")


def _busy(error: OperationalError) -> ResponseReturnValue:
    """A database that does not answer in time is a pause, not a fault of the person."""
    db.session.rollback()
    current_app.logger.error("database: %s", error.orig)
    return _told(507 if any(words in str(error.orig).lower() for words in DISK_FULL) else 503)


def _no_room(error: OSError) -> ResponseReturnValue:
    """A file that could not be written for want of room; anything else is a fault of ours."""
    if not files.is_full(error):
        raise error
    db.session.rollback()
    current_app.logger.error("disk: %s", error)
    return _told(507)


@blueprint.post("/language")
def language() -> ResponseReturnValue:
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
def choose_theme() -> ResponseReturnValue:
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
def session_info() -> ResponseReturnValue:
    """A fresh form token for a page that outlived its session."""
    if not current_user.is_authenticated:
        return jsonify(login="/login/"), 401
    return jsonify(csrf=generate_csrf(), user=current_user.username), 200, {"Cache-Control": "no-store"}


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    return current_app.send_static_file("icon.svg")


@blueprint.get("/health/live")
def live() -> ResponseReturnValue:
    return jsonify(status="ok")


@blueprint.get("/health/ready")
def ready() -> ResponseReturnValue:
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
