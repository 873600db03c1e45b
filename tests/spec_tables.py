"""The process tables of the regulation as tests/spec has them: states, steps, from where to where, by whom."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "spec"
FILES = ("processes.md", "processes-c.md", "processes-d.md")
FUNCTIONS = {  # who the tables name; the person named on a record is one of them
    "Reception": "reception",
    "QC manager": "qc_manager",
    "QC": "qc",
    "assigned person": "technician inspector",
    "Finance": "finance",
    "Leader": "leader",
    "General manager": "gm",
    "GM": "gm",
    "Department manager": "department_manager",
    "department manager": "department_manager",
    "Sales manager": "sales_manager",
    "Sales": "sales",
    "Marketing manager": "marketing_manager",
    "Marketing": "marketing",
    "Agent": "agent",
    "Property": "property",
}


@dataclass
class Row:
    """A step from some states to others; None: the state stays."""

    source: set[str]
    target: set[str | None]
    by: set[str]


@dataclass
class Table:
    """What a file says of one kind of record."""

    kind: str
    place: str
    text: str
    amends: bool = False  # what a later chapter changes of a kind told elsewhere
    states: dict[str, bool] = field(default_factory=dict)  # whether it is somebody's turn
    steps: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def named(self) -> set[str]:
        """Every name of the program it mentions."""
        return set(re.findall(r"`(\w+)`", self.text))


def codes() -> dict[str, str]:
    """Name of a record → its code, from the tables of records."""
    found = {}
    for name in FILES[1:]:
        text = (FOLDER / name).read_text(encoding="utf-8")
        listed = re.search(r"^\| Record[^\n]*\n((?:\|[^\n]*\n)+)", text, flags=re.M)
        for line in listed[1].splitlines() if listed else ():
            first = line.split("|")[1]
            if (code := re.search(r"`(\w+)`", first)) and (words := re.search(r"[一-鿿/]+", first)):
                found[words[0]] = code[1]
    return found


def sections() -> Iterator[tuple[str, str, str]]:
    """File, heading and text of everything a file tells apart: a chapter, or a paragraph with a name of its own."""
    for name in FILES:
        for chapter in re.split(r"^## ", (FOLDER / name).read_text(encoding="utf-8"), flags=re.M)[1:]:
            pieces = re.split(r"^\*\*(?=[A-Z][\w-]* [一-鿿]+\*\*)", chapter, flags=re.M)
            for piece in pieces:
                yield name, re.split(r"\n|\*\*", piece)[0], piece


def tables() -> list[Table]:
    """Every kind of record the files tell of."""
    known, found = codes(), []
    for name, heading, text in sections():
        slug = re.split(r" [^\w ]| (?=[一-鿿])", heading)[0].strip().lower().replace(" ", "_")
        words = re.search(r"[一-鿿/]+", heading)
        kind = slug if slug in known.values() else _by_words(known, words[0] if words else "")
        today = re.match(r"[^\n]*\nToday's `(\w+)`", text)
        if today is None and not kind and "→ `" not in text and "| step |" not in text:
            continue
        table = Table(today[1] if today else kind or slug, f"{name}: {heading}", text, amends=today is not None)
        _read(table)
        if table.states or (not table.steps and "→ `" in text):
            found.append(table)
    return found


def _by_words(known: dict[str, str], words: str) -> str:
    fitting = [each for each in known if words and (words.startswith(each) or each.startswith(words))]
    return known[max(fitting, key=len)] if fitting else ""


# ---- one table


def _read(table: Table) -> None:
    head: list[str] = []
    rows = []
    for line in table.text.splitlines():
        if not line.startswith("|"):
            head = [] if head and head[0] == "step" else head
            if line.startswith("States:") or re.match(r"[^`]*: `\w+` [一-鿿]+ \(turn", line):
                sentence = re.sub(r"\([^)]*\)", "(turn)", line.split(". ")[0])
                told = re.findall(r"`(\w+)`[^`(·]*(\(turn)?", sentence)
                table.states |= {code: bool(turn) for code, turn in told}
            continue
        cells = [cell.strip() for cell in line.strip("|\n").split("|")]
        if cells[0] in ("state", "step"):
            head = cells
        elif head and head[0] == "state" and cells[0].startswith("`"):
            turn = dict(zip(head, cells, strict=False)).get("turn", cells[-1])
            table.states |= dict.fromkeys(re.findall(r"`(\w+)`", cells[0]), turn not in ("–", ""))
        elif head and head[0] == "step" and cells[0].startswith("`"):
            rows.append(dict(zip(head, cells, strict=False)))
    for row in rows:
        _step(table, row)


def _step(table: Table, row: dict[str, str]) -> None:
    names = re.findall(r"`(\w+)`", row["step"])
    way = re.sub(r"\([^)]*\)", "", row["from → to"])
    by = row["by"].split(" · ")
    for number, name in enumerate(names):
        one = _one(way, number, len(names))
        who = by[number] if len(by) == len(names) else row["by"]
        if who.startswith("as `"):
            people = {code for each in table.steps[re.findall(r"\w+", who)[1]] for code in each.by}
        elif who.startswith("as "):
            people = {code for each in table.steps[who.removeprefix("as ").strip()] for code in each.by}
        else:
            people = _people(who)
        table.steps.setdefault(name, []).append(Row(_states(table, one[0]), _targets(table, one[1]), people))


def _one(way: str, number: int, of: int) -> tuple[str, str]:
    """From and to of one of the steps that share a row."""
    source, _arrow, target = way.partition("→")
    if not _arrow:
        return way, ""
    if of > 1 and "stay" in source:  # the first stays, the second goes
        return source, "" if number == 0 else target
    if of > 1 and target.count("/") == of - 1:
        return source, target.split("/")[number]
    return source, target


def _states(table: Table, text: str) -> set[str]:
    known = list(table.states)
    if "any open" in text:
        return {state for state, turn in table.states.items() if turn}
    found = [word for word in re.findall(r"\w+|…", text) if word in known or word == "…"]
    if "…" in found:
        begin, end = found[found.index("…") - 1], found[found.index("…") + 1]
        return {*known[known.index(begin) : known.index(end) + 1], *(set(found) - {"…"})}
    return set(found)


def _targets(table: Table, text: str) -> set[str | None]:
    return set(_states(table, text)) or {None}


def _people(text: str) -> set[str]:
    found: set[str] = set()
    for words in sorted(FUNCTIONS, key=len, reverse=True):
        if re.search(rf"\b{words}\b", text):
            found |= set(FUNCTIONS[words].split())
            text = re.sub(rf"\b{words}\b", "", text)
    return found
