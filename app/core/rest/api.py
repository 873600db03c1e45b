"""FAB's REST, hardened: the same rows, forms and refusals as the pages; every error is {"message": …}."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, jsonify
from flask.typing import ResponseReturnValue
from flask_appbuilder.api import BaseApi as FabApi
from flask_appbuilder.api import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name, protect
from sqlalchemy.orm import InstrumentedAttribute, Query, Session
from sqlalchemy.sql.base import ExecutableOption

from app.extensions import db

from ..fields.forms import StepForm
from ..kind import own_forms, own_shown
from ..kind.facts import key_of
from ..model import AnyColumn, AnyRow
from ..pages import paging
from ..pages.listing import CAP
from ..pages.views import must_see, one_or_404, write
from ..process import versions
from ..process.refused import Invalid
from ..rights.actor import Actor
from ..rights.current import actor_for, current_rights
from ..rights.filters import RowFilter, only_scopes
from ..text.wording import gettext as _
from ..types import Json, Values
from . import query
from .answers import Message, body, if_match, message, plain, spoken, spoken_of
from .describing import DescribedRows

__all__ = ["BaseApi", "body", "if_match", "message", "plain", "spoken"]


class BaseApi(DescribedRows, FabApi):
    """List, read, create, change and delete of one kind of thing by REST."""

    datamodel: SQLAInterface
    form: type[StepForm] | None = None
    correction: type[StepForm] | None = None  # what is asked of a change, where that is something else
    filters: Sequence[str] = ()  # what may be filtered and ordered by, under the names that answers use
    kept_as: Mapping[str, str] = {}  # the column of a name that is not its own
    masked: frozenset[str] = frozenset()  # columns nobody finds rows by who may not see how to reach people
    writer: Callable[[Session, Any, Values], object] | None = None  # where writing the fields does not do
    base_filters: Sequence[RowFilter] = ()
    eager: Sequence[ExecutableOption] = ()
    allow_browser_login = True
    csrf_exempt = True  # `spoken` checks the token of browsers itself
    base_permissions: Sequence[str] = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    writes: frozenset[str] = frozenset({"post", "put", "delete"})
    openapi_spec_methods: Mapping[str, Json] = {}

    def __init__(self) -> None:
        self.exclude_route_methods: set[str] = {"post", "put", "delete"} - self.writes
        only_scopes(self.base_filters)
        super().__init__()
        self._base_filters = self.datamodel.get_filters().add_filter_list([list(item) for item in self.base_filters])

    # ---- what FAB itself answers, in words

    def response_401(self) -> Message:
        return message(401, spoken_of(401))

    def response_403(self) -> Message:
        return message(403, spoken_of(403))

    # ---- rows

    def may(self, permission: str) -> bool:
        return current_rights().may(permission, str(self.class_permission_name))

    def actor(self) -> Actor:
        return actor_for(str(self.class_permission_name))

    def scoped(self) -> Query[Any]:
        found: Query[Any] = self._base_filters.apply_all(
            db.session.query(self.datamodel.obj).select_from(self.datamodel.obj)
        )
        return found

    @property
    def pk_column(self) -> InstrumentedAttribute[Any]:
        found: InstrumentedAttribute[Any] = getattr(self.model, self.datamodel.get_pk_name())
        return found

    @property
    def number_column(self) -> AnyColumn:
        """What the rows of a list are told apart and ordered by last."""
        number: AnyColumn = self.pk_column
        return number

    def pk_of(self, row: object) -> object:
        return getattr(row, self.datamodel.get_pk_name())

    def row(self, pk: object) -> Any:
        return one_or_404(self.scoped(), self.pk_column, pk)

    def dump(self, row: object, names: Sequence[str] = ()) -> Json:
        """What REST tells of a row, or the named part of it."""
        named = [*self.named, *([("extra", own_shown.told)] if self.has_own else [])]
        return {
            name: plain(getattr(row, name) if value is None else value(row))
            for name, value in named
            if not names or name in names
        }

    @property
    def columns(self) -> dict[str, query.Compared]:
        """What may be filtered and ordered by: a column, also under the name the answers use for it."""
        hidden = frozenset() if not self.masked or self.may("see_contact") else self.masked
        names = (name for name in self.filters if name not in hidden)
        found = {name: getattr(self.datamodel.obj, self.kept_as.get(name, name)) for name in names}
        told = set(self.told)
        named = {query.relation(name): column for name, column in found.items() if name not in told}
        return {**found, **{name: column for name, column in named.items() if name in told}}

    # ---- what a kind may replace

    def create(self, values: Values) -> object:
        return self._written(None, values)

    def change(self, row: object, values: Values, version: int) -> object:
        """Write the fields to a row that still has the version the caller has seen."""
        return self._written(row, values)

    def _written(self, row: object, values: Values) -> object:
        writer = type(self).writer
        return writer(db.session, row, values) if writer else write(db.session, self.datamodel.obj, row, values)

    def current(self, row: AnyRow) -> Values:
        """The row as its form, so that a PUT may name only what changes."""
        form = self.correction or self.form
        assert form is not None
        return {field.name: getattr(row, key_of(type(row), field.name), None) for field in form()}

    def listed(self, wanted: Mapping[str, object]) -> Json:
        """The rows a caller asks for. Raises BadQuery."""
        names = query.shown(wanted, self.told)
        columns = {**self.columns, **(own_shown.columns(self.datamodel.obj) if self.has_own else {})}
        found = query.narrowed(self.scoped(), columns, wanted)
        order, every = query.order_of(columns, self.number_column, wanted), bool(wanted.get("exact_count"))
        (skipped, size), place = query.page_of(wanted), query.place_of(found, order, wanted)
        numbers = paging.numbers(found, order, size, place=place, skipped=skipped)
        count = paging.counted(found, order.number, None if every else CAP + 1)
        return {
            "count": count if every else min(count, CAP),
            "count_capped": count > CAP and not every,
            "ids": numbers,
            "result": [self.dump(row, names) for row in paging.rows(found, order.number, numbers, self.eager)],
        }

    # ---- routes

    @expose("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def get_list(self) -> Response:
        """List
        ---
        get:
          description: |
            The visible rows; filters, order and page in `q` (rison). `after`, the last id of the page before, goes on
            behind that row and is quick however deep. Beyond 1,000 rows `count` stops and `count_capped` is true;
            `exact_count:!t` counts them all.
          parameters:
          - in: query
            name: q
            schema: {type: string}
          responses:
            200: {description: "count, count_capped, ids, result"}
            400: {description: "the query can't be read"}
            401: {description: "not signed in"}
        """
        return jsonify(self.listed(query.asked()))

    @expose("/<pk>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def get(self, pk: str) -> Response:
        """Read
        ---
        get:
          description: One row.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "id, result"}
            404: {description: "not there, or not visible"}
        """
        row = self.row(pk)
        return jsonify(id=self.pk_of(row), result=self.dump(row))

    @expose("/", methods=["POST"])
    @protect()
    @spoken
    @permission_name("add")
    def post(self) -> ResponseReturnValue:
        """Create
        ---
        post:
          description: A new row; its fields are those of the form.
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            201: {description: "id, result"}
            409: {description: "refused, with the sentence"}
            422: {description: "wrong fields, with a sentence each"}
        """
        row = self.create(self._values(body(), None))
        must_see(self.scoped(), self.pk_column, row)
        db.session.commit()
        return self._saved(row), 201

    @expose("/<pk>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, pk: str) -> ResponseReturnValue:
        """Change
        ---
        put:
          description: Change fields; `If-Match` names the version that was seen.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: header
            name: If-Match
            schema: {type: integer}
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            200: {description: "id, result"}
            409: {description: "changed meanwhile, or refused"}
            422: {description: "wrong fields"}
            428: {description: "If-Match is missing"}
        """
        row, version = self.row(pk), if_match()
        if version is None:
            return message(428, _("Send the version you have seen in If-Match."))
        versions.unchanged(row, version)
        saved = self.change(row, self._values(self._changed(row), row), version)
        db.session.commit()
        return self._saved(saved)

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("delete")
    def delete(self, pk: str) -> Response:
        """Delete
        ---
        delete:
          description: Delete a row that is used nowhere.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "deleted"}
            422: {description: "still used elsewhere"}
        """
        db.session.delete(self.row(pk))
        db.session.commit()
        return jsonify(message="OK")

    def warnings(self, row: object) -> list[str]:
        """What whoever saved it should know at once."""
        return []

    def _saved(self, row: object) -> Response:
        warnings = self.warnings(row)
        told = {"warnings": warnings} if warnings else {}
        return jsonify(id=self.pk_of(row), result=self.dump(row), **told)

    def _changed(self, row: object) -> Json:
        """The row as its form with what the caller sends: a PUT names only what changes."""
        return {**own_forms.standing(db.session, row), **self.current(row), **body()}

    def form_at(self, place: str) -> type[StepForm] | None:
        """The form of a new row or of a change, with the company's own fields."""
        base = self.correction if place == own_forms.EDIT and self.correction else self.form
        return own_forms.form_for(self.datamodel.obj, base, place)

    def asked(self, row: object) -> type[StepForm]:
        """The form of what is sent now."""
        form = self.form_at(own_forms.CREATE if row is None else own_forms.EDIT)
        assert form is not None
        return form

    def _values(self, data: Mapping[str, object], row: object) -> Values:
        form = self.asked(row).of({key: plain(value) for key, value in data.items()})
        form.bind(row)
        own_forms.nothing_unasked(form, row, data)
        if not form.validate():
            raise Invalid(form.sentences())
        return form.values()
