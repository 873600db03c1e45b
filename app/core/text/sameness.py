"""One idea of sameness: what people write in several ways has one key, for search, hints and rules alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import String, event, inspect
from sqlalchemy.orm import MappedColumn, Mapper, mapped_column

from ..model import Model

Key = Callable[[str | None], str | None]  # what is the same has the same
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
DASHES = "\u02d7\u2043\u2212\u2500\u2501\u2e3a\u2e3b\ufe58"  # beside those Unicode calls dashes
WAVES = "\u301c\u3030"  # a range, not a dash
HAN = "\u2e80-\u2fdf\u3001-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
LOOSE = re.compile(rf"(?<=[{HAN}()\-])\s+|\s+(?=[{HAN}()\-])")  # blanks beside these say nothing
NO_CODE = frozenset(  # what people write where there is no number
    [
        "无",
        "無",
        "没有",
        "沒有",
        "空",
        "不详",
        "不詳",
        "不清",
        "不清楚",
        "不知道",
        "不明",
        "未知",
        "未提供",
        "暂无",
        "待查",
        "待定",
        "不适用",
        "无号",
        "无编号",
        "无批号",
        "无批次",
        "无序列号",
        "na",
        "n/a",
        "none",
        "nil",
        "null",
        "unknown",
        "tbd",
    ]
)
EMPTY_CODE = re.compile(r"0*|x{3,}|[\W_]*")  # 0000, xxx, signs alone


class _Plain(dict[int, str]):
    """What stands for each sign; learnt as signs are met, never more than it should hold."""

    def __missing__(self, sign: int) -> str:
        plain = _plain(chr(sign))
        if len(self) < 10_000:
            self[sign] = plain
        return plain


PLAIN = _Plain()


def visible(text: str) -> str:
    """Half width, without signs nobody sees; every kind of blank is a blank, every dash and bracket the plain one."""
    return UNSEEN.sub("", unicodedata.normalize("NFKC", text)).translate(PLAIN)


def _plain(char: str) -> str:
    kind = unicodedata.category(char)
    if char.isspace():
        return " "
    if char in DASHES or (kind == "Pd" and char not in WAVES):
        return "-"
    if kind in ("Cf", "Cc"):
        return ""
    if char in "\u2018\u2019\u201a\u201b`\u00b4":
        return "'"
    if kind in ("Pi", "Pf") or char in "\u201e\u300c\u300d\u300e\u300f\u301d\u301e\u301f":
        return '"'
    return {"Ps": "(", "Pe": ")"}.get(kind, char)


def _settled(step: Callable[[str], str], text: str) -> str:
    """A step until it changes nothing: what one round joins, the next may make plain."""
    while (after := step(text)) != text:
        text = after
    return text


def folded(text: str | None) -> str:
    """The key of a name or a text: one width, one case, one dash, one bracket, no blanks around Chinese signs."""
    return _settled(lambda now: " ".join(LOOSE.sub("", visible(visible(now).casefold())).split()), text or "")


def searchable(text: str) -> str:
    """What is looked for and looked through: the key of a text, HT-850 and HT850 alike."""
    return _settled(lambda now: folded(now.replace("-", "")), folded(text))


def code_key(text: str | None) -> str | None:
    """The key of a serial, batch, contract or receipt number: no blanks and dashes either; None for 无 and the like."""
    key = _settled(lambda now: folded(now.replace("-", "").replace(" ", "")), folded(text or ""))
    return None if key.replace(".", "") in NO_CODE or EMPTY_CODE.fullmatch(key) else key


# ---- stored keys


def followed(source: str, key: Key, length: int, *, index: bool = False) -> MappedColumn[str]:
    """A column that holds the key of another one, however its row is written."""

    def bounded(text: str | None) -> str | None:
        value = key(text)
        return value[:length] if value else value

    def in_bulk(context: Any) -> str | None:
        return bounded(context.get_current_parameters().get(source))

    return mapped_column(String(length), default=in_bulk, info={"follows": (source, bounded)}, index=index)


@cache
def _followers(mapper: Mapper[object]) -> list[tuple[str, str, Key]]:
    return [(name, *column.info["follows"]) for name, column in mapper.columns.items() if "follows" in column.info]


def _follow(mapper: Mapper[object], _connection: object, row: object) -> None:
    """What was not read was not written either: its key stays."""
    for name, source, key in _followers(mapper):
        if source in row.__dict__ or name not in row.__dict__:
            setattr(row, name, key(getattr(row, source)))


def _follow_changes(mapper: Mapper[object], _connection: object, row: object) -> None:
    """A key changes with what it is the key of."""
    attributes = inspect(row).attrs if _followers(mapper) else {}
    for name, source, key in _followers(mapper):
        if attributes[source].history.has_changes():
            setattr(row, name, key(getattr(row, source)))


event.listen(Model, "before_insert", _follow, propagate=True)
event.listen(Model, "before_update", _follow_changes, propagate=True)
