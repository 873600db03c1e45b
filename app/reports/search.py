"""The search box of the top bar: number, customer, initials, phone; only what the person may see.

Customers first, then a group for each kind of record, the newest first; but a record of the very number that was typed
stands before all others, and where it is all there is, the search leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import redirect
from flask_appbuilder import BaseView, expose
from flask_login import current_user
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.kind.kinds import Kind
from app.core.kind.registry import KINDS
from app.core.pages.show import Badge, tag
from app.core.record.finding import numbered
from app.core.record.records import Record
from app.core.record.search import note, of_single_characters, too_short
from app.core.rights.current import current_rights
from app.core.rights.filters import whole
from app.core.rights.rights import Rights
from app.core.text import cleaning
from app.core.text.wording import lazy_gettext as _l
from app.customers.models import Customer
from app.customers.scope import in_scope
from app.customers.searching import CUSTOMERS
from app.extensions import db

MOST = 5


@dataclass(frozen=True)
class Hit:
    """One line of what was found."""

    url: str
    name: str
    beside: str = ""
    below: str = ""
    tags: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Group:
    """What was found of one kind; `first` says that it holds the very number that was typed."""

    code: str
    label: Any
    hits: list[Hit]
    first: bool = False

    @property
    def is_full(self) -> bool:
        return len(self.hits) == MOST


class SearchPage(BaseView):
    """What was found, in groups."""

    route_base = "/search"
    class_permission_name = "Dashboard"
    base_permissions: Any = []

    @expose("/")
    def results(self) -> Any:
        if not current_user.is_authenticated:
            return redirect(self.appbuilder.get_url_for_login)
        text, rights = cleaning.asked("q"), current_rights()
        asked = bool(text) and not too_short(text)
        groups = found(db.session, text, rights) if asked else []
        asked = asked and (bool(groups) or not of_single_characters(text))
        if len(groups) == 1 and groups[0].first and len(groups[0].hits) == 1:
            return redirect(groups[0].hits[0].url)
        return self.render_template(
            "portal/search.html",
            text=text,
            groups=groups,
            asked=asked,
            limited=limited(rights),
            note=note(text) if asked else "",
            title=_l("Search"),
        )


def listed(rights: Rights) -> list[Kind[Any]]:
    """The kinds this person may list."""
    return [kind for kind in KINDS.values() if rights.may("can_list", kind.thing)]


def limited(rights: Rights) -> bool:
    """Whether there may be something this person doesn't find."""
    sees = len(listed(rights)) == len(KINDS) and all(whole(kind.visible(rights)) for kind in KINDS.values())
    return not (sees and rights.may("can_list", "Customer") and rights.may("see_all", "Customer"))


def found(session: Session, text: str, rights: Rights) -> list[Group]:
    """What this person finds, by kind."""
    groups = list(_customers(session, text)) if rights.may("can_list", "Customer") else []
    return sorted([*groups, *_records(session, text, rights)], key=lambda group: not group.first)


def _customers(session: Session, text: str) -> Iterator[Group]:
    ids = CUSTOMERS.newest(session, text, in_scope(), MOST)
    rows = session.scalars(select(Customer).where(Customer.id.in_(ids)).order_by(Customer.id.desc())) if ids else ()
    if hits := [Hit(f"/customer/show/{row.id}", row.name) for row in rows]:
        yield Group("customer", _l("Customers"), hits)


def _records(session: Session, text: str, rights: Rights) -> Iterator[Group]:
    """The ids of each kind by its own search, then one question for the records and one for their customers' names."""
    first = numbered(session, text)
    found = {kind: _ids(session, text, kind, rights, first) for kind in listed(rights)}
    wanted = [number for ids in found.values() for number in ids]
    rows = {row.id: row for row in session.scalars(select(Record).where(Record.id.in_(wanted)))} if wanted else {}
    names = _names(session, rows.values())
    for kind, ids in found.items():
        if ids:
            hits = [_hit(kind, rows[number], names.get(rows[number].customer_id, "")) for number in ids]
            yield Group(kind.code, kind.label, hits, ids[0] in first)


def _ids(session: Session, text: str, kind: Kind[Any], rights: Rights, first: list[int]) -> list[int]:
    """The one of this very number first, then the newest."""
    visible = kind.visible(rights)
    ids = kind.finder.among(session, text, visible, first) + kind.finder.newest(session, text, visible, MOST)
    return list(dict.fromkeys(ids))[:MOST]


def _names(session: Session, rows: Iterable[Record]) -> dict[int | None, str]:
    customers = {row.customer_id for row in rows} - {None}
    query = select(Customer.id, Customer.name).where(Customer.id.in_(customers))
    return {row.id: row.name for row in session.execute(query)} if customers else {}


def _hit(kind: Kind[Any], row: Record, customer: str) -> Hit:
    state = kind.workflow.states[row.state]
    tags = (tag(state.label, state.tone), Badge.of_record(row, kind.workflow))
    return Hit(f"/{kind.code}/show/{row.id}", row.number, customer, row.title, tags)
