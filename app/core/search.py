"""Substring search that knows Chinese: exact like LIKE, indexed on SQLite (FTS5) and PostgreSQL (GIN).

Beside each searchable table stands a shadow table (id, text, grams). `text` is what a person may look for,
normalised; its grams narrow the search and LIKE on `text` decides, so the index never adds or hides a hit.
Two characters make a gram; runs of four or more Latin letters and digits make grams of four.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

RUN = re.compile(r"[0-9a-z]{4,}")
SHORTEST = 2  # one character has no gram, and finds everything
WORDS = 5
BATCH = 2_000
INDEXES: list[SearchIndex] = []


def normalise(text: str) -> str:
    """Full-width to half-width, one case, single blanks: what is stored and what is typed alike."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().replace("\0", "").split())


def words_of(typed: str) -> list[str]:
    """What is looked for, word by word; a single character is no word."""
    return [word for word in normalise(typed).split()[:WORDS] if len(word) >= SHORTEST]


def too_short(typed: str) -> bool:
    """Something was typed, but nothing one can look for."""
    return bool(typed.strip()) and not words_of(typed)


def code(gram: str) -> int:
    """A gram as a signed 32-bit number; a collision only costs a look at the text."""
    small = len(gram) == 4 and gram.isascii()
    raw = gram.encode() if small else b"".join((ord(char) & 0xFFFF).to_bytes(2, "big") for char in gram)
    return int.from_bytes(raw, "big", signed=True)


def grams(text: str) -> set[int]:
    """Everything a text can be found by."""
    return {code(text[at : at + 2]) for at in range(len(text) - 1)} | set(_quads(text))


def needed(word: str) -> set[int]:
    """What a hit must contain: grams of four inside long runs, of two elsewhere."""
    inside = {at for run in RUN.finditer(word) for at in range(run.start(), run.end() - 1)}
    return {code(word[at : at + 2]) for at in range(len(word) - 1) if at not in inside} | set(_quads(word))


def _quads(text: str) -> Iterator[int]:
    return (code(run[at : at + 4]) for run in RUN.findall(text) for at in range(len(run) - 3))


def tokens(codes: Iterable[int]) -> str:
    """The codes as the words FTS5 keeps."""
    return " ".join(f"{number & 0xFFFFFFFF:08x}" for number in sorted(codes))


class Grams(sa.types.TypeDecorator[Any]):
    """int[] with a GIN index on PostgreSQL; nothing on SQLite, where an FTS5 table holds the codes."""

    impl, cache_ok = sa.Text, True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        return dialect.type_descriptor(ARRAY(sa.Integer()) if dialect.name == "postgresql" else sa.Text())

    def process_bind_param(self, value: Any, dialect: sa.Dialect) -> Any:
        return sorted(value) if value is not None and dialect.name == "postgresql" else None


class SearchIndex:
    """The shadow of one model: which of its own columns a person may look for."""

    def __init__(self, model: Any, *columns: str, name: str = "") -> None:
        self.model, self.columns, self.name = model, columns, name or f"{model.__tablename__}_search"
        key = model.__table__.c.id
        self.table = sa.Table(
            self.name,
            model.metadata,
            sa.Column("id", sa.ForeignKey(key, ondelete="CASCADE"), primary_key=True),
            sa.Column("text", sa.Text, nullable=False),
            sa.Column("grams", Grams),
        )
        fts = f"{self.name}_fts"
        self.fts = sa.table(fts, sa.column("rowid", sa.Integer), sa.column(fts), sa.column("g"))
        sa.event.listen(model, "after_insert", self._insert)
        sa.event.listen(model, "after_update", self._update)
        sa.event.listen(model, "before_delete", self._delete)
        INDEXES.append(self)

    # ---- looking

    def has(self, session: Session, word: str) -> sa.ColumnElement[bool]:
        """The condition that a row contains a word (normalised, two characters or more)."""
        shadow = self.table
        found = sa.select(shadow.c.id).where(shadow.c.text.contains(word, autoescape=True))
        codes = needed(word)
        if session.get_bind().dialect.name == "postgresql":
            found = found.where(shadow.c.grams.op("@>")(sa.cast(sorted(codes), ARRAY(sa.Integer))))
        else:
            match = self.fts.c[self.fts.name].op("MATCH")(tokens(codes))
            found = found.where(shadow.c.id.in_(sa.select(self.fts.c.rowid).where(match)))
        return self.model.id.in_(found)  # type: ignore[no-any-return]

    # ---- keeping

    def text_of(self, row: Any) -> str:
        return normalise(" ".join(str(value) for name in self.columns if (value := getattr(row, name, None))))

    def _insert(self, _mapper: Any, connection: sa.Connection, row: Any) -> None:
        self._learn(connection, [(row.id, self.text_of(row))])

    def _update(self, _mapper: Any, connection: sa.Connection, row: Any) -> None:
        state = sa.inspect(row)
        if any(state.attrs[name].history.has_changes() for name in self.columns):
            self._forget(connection, row.id)
            self._learn(connection, [(row.id, self.text_of(row))])

    def _delete(self, _mapper: Any, connection: sa.Connection, row: Any) -> None:
        self._forget(connection, row.id)

    def _learn(self, connection: sa.Connection, rows: list[tuple[int, str]]) -> None:
        shadows = [{"id": number, "text": text, "grams": grams(text)} for number, text in rows]
        connection.execute(self.table.insert(), shadows)
        if connection.dialect.name == "sqlite":
            codes = [{"rowid": number, "g": tokens(grams(text))} for number, text in rows]
            connection.execute(self.fts.insert().values(rowid=sa.bindparam("rowid"), g=sa.bindparam("g")), codes)

    def _forget(self, connection: sa.Connection, number: int) -> None:
        """FTS5 without a copy of the text wants to be told what it forgets."""
        mine = self.table.c.id == number
        text = connection.scalar(sa.select(self.table.c.text).where(mine))
        if text is None:
            return
        if connection.dialect.name == "sqlite":
            fts = self.fts.name
            gone = sa.text(f"INSERT INTO {fts}({fts}, rowid, g) VALUES ('delete', :number, :g)")  # noqa: S608 (our own name)
            connection.execute(gone, {"number": number, "g": tokens(grams(text))})
        connection.execute(self.table.delete().where(mine))

    def fill_missing(self, session: Session) -> int:
        """Index the rows that have no shadow yet; answers how many."""
        done = 0
        missing = sa.select(self.model).where(~self.model.id.in_(sa.select(self.table.c.id))).order_by(self.model.id)
        while rows := session.scalars(missing.limit(BATCH)).all():
            self._learn(session.connection(), [(row.id, self.text_of(row)) for row in rows])
            done += len(rows)
            session.expunge_all()
        return done
