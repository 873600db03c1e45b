"""The rows of a part as the record's page and REST tell them, from their facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from inspect import isfunction
from typing import Any

from markupsafe import Markup
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from ..model import AnyModel
from ..rest import shapes
from ..rest.answers import plain
from ..rights.people import name_of
from ..text.wording import gettext as _
from ..time.when import stamp
from ..types import Text, Values
from .by_word import Row
from .facts import Attribute, facts_of, name_in_forms, relation_of, told_by
from .parts import Part, part_of
from .tells import Told, called, shown


def written_by(row: Part, before: object = "") -> Row:
    """The first line of a row: its round, and who wrote it when."""
    return _("Round %(n)s", n=row.round), Markup("{} {} {}").format(before, name_of(row.by_id), stamp(row.at))


@dataclass(frozen=True)
class PartCard:
    """The rows of a part as a card of the page: a first line for each, then its facts (or label and value of a row)."""

    name: str
    title: Text
    relation: Attribute
    facts: tuple[Told, ...] = ()
    head: Callable[[Any], Row] | None = written_by
    editable: bool = False
    optional: bool = False  # not shown while it is empty
    clause: str = ""  # where it is not the kind's own

    def rows(self, record: object) -> list[Row]:
        """Label and value of everything; of no record the labels of one row."""
        if record is None:
            return [(called(each), "") for each in self.facts if not (isinstance(each, tuple) and isfunction(each[0]))]
        return [pair for row in getattr(record, self.relation.key) for pair in self._lines(row)]

    def _lines(self, row: object) -> list[Row]:
        facts = [
            (called(each, row), each[1](row) if isinstance(each, tuple) else shown(row, each)) for each in self.facts
        ]
        return [self.head(row), *facts] if self.head else facts


def loading(relation: Attribute) -> ORMOption:
    """The rows of a part, with the colleagues they name."""
    model = part_of(relation)
    people = [getattr(model, relation_of(fact)) for fact in facts_of(model) if told_by(fact).person]
    return selectinload(relation).options(*(joinedload(person) for person in people))


def in_rest(relation: Attribute) -> tuple[str, Callable[[object], list[Values]]]:
    """The rows of a part as JSON under the relation's name: number, round, who, when, and the facts."""

    def rows(record: object) -> list[Values]:
        facts = facts_of(part_of(relation))
        return [
            {"id": row.id, "round": row.round, "at": plain(row.at), "by_id": row.by_id}
            | {name_in_forms(fact): _value(row, fact) for fact in facts}
            for row in getattr(record, relation.key)
        ]

    return str(relation.key), shapes.shaped(lambda: shapes.listing(_row_shape(part_of(relation))), rows)


def _row_shape(model: AnyModel) -> shapes.Schema:
    """A row of a part, as OpenAPI says it."""
    head = {name: shapes.of_column(getattr(model, name)) for name in ("id", "round", "at", "by_id")}
    facts = {name_in_forms(fact): _shape(fact) for fact in facts_of(model)}
    return shapes.record_of({**head, **facts})


def _shape(fact: Attribute) -> shapes.Schema:
    told = told_by(fact)
    found = shapes.or_nothing(shapes.PLAIN[str]) if told.person else shapes.of_column(fact, told.choices)
    return {**found, "description": str(told.label)}


def _value(row: object, fact: Attribute) -> object:
    """A colleague by login, through the relation beside the number; anything else as JSON."""
    if told_by(fact).person:
        person = getattr(row, relation_of(fact))
        return person and person.username
    return plain(getattr(row, fact.key))
