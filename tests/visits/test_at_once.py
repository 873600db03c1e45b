"""A phone on a bad line sends the same entry many times at once; on PostgreSQL and on SQLite."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.core.record.attachments import Attachment
from app.core.record.history import History
from tests.complaints.conftest import png
from tests.test_concurrency import at_once, busy, line_of, look

__all__ = ["busy", "look"]


def test_12_equal_entries_at_once_are_one_arrival_and_12_equal_answers(busy: Flask, look: Session):
    line = line_of(busy, look)
    number = line.at("assigned")
    technician = line.by("technician")
    (job,) = technician.get("visit/jobs").json["result"]
    assert job["id"] == number and job["due"]["day"] == "2026-12-01"
    entry = json.dumps({"version": job["version"], "at": "2026-11-24T09:20:00+08:00", "data": {}})
    headers = {**technician.headers, "Idempotency-Key": "one-arrival"}

    def send(_turn: int) -> Any:
        fields = {"entry": entry, "photo": (png(), "site.png")}
        return busy.test_client().post(
            f"/api/v1/visit/{number}/arrive", data=fields, headers=headers, content_type="multipart/form-data"
        )

    answers = at_once(12, send)
    assert Counter(answer.status_code for answer in answers) == {200: 12}
    assert len({str(answer.json) for answer in answers}) == 1
    arrived = select(func.count()).where(History.record_id == number, History.step == "arrive")
    assert look.scalar(arrived) == 1
    assert look.scalar(select(func.count()).where(Attachment.record_id == number)) == 1
