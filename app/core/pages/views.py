"""FAB's model views, hardened: every page through the row rights, nothing changed by GET, typed text kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from flask import abort, current_app, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name
from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute, Query, Session
from sqlalchemy.orm.interfaces import ORMOption
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from app.extensions import db

from ..fields.forms import StepForm, marked, placed
from ..files import pending
from ..kind import by_word, own_forms, own_shown
from ..kind.facts import code_of, key_of
from ..model import AnyColumn, AnyRow, Model
from ..process.answer import ANSWERED, Answer, answer_to, changed_meanwhile
from ..process.refused import Refused
from ..record import search
from ..record.finder import Finder
from ..rights.actor import Actor
from ..rights.current import actor_for, current_rights
from ..rights.filters import RowScope, only_scopes, whole
from ..text import cleaning
from ..text.wording import gettext as _
from ..types import Text, Values
from . import drafts, emptiness, listing, spreadsheets
from .columns import Column as Column
from .columns import learn_entries, own_columns
from .listing import AnyQuery
from .tables import Table
from .writing import write as write

T = TypeVar("T")
Writer = Callable[[Session, AnyRow, Values], AnyRow]
EXPORTED = 1_000_000  # rows of one file, unless EXPORT_LIMIT says otherwise; a sheet of Excel holds few more


class BaseView(ModelView):
    """List, show, add, edit and delete of one kind of thing, declared in a few lines."""

    form: type[StepForm] | None = None  # the fields, also those of REST
    correction: type[StepForm] | None = None  # what is asked of a change, where that is something else
    writer: Writer | None = None  # (session, row, values) → row: how it is kept, where writing the fields does not do
    columns: Mapping[str, Column] = {}
    searched: Sequence[AnyColumn] = ()  # columns of the search box
    finder: Finder | None = None  # the search of a thing with an index of its own
    choices: Mapping[str, listing.Choice] = {}
    eager: Sequence[ORMOption] = ()
    default_order: tuple[str, bool] = ("id", True)
    blocks: Sequence[str] = ()  # templates under the shown fields
    list_template = "portal/crud/list.html"
    show_template = "portal/crud/show.html"
    edit_template = add_template = "portal/crud/form.html"
    search_hint: Text = ""
    empty_hint: Text = ""
    usual: Mapping[str, str] = {}  # what a new form begins with where the company says nothing
    base_permissions: Sequence[str] = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_export"]
    exclude_route_methods = {
        *("action", "action_post", "download", "api", "api_read", "api_get", "api_create", "api_update", "api_delete"),
        *("api_column_add", "api_column_edit", "api_readvalues"),
    }

    def __init__(self, **kwargs: Any) -> None:
        only_scopes(self.base_filters or ())
        super().__init__(**kwargs)

    def _init_properties(self) -> None:
        """FAB's own column lists are not used: it need not search the model for them."""
        for name in ("list", "show", "add", "edit", "search"):
            setattr(self, f"{name}_columns", [self.datamodel.get_pk_name()])
        super()._init_properties()

    def _init_forms(self) -> None:
        """The portal's own forms serve page and REST alike; FAB's would load whole tables."""

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

    def get_or_404(self, pk: object) -> AnyRow:
        """A visible row; what is not visible does not exist."""
        return one_or_404(self.scoped(), self.pk_column, pk)

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

    def asked(self, place: str) -> type[StepForm]:
        """The form for a new row (`create`) or a change (`edit`), with the company's own fields."""
        base = self.correction if place == own_forms.EDIT and self.correction else self.form
        form = own_forms.form_for(self.datamodel.obj, base, place)
        assert form is not None  # views without a form grant nobody can_add
        return form

    def own(self, row: AnyRow) -> list[by_word.Row]:
        """Label and value of the row's own fields, for a card of their own."""
        return own_shown.rows(row) if hasattr(row, "extra") else []

    def shown(self, row: AnyRow) -> list[by_word.Row]:
        """Label and value of what the show page tells."""
        return [(column.label, column.value(row)) for column in self.columns.values()]

    def headed(self, row: AnyRow) -> str:
        """What the page of a row is called."""
        return str(row)

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

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> ResponseReturnValue:
        row = self.get_or_404(pk)
        page: str = self.render_template(self.show_template, view=self, row=row, title=self.headed(row), pk=pk)
        return page

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> ResponseReturnValue:
        if request.method == "GET":
            return self._form_page(self.asked(own_forms.CREATE).of(self.initial()).prefill(self.usual), None)
        return self._save(None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> ResponseReturnValue:
        row = self.get_or_404(pk)
        if request.method == "GET":
            known = {**own_forms.standing(db.session, row), **self.as_form(row)}
            return self._form_page(self.asked(own_forms.EDIT)(data=known), row)
        return self._save(row)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> ResponseReturnValue:
        row = self.get_or_404(pk)
        name = str(row)  # said before it is gone
        try:
            self.remove(row)
            db.session.commit()
            flash(_("“%(name)s” was deleted.", name=name), "success")
        except ANSWERED as error:
            db.session.rollback()
            flash(answer_to(error, deleting=True).sentence, "danger")
        return redirect(url_for(f"{self.endpoint}.list"))

    # ---- what a kind may replace

    def initial(self) -> Mapping[str, object]:
        """What a new form starts with: what the address says."""
        return MultiDict([(key, value) for key, value in request.args.items(multi=True) if key != "q"])

    def as_form(self, row: AnyRow) -> Values:
        """A row as the fields of the form."""
        form = self.correction or self.form
        assert form is not None
        return {field.name: getattr(row, key_of(type(row), field.name), None) for field in form()}

    def save(self, row: AnyRow, values: Values) -> AnyRow:
        """Write the fields to a row (new for None). May raise Refused; the caller commits."""
        writer = type(self).writer
        return writer(db.session, row, values) if writer else write(db.session, self.datamodel.obj, row, values)

    def warnings(self, row: AnyRow) -> Sequence[str]:
        """What whoever saved it should know at once."""
        return ()

    def onward(self, row: AnyRow) -> str | None:
        """Where to go after saving, when something else comes next."""
        return None

    def remove(self, row: AnyRow) -> None:
        db.session.delete(row)

    # ---- saving

    def _save(self, row: AnyRow) -> ResponseReturnValue:
        asked = self.asked(own_forms.CREATE if row is None else own_forms.EDIT)
        form = asked.of(CombinedMultiDict([request.form, request.files]))
        form.bind(row)
        if not form.validate():
            return self._form_page(placed(form), row), 422
        if row is not None and (stale := self._stale(row)):
            return self._form_page(form, row, stale), 409
        try:
            saved = self.save(row, form.values())
            if row is None:
                must_see(self.scoped(), self.pk_column, saved)
            warnings = self.warnings(saved)
            db.session.commit()
        except ANSWERED as error:
            return self._again(form, row, answer_to(error))
        pending.forget(request.form)
        drafts.done()
        for warning in warnings:
            flash(warning, "warning")
        flash(self.saved_words(saved), "success")
        there = self.onward(saved) or (
            url_for(f"{self.endpoint}.show", pk=self.datamodel.get_pk_value(saved)) if self.may("can_show") else None
        )
        return redirect(there or url_for(f"{self.endpoint}.list"))

    def saved_words(self, row: AnyRow) -> str:
        """What the person is told once it is saved."""
        return _("“%(name)s” was saved.", name=str(row))

    def _again(self, form: StepForm, row: AnyRow, problem: Answer) -> ResponseReturnValue:
        """The form as it was typed, with what is wrong; nothing is saved."""
        pk = None if row is None else self.datamodel.get_pk_value(row)
        db.session.rollback()
        if problem.status == 403:
            abort(403)
        kept = None if pk is None else self.get_or_404(pk)
        if problem.fields:
            return self._form_page(marked(form, problem.fields), kept), problem.status
        return self._form_page(form, kept, problem.sentence), problem.status

    def _stale(self, row: AnyRow) -> str:
        seen = request.form.get("row_version")
        return "" if not hasattr(row, "version") or seen == str(row.version) else changed_meanwhile()

    def _form_page(self, form: StepForm, row: AnyRow, refused: str = "") -> str:
        page: str = self.render_template(
            self.edit_template,
            view=self,
            form=form,
            row=row,
            refused=refused,
            title=self.edit_title if row is not None else self.add_title,
        )
        return page


def one_or_404(query: Query[T], column: AnyColumn, pk: object) -> T:
    """A row by its key, through a query that holds the row rights."""
    try:
        key = column.type.python_type(pk)
    except (TypeError, ValueError):
        abort(404)
    if (isinstance(key, int) and not 0 <= key < 2**31) or "\0" in str(key):
        abort(404)
    row = query.filter(column == key).one_or_none()
    return row if row is not None else abort(404)


def must_see(query: AnyQuery, column: AnyColumn, row: AnyRow) -> None:
    """Nobody creates what would be out of sight the moment it is there. Raises Refused."""
    if query.filter(column == getattr(row, str(column.key))).with_entities(column).first() is None:
        raise Refused(_("You could not see this afterwards: nothing was saved. Ask the administrator for that right."))


def table(model: type[Model]) -> SQLAInterface:
    """FAB's interface to a model."""
    return Table(model, db.session)
