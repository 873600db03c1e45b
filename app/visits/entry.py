"""One entry of a phone's outbox, as it arrives: which step, decided on what, when, with which photos."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import request

from app.complaints.workflow import COMPLAINT
from app.core.fields.forms import received
from app.core.process.refused import Invalid
from app.core.record import attachments
from app.core.record.attachments import NotAccepted, Received
from app.core.text.cleaning import storable
from app.core.text.wording import gettext as _
from app.core.time import clock

STEPS = (
    *("depart", "arrive", "investigate", "quote", "answer_quote", "complete", "confirm", "reject"),
    *("back_at_company", "return_form"),
)
PHOTOS = 12  # of one step


@dataclass(frozen=True)
class Entry:
    """What a person did on site, written down by the phone when it was done."""

    step: str
    version: int  # of the record as the person saw it
    at: datetime  # by the phone's clock, never later than now
    data: Mapping[str, Any]
    photos: list[Received | NotAccepted]
    as_note: bool
    read: dict[str, Any]  # what the customer read before signing
    digest: str  # the same key with another content is another deed


def sent(step: str) -> Entry:
    """The entry of this request, its files looked at before anything is locked. Raises Invalid, press.Busy."""
    text, photos = request.form.get("entry", ""), request.files.getlist("photo")
    if len(photos) > PHOTOS:
        raise Invalid({"photo": [_("At most %(n)s photos fit here.", n=PHOTOS)]})
    whole = hashlib.sha256(text.encode("utf-8", "surrogatepass"))
    for photo in photos:
        whole.update(hashlib.sha256(photo.stream.read()).digest())
    body = _object(text)
    version, data, read = body.get("version"), body.get("data", {}), body.get("read", {})
    if isinstance(version, bool) or not isinstance(version, int):
        raise _unreadable()
    if not isinstance(data, dict) or not isinstance(read, dict):
        raise _unreadable()
    at, as_note = _moment(body.get("at")), body.get("as_note") is True
    seen = [attachments.receive(photo, "photo") for photo in photos]
    drawn = received(data, (row.form for row in COMPLAINT.rows(step)))
    return Entry(step, version, at, drawn, seen, as_note, read, whole.hexdigest())


def _object(text: str) -> dict[str, Any]:
    try:
        body = json.loads(storable(text))
    except (ValueError, RecursionError):
        raise _unreadable() from None
    if not isinstance(body, dict):
        raise _unreadable()
    return body


def _moment(text: Any) -> datetime:
    """A phone's clock may run ahead; nothing happens later than now."""
    try:
        moment = datetime.fromisoformat(text)
        if moment.tzinfo is None or not 1990 <= moment.year <= 2100:
            raise ValueError
    except (TypeError, ValueError):
        raise _unreadable() from None
    return min(moment.astimezone(UTC), clock.now())


def _unreadable() -> Invalid:
    return Invalid({"entry": [_("That could not be read")]})
