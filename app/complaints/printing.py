"""顾客投诉及处理记录表 as the auditors look for it: filled and blank."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from app.core import clock
from app.core.history import History
from app.core.names import full_name, name_of
from app.core.printing import PaperForm, qr_code, register
from app.core.show import due_stamp
from app.customers.names import masked

from . import codes
from .cards_charge import amount_in_words
from .models import Complaint
from .people import contact_visible
from .rounds import Round, rounds

SIGNED_STEPS = ("hand_over", "receive", "return_form", "receive_form", "close", "settle", "settle_unsatisfied")


def _stamp(moment: datetime | None) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _name(user: Any) -> str:
    return full_name(user) if user else ""


def _due(deadline: Any) -> str:
    return due_stamp(deadline.due_at, "%Y-%m-%d") if deadline else ""


def _deed(line: History | None) -> str:
    """Who took a step and when, as a signature on the paper."""
    return f"{name_of(line.actor_id)} {_stamp(line.moment)}" if line else ""


WORDS = {
    "channels": codes.CHANNELS,
    "natures": codes.NATURES,
    "severities": codes.SEVERITIES,
    "responsibilities": codes.RESPONSIBILITIES,
    "remedies": codes.REMEDIES,
    "satisfactions": codes.SATISFACTION,
    "methods": codes.METHODS,
    "outcomes": codes.OUTCOMES,
    "criteria": codes.MAJOR_CRITERIA,
    "money": amount_in_words,
    "stamp": _stamp,
    "due": _due,
    "who": name_of,
    "name_of": _name,
}


def context(record: Complaint | None) -> dict[str, Any]:
    """What the paper shows; the blank form shows the same boxes, empty."""
    if record is None:
        return {**WORDS, "rounds": [Round(1)], "phone": "", "signed": dict.fromkeys(SIGNED_STEPS, "")}
    last = {line.step: line for line in record.history}
    return {
        **WORDS,
        "rounds": rounds(record),
        "phone": record.contact_phone if contact_visible(record) else masked(record.contact_phone),
        "signed": {step: _deed(last.get(step)) for step in SIGNED_STEPS},
    }


def acknowledgement(record: Complaint | None) -> dict[str, Any]:
    """受理回执: the number, and a code by which the customer follows the complaint."""
    from app.extensions import db
    from app.public import links
    from app.public.models import Purpose

    track = links.address(db.session, record.id, Purpose.track) if record else ""
    return {"stamp": _stamp, "name_of": _name, "track": track, "track_code": qr_code(track) if track else ""}


register(
    PaperForm(
        "complaint_record",
        "complaint",
        "顾客投诉及处理记录表",
        "Customer Complaint and Handling Record",
        "paper/complaint_record.html",
        context,
        "QR-8.2-01",
    )
)
register(
    PaperForm(
        "acknowledgement",
        "complaint",
        "投诉受理回执",
        "Acknowledgement of Receipt",
        "paper/acknowledgement.html",
        acknowledgement,
        "QR-8.2-02",
        kept_years=2,
    )
)
