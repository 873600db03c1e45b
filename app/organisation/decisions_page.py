"""What administrators changed: who, what and when, by page and REST, to be read only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import joinedload

from app.core.kind.registry import PAGES
from app.core.pages.listing import Choice
from app.core.pages.views import BaseView, Column, table
from app.core.record import decisions
from app.core.record.decisions import Decision
from app.core.rest.api import BaseApi
from app.core.rest.shapes import says
from app.core.rights.people import full_name
from app.core.text.wording import lazy_gettext as _l
from app.core.time.when import stamp

MOST = 200  # characters of a change in the list; its page and the spreadsheet tell it whole


def word(thing: str) -> str:
    """What a thing is called in the menu."""
    return next((str(page.word) for page in PAGES if page.thing == thing), thing)


def sorts() -> Iterator[tuple[str, str]]:
    """The things that are decided about."""
    return ((thing, word(thing)) for thing in decisions.WORDS)


def moved(row: Decision) -> str:
    return "; ".join(f"{name}: {before} → {after}" for name, before, after in decisions.moves(row))


def beginning(text: str) -> str:
    return f"{text[:MOST]}…" if len(text) > MOST else text


class DecisionView(BaseView):
    """更改记录."""

    route_base = "/decision"
    datamodel = table(Decision)
    class_permission_name = "Decision"
    base_permissions = ["can_list", "can_show", "can_export"]
    exclude_route_methods = BaseView.exclude_route_methods | {"add", "edit", "delete"}
    list_title, show_title = _l("Changes by administrators"), _l("Change")
    eager = (joinedload(Decision.by),)
    columns = {
        "at": Column(_l("Changed at"), lambda row: stamp(row.at), order=Decision.at),
        "by": Column(_l("By"), lambda row: full_name(row.by) if row.by else ""),
        "thing": Column(_l("What"), lambda row: word(row.thing), order=Decision.thing),
        "name": Column(_l("Which one"), decisions.name_of),
        "moved": Column(_l("Before → after"), lambda row: beginning(moved(row)), plain=moved),
        "reason": Column(_l("Reason"), decisions.reason_of),
    }
    choices = {"thing": Choice(_l("What"), lambda: list(sorts()), lambda value: Decision.thing == value)}
    empty_hint = _l("Nothing was changed yet.")

    def headed(self, row: Any) -> str:
        return f"{word(row.thing)}: {decisions.name_of(row)}"

    def shown(self, row: Any) -> Any:
        told = [(column.label, column.value(row)) for name, column in self.columns.items() if name != "moved"]
        return [*told, *((name, f"{before} → {after}") for name, before, after in decisions.moves(row))]


class DecisionApi(BaseApi):
    """更改记录, read only."""

    resource_name = "decision"
    datamodel = table(Decision)
    class_permission_name = "Decision"
    writes = frozenset()
    base_permissions = ["can_list", "can_show"]
    eager = (joinedload(Decision.by),)
    filters = ("id", "at", "thing", "key", "by_id")
    fields = (
        *(
            "id",
            "at",
            ("by", says(str | None, lambda row: row.by and row.by.username)),
            "thing",
            "key",
            "before",
            "after",
        ),
        ("reason", decisions.reason_of),
    )
