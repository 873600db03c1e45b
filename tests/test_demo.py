"""The demo shows the whole line, whatever the hour and the day it is loaded."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from app.complaints.workflow import COMPLAINT
from app.core.record.records import Record
from app.core.time import clock
from app.demo.plots import PLOTS
from app.demo.story import tell
from app.extensions import db


@pytest.mark.parametrize(
    "moment",
    [
        "2026-11-24T00:30",  # a night between working days
        "2026-11-23T09:00",  # a Monday morning, between the receipt and the plan of a complaint
        "2026-10-08T07:45",  # the first morning after the National Day week
        "2026-11-22T12:00",  # a Sunday
        "2026-11-20T18:00",  # a Friday evening
    ],
)
def test_the_demo_shows_complaints_in_every_state_of_the_line(app: Flask, moment: str):
    real = datetime.fromisoformat(moment).replace(tzinfo=clock.zone())
    with app.app_context(), clock.frozen(real):
        tell(db.session, PLOTS)
        rows = db.session.execute(select(Record.state, Record.created_at).where(Record.kind == "complaint")).all()
    assert {state for state, _made in rows} == set(COMPLAINT.states)
    assert all(made <= real for _state, made in rows), "a complaint received in the future"
