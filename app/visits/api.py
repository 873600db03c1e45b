"""REST of the phone: own running assignments, and the steps taken there, each exactly once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NotRequired, TypedDict

from flask import jsonify, session
from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect

from app.complaints.models import Complaint
from app.complaints.scope import ComplaintScope, visible
from app.complaints.workflow import COMPLAINT
from app.core import settings
from app.core.pages.locks import lock
from app.core.pages.timeline import Line
from app.core.pages.views import table
from app.core.process.idempotency import once
from app.core.record.history import History
from app.core.rest.api import BaseApi, message, plain, spoken
from app.core.rights.current import current_rights
from app.core.rights.people import name_of
from app.core.text.wording import get_locale
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.core.time.when import SHORT, stamp
from app.extensions import db

from . import deeds, ends, entry, jobs


class Jobs(TypedDict):
    """Everything a phone needs to work without a network, and whose it is."""

    user: str
    name: str
    locale: str
    zone: str
    now: datetime
    photos_required: bool
    ends: dict[str, dict[str, dict[str, str]]]
    result: list[dict[str, Any]]


class Done(TypedDict):
    """Where the record stands after a step on site."""

    id: int
    state: str
    version: int
    note: NotRequired[bool]  # kept as a comment, because the record had gone on


class VisitApi(BaseApi):
    """上门任务 by REST: what a phone takes along, and what it brings back."""

    resource_name = "visit"
    datamodel = table(Complaint)
    class_permission_name = "Visit"
    base_filters = (("id", ComplaintScope, None), ("id", jobs.RunningScope, None))
    base_permissions = ["can_list", "can_show"]
    writes = frozenset()
    eager = jobs.EAGER
    filters = ("id", "number", "state", "due_at")
    fields = jobs.FIELDS
    replies = {**BaseApi.replies, "mine": Jobs, "take": Done}

    @expose("/jobs", methods=["GET"])
    @protect()
    @spoken
    @permission_name("list")
    def mine(self) -> Any:
        """All own running assignments
        ---
        get:
          description: Everything a phone needs to work without a network, and whose it is.
          responses:
            200: {description: "user, name, locale, zone, now, photos_required, ends, result"}
            401: {description: "not signed in"}
        """
        rights = current_rights()
        rows = self.scoped().options(*self.eager).order_by(Complaint.id)
        answer = jsonify(
            user=rights.username,
            name=rights.full_name,
            locale=rights.locale or session.get("locale") or str(get_locale()),
            zone=clock.zone().key,
            now=plain(clock.now()),
            photos_required=bool(settings.get(db.session, "photos_required")),
            ends=ends.ends(db.session),
            result=[self.dump(row) for row in rows],
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/<int:pk>/<step>", methods=["POST"])
    @protect()
    @spoken
    @permission_name("show")
    def take(self, pk: int, step: str) -> Any:
        """Take a step on site
        ---
        post:
          description: One entry of a phone's outbox; with an Idempotency-Key it is done once and answered alike again.
          parameters:
          - in: path
            name: pk
            required: true
            schema: {type: integer}
          - in: path
            name: step
            required: true
            schema: {type: string}
          - in: header
            name: Idempotency-Key
            schema: {type: string}
          requestBody:
            content:
              multipart/form-data:
                schema:
                  type: object
                  properties:
                    entry:
                      type: string
                      description: "JSON: visit, version (seen), at (ISO 8601 with offset), data, as_note"
                    photo: {type: array, items: {type: string, format: binary}}
          responses:
            200: {description: "id, state, version"}
            403: {description: "not your step"}
            404: {description: "not visible, or no such step"}
            409: {description: "not now; with conflict: true and what others did, when the record went on meanwhile"}
            422: {description: "wrong fields, with a sentence each"}
        """
        if step not in entry.STEPS:
            return message(404, _("There is no step of this name."))
        given, rights = entry.sent(step), current_rights()

        def deed() -> tuple[dict[str, Any], int]:
            record = lock(db.session.query(Complaint).filter(visible(rights)), Complaint.id, pk)
            act = deeds.note if given.as_note else deeds.do
            return act(db.session, record, given, rights), 200

        try:
            return once(db.session, rights.user_id, deed, content=given.digest)
        except deeds.Conflict as conflict:
            told = [_told(line) for line in conflict.lines]
            db.session.rollback()
            return jsonify(message=str(conflict), conflict=True, changed=told), 409


def _told(line: History) -> dict[str, Any]:
    """What somebody else did, for the person who comes back to it."""
    shown = Line.of(line, COMPLAINT, line.record)
    return {
        "at": stamp(line.moment, SHORT),
        "who": _("Customer (by link)") if shown.by_customer else name_of(line.actor_id) or _("System"),
        "what": str(shown.label),
        "comment": line.comment,
    }
