"""What hangs on a record, by REST: history, deadlines, files and paper."""

from __future__ import annotations

from typing import Any

from flask import Response, jsonify, request
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect
from flask_babel import get_locale
from flask_babel import gettext as _

from app.extensions import db

from . import attachments, clock, delays, printing, stepper
from .record_notes import served
from .record_views import lock
from .rest import body, message, plain, spoken, spoken_of
from .workflow import Forbidden, Invalid, Workflow


class RecordParts:
    """The resources under one record; its rows come through the kind's own row rights."""

    workflow: Workflow[Any]
    row: Any
    scoped: Any
    actor: Any
    pk_column: Any

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
                    "actor": line.actor.username if line.actor else "customer" if "via" in line.changes else "system",
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
                    "id": item.id,
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

    @expose("/<pk>/deadlines/<int:number>", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def explain_delay(self, pk: str, number: int) -> Any:
        """Give the reason for a missed deadline
        ---
        post:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          - in: path
            name: number
            required: true
            schema: {type: integer}
          requestBody:
            content:
              application/json:
                schema: {type: object, properties: {reason: {type: string}}}
          responses:
            200: {description: "id, reason"}
            409: {description: "nothing to explain"}
            422: {description: "no reason given"}
        """
        record, actor = lock(self.scoped(), self.pk_column, pk), self.actor()
        if not actor.may("can_comment"):
            raise Forbidden
        reason = body().get("reason")
        item = delays.explain(db.session, record, number, reason if isinstance(reason, str) else "", actor)
        if item is None:
            return message(404, spoken_of(404))
        db.session.commit()
        return jsonify(id=item.id, reason=item.breach_reason)

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
        locale = printing.language()
        html = printing.render(paper, record, locale)
        if request.accept_mimetypes.best_match(["application/pdf", "text/html"]) == "text/html":
            return Response(html, mimetype="text/html")
        return printing.sent(printing.pdf(html), printing.file_name(paper, record, locale))


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
