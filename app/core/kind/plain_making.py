"""What is made of a thing's declaration: FAB's view and FAB's REST; a kind of record adds to it (`making.py`)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm.interfaces import ORMOption

from ..model import AnyModel
from ..pages.listing import Choice
from ..pages.views import BaseView, table
from ..rest.api import BaseApi
from ..rest.shapes import of_column, says, shaped
from . import tells
from .asks import form_of
from .columns import columns_of
from .facts import Attribute, facts_of, is_several, name_in_forms, told_by
from .loads import beside, leading
from .tells import fact_of, in_full_or_masked

if TYPE_CHECKING:
    from .things import AnyThing

Field = str | tuple[str, tells.Value]  # of REST: a column, or a name and how it is told
ROUTES = {"can_add": ("add", "post"), "can_edit": ("edit", "put"), "can_delete": ("delete", "delete")}


def view_of(thing: AnyThing) -> type[BaseView]:
    """FAB's view of a plain thing."""
    lacking = _lacking(thing)
    facts: dict[str, object] = {
        **_shared(thing),
        **worded(thing),
        "route_base": f"/{thing.address}",
        "searched": thing.search_columns,
        "finder": staticmethod(thing.find) if thing.find else None,
        "columns": columns_of(thing.model, None, thing.list_columns, thing.order_columns),
        "choices": dict(_choice(each) for each in thing.choices),
        "eager": tuple(_eager(thing)),
        "shown": lambda _view, row: tells.rows(row, thing.shown),
        "base_permissions": [name for name in thing.pages.base_permissions if name not in lacking],
        "exclude_route_methods": thing.pages.exclude_route_methods | {ROUTES[name][0] for name in lacking},
    }
    return type(f"{thing.thing}View", (thing.pages,), {"__doc__": thing.model.__doc__, **facts})


def api_of(thing: AnyThing) -> type[BaseApi]:
    """FAB's REST of a plain thing."""
    own, lacking = facts_of(thing.model), _lacking(thing)
    columns = [each for each in own if not is_several(each)]
    key = table(thing.model).get_pk_name()
    head, tail = ("id", key), ("version",) if thing.rest.writes else ()
    facts: dict[str, object] = {
        **_shared(thing),
        "resource_name": thing.address,
        "fields": once((*head, *(_told(each) for each in own), *tail, *thing.told.items())),
        "filters": (key, *(str(each.key) for each in columns), *thing.filters),
        "kept_as": {told_by(each).name: str(each.key) for each in columns if told_by(each).name},
        "masked": _masked(thing.model),
        "eager": tuple(_eager(thing)),
        "writes": thing.rest.writes - {ROUTES[name][1] for name in lacking},
        "base_permissions": [name for name in thing.rest.base_permissions if name not in lacking],
    }
    return type(f"{thing.thing}Api", (thing.rest,), {"__doc__": thing.model.__doc__, **facts})


def worded(thing: AnyThing) -> dict[str, object]:
    """The words of a thing's pages, and the order of its list."""
    return {
        "list_title": thing.label,
        "show_title": thing.one,
        "add_title": thing.new or thing.one,
        "edit_title": thing.edit or thing.one,
        "search_hint": thing.search_hint,
        "empty_hint": thing.empty_hint,
        "default_order": thing.order,
    }


def based(thing: AnyThing) -> dict[str, object]:
    """What page and REST are about."""
    return {"datamodel": table(thing.model), "class_permission_name": thing.thing}


def _shared(thing: AnyThing) -> dict[str, object]:
    """What page and REST have in common: the same rows, forms and refusals."""
    asks, edits = thing.add_columns or thing.edit_columns, thing.edit_columns if thing.add_columns else ()
    return {
        **based(thing),
        "base_filters": [[table(thing.model).get_pk_name(), thing.scope, None]] if thing.is_scoped else [],
        "form": form_of(asks, thing.form) if asks else None,
        "correction": form_of(edits, thing.form) if edits else None,
        "writer": staticmethod(thing.write) if thing.write else None,
    }


def _lacking(thing: AnyThing) -> set[str]:
    """What nobody can do with it, whatever is granted."""
    offered = {
        "can_add": bool(thing.add_columns),
        "can_edit": bool(thing.add_columns or thing.edit_columns),
        "can_delete": thing.deletable,
    }
    return {name for name, there in offered.items() if not there}


def _told(attribute: Attribute) -> Field:
    """A fact under the name the forms ask it by, in full or masked."""
    name, key = name_in_forms(attribute), str(attribute.key)
    if told_by(attribute).masked is not None:
        return name, says(str, lambda row: in_full_or_masked(row, attribute))
    if is_several(attribute):
        return key, says(list[int], lambda row: [item.id for item in getattr(row, key)])
    choices = told_by(attribute).choices
    if name == key:
        return key
    return name, shaped(lambda: of_column(attribute, choices), lambda row: getattr(row, key))


def _masked(model: AnyModel) -> frozenset[str]:
    """The columns nobody finds rows by who may not read them: masked facts, and the keys that follow them."""
    hidden = {str(each.key) for each in facts_of(model) if told_by(each).masked is not None}
    follow = {name for name, each in sa.inspect(model).columns.items() if each.info.get("follows", "-")[0] in hidden}
    return frozenset(hidden | follow)


def _choice(item: Attribute | tuple[str, Choice]) -> tuple[str, Choice]:
    """A drop-down above the list: the codes of a fact."""
    if isinstance(item, tuple):
        return item
    told = told_by(item)
    assert told.choices is not None
    codes = told.choices
    return name_in_forms(item), Choice(told.label, lambda: list(codes.items()), lambda code: item == code)


def _eager(thing: AnyThing) -> Iterable[ORMOption]:
    """What lists and answers tell, in one question: what their facts lead to, and what the thing names beside."""
    yield from leading(fact_of(each) for each in thing.list_columns if not isinstance(each, str | tuple))
    yield from (each if isinstance(each, ORMOption) else beside(each) for each in thing.loads)


def once(fields: tuple[Field, ...], untold: tuple[str, ...] = ()) -> tuple[Field, ...]:
    """Each name once; what a thing tells in its own way comes last and holds."""
    named = {item if isinstance(item, str) else item[0]: item for item in fields}
    return tuple(item for name, item in named.items() if name not in untold)
