"""FAB's model views, hardened: every page through the row rights, nothing changed by GET, typed text kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import abort, current_app, flash, redirect, request, url_for
from flask_appbuilder import ModelView, expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Query
from sqlalchemy.orm.exc import StaleDataError

from app.extensions import db

from . import listing, search, spreadsheets
from .filters import only_scopes
from .forms import StepForm
from .refusals import changed_meanwhile, conflicts, still_used, too_much
from .security import actor_for, current_rights
from .workflow import Actor, Refused

Model = Any
EXPORTED = 1_000_000  # rows of one file, unless EXPORT_LIMIT says otherwise; a sheet of Excel holds few more


class Column:
    """One column of a list: its words, how a row shows it, what it is ordered by."""

    def __init__(
        self,
        label: Any,
        value: Callable[[Any], Any] | str,
        *,
        order: Any = None,
        css: str = "",
        plain: Callable[[Any], Any] | None = None,
        nullable: bool = False,
    ) -> None:
        self.label, self.order, self.css, self.nullable = label, order, css, nullable
        self.value: Callable[[Any], Any] = value if callable(value) else lambda row: getattr(row, value)
        self.plain = plain or self.value  # in exports


class BaseView(ModelView):
    """List, show, add, edit and delete of one kind of thing, declared in a few lines."""

    form: type[StepForm] | None = None  # the fields, also those of REST
    columns: Mapping[str, Column] = {}
    searched: Sequence[Any] = ()  # columns of the search box
    choices: Mapping[str, listing.Choice] = {}
    eager: Sequence[Any] = ()
    default_order: tuple[str, bool] = ("id", True)
    blocks: Sequence[str] = ()  # templates under the shown fields
    list_template = "portal/crud/list.html"
    show_template = "portal/crud/show.html"
    edit_template = add_template = "portal/crud/form.html"
    search_hint: Any = ""
    empty_hint: Any = ""
    base_permissions: Any = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_export"]
    exclude_route_methods = {
        "action",
        "action_post",
        "download",
        "api",
        "api_read",
        "api_get",
        "api_create",
        "api_update",
        "api_delete",
        "api_column_add",
        "api_column_edit",
        "api_readvalues",
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

    def scoped(self) -> Query[Any]:
        """Every row this person may see."""
        query: Query[Any] = self._base_filters.apply_all(db.session.query(self.datamodel.obj))
        return query

    def get_or_404(self, pk: Any) -> Any:
        """A visible row; what is not visible does not exist."""
        return one_or_404(self.scoped(), self.pk_column, pk)

    @property
    def pk_column(self) -> Any:
        return getattr(self.datamodel.obj, self.datamodel.get_pk_name())

    def filtered(self) -> Query[Any]:
        """The rows of the list as searched and filtered in the address."""
        query = self.scoped()
        condition = self.found(request.args.get("q", "")[:100])
        if condition is not None:
            query = query.filter(condition)
        for name, choice in self.choices.items():
            value = request.args.get(name, "")[:60]
            try:
                extra = choice.condition(value) if value else None
            except ValueError:
                abort(400)
            if extra is not None:
                query = query.filter(extra)
        return query

    def found(self, typed: str) -> Any:
        """The condition of the search box; a kind with an index of its own looks there."""
        return listing.matching(self.searched, typed)

    def search_note(self) -> str:
        """What is wrong with what was typed into the search box."""
        return _("Type at least two characters.") if search.too_short(request.args.get("q", "")[:100]) else ""

    def page(self) -> listing.Listing:
        orders = {name: column.order for name, column in self.columns.items() if column.order is not None}
        orders.setdefault("id", self.pk_column)
        nullable = frozenset(name for name, column in self.columns.items() if column.nullable)
        return listing.paged(self.filtered(), self.pk_column, orders, self.default_order, self.eager, nullable)

    def shown(self, row: Any) -> list[tuple[Any, Any]]:
        """Label and value of what the show page tells."""
        return [(column.label, column.value(row)) for column in self.columns.values()]

    def headed(self, row: Any) -> str:
        """What the page of a row is called."""
        return str(row)

    # ---- pages

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        return self.render_template(self.list_template, view=self, page=self.page(), title=self.list_title)

    @expose("/export.<string:kind>")
    @has_access
    @permission_name("export")
    def export(self, kind: str) -> Any:
        limit = current_app.config.get("EXPORT_LIMIT", EXPORTED)
        rows = self.filtered().options(*self.eager).order_by(self.pk_column.desc()).limit(limit).yield_per(500)
        return spreadsheets.answer(kind, str(self.list_title), list(self.columns.values()), rows)

    @expose("/show/<pk>")
    @has_access
    def show(self, pk: str) -> Any:
        row = self.get_or_404(pk)
        return self.render_template(self.show_template, view=self, row=row, title=self.headed(row), pk=pk)

    @expose("/add", methods=["GET", "POST"])
    @has_access
    def add(self) -> Any:
        if request.method == "GET":
            assert self.form is not None  # views without a form grant nobody can_add
            return self._form_page(self.form.of(self.initial()), None)
        return self._save(None)

    @expose("/edit/<pk>", methods=["GET", "POST"])
    @has_access
    def edit(self, pk: str) -> Any:
        row = self.get_or_404(pk)
        if request.method == "GET":
            assert self.form is not None
            return self._form_page(self.form(data=self.as_form(row)), row)
        return self._save(row)

    @expose("/delete/<pk>", methods=["POST"])
    @has_access
    def delete(self, pk: str) -> Any:
        row = self.get_or_404(pk)
        name = str(row)  # said before it is gone
        try:
            self.remove(row)
            db.session.commit()
            flash(_("“%(name)s” was deleted.", name=name), "success")
        except (IntegrityError, Refused) as error:
            db.session.rollback()
            flash(
                str(error) if isinstance(error, Refused) else still_used(),
                "danger",
            )
        return redirect(url_for(f"{self.endpoint}.list"))

    # ---- what a kind may replace

    def initial(self) -> Mapping[str, Any]:
        """What a new form starts with: what the address says."""
        return {key: value for key, value in request.args.items() if key != "q"}

    def as_form(self, row: Any) -> dict[str, Any]:
        """A row as the fields of the form."""
        assert self.form is not None
        return {field.name: getattr(row, f"{field.name}_id", getattr(row, field.name, None)) for field in self.form()}

    def save(self, row: Any, values: dict[str, Any]) -> Any:
        """Write the fields to a row (new for None). May raise Refused; the caller commits."""
        return write(db.session, self.datamodel.obj, row, values)

    def remove(self, row: Any) -> None:
        db.session.delete(row)

    # ---- saving

    def _save(self, row: Any) -> Any:
        assert self.form is not None
        form = self.form.of(request.form)
        form.bind(row)
        if not form.validate():
            return self._form_page(form, row), 422
        if row is not None and (stale := self._stale(row)):
            return self._form_page(form, row, stale), 409
        try:
            saved = self.save(row, form.values())
            db.session.commit()
        except Refused as error:
            return self._again(form, row, str(error))
        except StaleDataError:
            return self._again(form, row, changed_meanwhile())
        except IntegrityError:
            return self._again(form, row, conflicts())
        except DataError:
            return self._again(form, row, too_much())
        flash(_("“%(name)s” was saved.", name=str(saved)), "success")
        there = (
            url_for(f"{self.endpoint}.show", pk=self.datamodel.get_pk_value(saved)) if self.may("can_show") else None
        )
        return redirect(there or url_for(f"{self.endpoint}.list"))

    def _again(self, form: StepForm, row: Any, sentence: str) -> Any:
        pk = None if row is None else self.datamodel.get_pk_value(row)
        db.session.rollback()
        return self._form_page(form, None if pk is None else self.get_or_404(pk), sentence), 409

    def _stale(self, row: Any) -> str:
        seen = request.form.get("row_version")
        return "" if not hasattr(row, "version") or seen == str(row.version) else changed_meanwhile()

    def _form_page(self, form: StepForm, row: Any, refused: str = "") -> str:
        page: str = self.render_template(
            self.edit_template,
            view=self,
            form=form,
            row=row,
            refused=refused,
            title=self.edit_title if row is not None else self.add_title,
        )
        return page


def write(session: Any, model: Any, row: Any, values: Mapping[str, Any]) -> Any:
    """Form fields as attributes; a relation's id goes to its `_id` column."""
    row = model() if row is None else row
    for name, value in values.items():
        setattr(row, name if hasattr(model, name) and not hasattr(model, f"{name}_id") else f"{name}_id", value)
    session.add(row)
    session.flush()
    return row


def one_or_404(query: Query[Any], column: Any, pk: Any) -> Any:
    """A row by its key, through a query that holds the row rights."""
    try:
        key = column.type.python_type(pk)
    except (TypeError, ValueError):
        abort(404)
    if (isinstance(key, int) and not 0 <= key < 2**31) or "\0" in str(key):
        abort(404)
    row = query.filter(column == key).one_or_none()
    return row if row is not None else abort(404)


class Table(SQLAInterface):
    """FAB's interface to a model, without its search form: that would look at every column and relation."""

    def get_search_columns_list(self) -> list[str]:
        return []


def table(model: Any) -> SQLAInterface:
    """FAB's interface to a model."""
    return Table(model, db.session)
