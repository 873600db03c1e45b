"""What people add to any record beside its steps: notes, files, the reason of a delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, abort, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from werkzeug.datastructures import FileStorage

from app.extensions import db

from ..files import press
from ..process.answer import ANSWERED, answer_to
from ..record import attachments
from ..record.records import Comment
from ..record.shelf import Shelved
from ..rest.answers import spoken_of
from ..text import cleaning
from ..text.wording import gettext as _
from ..time import delays
from . import drafts

if TYPE_CHECKING:
    from ..record.records import Record
    from ..rights.actor import Actor

MOST = 30  # files at once


class NotesAndFiles:
    """The small forms of the record page."""

    endpoint: str

    if TYPE_CHECKING:  # the record page has them

        def actor(self) -> Actor: ...

        def locked(self, pk: int) -> Record: ...

        def get_or_404(self, pk: object) -> Record: ...

        def for_page(self, pk: int) -> Record: ...

        def record_page(self, record: Record) -> str: ...

    @expose("/<int:pk>/comment", methods=["POST"])
    @has_access
    @permission_name("comment")
    def comment(self, pk: int) -> ResponseReturnValue:
        record = self.get_or_404(pk)
        text = cleaning.sent("comment")
        if text:
            db.session.add(Comment(record_id=record.id, author_id=self.actor().user_id, text=text))
            db.session.commit()
        drafts.done()
        return redirect(url_for(f"{self.endpoint}.show", pk=pk) + "#timeline")

    @expose("/<int:pk>/delay/<int:number>", methods=["POST"])
    @has_access
    @permission_name("comment")
    def explain_delay(self, pk: int, number: int) -> ResponseReturnValue:
        """Why a deadline was missed."""
        record = self.locked(pk)
        try:
            if delays.explain(db.session, record, number, cleaning.sent("reason"), self.actor()) is None:
                abort(404)
            db.session.commit()
            drafts.done()
            flash(_("The reason for the delay is on the record."), "success")
        except ANSWERED as error:
            db.session.rollback()
            flash(answer_to(error).sentence, "danger")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk))

    @expose("/<int:pk>/attach", methods=["POST"])
    @has_access
    @permission_name("attach")
    def attach(self, pk: int) -> ResponseReturnValue:
        """Several files at once, each for itself: what is refused does not keep the others out."""
        self.get_or_404(pk)
        uploads = [upload for upload in request.files.getlist("file") if upload.filename]
        try:
            told = [self._kept(pk, upload) for upload in uploads[:MOST]] or [(_("Choose a file first."), False)]
        except Shelved as refused:
            db.session.rollback()
            if "X-Fragment" in request.headers:
                return jsonify(message=str(refused)), 409
            flash(refused.linked, "danger")
            return self.record_page(self.for_page(pk)), 409
        if "X-Fragment" in request.headers:
            return jsonify(message=told[0][0]), 201 if told[0][1] else 422
        for sentence, done in told:
            flash(sentence, "success" if done else "danger")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk) + "#files")

    def _kept(self, pk: int, upload: FileStorage) -> tuple[str, bool]:
        """One file, in its own transaction: the sentence, and whether it is there now. Raises Shelved."""
        name = upload.filename
        try:
            got = attachments.receive(upload, request.form.get("category", ""))
            attachments.keep(db.session, self.locked(pk), got, self.actor().user_id)
            db.session.commit()
        except press.Busy:
            return _("“%(name)s” was not attached. %(why)s", name=name, why=spoken_of(503)), False
        except attachments.NotAccepted as refused:
            db.session.rollback()
            return _("“%(name)s” was not attached. %(why)s", name=name, why=str(refused)), False
        return _("“%(name)s” was attached.", name=name), True

    @expose("/<int:pk>/picture/<int:number>")
    @has_access
    @permission_name("show")
    def picture(self, pk: int, number: int) -> ResponseReturnValue:
        """A picture to look at, in full or (?small=1) as a thumbnail."""
        row = _of(self.get_or_404(pk), number)
        if row.mime not in attachments.IMAGES:
            abort(404)
        found: Response = attachments.thumbnail(row) if request.args.get("small") else attachments.sent(row)
        return found

    @expose("/<int:pk>/file/<int:number>")
    @has_access
    @permission_name("show")
    def file(self, pk: int, number: int) -> ResponseReturnValue:
        return served(self.get_or_404(pk), number)


def served(record: Record, number: int) -> Response:
    """A file of a record the person may see, always as a download."""
    found: Response = attachments.sent(_of(record, number), as_attachment=True)
    return found


def _of(record: Record, number: int) -> attachments.Attachment:
    row: attachments.Attachment | None = next((item for item in record.attachments if item.id == number), None)
    return row or abort(404)
