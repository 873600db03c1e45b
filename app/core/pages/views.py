"""FAB's model views, hardened: every page through the row rights, nothing changed by GET, typed text kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy.orm import Query, Session
from werkzeug.datastructures import CombinedMultiDict, MultiDict

from app.extensions import db

from ..fields.forms import StepForm, marked, placed
from ..files import pending
from ..kind import by_word, own_forms, own_shown
from ..kind.facts import key_of
from ..model import AnyColumn, AnyRow, Model
from ..process.answer import ANSWERED, Answer, answer_to, changed_meanwhile
from ..process.refused import Refused
from ..text.wording import gettext as _
from ..types import Values
from . import drafts
from .columns import Column as Column
from .list_page import ListPage
from .listing import AnyQuery
from .tables import Table
from .writing import write as write

T = TypeVar("T")
Writer = Callable[[Session, AnyRow, Values], AnyRow]


class BaseView(ListPage):
    """List, show, add, edit and delete of one kind of thing, declared in a few lines."""

    form: type[StepForm] | None = None  # the fields, also those of REST
    correction: type[StepForm] | None = None  # what is asked of a change, where that is something else
    writer: Writer | None = None  # (session, row, values) → row: how it is kept, where writing the fields does not do
    blocks: Sequence[str] = ()  # templates under the shown fields
    show_template = "portal/crud/show.html"
    edit_template = add_template = "portal/crud/form.html"
    usual: Mapping[str, str] = {}  # what a new form begins with where the company says nothing
    base_permissions: Sequence[str] = ["can_list", "can_show", "can_add", "can_edit", "can_delete", "can_export"]
    exclude_route_methods = {
        *("action", "action_post", "download", "api", "api_read", "api_get", "api_create", "api_update", "api_delete"),
        *("api_column_add", "api_column_edit", "api_readvalues"),
    }

    def _init_properties(self) -> None:
        """FAB's own column lists are not used: it need not search the model for them."""
        for name in ("list", "show", "add", "edit", "search"):
            setattr(self, f"{name}_columns", [self.datamodel.get_pk_name()])
        super()._init_properties()

    def _init_forms(self) -> None:
        """The portal's own forms serve page and REST alike; FAB's would load whole tables."""

    def get_or_404(self, pk: object) -> AnyRow:
        """A visible row; what is not visible does not exist."""
        return one_or_404(self.scoped(), self.pk_column, pk)

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
