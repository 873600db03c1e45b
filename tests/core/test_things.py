"""A plain thing is declared once: what its page asks, its REST asks, and nobody is offered what it lacks."""

from __future__ import annotations

from app.core.kind.asks import may, need
from app.core.kind.things import Thing
from app.customers.models import FailureMode, Product

LISTED = {"label": "Modes", "one": "Mode", "list_columns": (FailureMode.code,)}


def asked(form) -> dict[str, bool]:
    schema = form.json_schema()
    return {name: name in schema["required"] for name in schema["properties"]}


def test_a_change_is_asked_what_a_new_one_is_unless_it_is_said(app):
    with app.test_request_context():
        same = Thing(thing="Same", model=FailureMode, add_columns=(need(FailureMode.code),), **LISTED)
        other = Thing(
            thing="Other", model=FailureMode, add_columns=(need(FailureMode.code), may(FailureMode.name_zh)),
            edit_columns=(need(FailureMode.name_zh),), **LISTED,
        )  # fmt: skip
        for holder in (same.page, same.resource):
            assert asked(holder.form) == {"code": True} and holder.correction is None
        for holder in (other.page, other.resource):
            assert asked(holder.form) == {"code": True, "name_zh": False}
            assert asked(holder.correction) == {"name_zh": True}


def test_what_a_thing_lacks_is_not_offered(app):
    with app.test_request_context():
        looked_at = Thing(thing="LookedAt", model=FailureMode, deletable=False, **LISTED)
        assert not {"can_add", "can_edit", "can_delete"} & set(looked_at.page.base_permissions)
        assert not {"can_add", "can_edit", "can_delete"} & set(looked_at.resource.base_permissions)
        assert looked_at.resource.writes == set() and looked_at.page.exclude_route_methods >= {"add", "edit", "delete"}


def test_what_is_too_long_for_its_column_is_said_at_its_field(app):
    with app.test_request_context():
        thing = Thing(thing="Short", model=Product, add_columns=(need(Product.model),), **LISTED)
        form = thing.page.form.of({"model": "x" * 61})
        assert not form.validate() and list(form.sentences()) == ["model"]
