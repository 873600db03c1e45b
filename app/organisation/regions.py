"""Provinces, cities and counties: imported, never guessed from free text (2.2)."""

from __future__ import annotations

import csv
from pathlib import Path

from pypinyin import Style, lazy_pinyin
from sqlalchemy import select
from sqlalchemy.orm import Session, object_session

from app.core import settings
from app.extensions import db

from .models import Region, Zone

FIXTURE = Path(__file__).parent.parent / "data" / "regions.csv"
SPECIAL = {"710000", "810000", "820000"}
ABROAD = "990000"
MUNICIPALITIES = {"110000", "120000", "310000", "500000"}


def import_regions(session: Session) -> int:
    """Bring the table up to date; remote flags an administrator has set stay. The caller commits."""
    with FIXTURE.open(encoding="utf-8") as file:
        rows = [*csv.DictReader(file), {"adcode": ABROAD, "name": "境外", "level": "province", "parent": ""}]
    names = {row["adcode"]: row["name"] for row in rows}
    parents = {row["adcode"]: row["parent"] for row in rows}
    inner = set(parents.values())
    known = {region.adcode: region for region in session.scalars(select(Region))}
    for row in sorted(rows, key=lambda item: ("province", "city", "county").index(item["level"])):
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
    """A region where somebody can stand: the last level of its province."""
    region = session.get(Region, text)
    return (region.adcode, region.full_name) if region and region.is_leaf else None


def search_leaves(session: Session, term: str, offset: int) -> list[tuple[str, str]]:
    """Leaves by name, full name, pinyin initials or code."""
    query = select(Region.adcode, Region.full_name).where(Region.is_leaf)
    for word in term.split():
        query = query.where(Region.full_name.contains(word, autoescape=True)
                            | Region.pinyin.startswith(word.lower(), autoescape=True) | (Region.adcode == word))
    return [(code, name) for code, name in session.execute(query.order_by(Region.adcode).offset(offset).limit(21))]


def children(session: Session, code: str) -> list[Region]:
    """The next level below a region; provinces for an empty code."""
    return list(session.scalars(select(Region).where(Region.parent_code == (code or None)).order_by(Region.adcode)))


def suggest(text: str) -> list[str]:
    """Where an address could be: every region named in it. A suggestion, never an answer."""
    if not text:
        return []
    named = db.session.execute(select(Region.name, Region.full_name).where(Region.is_leaf))
    return [full for name, full in named if len(name) > 1 and name in text][:10]
