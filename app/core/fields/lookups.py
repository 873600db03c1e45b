"""Remote selects: a form asks the server for a few matches, so hundreds of thousands of rows never slow it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Flask, abort, g, jsonify, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import ColumnElement, Select, String, cast, literal, or_, select, true, union_all
from sqlalchemy.orm import Session

from app.extensions import db

from ..model import AnyColumn
from ..rights.people import in_locale
from ..text import cleaning
from ..text.wording import get_locale

PAGE = 20
Search = Callable[[Session, str, int], Sequence[tuple[object, str]]]
Find = Callable[[Session, str], tuple[object, str] | None]


@dataclass(frozen=True)
class Named:
    """What the entries of a table are called in both languages, by key or code, as far as one may see them."""

    key: AnyColumn
    code: AnyColumn  # the key once more, where there is none
    zh: AnyColumn
    en: AnyColumn
    scope: Callable[[], ColumnElement[bool]] = true
    said: Callable[[str, str], str] = in_locale

    def query(self, name: str, texts: Iterable[str]) -> Select[*tuple[Any, ...]]:
        """The words of these entries."""
        wanted = sorted(texts)
        numbers = [int(text) for text in wanted if text.isascii() and text.isdigit() and int(text) < 2**31]
        these = (column.in_(wanted if isinstance(column.type, String) else numbers) for column in (self.key, self.code))
        columns = (cast(self.key, String), cast(self.code, String), self.zh, self.en)
        labelled = (column.label(label) for column, label in zip(columns, ("key", "code", "zh", "en"), strict=True))
        return select(literal(name).label("lookup"), *labelled).where(or_(*these), self.scope())


@dataclass(frozen=True)
class Lookup:
    """How a kind of thing is searched and found again; `find` checks the same scope as `search`."""

    name: str
    search: Search  # term, offset → up to PAGE + 1 rows (id, text)
    find: Find  # typed value → (id as stored, text)
    permission: tuple[str, str]
    named: Named


LOOKUPS: dict[str, Lookup] = {}
blueprint = Blueprint("lookup", __name__)


def lookup(
    name: str,
    *,
    permission: tuple[str, str],
    find: Find,
    named: Named,
) -> Callable[[Search], Search]:
    """Register a search function as a remote select."""

    def mark(search: Search) -> Search:
        LOOKUPS[name] = Lookup(name, search, find, permission, named)
        return search

    return mark


def learn(session: Session, asked: Mapping[str, Iterable[str]]) -> None:
    """The words of many entries of many tables in one question; what is not found is told as it was kept."""
    known = _known()
    new = {name: {text for text in texts if (name, text) not in known} for name, texts in asked.items()}
    queries = [LOOKUPS[name].named.query(name, texts) for name, texts in new.items() if texts]
    known.update({(name, text): text for name, texts in new.items() for text in texts})
    for row in session.execute(union_all(*queries)) if queries else ():
        words = LOOKUPS[row.lookup].named.said(row.zh, row.en)
        known.update({(row.lookup, row.key): words, (row.lookup, row.code): words})


def told(session: Session, name: str, text: str) -> str:
    """What an entry is called, as it was learned; else asked alone."""
    if (name, text) not in _known():
        learn(session, {name: [text]})
    return _known()[name, text]


def _known() -> dict[tuple[str, str], str]:
    """What was learned for this request, in its language."""
    words: dict[tuple[str, str], str] = g.setdefault("entry_words", {}).setdefault(str(get_locale()), {})
    return words


@blueprint.get("/lookup/<name>")
def answer(name: str) -> ResponseReturnValue:
    """What select2 asks: {"results": [{"id", "text"}], "pagination": {"more"}}."""
    from ..rights.current import current_rights

    found = LOOKUPS.get(name) or abort(404)
    if not current_user.is_authenticated:
        abort(401)
    if not current_rights().may(*found.permission):
        abort(403)
    term = cleaning.asked("term")
    page = min(max(request.args.get("page", 1, type=int), 1), 500)
    rows = found.search(db.session, term, (page - 1) * PAGE)
    return jsonify(
        results=[{"id": key, "text": text} for key, text in rows[:PAGE]], pagination={"more": len(rows) > PAGE}
    )


def install(app: Flask) -> None:
    app.register_blueprint(blueprint)
