"""What people, functions and departments are called, in the reader's language."""

from __future__ import annotations

import re
from collections.abc import Iterable

from flask import g, has_request_context
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import literal, select, union_all
from sqlalchemy.orm import Session

from app.extensions import db

from ..model import Model
from ..process.turns import Function
from ..text.wording import get_locale

CJK = re.compile(r"[\u4e00-\u9fff]")


def in_locale(zh: str, en: str) -> str:
    """The Chinese or the English name, as the reader's language asks."""
    return en if str(get_locale() or "zh") == "en" and en else zh


def full_name(user: User) -> str:
    """Family name first and without a blank when Chinese; of a person, or a row with both parts."""
    return name_in_full(user.first_name or "", user.last_name or "")


def name_in_full(first: str, last: str) -> str:
    """A name out of its two parts."""
    return f"{last}{first}" if CJK.search(first + last) else f"{first} {last}".strip()


def name_of(user_id: int | None) -> str:
    """A colleague's name by id; one question per person and request."""
    if user_id is None:
        return ""
    cache: dict[int, str] = g.setdefault("names", {}) if has_request_context() else {}
    if user_id not in cache:
        user = db.session.get(User, user_id)
        cache[user_id] = full_name(user) if user else ""
    return cache[user_id]


def turn_label(owner: str | None) -> str:
    """Whose turn it is, in words: a person, a function, a department."""
    if not owner:
        return ""
    kind, _sep, rest = owner.partition(":")
    if kind == "user":
        return name_of(int(rest))
    role, _at, place = rest.partition("@")
    names = _turn_names()
    return " · ".join(part for part in (names.get(f"d{place}", ""), names.get(f"r{role}", "")) if part)


def function_label(code: str) -> str:
    """A function of the regulation, in words."""
    return _turn_names().get(f"function {code}0", "")


def learn_turns(session: Session, owners: Iterable[str | None]) -> None:
    """The words of many turns in one question, for lists."""
    department = Model.metadata.tables["department"]
    people = [int(owner[5:]) for owner in set(owners) if owner and owner.startswith("user:")]
    rows = session.execute(
        union_all(
            select(literal("u").label("kind"), User.id, User.first_name, User.last_name).where(User.id.in_(people)),
            select(literal("r"), Function.role_id, Function.name_zh, Function.name_en),
            select("function " + Function.code, literal(0), Function.name_zh, Function.name_en),
            select(literal("d"), department.c.id, department.c.name_zh, department.c.name_en),
        )
    ).all()
    g.setdefault("names", {}).update({row.id: full_name(row) for row in rows if row.kind == "u"})
    words = {f"{row.kind}{row.id}": in_locale(row.first_name, row.last_name) for row in rows if row.kind != "u"}
    g.setdefault("turn_names", {})[str(get_locale())] = words


def _turn_names() -> dict[str, str]:
    """Functions and departments by key, read once per request and language."""
    if str(get_locale()) not in g.get("turn_names", {}):
        learn_turns(db.session, [])
    names: dict[str, str] = g.turn_names[str(get_locale())]
    return names
