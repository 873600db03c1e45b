"""/m/: the shell of the phone. It holds nobody's data and no token, so that it may lie on the phone for good."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from flask import Response, abort, current_app, flash, jsonify, redirect, render_template, url_for
from flask_appbuilder import BaseView, expose

from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _

from .words import words

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; object-src 'none'; "
    "base-uri 'self'; frame-ancestors 'none'; form-action 'self'"
)
SCRIPTS = (
    "pad.js",
    "m/store.js",
    "m/outbox.js",
    "m/photos.js",
    "m/fields.js",
    "m/list.js",
    "m/steps.js",
    "m/visit.js",
    "m/main.js",
)
OTHERS = ("m/phone.css", "m/manifest.json", "icon.svg")


class PhonePage(BaseView):
    """The technician's pages, which work without a network."""

    route_base = "/m"
    default_view = "index"
    class_permission_name = "Dashboard"
    base_permissions: Any = []

    @expose("/")
    def index(self) -> Any:
        if current_rights().seen_as:
            flash(_("The phone's pages stay on the phone; they are not seen as a role."), "info")
            return redirect("/")
        return _neutral(render_template("m/shell.html", scripts=[asset(name) for name in SCRIPTS], asset=asset))

    @expose("/words/<locale>.json")
    def said(self, locale: str) -> Any:
        if locale not in current_app.config["LANGUAGES"]:
            abort(404)
        return _neutral(jsonify(words(locale)))

    @expose("/sw.js")
    def worker(self) -> Any:
        languages = list(current_app.config["LANGUAGES"])
        parts = [asset(name) for name in (*SCRIPTS, *OTHERS)]
        files = ["/m/", *parts, *(f"/m/words/{code}.json" for code in languages)]
        shell = render_template("m/shell.html", scripts=[], asset=asset)
        whole = json.dumps([*parts, shell, *(words(code) for code in languages)])
        version = hashlib.sha256(whole.encode()).hexdigest()[:12]
        script = render_template("m/sw.js", version=version, files=files)
        return _neutral(Response(script, mimetype="text/javascript"))


def asset(name: str) -> str:
    """The address of a file of the shell, as page and service worker both name it."""
    return url_for("static", filename=name, v=current_app.config["ASSET_VERSION"])


def _neutral(answer: Any) -> Response:
    """No nonce in what is kept on the phone; always asked for anew by the service worker."""
    made: Response = current_app.make_response(answer)
    made.headers["Content-Security-Policy"] = POLICY
    made.headers["Cache-Control"] = "no-cache"
    return made
