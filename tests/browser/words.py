"""What a page may say: Chinese in English pages only as data, long Latin words in Chinese ones from a list."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.record.decisions import Decision
from app.core.time.deadline_rules import DEFAULTS
from app.demo.staff import CATEGORIES, COMPETENCES, DEPARTMENTS, FAILURE_MODES, PEOPLE, PRODUCTS
from app.extensions import db

CJK = re.compile(r"[㐀-鿿]+")
LATIN = re.compile(r"[A-Za-z]{4,}")
OURS = ("_zh", "outbox_mail", "alembic", "gram")  # what the portal itself wrote in Chinese is not data
SAID = """szsldtbjyxgs Display shows error English Excel signature Choose File Files file chosen mail portal
    audit verify example Zhejiang Example Precision Machinery Grace Auditor Five YYYY"""
BOTH = (
    "/product",
    "/failure_mode/",
    "/competence/",
    "/department/",
    "/deadline_rule/edit/",
)  # show both names of a thing

WRITTEN = ("/decision/list/",)  # what administrators wrote, in both languages, stands there word for word


def tokens(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(run for text in texts for run in CJK.findall(text))


def data(app: Any, both: bool = False) -> frozenset[str]:
    """Every run of Chinese in the tables, but for what the portal's own words are kept in."""
    ours = OURS[1:] if both else OURS
    found: set[str] = set()
    with app.app_context(), Session(db.engine) as session:
        for table in db.metadata.sorted_tables:
            columns = [column for column in table.columns if not any(part in f"{table}.{column.name}" for part in ours)]
            if any(part in table.name for part in ours) or not columns:
                continue
            for row in session.execute(select(*columns)):
                found |= tokens(str(value) for value in row if value is not None)
    return frozenset(found)


@lru_cache
def allowed() -> frozenset[str]:
    """Login names, codes and the English names of the demo's things."""
    people = (text for row in PEOPLE for text in (row[0], row[5]))
    rest = (
        str(text)
        for rows in (CATEGORIES, COMPETENCES, DEPARTMENTS, FAILURE_MODES, PRODUCTS)
        for row in rows
        for text in row
    )
    codes = (rule.code for rule in DEFAULTS.values())
    return frozenset(LATIN.findall(" ".join((*people, *rest, *codes, SAID))))


class Speech:
    """The ear for the two languages: what on a page does not belong there."""

    def __init__(self, app: Any, locale: str) -> None:
        self.app, self.locale, self.data, self.both = app, locale, data(app), data(app, both=True)

    def strange(self, page: Any, part: str = "body") -> list[str]:
        path = "/" + page.url.split("/", 3)[3]
        known = self.both if path.startswith(BOTH) else self.data
        wrote = self.written() if path.startswith(WRITTEN) else frozenset()
        return [
            f"{path} says {word}"
            for word in strange(page.inner_text(part), self.locale, known)
            if not any(each.startswith(word) for each in wrote)  # a list shows the beginning, cut where it ends
        ]

    def written(self) -> frozenset[str]:
        """The words of administrators as their changes tell them, in both languages."""
        with self.app.app_context(), Session(db.engine) as session:
            rows = session.execute(select(Decision.key, Decision.before, Decision.after)).all()
        text = " ".join(str(leaf) for row in rows for part in row for leaf in leaves(part))
        return frozenset(LATIN.findall(text)) | tokens([text])


def leaves(value: Any) -> list[Any]:
    """What stands in a value kept as JSON, however deep."""
    if isinstance(value, dict):
        return [leaf for each in value.values() for leaf in leaves(each)]
    return [leaf for each in value for leaf in leaves(each)] if isinstance(value, list) else [value]


def strange(text: str, locale: str, known: frozenset[str]) -> list[str]:
    """What does not belong on a page of this language."""
    if locale == "zh":
        return sorted(set(LATIN.findall(re.sub(r"\S+@\S+|https?://\S+", "", text))) - allowed())
    lines = "\n".join(line for line in text.splitlines() if line.strip() != "中文")  # the way to the other language
    return sorted({run for run in CJK.findall(lines) if not made_of(run, known)})


def made_of(run: str, known: frozenset[str]) -> bool:
    """Whether a run is nothing but data put together (province and city, family and given name)."""
    reached = [True] + [False] * len(run)
    for end in range(1, len(run) + 1):
        reached[end] = any(reached[start] and run[start:end] in known for start in range(end))
    return reached[-1]
