"""Provinces, cities and counties: imported, never guessed from free text (2.2)."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, object_session

from app.core import settings
from app.core.record.search import plain_words
from app.core.rights.actor import Actor
from app.core.text.wording import gettext as _
from app.extensions import db

from .models import ABROAD, Region, Zone

FIXTURE = Path(__file__).parent.parent / "data" / "regions.csv"
SPECIAL = {"710000", "810000", "820000"}
LEVELS = ("province", "city", "county", "abroad")
ZONE_CHANGED: list[
    Callable[[Session, Sequence[str] | None, Actor], int]
] = []  # told when a place lies in another zone now


def import_regions(session: Session) -> int:
    """Bring the table up to date; remote flags an administrator has set stay. The caller commits."""
    from pypinyin import Style, lazy_pinyin

    with FIXTURE.open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file), {"adcode": ABROAD, "name": "境外", "level": "abroad", "parent": ""}]
    names = {row["adcode"]: row["name"] for row in rows}
    parents = {row["adcode"]: row["parent"] for row in rows}
    inner = set(parents.values())
    known = {region.adcode: region for region in session.scalars(select(Region))}
    for row in sorted(rows, key=lambda item: LEVELS.index(item["level"])):
        code = row["adcode"]
        region = known.get(code) or Region(adcode=code)
        region.name, region.level, region.parent_code = row["name"], row["level"], row["parent"] or None
        region.full_name = _full_name(code, names, parents)
        region.pinyin = "".join(lazy_pinyin(row["name"], style=Style.FIRST_LETTER))[:60]
        region.special, region.is_leaf = code in SPECIAL or code == ABROAD, code not in inner
        if code not in known:
            session.add(region)
    session.flush()
    return len(rows)


def _full_name(code: str, names: dict[str, str], parents: dict[str, str]) -> str:
    parts: list[str] = []
    while code:
        parts.insert(0, names[code])
        code = parents[code]
    return "".join(parts)


def zone_of(region: Region) -> Zone:
    """2.2: special, remote, in the home province, or outside it."""
    session = object_session(region) or db.session
    if region.special:
        return Zone.special
    if region.is_remote:
        return Zone.remote
    home = str(settings.get(session, "home_province"))
    return Zone.in_province if region.adcode[:2] == home[:2] else Zone.out_province


def find_region(session: Session, adcode: str) -> Region | None:
    """The region of a code."""
    return session.get(Region, adcode)


def find_leaf(session: Session, text: str) -> tuple[str, str] | None:
    """A region where somebody can stand, by its code: the last level of its province. Raises ValueError for a name."""
    region = session.get(Region, text)
    if region is None:
        if not text.isascii():
            raise ValueError(ambiguity(session, text))
        return None
    if not region.is_leaf:
        raise ValueError(_("“%(name)s” is divided further. Choose the county or district.", name=region.full_name))
    return region.adcode, region.label


def search_leaves(session: Session, term: str, offset: int) -> list[tuple[str, str]]:
    """Leaves by name, full name, pinyin initials or code."""
    query = select(Region).where(Region.is_leaf)
    for word in plain_words(term):
        query = query.where(
            Region.full_name.contains(word, autoescape=True)
            | Region.pinyin.startswith(word, autoescape=True)
            | (Region.adcode == word)
        )
    return [(row.adcode, row.label) for row in session.scalars(query.order_by(Region.adcode).offset(offset).limit(21))]


def children(session: Session, code: str) -> list[Region]:
    """The next level below a region; provinces for an empty code."""
    return list(session.scalars(select(Region).where(Region.parent_code == (code or None)).order_by(Region.adcode)))


def suggest(text: str) -> list[str]:
    """Where an address could be, most ancestors named first. A suggestion, never an answer."""
    return [region.full_name for region in candidates(db.session, text)]


def candidates(session: Session, text: str) -> list[Region]:
    """The leaves named in a text; of those, the ones whose province or city is named too, if any is."""
    if not text.strip():
        return []
    names = {row.adcode: row.name for row in session.execute(select(Region.adcode, Region.name).where(~Region.is_leaf))}
    leaves = session.execute(select(Region.adcode, Region.name, Region.parent_code).where(Region.is_leaf))
    found = [
        ((name in text, _named_above(code, names, text.replace(name, ""))), code)
        for code, name, _parent in leaves
        if _names(name, text)
    ]
    best = max((score for score, _code in found), default=(False, 0))
    codes = [code for score, code in found if score == best][:10]
    return list(session.scalars(select(Region).where(Region.adcode.in_(codes)).order_by(Region.adcode)))


def _names(name: str, text: str) -> bool:
    """Whether a text names a place, with or without its last character (义乌, 双湖)."""
    return name in text or (len(name) > 2 and name[-1] in "市县旗" and name[:-1] in text)


def _named_above(code: str, names: dict[str, str], text: str) -> int:
    above = (names.get(f"{code[:2]}0000", ""), names.get(f"{code[:4]}00", ""))
    return sum(bool(name) and (name in text or name[:2] in text) for name in above)


def ambiguity(session: Session, text: str) -> str:
    """The sentence that asks for a choice: in which places a name exists."""
    found = candidates(session, text)
    if not found:
        return str(_("No region is named “%(text)s”. Choose the province first, then city and county.", text=text))
    if len({region.name for region in found}) == 1 and len(found) > 1:
        places = [region.full_name.removesuffix(region.name) or region.name for region in found]
        sentence = _(
            "%(name)s exists in %(places)s. Choose the one that is meant.", name=found[0].name, places=_listed(places)
        )
        return str(sentence)
    places = [region.full_name for region in found]
    return str(_("Choose the region. The address could be in: %(places)s.", places="、".join(places)))


def _listed(places: Sequence[str]) -> str:
    """A, B and C."""
    first, last = "、".join(places[:-1]), places[-1]
    return str(_("%(first)s and %(last)s", first=first, last=last)) if first else last


def below(region: Region) -> ColumnElement[bool]:
    """A region and everything in it."""
    length = {"province": 2, "city": 4}.get(region.level, 6)
    inside: ColumnElement[bool] = Region.adcode.startswith(region.adcode[:length])
    return inside


def in_province(column: Any, code: str) -> ColumnElement[bool]:
    """Rows whose region lies in a province."""
    inside: ColumnElement[bool] = column.startswith(code[:2], autoescape=True)
    return inside


def province_choices() -> list[tuple[str, str]]:
    """The provinces, for a drop-down."""
    query = select(Region.adcode, Region.name).where(Region.parent_code.is_(None)).order_by(Region.adcode)
    return [(code, name) for code, name in db.session.execute(query)]


def flag_remote(session: Session, region: Region, remote: bool, actor: Actor) -> tuple[int, int]:
    """2.2: a region and everything in it becomes a remote area, or no longer is.

    Answers how many regions changed and how many running clocks moved with them. The caller commits.
    """
    changed = [row for row in session.scalars(select(Region).where(below(region))) if row.is_remote != remote]
    for row in changed:
        row.is_remote = remote
    session.flush()
    leaves = [row.adcode for row in changed if row.is_leaf]
    moved = sum(listener(session, leaves, actor) for listener in ZONE_CHANGED) if leaves else 0
    return len(changed), moved
