"""REST of a kind of record: steps, history, deadlines, files and paper, by the names of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import jsonify
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import gettext as _

from app.extensions import db

from .api import BaseApi, body, if_match, message, plain, spoken
from .idempotency import once
from .record_parts import RecordParts
from .record_views import lock
from .workflow import Actor, Invalid, Refused, Workflow


class RecordApi(RecordParts, BaseApi):
    """What a program may do with a record; `state` is moved by steps alone."""

    workflow: Workflow[Any]
    correction: Any = None
    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_attach"]

    # ---- what a kind supplies

    def editable(self, record: Any, actor: Actor) -> bool:
        return False

    def corrected(self, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        return values

    def as_correction(self, record: Any) -> dict[str, Any]:
        return {}

    # ---- create and change

    @expose("/", methods=["POST"])
    @protect()
    @spoken
    @permission_name("add")
    def post(self) -> Any:
        """Create
        ---
        post:
          description: Register a record; its number is given out now.
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            201: {description: "id, result"}
            422: {description: "wrong fields, with a sentence each"}
        """
        values = self._values(_without_state(body()), None)

        def deed() -> tuple[dict[str, Any], int]:
            row = self.create(values)
            return {"id": row.id, "result": self.dump(row)}, 201

        return once(db.session, self.actor().user_id or 0, deed)

    @expose("/<pk>", methods=["PUT"])
    @protect()
    @spoken
    @permission_name("edit")
    def put(self, pk: str) -> Any:
        """Correct
        ---
        put:
          description: Correct the head of the form; `If-Match` names the version that was seen.
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
            428: {description: "If-Match is missing"}
        """
        version = if_match()
        if version is None:
            self.row(pk)
            return message(428, _("Send the version you have seen in If-Match."))
        record, actor = lock(self.scoped(), self.pk_column, pk), self.actor()
        if self.correction is None or not self.editable(record, actor):
            raise Refused(_("The form can't be corrected now."))
        data = {key: plain(value) for key, value in {**self.as_correction(record), **_without_state(body())}.items()}
        form = self.correction.of(data)
        form.bind(record)
        if not form.validate():
            raise Invalid(form.sentences())
        self.workflow.edit(db.session, record, actor, self.corrected(record, form.values()), version=version)
        db.session.commit()
        return jsonify(id=record.id, result=self.dump(record))

    # ---- steps

    @expose("/<pk>/steps", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def steps(self, pk: str) -> Any:
        """The steps this caller may take now
        ---
        get:
          description: Name, label, clause and fields (JSON Schema) of each.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "a list of steps"}
        """
        offered = self.workflow.offered(self.row(pk), self.actor())
        empty = {"type": "object", "properties": {}, "required": []}
        return jsonify(
            [
                {
                    "name": step.name,
                    "label": str(step.label),
                    "clause": step.clause,
                    "fields": step.form.json_schema() if step.form else empty,
                }
                for step in offered
            ]
        )

    @expose("/<pk>/<step>", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def take(self, pk: str, step: str) -> Any:
        """Take a step
        ---
        post:
          description: Move the record by one step of its workflow table.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: path
            name: step
            required: true
            schema: {type: string}
          requestBody:
            content:
              application/json:
                schema: {type: object}
          responses:
            200: {description: "id, state, version"}
            403: {description: "not your step"}
            404: {description: "not visible, or no such step"}
            409: {description: "not now, with the sentence"}
            422: {description: "wrong fields, with a sentence each"}
        """
        if not self.workflow.rows(step):
            self.row(pk)
            return message(404, _("There is no step of this name."))

        def deed() -> tuple[dict[str, Any], int]:
            record = lock(self.scoped(), self.pk_column, pk)
            self.workflow.fire(db.session, record, step, self.actor(), body(), version=if_match())
            return {"id": record.id, "state": record.state, "version": record.version}, 200

        self.row(pk)
        return once(db.session, self.actor().user_id or 0, deed)


def _without_state(data: Mapping[str, Any]) -> dict[str, Any]:
    """`state` is never writable: only steps move a record."""
    if "state" in data:
        raise Invalid({"state": [_("The state is changed by steps only.")]})
    return dict(data)
