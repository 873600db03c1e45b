"""Many matters read at once, by REST (4.4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypedDict

from flask_appbuilder.api import expose
from flask_appbuilder.security.decorators import permission_name, protect

from app.core.process.idempotency import once
from app.core.process.refused import Invalid
from app.core.rest.api import body, plain, spoken
from app.core.rest.record_api import RecordApi
from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.extensions import db

from . import reading
from .scope import visible


class Read(TypedDict):
    """What was marked, and how long it can be taken back."""

    ids: list[int]
    until: datetime


class Unread(TypedDict):
    """What is unread again."""

    ids: list[int]


class ReadingApi(RecordApi):
    """What REST offers of the reports beside lists, records and steps."""

    replies = {**RecordApi.replies, "read_all": Read, "take_back": Unread}

    @expose("/read", methods=["POST"])
    @protect()
    @spoken
    @permission_name("list")
    def read_all(self) -> Any:
        """Mark as read
        ---
        post:
          description: Mark several matters as read, all that are unread or those named; each gets its line of history.
          requestBody:
            content:
              application/json:
                schema: {type: object, properties: {ids: {type: array, items: {type: integer}}}}
          responses:
            200: {description: "ids: what was marked, until: how long it can be taken back"}
            403: {description: "not your step"}
        """
        return self._each(reading.read_all)

    @expose("/unread", methods=["POST"])
    @protect()
    @spoken
    @permission_name("list")
    def take_back(self) -> Any:
        """Take the reading back
        ---
        post:
          description: For some minutes, what the caller marked as read can be made unread again.
          requestBody:
            content:
              application/json:
                schema: {type: object, properties: {ids: {type: array, items: {type: integer}}}}
          responses:
            200: {description: "ids: what is unread again"}
            403: {description: "not your step"}
        """
        return self._each(reading.take_back)

    def _each(self, act: Callable[..., list[int]]) -> Any:
        ids = body().get("ids")
        if ids is not None and not (isinstance(ids, list) and all(type(number) is int for number in ids)):
            raise Invalid({"ids": [_("Send a list of ids.")]})

        def deed() -> tuple[dict[str, Any], int]:
            done = act(db.session, visible(current_rights()), self.actor(), ids)
            until = clock.now() + reading.TAKEN_BACK_FOR
            return {"ids": done, **({"until": plain(until)} if act is reading.read_all else {})}, 200

        return once(db.session, self.actor().user_id or 0, deed)
