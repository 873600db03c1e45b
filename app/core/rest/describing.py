"""What a program can know beforehand: OpenAPI with the schemas of what is sent and answered, and `_info`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NotRequired, TypedDict

from apispec.exceptions import DuplicateComponentNameError
from flask import Response, jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.models.sqla import filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name, protect

from app.extensions import db

from ..fields.field_base import BusinessField
from ..fields.forms import StepForm
from ..kind import own_fields, own_forms, own_shown
from ..kind.choices import offered
from ..kind.facts import facts_of, name_in_forms, told_by
from ..model import Model
from ..rights.current import current_rights
from ..text.wording import lazy_gettext as _l
from ..types import PREFIX, Json
from . import query, shapes
from .answers import spoken
from .shapes import Schema

if TYPE_CHECKING:
    from apispec import APISpec

    from ..types import Text

WORDS: dict[str, Text] = {  # of what every thing or record has beside its facts
    "id": _l("Id"),
    "version": _l("Version"),
    "state": _l("State"),
    "owner": _l("Whose turn"),
    "due_at": _l("Deadline"),
    "created_at": _l("Created at"),
    "changed_at": _l("Changed at"),
    "extra": _l("The company's own fields"),
    "at": _l("At"),
    "by_id": _l("By"),
    "round": _l("Round"),
    "active": _l("Active"),
}
COMPARED: dict[str, Text] = {  # FAB's own words for its operators
    each.arg_name: each.name
    for each in (
        *(filters.FilterEqual, filters.FilterNotEqual, filters.FilterGreater, filters.FilterSmaller),
        *(filters.FilterStartsWith, filters.FilterEndsWith, filters.FilterContains, filters.FilterNotContains),
        filters.FilterRelationOneToManyEqual,
    )
}
ASKED, TOLD = "requestBody", "responses"
How = Callable[[Any], object]  # what an answer tells of a row, each of its own model


class InfoChoice(TypedDict):
    code: str
    label: str


class InfoColumn(TypedDict):
    name: str
    label: str
    description: NotRequired[str]
    required: NotRequired[bool]
    type: NotRequired[str]
    format: NotRequired[str]
    nullable: NotRequired[bool]
    enum: NotRequired[list[str | int | None]]
    choices: NotRequired[list[InfoChoice]]
    lookup: NotRequired[str]


class InfoOperator(TypedDict):
    name: str
    operator: str


class Info(TypedDict):
    """What `_info` tells."""

    permissions: list[str]
    fields: list[InfoColumn]
    filters: dict[str, list[InfoOperator]]
    add_columns: list[InfoColumn]
    edit_columns: list[InfoColumn]


class Described:
    """A resource whose answers are described: those of its own routes by the types in `replies`."""

    replies: ClassVar[dict[str, object]] = {}  # route → the type of its answer
    takes: ClassVar[dict[str, object]] = {}  # route → the type of what is sent, or the component

    def components(self) -> Iterator[tuple[str, Schema]]:
        """The schemas its operations refer to."""
        yield "Value", shapes.VALUE
        yield "Message", shapes.MESSAGE

    def add_apispec_components(self, api_spec: APISpec) -> None:
        super().add_apispec_components(api_spec)  # type: ignore[misc]
        for name, schema in self.components():
            try:
                api_spec.components.schema(name, schema)
            except DuplicateComponentNameError:
                continue

    def operation_helper(self, *, operations: dict[str, Json], func: Callable[..., object], **kw: object) -> None:
        """What a route says of itself; whatever goes wrong is told as a message."""
        super().operation_helper(operations=operations, func=func, **kw)  # type: ignore[misc]
        deed = func.__name__
        for operation in operations.values():
            if deed in self.replies and (done := _done(operation)) is not None:
                done["content"] = in_json(shapes.of_type(self.replies[deed]))
            if deed in self.takes:
                asked = self.takes[deed]
                body = shapes.ref(asked) if isinstance(asked, str) else shapes.of_type(asked)
                operation[ASKED] = {"content": in_json(body)}
            for code, told in operation.get(TOLD, {}).items():
                if int(code) >= 400 and "content" not in told:
                    told["content"] = in_json(shapes.ref("Message"))


class DescribedRows(Described):
    """Lists and rows of one thing: one component for a row, one for each form that is sent."""

    datamodel: SQLAInterface
    class_permission_name: str
    form: type[StepForm] | None
    fields: Sequence[str | tuple[str, How]] = ()  # what an answer tells
    filters: Sequence[str]
    writes: frozenset[str]
    replies = {"info": Info}
    answer: type | None = None  # what a row tells, where no column says it
    form_at: Callable[[str], type[StepForm] | None]
    may: Callable[[str], bool]

    @property
    def component(self) -> str:
        """What its rows are called among the components."""
        return str(self.class_permission_name)

    def described(self) -> dict[str, Schema]:
        """The schema of everything an answer tells, by name; empty where nothing says it."""
        if self.answer is not None:
            found: dict[str, Schema] = shapes.of_type(self.answer)["properties"]
            return {name: _worded(each, _word(name)) for name, each in found.items()}
        facts = {name: told_by(each) for each in facts_of(self.model) for name in (str(each.key), name_in_forms(each))}
        words = {**_words(self.form_at(own_forms.CREATE)), **{name: each.label for name, each in facts.items()}}
        told = {}
        for name, how in self.named:
            choices = facts[name].choices if name in facts else None
            shape = (how and shapes.of_function(how)) or shapes.of_name(self.model, name, choices) or {}
            told[name] = _worded(shape, words.get(name) or _word(name))
        if self.has_own:
            told["extra"] = _worded(self._extra(), WORDS["extra"])
        return told

    @property
    def model(self) -> type[Model]:
        found: type[Model] = self.datamodel.obj
        return found

    @property
    def named(self) -> list[tuple[str, How | None]]:
        """What an answer tells, and how; the column of that name where nothing is said."""
        return [(item, None) if isinstance(item, str) else item for item in self.fields]

    @property
    def has_own(self) -> bool:
        """Whether the administrator may give it fields of the company's own."""
        return hasattr(self.model, "extra")

    @property
    def told(self) -> list[str]:
        """The names of the fields an answer tells."""
        return [*(name for name, _how in self.named), *(["extra"] if self.has_own else [])]

    @property
    def columns(self) -> dict[str, query.Compared]:
        """What may be filtered and ordered by."""
        raise NotImplementedError

    def _extra(self) -> Schema:
        own = own_fields.of(db.session, own_fields.kind_of(self.model), retired=True)
        return shapes.record_of({each.code: shapes.of_own(each) for each in own})

    # ---- OpenAPI

    def forms(self) -> Iterator[tuple[str, type[StepForm]]]:
        """What is sent, by the operation it is sent with."""
        for method, place in (("post", own_forms.CREATE), ("put", own_forms.EDIT)):
            if method in self.writes and (form := self.form_at(place)) is not None:
                yield place, form

    def components(self) -> Iterator[tuple[str, Schema]]:
        yield from super().components()
        yield self.component, shapes.record_of(self.described())
        for place, form in self.forms():
            schema = shapes.sent(form.json_schema())
            if place == own_forms.EDIT:
                schema.pop("required", None)  # a change names only what changes
            yield f"{self.component}.{place}", schema

    def operation_helper(self, *, operations: dict[str, Json], func: Callable[..., object], **kw: object) -> None:
        super().operation_helper(operations=operations, func=func, **kw)
        deed = func.__name__
        for operation in operations.values():
            if deed in ANSWERED and (done := _done(operation)) is not None:
                done["content"] = in_json(ANSWERED[deed](shapes.ref(self.component), self._key()))
            for method, place in (("post", own_forms.CREATE), ("put", own_forms.EDIT)):
                if deed == method and ASKED in operation and self.form_at(place) is not None:
                    operation[ASKED]["content"] = in_json(shapes.ref(f"{self.component}.{place}"))

    def _key(self) -> Schema:
        return shapes.of_column(getattr(self.model, self.datamodel.get_pk_name()))

    # ---- _info

    @expose("/_info", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def info(self) -> Response:
        """What can be asked, told and sent here
        ---
        get:
          description: Fields of an answer, filters with their operators, the caller's rights, and the forms.
          responses:
            200: {description: "permissions, fields, filters, add_columns, edit_columns"}
        """
        rights, thing = current_rights(), str(self.class_permission_name)
        asked = dict(self.forms())
        return jsonify(
            permissions=sorted(verb for verb, of in rights.pairs if of == thing),
            fields=[{"name": name, "label": shape["description"], **_short(shape)} for name, shape in self._fields()],
            filters={
                name: [{"name": str(COMPARED[each]), "operator": each} for each in query.operators_of(column)]
                for name, column in self._filters().items()
            },
            add_columns=_asked_of(asked.get(own_forms.CREATE)) if self.may("can_add") else [],
            edit_columns=_asked_of(asked.get(own_forms.EDIT)) if self.may("can_edit") else [],
        )

    def _fields(self) -> list[tuple[str, Schema]]:
        told = self.described()
        own = told.get("extra", {}).get("properties", {})
        return [*told.items(), *((f"{PREFIX}{code}", shape) for code, shape in own.items())]

    def _filters(self) -> dict[str, query.Compared]:
        """What may be filtered by, once: under the name that answers use."""
        names, own = set(self.told), own_shown.columns(self.model) if self.has_own else {}
        return own | {
            name: column for name, column in self.columns.items() if name in names or query.relation(name) not in names
        }


# ---- answers and forms


def _list(row: Schema, key: Schema) -> Schema:
    told = {
        "count": {"type": "integer"},
        "count_capped": {"type": "boolean"},
        "ids": shapes.listing(key),
        "result": shapes.listing(row),
    }
    return shapes.record_of(told, told)


def _row(row: Schema, key: Schema) -> Schema:
    warnings = {"type": "array", "items": {"type": "string"}, "description": str(_l("What should be known at once"))}
    return shapes.record_of({"id": key, "result": row, "warnings": warnings}, ("id", "result"))


def _gone(_row: Schema, _key: Schema) -> Schema:
    return shapes.record_of({"message": {"type": "string"}})


ANSWERED: dict[str, Callable[[Schema, Schema], Schema]] = {
    "get_list": _list,
    "get": _row,
    "post": _row,
    "put": _row,
    "delete": _gone,
}


def _done(operation: Json) -> Json | None:
    """The answer of an operation that succeeds, where its own text does not describe it."""
    answers: dict[str | int, Json] = operation.get(TOLD, {})
    found = next((told for code, told in answers.items() if int(code) < 300), None)
    return None if found is None or "content" in found else found


def in_json(schema: Schema) -> Json:
    """A body of JSON."""
    return {"application/json": {"schema": schema}}


def _word(name: str) -> Text:
    """What a field is called that no fact and no form names."""
    return WORDS.get(name) or name.replace("_", " ").capitalize()


def _worded(shape: Schema, label: Text) -> Schema:
    """A field with its label; beside a reference nothing else is read."""
    return {**({"allOf": [shape]} if "$ref" in shape else shape), "description": str(label)}


def _words(form: type[StepForm] | None) -> dict[str, Text]:
    return {field.name: field.label.text for field in form()} if form else {}


def _short(shape: Schema) -> Schema:
    """Type and choices of a field, as `_info` tells them."""
    return {name: shape[name] for name in ("type", "format", "nullable", "enum") if name in shape}


def _asked_of(form: type[StepForm] | None) -> list[Json]:
    """The fields of a form, each with its label and, where it is chosen, its choices."""
    return [_asked(field) for field in form() if isinstance(field, BusinessField)] if form else []


def _asked(field: BusinessField) -> Json:
    facts = {"name": field.name, "label": str(field.label.text), "description": str(field.description or "")}
    told = {**facts, "required": field.required, **_short(shapes.sent(field.json_schema()))}
    told.pop("enum", None)
    if (choices := getattr(field, "choices", None)) is not None:
        told["choices"] = [{"code": code, "label": str(label)} for code, label in offered(choices).items()]
    if lookup := getattr(field, "lookup", ""):
        told["lookup"] = lookup
    return told
