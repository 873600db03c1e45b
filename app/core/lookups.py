"""Remote selects: a form asks the server for a few matches, so 200,000 customers never slow it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, jsonify, request
from flask_login import current_user
from sqlalchemy.orm import Session

from app.extensions import db

PAGE = 20


@dataclass(frozen=True)
class Lookup:
    """How a kind of thing is searched and found again; `find` checks the same scope as `search`."""

    name: str
    search: Callable[[Session, str, int], Sequence[tuple[Any, str]]]  # term, offset → up to PAGE + 1 rows (id, text)
    find: Callable[[Session, str], tuple[Any, str] | None]  # typed value → (id as stored, text)
    permission: tuple[str, str]


LOOKUPS: dict[str, Lookup] = {}
blueprint = Blueprint("lookup", __name__)


def lookup(name: str, *, permission: tuple[str, str], find: Callable[[Session, str], tuple[Any, str] | None]) -> Any:
    """Register a search function as a remote select."""

    def mark(search: Callable[[Session, str, int], Sequence[tuple[Any, str]]]) -> Any:
        LOOKUPS[name] = Lookup(name, search, find, permission)
        return search

    return mark


@blueprint.get("/lookup/<name>")
def answer(name: str) -> Any:
    """What select2 asks: {"results": [{"id", "text"}], "pagination": {"more"}}."""
    from .security import current_rights

    found = LOOKUPS.get(name) or abort(404)
    if not current_user.is_authenticated:
        abort(401)
    if not current_rights().may(*found.permission):
        abort(403)
    term = request.args.get("term", "").replace("\0", "").strip()[:100]
    page = min(max(request.args.get("page", 1, type=int), 1), 500)
    rows = found.search(db.session, term, (page - 1) * PAGE)
    return jsonify(
        results=[{"id": key, "text": text} for key, text in rows[:PAGE]], pagination={"more": len(rows) > PAGE}
    )


def install(app: Flask) -> None:
    app.register_blueprint(blueprint)
