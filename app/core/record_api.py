"""REST of a kind of record: steps, history, deadlines, files and paper, by the names of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import get_locale
from flask_babel import gettext as _

from app.extensions import db

from . import attachments, clock, printing, stepper
from .api import BaseApi, body, if_match, message, plain, spoken
from .idempotency import once
from .record_views import lock, served
from .workflow import Actor, Invalid, Refused, Workflow


class RecordApi(BaseApi):
    """What a program may do with a record; `state` is moved by steps alone."""

    workflow: Workflow[Any]
    correction: Any = None
    writes = frozenset({"post", "put"})
    base_permissions = ["can_list", "can_show", "can_add", "can_edit", "can_attach"]

    # ---- what a kind supplies

    def editable(self, record: Any, actor: Actor) -> bool:
        return False

    def corrected(self, values: dict[str, Any]) -> dict[str, Any]:
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
        self.workflow.edit(db.session, record, actor, self.corrected(form.values()), version=version)
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

    # ---- what hangs on the record

    @expose("/<pk>/history", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def history(self, pk: str) -> Any:
        """The record's history
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "at, actor, step, from, to, clause, comment, hash"}
        """
        from .names import name_of

        lines = reversed(stepper.lines_of(db.session, self.row(pk)))
        return jsonify(
            [
                {
                    "at": plain(line.moment),
                    "actor": line.actor.username if line.actor else "system",
                    "actor_name": name_of(line.actor_id),
                    "on_behalf_of": name_of(line.on_behalf_id) or None,
                    "step": line.step,
                    "from": line.source,
                    "to": line.target,
                    "clause": line.clause,
                    "comment": line.comment,
                    "changes": line.changes,
                    "hash": line.hash,
                }
                for line in lines
            ]
        )

    @expose("/<pk>/deadlines", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def deadlines(self, pk: str) -> Any:
        """The record's deadlines
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "rule, clause, started_at, due_at, provisional, status, met_at, explanation"}
        """
        locale = str(get_locale() or "zh")
        return jsonify(
            [
                {
                    "rule": item.code,
                    "clause": item.clause,
                    "started_at": plain(item.started_at),
                    "due_at": plain(item.due_at),
                    "provisional": item.provisional,
                    "status": item.status(clock.now()).value,
                    "met_at": plain(item.met_at),
                    "reason": item.breach_reason or None,
                    "explanation": item.explanation(locale),
                }
                for item in self.row(pk).deadlines
            ]
        )

    @expose("/<pk>/attachments", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def files(self, pk: str) -> Any:
        """The record's files
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "a list of files"}
        """
        return jsonify([file_facts(item) for item in self.row(pk).attachments])

    @expose("/<pk>/attachments", methods=["POST"])
    @protect()
    @spoken
    @permission_name("attach")
    def attach(self, pk: str) -> Any:
        """Attach a file
        ---
        post:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          requestBody:
            content:
              multipart/form-data:
                schema:
                  type: object
                  properties:
                    file: {type: string, format: binary}
                    category: {type: string}
          responses:
            201: {description: "id, name, sha256 …"}
            422: {description: "not accepted, and why"}
        """
        record, upload = lock(self.scoped(), self.pk_column, pk), request.files.get("file")
        if upload is None or not upload.filename:
            raise Invalid({"file": [_("Choose a file first.")]})
        try:
            row = attachments.store(
                db.session, record, upload, request.form.get("category", "other"), self.actor().user_id
            )
        except attachments.NotAccepted as refused:
            raise Invalid({"file": [str(refused)]}) from refused
        db.session.commit()
        return jsonify(file_facts(row)), 201

    @expose("/<pk>/attachments/<int:number>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def download(self, pk: str, number: int) -> Any:
        """Download a file
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: path
            name: number
            required: true
            schema: {type: integer}
          responses:
            200: {description: "the file"}
        """
        return served(self.row(pk), number)

    @expose("/<pk>/print/<form>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def paper(self, pk: str, form: str) -> Any:
        """A paper form, as PDF or (Accept: text/html) as print view
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: path
            name: form
            required: true
            schema: {type: string}
          responses:
            200: {description: "the form"}
        """
        record, paper = self.row(pk), printing.FORMS.get((self.workflow.name, form))
        if paper is None:
            return message(404, _("There is no paper form of this name."))
        html = printing.render(paper, record, printing.language())
        if request.accept_mimetypes.best_match(["application/pdf", "text/html"]) == "text/html":
            return Response(html, mimetype="text/html")
        return Response(printing.pdf(html), mimetype="application/pdf")


def file_facts(row: attachments.Attachment) -> dict[str, Any]:
    """What REST tells of a file."""
    return {
        "id": row.id,
        "name": row.name,
        "category": row.category,
        "mime": row.mime,
        "size": row.size,
        "sha256": row.sha256,
        "uploaded_at": plain(row.uploaded_at),
    }


def _without_state(data: Mapping[str, Any]) -> dict[str, Any]:
    """`state` is never writable: only steps move a record."""
    if "state" in data:
        raise Invalid({"state": [_("The state is changed by steps only.")]})
    return dict(data)
