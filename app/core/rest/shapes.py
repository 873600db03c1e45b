"""What answers look like, as OpenAPI says it: from the column, its fact, or as a function promises."""

from __future__ import annotations

import inspect
import sys
import types
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal, NotRequired, TypeVar, Union, get_args, get_origin, get_type_hints, is_typeddict

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Mapped

from ..kind.own_fields import CHOSEN, Own
from ..model import Model
from ..types import Json
from .query import kind_of

Schema = Json
Tells = TypeVar("Tells", bound=Callable[..., object])

PLAIN: dict[object, Schema] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    Decimal: {"type": "string", "format": "decimal"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}
ANYTHING: Schema = {"$ref": "#/components/schemas/Value"}
VALUE: Schema = {  # what JSON can hold, where nobody knows more
    "nullable": True,
    "anyOf": [
        *({"type": kind} for kind in ("string", "number", "boolean")),
        {"type": "array", "items": ANYTHING},
        {"type": "object", "additionalProperties": ANYTHING},
    ],
}
MESSAGE: Schema = {
    "type": "object",
    "description": "What is wrong, in the caller's language: a sentence, or sentences by field.",
    "properties": {
        "message": {
            "anyOf": [
                {"type": "string"},
                {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
            ]
        }
    },
}
OWN: dict[str, Schema] = {
    "integer": {"type": "integer"},
    "money": PLAIN[Decimal],
    "day": PLAIN[date],
    "moment": PLAIN[datetime],
    "yes_no": {"type": "boolean"},
    "customer": {"type": "integer"},
    "product": {"type": "integer"},
    "file": {"type": "integer"},
}


def says(kind: object, how: Tells) -> Tells:
    """A small function, and the type of what it tells: `says(str, lambda row: row.user.username)`."""
    how.__annotations__["return"] = kind
    return how


def shaped(shape: Callable[[], Schema], how: Tells) -> Tells:
    """A function made of facts, and how its answer looks."""
    how.shape = shape  # type: ignore[attr-defined]
    return how


def ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def listing(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def record_of(properties: Mapping[str, Schema], required: Iterable[str] = ()) -> Schema:
    """An object of these fields, and of no others."""
    needed = list(required)
    closed: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**closed, "required": needed} if needed else closed


def or_nothing(schema: Schema) -> Schema:
    """The same, or null."""
    if "$ref" in schema:
        return {"allOf": [schema], "nullable": True}
    codes = {"enum": [*schema["enum"], None]} if "enum" in schema else {}
    return {**schema, **codes, "nullable": True}


# ---- as a function or a column promises


def of_type(kind: object) -> Schema:
    """The schema of a type."""
    if kind in PLAIN:
        return dict(PLAIN[kind])
    if is_typeddict(kind):
        hints, loose = get_type_hints(kind), get_type_hints(kind, include_extras=True)
        needed = [name for name in hints if get_origin(loose[name]) is not NotRequired]
        return record_of({name: of_type(each) for name, each in hints.items()}, needed)
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        some = [of_type(each) for each in parts if each is not types.NoneType]
        one = some[0] if len(some) == 1 else {"anyOf": some}
        return or_nothing(one) if types.NoneType in parts else one
    if origin is Literal:
        return {"type": "string", "enum": list(parts)}
    if origin in (list, tuple):
        return listing(of_type(parts[0]))
    if origin is dict or origin is Mapping:
        return {"type": "object", "additionalProperties": of_type(parts[1])}
    return dict(ANYTHING)


def of_function(how: Callable[..., object]) -> Schema | None:
    """What a function says of its answer; nothing when it says nothing."""
    if (shape := getattr(how, "shape", None)) is not None:
        made: Schema = shape()
        return made
    try:
        promised = get_type_hints(how).get("return", Any)
    except (NameError, TypeError):
        return None
    return None if promised in (Any, object) else of_type(promised)


def of_column(attribute: InstrumentedAttribute[object], choices: Mapping[str, object] | None = None) -> Schema:
    """The schema of a column, with the codes of its choices."""
    column = attribute.property.columns[0]
    if isinstance(column.type, sa.JSON):
        found = _of_json(attribute)
    else:
        found = dict(PLAIN.get(kind := kind_of(column), {"type": "string"}))
        if (enum := getattr(column.type, "enum", None)) is not None:
            found["enum"] = [str(code) for code in enum]
        elif choices:
            found["enum"] = [kind(code) for code in choices]
    if choices and found.get("type") == "array":
        found["items"] = {"type": "string", "enum": list(choices)}
    return or_nothing(found) if column.nullable and "nullable" not in found else found


def _of_json(attribute: InstrumentedAttribute[object]) -> Schema:
    """A column of JSON, as its annotation says it."""
    owner = next(each for each in attribute.class_.__mro__ if attribute.key in inspect.get_annotations(each))
    said = {attribute.key: inspect.get_annotations(owner)[attribute.key]}
    alone = type("Said", (), {"__annotations__": said})  # the others may name what only the type checker imports
    kind = get_type_hints(alone, {**vars(sys.modules[owner.__module__]), "Mapped": Mapped})[attribute.key]
    return of_type(get_args(kind)[0])


def of_name(model: type[Model], name: str, choices: Mapping[str, object] | None = None) -> Schema | None:
    """What a row tells under a name: its column, also that of the relation, or its property."""
    columns, synonyms = model.__mapper__.columns, model.__mapper__.synonyms
    name = str(synonyms[name].name) if name in synonyms else name
    for key in (name, f"{name}_id", f"{name}_code"):
        if key in columns:
            return of_column(getattr(model, key), choices)
    found = inspect.getattr_static(model, name, None)
    return of_function(found.fget) if isinstance(found, property) and found.fget else None


def of_own(own: Own) -> Schema:
    """A field of the company's own."""
    if own.type in CHOSEN:
        codes = {"type": "string", "enum": list(own.choices)}
        found: Schema = listing(codes) if own.type == "choices" else codes
    else:
        found = dict(OWN.get(own.type, PLAIN[str]))
    return {**or_nothing(found), "description": str(own.label)}


# ---- what is sent


def sent(schema: Schema) -> Schema:
    """A form's JSON Schema in the words of OpenAPI 3.0."""
    found: Schema = {name: value for name, value in schema.items() if name not in ("type", "required", "enum")}
    kind = schema.get("type")
    if isinstance(kind, list):
        found["anyOf"] = [{"type": each} for each in kind]
    elif kind is not None:
        found["type"] = kind
    found |= {name: list(schema[name]) for name in ("required", "enum") if schema.get(name)}
    if "properties" in schema:
        found["properties"] = {name: sent(each) for name, each in schema["properties"].items()}
    if "items" in schema:
        found["items"] = sent(schema["items"])
    if "title" in schema:
        found.setdefault("description", schema["title"])
    return found
