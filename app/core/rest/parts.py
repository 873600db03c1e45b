"""What hangs on a record, by REST: history, deadlines, files and paper."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect

from app.extensions import db

from ..pages import printing, timeline
from ..pages.locks import lock
from ..pages.record_notes import served
from ..process.refused import Forbidden, Invalid
from ..process.workflow import AnyWorkflow
from ..record import attachments
from ..record.records import Record
from ..record.shelf import Shelved
from ..rights import masking
from ..text.wording import get_locale
from ..text.wording import gettext as _
from ..time import clock, delays
from ..types import Json
from .answers import body, message, plain, spoken, spoken_of
from .api import BaseApi

LineTold = TypedDict(
    "LineTold",
    {
        "at": datetime,
        "actor": str,
        "actor_name": str,
        "on_behalf_of": str | None,
        "step": str,
        "from": str | None,
        "to": str | None,
        "clause": str | None,
        "comment": str | None,
        "changes": Json,
        "hash": str,
    },
)


class DeadlineTold(TypedDict):
    """A running or ended deadline."""

    id: int
    rule: str
    clause: str
    started_at: datetime
    due_at: datetime
    provisional: bool
    status: str
    met_at: datetime | None
    reason: str | None
    origin: Json | None
    explanation: str


class DelayTold(TypedDict):
    """The reason for a missed deadline."""

    id: int
    reason: str


class FileTold(TypedDict):
    """A file of a record."""

    id: int
    name: str
    category: str
    mime: str
    size: int
    sha256: str
    uploaded_at: datetime


class RecordParts(BaseApi):
    """The resources under one record; its rows come through the kind's own row rights."""

    workflow: AnyWorkflow
    replies = {
        **BaseApi.replies,
        "history": list[LineTold],
        "deadlines": list[DeadlineTold],
        "explain_delay": DelayTold,
        "files": list[FileTold],
        "attach": FileTold,
    }

    def row(self, pk: object) -> Record:
        found: Record = super().row(pk)
        return found

    # ---- what hangs on the record

    @expose("/<pk>/history", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def history(self, pk: str) -> Response:
        """The record's history
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "oldest first"}
        """
        from ..rights.people import name_of

        record = self.row(pk)
        lines = reversed(timeline.lines_of(db.session, record))
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
                    "comment": timeline.said(line),
                    "changes": masking.changes(record, line.changes),
                    "hash": line.hash,
                }
                for line in lines
            ]
        )

    @expose("/<pk>/deadlines", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def deadlines(self, pk: str) -> Response:
        """The record's deadlines
        ---
        get:
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: string}
          responses:
            200: {description: "those that run and those that ended"}
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
                    "origin": item.origin or None,
                    "explanation": item.explanation(locale),
                }
                for item in self.row(pk).deadlines
            ]
        )

    @expose("/<pk>/deadlines/<int:number>", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def explain_delay(self, pk: str, number: int) -> ResponseReturnValue:
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
            200: {description: "the reason as it is kept"}
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
    def files(self, pk: str) -> Response:
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
    def attach(self, pk: str) -> ResponseReturnValue:
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
            201: {description: "what is kept"}
            409: {description: "the record is done; `link` leads to the one that goes on in its place"}
            422: {description: "not accepted, and why"}
            503: {description: "many pictures at this moment; try again after `Retry-After` seconds"}
        """
        self.row(pk)
        upload = request.files.get("file")
        if upload is None or not upload.filename:
            raise Invalid({"file": [_("Choose a file first.")]})
        got = attachments.receive(upload, request.form.get("category", "other"))
        record = lock(self.scoped(), self.pk_column, pk)
        try:
            row = attachments.keep(db.session, record, got, self.actor().user_id)
        except attachments.NotAccepted as refused:
            raise Invalid({"file": [str(refused)]}) from refused
        except Shelved as refused:
            db.session.rollback()
            return jsonify(message=str(refused), link=refused.address or None), 409
        db.session.commit()
        return jsonify(file_facts(row)), 201

    @expose("/<pk>/attachments/<int:number>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def download(self, pk: str, number: int) -> Response:
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
            200:
              description: "the file"
              content: {"*/*": {schema: {type: string, format: binary}}}
        """
        return served(self.row(pk), number)

    @expose("/<pk>/print/<form>", methods=["GET"])
    @protect()
    @spoken
    @permission_name("show")
    def paper(self, pk: str, form: str) -> ResponseReturnValue:
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
            200:
              description: "the form"
              content:
                application/pdf: {schema: {type: string, format: binary}}
                text/html: {schema: {type: string}}
        """
        record, paper = self.row(pk), printing.FORMS.get((self.workflow.name, form))
        if paper is None:
            return message(404, _("There is no paper form of this name."))
        locale = printing.language()
        html = printing.render(paper, record, locale)
        if request.accept_mimetypes.best_match(["application/pdf", "text/html"]) == "text/html":
            return Response(html, mimetype="text/html")
        return printing.sent(printing.pdf(html), printing.file_name(paper, record, locale))


def file_facts(row: attachments.Attachment) -> Json:
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
