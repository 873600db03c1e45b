"""Substring search that knows Chinese: exact like LIKE, indexed on SQLite (FTS5) and PostgreSQL (GIN).

Beside what is searched stands a shadow table (id, text, grams): one for all records, one for each other thing.
`text` is what a person may look for, by its key of sameness; its grams narrow the search and LIKE on `text` decides.
A single character has no gram: beside other words it is looked for in what those leave.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import InstanceState, Mapper, ORMExecuteState, Session

from ..kind import own_fields
from ..kind.facts import code_of, searched
from ..model import AnyModel, Model
from ..text import phones
from ..text.sameness import HAN, code_key, folded, searchable
from ..text.wording import gettext as _
from .grams import sign
from .shadows import BATCH, SHADOW, columns_of_a_shadow, forget, learn
from .ways import SHORTEST, Text, Through

WIDE = re.compile(rf"(?<!\S)[{HAN}](?:\s+[{HAN}](?!\S))+")  # 李　明: a short name set wide
WORDS = 10
KEY = "id"  # of every row that has a shadow
INDEXES: list[SearchIndex] = []


def plain_words(typed: str) -> list[str]:
    """What was typed, word by word, each by its key; a name set wide is one word."""
    joined = WIDE.sub(lambda wide: "".join(wide.group().split()), typed.replace("\0", " "))
    return [word for part in joined.split() if (word := folded(part))]


def _every_word(typed: str) -> list[str]:
    """What reads as a number is one word."""
    words = phones.query(typed) or [searchable(word) for word in plain_words(typed)]
    return list(dict.fromkeys(filter(None, words)))


def words_of(typed: str) -> list[str]:
    """What is looked for in an index, word by word."""
    return _every_word(typed)[:WORDS]


def too_short(typed: str) -> bool:
    """Something was typed, but nothing one can look for."""
    return bool(typed.strip()) and not any(len(word) >= SHORTEST for word in words_of(typed))


def of_single_characters(typed: str) -> bool:
    """No name set wide when nothing is found by it: several words, none of which is long enough."""
    return all(len(folded(part)) < SHORTEST for part in typed.split())


def note(typed: str, nothing: bool = False) -> str:
    """What of a query is not looked for, and why; of a name set wide that nothing is found by, the same."""
    if too_short(typed) or (nothing and typed.strip() and of_single_characters(typed)):
        return _("Type at least two characters.")
    left = _every_word(typed)[WORDS:]
    return _("Not looked for, there are too many words: %(words)s", words=" ".join(left)) if left else ""


class SearchIndex:
    """The shadow of one model and those that inherit from it.

    It looks through the columns that are named, words and codes; without any, through the facts that say so.
    """

    def __init__(self, model: type[Model], *columns: str, codes: Sequence[str] = (), name: str = "") -> None:
        self.model, self.columns, self.codes = model, columns, codes
        self.name = name or f"{model.__tablename__}{SHADOW}"
        key = model.metadata.tables[model.__tablename__].c[KEY]
        self.table = sa.Table(self.name, model.metadata, *columns_of_a_shadow(key))
        sa.event.listen(model, "after_insert", self._insert, propagate=True)
        sa.event.listen(model, "after_update", self._update, propagate=True)
        sa.event.listen(model, "before_delete", self._delete, propagate=True)
        INDEXES.append(self)

    @property
    def of_several(self) -> bool:
        """Whether there are several kinds of the model, each with a sign of its own."""
        return sa.inspect(self.model).polymorphic_on is not None

    # ---- looking

    def ways(self, word: str) -> tuple[Text, ...]:
        """A word in the row's own text, as it stands or with its digits alone."""
        spellings = {word, re.sub(r"[()+]", "", word) if phones.QUERY.fullmatch(word) else word}
        return tuple(Text(self.name, each) for each in sorted(spellings))

    def has(self, session: Session, word: str) -> sa.ColumnElement[bool]:
        """The condition that a row contains a word."""
        return Through(getattr(self.model, KEY), self.ways(word)).condition(session)

    # ---- keeping

    def looked_through(self, model: object) -> tuple[Sequence[str], Sequence[str]]:
        """The columns of a model with words, and those with codes."""
        return (self.columns, self.codes) if self.columns or self.codes else searched(model)

    def _read(self, model: object) -> tuple[str, ...]:
        words, codes = self.looked_through(model)
        return (*words, *codes, "extra") if self.has_own(model) else (*words, *codes)

    def has_own(self, model: object) -> bool:
        """Whether the company's own fields are looked through with the rest."""
        return hasattr(model, "extra")

    def text_of(self, connection: sa.Connection, model: AnyModel, row: object) -> str:
        """The keys of everything on the row, those of its codes also without blanks."""
        words, codes = self.looked_through(model)
        written = {name: str(value) for name in (*words, *codes) if (value := getattr(row, name, None))}
        parts = [sign(code_of(model))] if self.of_several else []
        parts += [searchable(text) for text in written.values()]
        parts += [code_key(written[name]) or "" for name in codes if name in written]
        parts += own_fields.searchable(connection, model, row) if self.has_own(model) else []
        return " ".join(dict.fromkeys(filter(None, parts)))

    def _insert(self, _mapper: object, connection: sa.Connection, row: object) -> None:
        if any(self.looked_through(type(row))):
            learn(connection, self.name, [(getattr(row, KEY), self.text_of(connection, type(row), row))])

    def _update(self, mapper: object, connection: sa.Connection, row: object) -> None:
        state: InstanceState[object] = sa.inspect(row)
        if any(state.attrs[name].history.has_changes() for name in self._read(type(row))):
            forget(connection, self.name, getattr(row, KEY))
            self._insert(mapper, connection, row)

    def _delete(self, _mapper: object, connection: sa.Connection, row: object) -> None:
        forget(connection, self.name, getattr(row, KEY))

    def fill_missing(self, session: Session, model: object = None) -> int:
        """Index the rows (of one model) that have no shadow yet; answers how many."""
        mappers = sa.inspect(model or self.model).self_and_descendants
        return sum(self._fill(session, each) for each in mappers if any(self.looked_through(each.class_)))

    def _fill(self, session: Session, mapper: Mapper[Model]) -> int:
        done, model = 0, mapper.class_
        columns = [getattr(model, name).label(name) for name in (KEY, *self._read(model))]
        key = getattr(model, KEY)
        missing = sa.select(*columns).where(~key.in_(sa.select(self.table.c.id))).order_by(key)
        if mapper.polymorphic_on is not None:
            missing = missing.where(mapper.polymorphic_on == mapper.polymorphic_identity)
        while rows := session.execute(missing.limit(BATCH)).all():
            connection = session.connection()
            learn(connection, self.name, [(row.id, self.text_of(connection, model, row)) for row in rows])
            missing, done = missing.where(key > rows[-1].id), done + len(rows)
        return done

    def learn_again(self, session: Session, model: type[Model], condition: sa.ColumnElement[bool]) -> None:
        """What is looked for in these rows of a model was decided anew."""
        connection = session.connection()
        for number in session.scalars(sa.select(getattr(model, KEY)).where(condition)).all():
            forget(connection, self.name, number)
        self.fill_missing(session, model)


class PhoneIndex(SearchIndex):
    """The shadow of phone numbers: found in every spelling, and apart from what everybody may look for."""

    LEAST = 4  # fewer digits are no part of a number
    DIGITS = "phone_digits"  # where a model that has numbers keeps their keys

    def __init__(self, model: type[Model]) -> None:
        super().__init__(model, self.DIGITS, name=f"{model.__tablename__}_phone{SHADOW}")

    def looked_through(self, model: object) -> tuple[Sequence[str], Sequence[str]]:
        return (self.columns, ()) if hasattr(model, self.DIGITS) else ((), ())

    def has_own(self, model: object) -> bool:
        return False

    def holds(self, word: str) -> tuple[Text, ...]:
        """The ways a row has this number, or one that contains these digits; none for a word."""
        keys = sorted(phones.sought(word))
        parts = [Text(self.name, key) for key in keys if len(key) >= self.LEAST]
        in_town = [Text(self.name, local, whole=True) for key in keys if (local := phones.local(key)) != key]
        return (*parts, *in_town)  # some are kept without their area code


@sa.event.listens_for(Session, "do_orm_execute")
def _written_in_bulk(state: ORMExecuteState) -> sa.Result[*tuple[object, ...]] | None:
    """Rows that are written many at once are found like any other."""
    if not state.is_insert or state.bind_mapper is None:
        return None
    result = state.invoke_statement()
    for index in INDEXES:
        if issubclass(state.bind_mapper.class_, index.model):
            index.fill_missing(state.session, state.bind_mapper.class_)
    return result
