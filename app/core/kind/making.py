"""What is made of a kind's declaration: FAB's view, FAB's REST, and the plain paper form."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import JSON
from sqlalchemy.orm import joinedload, selectinload
from sqlalchemy.orm.interfaces import ORMOption

from ..pages.printing import PaperForm
from ..pages.record_list import CHIPS
from ..pages.record_views import Card, RecordView
from ..pages.timeline import step_label
from ..pages.views import table
from ..record.records import Record
from ..rest.api import BaseApi
from ..rest.query import relation
from ..rest.record_api import RecordApi
from ..rest.shapes import of_column, says, shaped
from ..rights.masking import masked_of
from ..time.when import stamp
from . import by_word, signing
from .asks import as_asked, form_of
from .columns import columns_of
from .contacting import CONTACTS
from .facts import Attribute, code_of, column_of, facts_of, is_several, model_of, told_by, words_of
from .loads import leading
from .part_cards import PartCard, in_rest, loading
from .plain_making import Field, based, once, worded
from .signing import SIGNATURES

if TYPE_CHECKING:
    from .kinds import AnyKind, Fieldset
    from .part_things import AnyPart
    from .things import AnyThing

V = TypeVar("V")
HEAD = ("id", "number", "state", "version", "title")
TAIL = ("department_id", "customer_id", "due_at", "created_at", "changed_at", "owner")
FILTERED = (
    "id",
    "number",
    "state",
    "title",
    "department_id",
    "customer_id",
    "due_at",
    "created_at",
    "changed_at",
    "owner",
)
PART_HEAD = ("round", "at", "by_id")


def view_of(kind: AnyKind) -> type[RecordView]:
    """FAB's view of a kind."""
    facts: dict[str, object] = {
        **_shared(kind),
        **worded(kind),
        "route_base": f"/{kind.code}",
        "base_filters": [["id", kind.scope, None]],
        "clause": kind.clause,
        "cards": (*(_card(kind, each) for each in kind.show_fieldsets), *_with_customer(kind)),
        "aside": (*kind.pages.aside, *(["portal/record/_customer_links.html"] if kind.customer_page else [])),
        "chips": {**CHIPS, **kind.chips},
        "facts": words_of(kind.model),
        "page_loads": _page_loads(kind),
        "finder": staticmethod(kind.finder),
        "columns": columns_of(kind.model, kind.workflow, kind.list_columns),
    }
    if not kind.creates:
        facts["base_permissions"] = [name for name in kind.pages.base_permissions if name != "can_add"]
        facts["exclude_route_methods"] = kind.pages.exclude_route_methods | {"add"}
    else:
        facts["save"] = lambda view, row, values: kind.created(values, view.actor())
    return _made(f"{kind.thing}View", kind.pages, RecordView, {"__doc__": kind.model.__doc__, **facts})


def api_of(kind: AnyKind) -> type[RecordApi]:
    """FAB's REST of a kind."""
    own, relations = facts_of(kind.model), [each for each in kind.all_parts if each.key not in kind.untold]
    parts, kept_as = (*(in_rest(each) for each in relations), *_signed(kind)), _filtered(own, kind.untold)
    fields = once((*HEAD, *(_told(each) for each in own), *parts, *TAIL, *kind.told.items()), kind.untold)
    told = {item if isinstance(item, str) else item[0] for item in fields}
    filters = dict.fromkeys((*FILTERED, *kept_as, *kept_as.values()))
    several = (selectinload(each) for each in own if is_several(each))
    writes = [*(["post"] if kind.creates else []), *(["put"] if kind.edit_columns else [])]
    facts: dict[str, object] = {
        **_shared(kind),
        "resource_name": kind.code,
        "base_filters": (("id", kind.scope, None),),
        "writes": frozenset(writes),
        "eager": (*_loads(kind), *several, *(loading(each) for each in relations), *_signatures(kind)),
        "filters": tuple(each for each in filters if {each, relation(each)} & told),
        "kept_as": kept_as,
        "fields": fields,
        "create": lambda api, values: kind.created(values, api.actor()),
    }
    if not kind.creates:
        facts["base_permissions"] = [name for name in kind.rest.base_permissions if name != "can_add"]
    return _made(f"{kind.thing}Api", kind.rest, RecordApi, {"__doc__": kind.model.__doc__, **facts})


def part_api_of(part: AnyPart) -> type[BaseApi]:
    """FAB's REST of a part: read with its record, written by its steps alone."""
    own, key = facts_of(part.model), str(part.of.key)
    facts: dict[str, object] = {
        "__doc__": part.model.__doc__,
        "datamodel": table(part.model),
        "class_permission_name": part.thing,
        "resource_name": part.model.__tablename__,
        "base_permissions": ["can_list", "can_show"],
        "base_filters": (("id", part.scope, None),),
        "writes": frozenset(),
        "eager": _loads(part),
        "filters": tuple(each for each in ("id", key, *PART_HEAD, *_filtered(own, ())) if each not in part.untold),
        "fields": once(("id", key, *PART_HEAD, *(_told(each) for each in own), *part.told.items()), part.untold),
    }
    return type(f"{part.thing}Api", (BaseApi,), facts)


def _made(name: str, made: type[V], base: type[V], facts: dict[str, object]) -> type[V]:
    """A class of what is declared; what the kind's own class says itself holds."""
    said = {each for cls in made.__mro__ if issubclass(cls, base) and cls is not base for each in vars(cls)}
    return type(name, (made,), {each: value for each, value in facts.items() if each not in said - {"__doc__"}})


def _shared(kind: AnyKind) -> dict[str, object]:
    """What page and REST have in common: the same rows, forms and refusals."""
    asks = kind.edit_columns
    return {
        **based(kind),
        "workflow": kind.workflow,
        "form": form_of(kind.add_columns, kind.form) if kind.add_columns else None,
        "eager": _loads(kind),
        "correction": form_of(asks) if asks else None,
        "editable": lambda _page, record, actor: kind.editable(record, actor),
        "as_correction": lambda _page, record: as_asked(asks, record),
        "corrected": lambda _page, record, values: kind.corrected(record, values),
    }


def _loads(thing: AnyThing) -> tuple[ORMOption, ...]:
    return tuple(each if isinstance(each, ORMOption) else selectinload(each) for each in thing.loads)


def _page_loads(kind: AnyKind) -> tuple[ORMOption, ...]:
    """What the record page shows, in few questions: what its facts lead to, and its parts."""
    parts = (each for box in kind.show_fieldsets for each in getattr(box, "parts", ()))
    others = leading(each for each in parts if not isinstance(each, tuple) and not told_by(each).person)
    signed = (joinedload(kind.model.confirmations),) if kind.signs else ()
    return (*others, *(loading(each) for each in kind.all_parts), *signed)


def _card(kind: AnyKind, each: Fieldset | PartCard | Card) -> Card:
    if isinstance(each, Card):
        return each
    clause = each.clause or kind.clause
    return Card(each.name, each.title, each.rows, editable=each.editable, optional=each.optional, clause=clause)


def _with_customer(kind: AnyKind) -> list[Card]:
    """What its table and its declaration bring along, where the kind gives it no place of its own."""
    found = [*([CONTACTS] if kind.logs_contacts else []), *([SIGNATURES] if kind.signs else [])]
    placed = {each.name for each in kind.show_fieldsets}
    return [replace(card, clause=kind.clause) for card in found if card.name not in placed]


def _signatures(kind: AnyKind) -> tuple[ORMOption, ...]:
    return (selectinload(kind.model.confirmations),) if kind.signs and "confirmations" not in kind.untold else ()


def _signed(kind: AnyKind) -> list[Field]:
    return [("confirmations", signing.in_rest)] if kind.signs else []


def _told(attribute: Attribute) -> Field:
    """A fact under the name the forms ask it by, where it has one of its own; else its column's."""
    name, key = told_by(attribute).name, str(attribute.key)
    if is_several(attribute):
        return key, says(list[int], lambda row: [item.id for item in getattr(row, key)])
    choices = told_by(attribute).choices
    return (name, shaped(lambda: of_column(attribute, choices), lambda row: getattr(row, key))) if name else key


def _filtered(own: list[Attribute], untold: tuple[str, ...]) -> dict[str, str]:
    """The facts one may filter by: the name answers use → the column. What is masked for some gives nothing away."""
    plain = (each for each in own if not is_several(each) and not isinstance(column_of(each).type, JSON))
    named = {told_by(each).name or str(each.key): each for each in plain}
    return {
        name: str(each.key)
        for name, each in named.items()
        if name not in untold and each.key not in masked_of(code_of(model_of(each)))
    }


def paper_of(kind: AnyKind) -> PaperForm:
    """The plain paper of a kind the regulation gives none: its cards as boxes, and who did what."""

    def context(record: Record | None) -> dict[str, object]:
        lines = record.history if record is not None else ()
        return {
            "boxes": [(each.title, by_word.rows(kind.code, each.rows(record))) for each in kind.show_fieldsets],
            "deeds": [(step_label(kind.workflow, line.step), line.actor_id, stamp(line.moment)) for line in lines],
        }

    return PaperForm(kind.code, kind.code, label=kind.one, context=context)
