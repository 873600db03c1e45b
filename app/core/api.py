"""FAB's REST, hardened: the same rows, forms and refusals as the pages; every error is {"message": …}."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import jsonify
from flask_appbuilder.api import BaseApi as FabApi
from flask_appbuilder.api import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import gettext as _
from sqlalchemy import func
from sqlalchemy.orm import Query

from app.extensions import db

from . import query
from .filters import only_scopes
from .forms import StepForm
from .rest import body, if_match, message, plain, spoken, spoken_of
from .security import actor_for, current_rights
from .views import one_or_404, write
from .workflow import Actor, Invalid, Stale

__all__ = ["BaseApi", "body", "if_match", "message", "plain", "spoken"]


class BaseApi(FabApi):
    """List, read, create, change and delete of one kind of thing by REST."""

    datamodel: SQLAInterface
    form: type[StepForm] | None = None
    fields: Sequence[str | tuple[str, Callable[[Any], Any]]] = ()  # what an answer tells
    filters: Sequence[str] = ()  # columns that may be filtered and ordered by
    base_filters: Sequence[Any] = ()
    eager: Sequence[Any] = ()
    allow_browser_login = True
    csrf_exempt = True  # `spoken` checks the token of browsers itself
    base_permissions: Any = ["can_list", "can_show", "can_add", "can_edit", "can_delete"]
    writes: frozenset[str] = frozenset({"post", "put", "delete"})
    openapi_spec_methods: Any = {}

    def __init__(self) -> None:
        self.exclude_route_methods: set[str] = {"post", "put", "delete"} - self.writes
        only_scopes(self.base_filters)
        super().__init__()
        self._base_filters = self.datamodel.get_filters().add_filter_list([list(item) for item in self.base_filters])

    # ---- what FAB itself answers, in words

    def response_401(self) -> Any:
        return message(401, spoken_of(401))

    def response_403(self) -> Any:
        return message(403, spoken_of(403))

    # ---- rows

    def may(self, permission: str) -> bool:
        return current_rights().may(permission, str(self.class_permission_name))

    def actor(self) -> Actor:
        return actor_for(str(self.class_permission_name))

    def scoped(self) -> Query[Any]:
        found: Query[Any] = self._base_filters.apply_all(db.session.query(self.datamodel.obj))
        return found

    @property
    def pk_column(self) -> Any:
        return getattr(self.datamodel.obj, self.datamodel.get_pk_name())

    def row(self, pk: Any) -> Any:
        return one_or_404(self.scoped(), self.pk_column, pk)

    def dump(self, row: Any, names: Sequence[str] = ()) -> dict[str, Any]:
        """What REST tells of a row, or the named part of it."""
        named = [(item, None) if isinstance(item, str) else item for item in self.fields]
        return {
            name: plain(getattr(row, name) if value is None else value(row))
            for name, value in named
            if not names or name in names
        }

    @property
    def told(self) -> list[str]:
        """The names of the fields an answer tells."""
        return [item if isinstance(item, str) else item[0] for item in self.fields]

    @property
    def columns(self) -> dict[str, Any]:
        return {name: getattr(self.datamodel.obj, name) for name in self.filters}

    # ---- what a kind may replace

    def create(self, values: dict[str, Any]) -> Any:
        return write(db.session, self.datamodel.obj, None, values)

    def change(self, row: Any, values: dict[str, Any], version: int) -> Any:
        if getattr(row, "version", version) != version:
            raise Stale([])
        return write(db.session, self.datamodel.obj, row, values)

    def current(self, row: Any) -> dict[str, Any]:
        """The row as its form, so that a PUT may name only what changes."""
        assert self.form is not None
        return {field.name: getattr(row, f"{field.name}_id", getattr(row, field.name, None)) for field in self.form()}

    # ---- routes

    @expose("/", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def get_list(self) -> Any:
        """List
        ---
        get:
          description: The visible rows; filters, order and page in `q` (rison).
          parameters:
          - in: query
            name: q
            schema: {type: string}
          responses:
            200: {description: "count, ids, result"}
            400: {description: "the query can't be read"}
            401: {description: "not signed in"}
        """
        wanted = query.asked()
        names = query.shown(wanted, self.told)
        found = query.narrowed(self.scoped(), self.columns, wanted)
        count = found.with_entities(func.count(self.pk_column)).order_by(None).scalar()
        rows = (
            query.page_of(query.ordered(found, self.columns, self.pk_column, wanted), wanted).options(*self.eager).all()
        )
        key = self.datamodel.get_pk_name()
        return jsonify(
            count=count, ids=[getattr(row, key) for row in rows], result=[self.dump(row, names) for row in rows]
        )

    @expose("/<pk>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def get(self, pk: str) -> Any:
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
        return jsonify(id=getattr(row, self.datamodel.get_pk_name()), result=self.dump(row))

    @expose("/", methods=["POST"])
    @protect()
    @spoken
    @permission_name("add")
    def post(self) -> Any:
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
        db.session.commit()
        return jsonify(id=getattr(row, self.datamodel.get_pk_name()), result=self.dump(row)), 201

    @expose("/<pk>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, pk: str) -> Any:
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
        if getattr(row, "version", version) != version:
            raise Stale([])
        saved = self.change(row, self._values({**self.current(row), **body()}, row), version)
        db.session.commit()
        return jsonify(id=getattr(saved, self.datamodel.get_pk_name()), result=self.dump(saved))

    @expose("/<pk>", methods=["DELETE"])
    @protect()
    @spoken
    @permission_name("delete")
    def delete(self, pk: str) -> Any:
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

    def _values(self, data: Mapping[str, Any], row: Any) -> dict[str, Any]:
        assert self.form is not None
        form = self.form.of({key: plain(value) for key, value in data.items()})
        form.bind(row)
        if not form.validate():
            raise Invalid(form.sentences())
        return form.values()
