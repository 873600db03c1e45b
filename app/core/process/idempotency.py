"""A program may send the same deed twice; it is done once and answered twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import datetime

from flask import Response, jsonify, request
from sqlalchemy import JSON, Integer, String
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from ..model import Model
from ..text.wording import gettext as _
from ..time.clock import now
from ..types import UtcDateTime
from .refused import Refused

Answer = tuple[Response, int]


class IdempotencyKey(Model):
    """A key a caller has used, and the answer given the first time, kept in the same commit as the deed."""

    __tablename__ = "idempotency_key"

    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    user_id: Mapped[int] = mapped_column(Integer, primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int]
    body: Mapped[dict[str, object]] = mapped_column(JSON)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


def once(
    session: Session, user_id: int, deed: Callable[[], tuple[dict[str, object], int]], content: str = ""
) -> Answer | None:
    """Do a deed and commit; with an Idempotency-Key only the first time.

    `content` stands for what was sent where that is not JSON.
    """
    key = request.headers.get("Idempotency-Key", "").strip()[:100]
    if not key:
        answer, status = deed()
        session.commit()
        return jsonify(answer), status
    digest = hashlib.sha256(
        json.dumps(
            [request.method, request.path, content or request.get_json(silent=True)], sort_keys=True, default=str
        ).encode()
    ).hexdigest()
    if (known := _known(session, key, user_id, digest)) is not None:
        return known
    row = IdempotencyKey(key=key, user_id=user_id, digest=digest, status=0, body={})
    session.add(row)
    try:
        session.flush()  # whoever comes second waits here for the first one's commit
    except IntegrityError:
        session.rollback()
        return _known(session, key, user_id, digest)
    answer, status = deed()
    row.status, row.body = status, answer
    session.commit()
    return jsonify(answer), status


def _known(session: Session, key: str, user_id: int, digest: str) -> Answer | None:
    row = session.get(IdempotencyKey, (key, user_id))
    if row is None:
        return None
    if row.digest != digest:
        raise Refused(_("This Idempotency-Key was used for something else."))
    return jsonify(row.body), row.status
