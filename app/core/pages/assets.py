"""One stylesheet and one script for every page: put together at start-up, kept by the browser until they change."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from flask import Blueprint, Flask, Response, abort, current_app, url_for

from ..kind.registry import PAGES

blueprint = Blueprint("assets", __name__)
FAB = "fab/"  # a file that Flask-AppBuilder brings along
BUNDLES: dict[str, tuple[str, ...]] = {
    "portal.css": (
        "fab/css/bootstrap.min.css",
        "vendor/fontawesome/icons.css",
        "fab/css/select2/select2.min.css",
        "fab/css/select2/select2-bootstrap.min.css",
        "portal.css",
    ),
    "portal.js": (
        "fab/js/jquery-latest.js",
        "fab/js/select2/select2.min.js",
        "pad.js",
        "base.js",
        "fields.js",
        "refusals.js",
        "drafts.js",
        "progress.js",
        "dialogs.js",
        "portal.js",
        "files.js",
        "sums.js",
        "looking.js",
    ),  # then the scripts of the domains
}
TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
ADDRESS = re.compile(r"url\((['\"]?)(?!data:|/)([^)'\"]+)\1\)")
MAP = re.compile(r"(?m)^(/\*|//)# sourceMappingURL=.*$")


def install(app: Flask) -> None:
    """Put the bundles together; their mark changes with any static file."""
    folders = {"": Path(str(app.static_folder)), FAB: _fab_folder()}
    files = sorted(file for file in folders[""].rglob("*") if file.is_file())
    contents = {name: _joined(name, parts_of(name), folders) for name in BUNDLES}
    mark = hashlib.sha256(b"".join([*(file.read_bytes() for file in files), *contents.values()]))
    app.config["ASSET_VERSION"] = mark.hexdigest()[:10]
    app.extensions["assets"] = contents
    app.register_blueprint(blueprint)
    app.jinja_env.globals["bundle"] = bundle


def parts_of(bundle: str) -> tuple[str, ...]:
    """The files of a bundle in their order: those of every page, then those the domains bring along."""
    scripts = (script for page in PAGES for script in page.scripts) if bundle.endswith(".js") else ()
    return (*BUNDLES[bundle], *scripts)


def _fab_folder() -> Path:
    import flask_appbuilder

    return Path(flask_appbuilder.__file__).parent / "static" / "appbuilder"


def _joined(name: str, parts: tuple[str, ...], folders: dict[str, Path]) -> bytes:
    """The parts in their order."""
    texts = []
    for part in parts:
        home = FAB if part.startswith(FAB) else ""
        text = MAP.sub("", (folders[home] / part.removeprefix(FAB)).read_text(encoding="utf-8"))
        texts.append(_at_home(text, part) if name.endswith(".css") else text)
    return ("\n;\n" if name.endswith(".js") else "\n").join(texts).encode()


def _at_home(sheet: str, part: str) -> str:
    """What a stylesheet names beside itself is found from everywhere."""
    folder = f"/static/{part.replace(FAB, 'appbuilder/')}".rsplit("/", 1)[0]
    return ADDRESS.sub(lambda found: f"url({folder}/{found[2]})", sheet)


def bundle(name: str) -> str:
    """The address of a bundle, for templates."""
    return url_for("assets.serve", mark=current_app.config["ASSET_VERSION"], name=name)


@blueprint.get("/assets/<mark>/<name>")
def serve(mark: str, name: str) -> Response:
    contents: dict[str, bytes] = current_app.extensions["assets"]
    if name not in contents:
        abort(404)
    answer = Response(contents[name], content_type=TYPES[Path(name).suffix])
    now = mark == current_app.config["ASSET_VERSION"]  # the page of an older version never pins the new file
    answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if now else "no-cache"
    return answer
