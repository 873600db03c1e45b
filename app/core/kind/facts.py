"""A fact of the business, declared once beside its column: its words, its codes, and where it is looked up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, MappedColumn, RelationshipProperty, mapped_column

from ..model import AnyModel, Model, table_of
from ..types import Text
from .overrides import Worded

if TYPE_CHECKING:
    from ..fields.field_base import BusinessField

Attribute = InstrumentedAttribute[Any]
AnyColumn = MappedColumn[Any]  # the annotation beside it says of what
CODES: dict[AnyModel, str] = {}
WORDED: dict[tuple[AnyModel, str], Fact] = {}  # model and column → its fact, as the administrator calls it


class ColumnFacts(TypedDict, total=False):
    """What SQLAlchemy is told of a column."""

    default: object
    index: bool
    unique: bool
    primary_key: bool


@dataclass(frozen=True)
class Fact:
    """What is known of a column beside its type: told in forms, cards, lists, history, REST and on paper."""

    label: Text
    choices: Mapping[str, Text] | None = None
    lookup: str = ""  # the remote select it is chosen with
    help: Text = ""
    person: bool = False  # a colleague: kept by number, asked and told by login
    name: str = ""  # what forms and REST call it, where that is not the column's own name
    field: Callable[..., BusinessField] | None = None  # a field of its own: a phone number, an address
    searchable: bool = False  # its words are found by the search
    code: bool = False  # a number: found by the search in every spelling
    masked: Callable[[str | None], str] | None = None  # how it looks to whoever may not see how to reach people


def fact(
    label: Text,
    *args: Any,
    choices: Mapping[str, Text] | None = None,
    lookup: str = "",
    help: Text = "",
    person: bool = False,
    name: str = "",
    field: Callable[..., BusinessField] | None = None,
    searchable: bool = False,
    code: bool = False,
    masked: Callable[[str | None], str] | None = None,
    **kw: Unpack[ColumnFacts],
) -> AnyColumn:
    """A column with its words; the annotation says the type and whether it may be empty."""
    told = Fact(label, choices, lookup, help, person, name, field, searchable, code, masked)
    return mapped_column(*args, info={"fact": told}, **kw)


def internal(*args: Any, **kw: Unpack[ColumnFacts]) -> AnyColumn:
    """A column nobody is told and nobody is asked: the portal keeps it for itself."""
    return mapped_column(*args, info={"internal": True}, **kw)


def column_of(attribute: Attribute) -> sa.Column[object]:
    """The column behind an attribute, the inherited ones of `record` included."""
    found: sa.Column[object] = attribute.class_.__mapper__.columns[attribute.key]
    return found


def told_by(attribute: Attribute) -> Fact:
    """The fact of a column, or of a relation to several records (`info={"fact": Fact(…)}`).

    What every record has may be called otherwise by a kind: `__facts__` of its model. Raises TypeError without words.
    """
    known = WORDED.get((model_of(attribute), attribute.key))
    if known is not None:
        return known
    own: Mapping[str, Fact] = getattr(attribute.class_, "__facts__", {})
    info = attribute.info if is_several(attribute) else column_of(attribute).info
    found: Fact | None = own.get(str(attribute.key)) or info.get("fact")
    if found is None:
        raise TypeError(f"{attribute} is no fact: declare its column with fact(…)")
    return _worded(attribute, found)


def model_of(attribute: Attribute) -> AnyModel:
    """The model an attribute is read from, also where it is inherited."""
    model = attribute.class_
    assert isinstance(model, type)
    return model


def is_several(attribute: Attribute) -> bool:
    """A relation to several others, asked and told by their numbers."""
    return isinstance(attribute.prop, RelationshipProperty)


def _worded(attribute: Attribute, found: Fact) -> Fact:
    """The fact, called as the administrator calls it: that of a part by the words of its record."""
    model, key = model_of(attribute), str(attribute.key)
    WORDED[model, key] = told = replace(found, label=Worded(code_of(model), found.name or key, found.label))
    return told


def code_of(model: AnyModel) -> str:
    """What a model's facts are known under: its kind or table, of a part its record's."""
    if model not in CODES:
        whole = whole_of(model)
        CODES[model] = str(whole.__mapper__.polymorphic_identity or whole.__tablename__)
    return CODES[model]


def whole_of(model: AnyModel) -> AnyModel:
    """The kind of record a part hangs on, perhaps by way of another part; anything else is whole by itself."""
    from .parts import Part

    if not issubclass(model, Part):
        return model
    kept_in = {mapper.local_table: mapper for mapper in model.registry.mappers}  # asked while models are still made
    onward = (kept_in.get(key.column.table) for column in table_of(model).columns for key in column.foreign_keys)
    known = (each for each in onward if each is not None)
    return whole_of(next(each.class_ for each in known if each.polymorphic_identity or issubclass(each.class_, Part)))


def name_in_forms(attribute: Attribute) -> str:
    """`department_id` is asked and told as `department`."""
    return told_by(attribute).name or relation_of(attribute)


def relation_of(attribute: Attribute) -> str:
    """`product_id` leads to `product`."""
    return str(attribute.key).removesuffix("_id").removesuffix("_code")


def facts_of(model: AnyModel) -> list[Attribute]:
    """A model's own facts, in the order of the form; relations to several others come last."""
    keys = [column.key for column in table_of(model).columns if "fact" in column.info]
    keys += [relation.key for relation in model.__mapper__.relationships if "fact" in relation.info]
    return [getattr(model, key) for key in keys]


def facts_of_parts(model: AnyModel) -> list[Attribute]:
    """The facts of what hangs on a record and is called by its words."""
    hung = (each.mapper.class_ for each in model.__mapper__.relationships)
    parts = (each for each in hung if each is not model and whole_of(each) is model)
    return [attribute for part in parts for attribute in facts_of(part)]


@cache
def _keys(model: type[Model]) -> dict[str, str]:
    return {name_in_forms(each): str(each.key) for each in facts_of(model) if not is_several(each)}


def key_of(model: type[Model], name: str) -> str:
    """The attribute that keeps what the forms call so: `product` is kept in `product_id`."""
    plain = hasattr(model, name) and not hasattr(model, f"{name}_id")
    return _keys(model).get(name) or (name if plain else f"{name}_id")


def words_of(model: AnyModel) -> dict[str, Fact]:
    """Its facts by every name a history line may know them."""
    found: dict[str, Fact] = {}
    for attribute in facts_of(model):
        found |= dict.fromkeys((str(attribute.key), name_in_forms(attribute)), told_by(attribute))
    return found


@cache
def searched(model: type[Model]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the search looks through, the inherited facts included: those of words, and those of codes."""
    told = {str(each.key): each.columns[0].info.get("fact") for each in sa.inspect(model).column_attrs}
    facts = {key: each for key, each in told.items() if each is not None}
    words = tuple(key for key, each in facts.items() if each.searchable and not each.code)
    return words, tuple(key for key, each in facts.items() if each.code)
