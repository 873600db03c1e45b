"""The list of a kind of thing: its rows through the row rights, searched, filtered, ordered, paged, sent as a file."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask import abort, current_app, request
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.orm.interfaces import ORMOption

from app.extensions import db

from ..kind import by_word, own_shown
from ..kind.facts import code_of
from ..model import AnyColumn, AnyRow
from ..record import search
from ..record.finder import Finder
from ..rights.actor import Actor
from ..rights.current import actor_for, current_rights
from ..rights.filters import RowScope, only_scopes, whole
from ..text import cleaning
from ..types import Text
from . import emptiness, listing, spreadsheets
from .columns import Column, learn_entries, own_columns
from .listing import AnyQuery

EXPORTED = 1_000_000  # rows of one file, unless EXPORT_LIMIT says otherwise; a sheet of Excel holds few more


class ListPage(ModelView):
    """The rows of a thing as one page of a list, declared by its columns."""

    columns: Mapping[str, Column] = {}
    searched: Sequence[AnyColumn] = ()  # columns of the search box
    finder: Finder | None = None  # the search of a thing with an index of its own
    choices: Mapping[str, listing.Choice] = {}
    eager: Sequence[ORMOption] = ()
    default_order: tuple[str, bool] = ("id", True)
    list_template = "portal/crud/list.html"
    search_hint: Text = ""
    empty_hint: Text = ""
    base_permissions: Sequence[str] = ("can_list", "can_export")

    def __init__(self, **kwargs: Any) -> None:
        only_scopes(self.base_filters or ())
        super().__init__(**kwargs)

    # ---- rows

    def may(self, permission: str) -> bool:
        """Granted, and something this page offers at all."""
        offered = not permission.startswith("can_") or permission in self.base_permissions
        return offered and current_rights().may(permission, self.class_permission_name)

    def actor(self) -> Actor:
        return actor_for(self.class_permission_name)

    def scoped(self) -> AnyQuery:
        """Every row this person may see."""
        query: AnyQuery = self._base_filters.apply_all(
            db.session.query(self.datamodel.obj).select_from(self.datamodel.obj)
        )
        return query

    @property
    def pk_column(self) -> InstrumentedAttribute[Any]:
        column: InstrumentedAttribute[Any] = getattr(self.datamodel.obj, self.datamodel.get_pk_name())
        return column

    @property
    def number_column(self) -> AnyColumn:
        """What the rows of a list are told apart and ordered by last."""
        number: AnyColumn = self.pk_column
        return number

    def filtered(self, apart: bool = False, searched: bool = True) -> AnyQuery:
        """The rows of the list as searched and filtered in the address.

        `apart`: but for what `parts` says; not `searched`: but for what is typed into the search box.
        """
        query = self.reached()
        condition = self.found(cleaning.asked("q")) if searched else None
        if condition is not None:
            query = query.filter(condition)
        for name, choice in self.choices.items():
            value = cleaning.asked(name, 60)
            try:
                extra = choice.condition(value) if value else None
            except ValueError:
                abort(400)
            if extra is not None:
                query = query.filter(extra)
        return self.narrowed(query, apart)

    def narrowed(self, query: AnyQuery, apart: bool) -> AnyQuery:
        """What else narrows the list; `apart`: but for what `parts` says."""
        return query

    def found(self, typed: str) -> ColumnElement[bool] | None:
        """The condition of the search box; a kind with an index of its own looks there."""
        finder = type(self).finder
        return finder(db.session, typed) if finder else listing.matching(self.searched, typed)

    def search_note(self, page: listing.Listing) -> str:
        """What of the search box is not looked for, and why."""
        return search.note(cleaning.asked("q"), nothing=not page.rows) if type(self).finder else ""

    def limited(self) -> bool:
        """Whether there may be rows this person doesn't see."""
        return not all(whole(scope.condition()) for scope in self.scopes())

    def scopes(self) -> Iterator[RowScope]:
        """What this person's rows are narrowed by."""
        return (scope(column, self.datamodel) for column, scope, _value in self.base_filters or ())

    def reached(self) -> AnyQuery:
        """Every row this person may see, as a list is made of them."""
        return self.scoped()

    def emptiness(self, page: listing.Listing) -> str:
        """What the list says when it shows no row."""
        narrowed = any(page.args.get(key) for key in page.args if key not in listing.LAYOUT)
        return emptiness.sentence(narrowed, self.limited(), self.empty_hint)

    def parts(self) -> Sequence[ColumnElement[bool]]:
        """What the list is taken apart into, so that an index serves each; see `paging.numbers`."""
        return ()

    def page(self, count: int | None = None) -> listing.Listing:
        """What the list shows; `count` where it is known how many rows there are."""
        columns = self.listed()
        orders = {name: column.order for name, column in columns.items() if column.order is not None}
        orders.setdefault("id", self.number_column)
        nullable = frozenset(name for name, column in columns.items() if column.nullable)
        finder, typed = type(self).finder, cleaning.asked("q")
        if finder and typed and not (request.args.get("order") or request.args.get("before")):
            visible = self.filtered(searched=False)
            found = listing.searched(finder, visible, self.number_column, self.eager)
        else:
            found = listing.paged(
                self.filtered(apart=True),
                self.number_column,
                orders,
                ("id", True) if finder and typed else self.default_order,
                self.eager,
                nullable,
                self.parts(),
                count,
            )
        self.learn(found.rows)
        return found

    def learn(self, rows: Sequence[AnyRow]) -> None:
        """The names of what these rows of the list are linked to, in as few questions as for one."""
        own_shown.learn(own_shown.listed(self.datamodel.obj), rows)
        learn_entries(self.columns.values(), rows)

    def listed(self) -> dict[str, Column]:
        """The columns of the list, the company's own last."""
        model = self.datamodel.obj
        standing = {name: column.of(code_of(model)) for name, column in self.columns.items()}
        return {**standing, **own_columns(model)}

    def called(self, label: Text) -> Text:
        """A field of these rows in the administrator's word."""
        word: Text = by_word.called(code_of(self.datamodel.obj), label)
        return word

    def told(self, rows: Iterable[by_word.Row]) -> Sequence[by_word.Row]:
        """Label and value in the administrator's words."""
        return by_word.rows(code_of(self.datamodel.obj), rows)

    # ---- pages

    @expose("/list/")
    @has_access
    def list(self) -> ResponseReturnValue:
        drawn: str = self.render_template(self.list_template, view=self, page=self.page(), title=self.list_title)
        return drawn

    @expose("/export.<string:kind>")
    @has_access
    @permission_name("export")
    def export(self, kind: str) -> ResponseReturnValue:
        limit = current_app.config.get("EXPORT_LIMIT", EXPORTED)
        rows = spreadsheets.newest_first(self.filtered().options(*self.eager), self.pk_column, limit, self.learn)
        return spreadsheets.answer(kind, list(self.listed().values()), rows)
