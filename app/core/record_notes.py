"""What people add to any record beside its steps: notes, files, the reason of a delay."""

from __future__ import annotations

from typing import Any

from flask import abort, flash, redirect, request, send_file, url_for
from flask_appbuilder import expose, has_access
from flask_appbuilder.security.decorators import permission_name
from flask_babel import gettext as _

from app.extensions import db

from . import attachments, delays
from .records import Comment
from .workflow import Invalid, Refused


class NotesAndFiles:
    """The small forms of the record page."""

    endpoint: Any
    actor: Any
    locked: Any
    get_or_404: Any

    @expose("/<int:pk>/comment", methods=["POST"])
    @has_access
    @permission_name("comment")
    def comment(self, pk: int) -> Any:
        record = self.get_or_404(pk)
        text = request.form.get("comment", "").replace("\0", "").strip()[:5000]
        if text:
            db.session.add(Comment(record_id=record.id, author_id=self.actor().user_id, text=text))
            db.session.commit()
        return redirect(url_for(f"{self.endpoint}.show", pk=pk) + "#timeline")

    @expose("/<int:pk>/delay/<int:number>", methods=["POST"])
    @has_access
    @permission_name("comment")
    def explain_delay(self, pk: int, number: int) -> Any:
        """Why a deadline was missed."""
        record = self.locked(pk)
        try:
            if delays.explain(db.session, record, number, request.form.get("reason", ""), self.actor()) is None:
                abort(404)
            db.session.commit()
            flash(_("The reason for the delay is on the record."), "success")
        except (Invalid, Refused) as problem:
            db.session.rollback()
            flash(problem.sentence if isinstance(problem, Invalid) else str(problem), "danger")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk))

    @expose("/<int:pk>/attach", methods=["POST"])
    @has_access
    @permission_name("attach")
    def attach(self, pk: int) -> Any:
        record = self.locked(pk)
        upload = request.files.get("file")
        try:
            if upload is None or not upload.filename:
                raise attachments.NotAccepted(_("Choose a file first."))
            attachments.store(db.session, record, upload, request.form.get("category", ""), self.actor().user_id)
            db.session.commit()
            flash(_("“%(name)s” was attached.", name=upload.filename), "success")
        except attachments.NotAccepted as refused:
            db.session.rollback()
            flash(str(refused), "danger")
        return redirect(url_for(f"{self.endpoint}.show", pk=pk) + "#files")

    @expose("/<int:pk>/file/<int:number>")
    @has_access
    @permission_name("show")
    def file(self, pk: int, number: int) -> Any:
        return served(self.get_or_404(pk), number)


def served(record: Any, number: int) -> Any:
    """A file of a record the person may see, always as a download."""
    row = next((item for item in record.attachments if item.id == number), None) or abort(404)
    return send_file(attachments.path_of(row), mimetype=row.mime, as_attachment=True, download_name=row.name, max_age=0)
