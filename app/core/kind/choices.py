"""Choice lists: a dict of code → word in the program, whose words, order and codes are the administrator's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa
from flask_babel import force_locale
from sqlalchemy import JSON, Column, ColumnElement, Select, cast, func, select, true, union
from sqlalchemy.orm import Session

from ..record import witness
from ..record.records import Record
from ..types import Text
from . import overrides
from .overrides import ChoiceRow

LISTS: dict[str, Choices] = {}
STEP = 10  # between the places of two values, so that one fits between


class Choices(Mapping[str, Text]):
    """A named list. Codes that rules name are `fixed`: to be renamed, never retired. A `closed` list gets no more.

    `kept_in` names the columns its codes are written to, where the list's own name does not.
    """

    def __init__(
        self,
        name: str,
        label: Text,
        words: Mapping[str, Text],
        *,
        fixed: Mapping[str, Text] | None = None,
        closed: Text = "",
        kept_in: tuple[str, ...] | None = None,
    ) -> None:
        self.name, self.label, self.words = name, label, words
        self.fixed, self.closed, self.kept_in = fixed or {}, closed, (name,) if kept_in is None else kept_in
        LISTS[name] = self

    def __getitem__(self, code: str) -> Text:
        return self._now[0][code]

    def __iter__(self) -> Iterator[str]:
        return iter(self._now[0])

    def __len__(self) -> int:
        return len(self._now[0])

    def __repr__(self) -> str:
        return f"Choices({self.name})"

    @property
    def offered(self) -> dict[str, Text]:
        """What may be chosen now, in the administrator's order."""
        words, retired = self._now
        return {code: word for code, word in words.items() if code not in retired}

    def rule_of(self, code: str) -> Text:
        """The rule that names a code, so that it can't be retired."""
        return self.fixed.get(code) or self.closed

    @property
    def _now(self) -> tuple[Mapping[str, Text], frozenset[str]]:
        """Every word by its code, and the retired codes."""
        edition = overrides.in_force()
        if self.name not in edition.choices:
            return self.words, frozenset()
        key = (Choices, self.name)
        if key not in edition.made:
            edition.made[key] = self._merged(edition.choices[self.name])
        made: tuple[Mapping[str, Text], frozenset[str]] = edition.made[key]
        return made

    def _merged(self, rows: tuple[overrides.Value, ...]) -> tuple[Mapping[str, Text], frozenset[str]]:
        words = {row.code: overrides.word(self.words.get(row.code, row.code), *row.words) for row in rows}
        more = {code: word for code, word in self.words.items() if code not in words}
        return {**words, **more}, frozenset(row.code for row in rows if not row.active)


def offered(choices: Mapping[str, Text]) -> Mapping[str, Text]:
    """What may be chosen now of any mapping."""
    return choices.offered if isinstance(choices, Choices) else choices


# ---- who has a value


def records_with(choices: Choices, code: str) -> Select[int]:
    """The ids of the records that have a value, in a column of their own or of a part."""
    found = [
        witness.parts()[table].rows().with_only_columns(witness.parts()[table].record_id).where(_holds(column, code))
        for table, column in _columns(choices)
        if table in witness.parts()
    ]
    return select(union(*found).subquery().c[0]) if found else select(Record.id).where(~true())


def open_records(session: Session, choices: Choices, code: str) -> int:
    """How many open records have a value."""
    mine = Record.id.in_(records_with(choices, code))
    return session.scalar(select(func.count()).select_from(Record).where(mine, Record.owner.is_not(None))) or 0


def has(session: Session, row: object, choices: Choices, code: str) -> bool:
    """Whether a row has a value already, itself or in one of its parts."""
    if row is None:
        return False
    if isinstance(row, Record):
        mine = select(Record.id).where(Record.id == row.id, Record.id.in_(records_with(choices, code)))
        return row.id is not None and session.scalar(mine) is not None
    table = getattr(row, "__tablename__", "")
    return any(getattr(row, column.name, None) == code for name, column in _columns(choices) if name == table)


def _columns(choices: Choices) -> Iterator[tuple[str, Column[object]]]:
    for place in choices.kept_in:
        table, _dot, column = place.partition(".")
        yield table, ChoiceRow.metadata.tables[table].c[column]


def _holds(column: Column[object], code: str) -> ColumnElement[bool]:
    holds: ColumnElement[bool] = column == code
    return cast(column, sa.Text).contains(f'"{code}"') if isinstance(column.type, JSON) else holds


# ---- the rows


def seed_choices(session: Session) -> int:
    """A row for every value of the program that has none; what an administrator changed stays."""
    known = {(row.list, row.code) for row in session.execute(select(ChoiceRow.list, ChoiceRow.code))}
    missing = [
        ChoiceRow(list=name, code=code, position=STEP * place)
        for name, choices in LISTS.items()
        for place, code in enumerate(choices.words, 1)
        if (name, code) not in known
    ]
    session.add_all(missing)
    if missing:
        overrides.changed(session)
    return len(missing)


def original(choices: Choices | None, code: str, locale: str) -> str:
    """The program's own word."""
    with force_locale(locale):
        return str(choices.words.get(code, "")) if choices else ""
