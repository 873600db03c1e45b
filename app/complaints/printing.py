"""顾客投诉及处理记录表 as the auditors look for it: filled and blank."""

from __future__ import annotations

from typing import Any

from app.core.pages.printing import PaperForm, qr_code
from app.core.record import links
from app.core.record.history import History
from app.core.record.signatures import METHODS
from app.core.rights.masking import shown
from app.core.rights.people import full_name, name_of
from app.core.time.when import FULL, due_stamp, stamp

from . import codes
from .cards_charge import amount_in_words, given_as, recorded
from .models import Complaint
from .rounds import Round, rounds

SIGNED_STEPS = ("hand_over", "receive", "return_form", "receive_form", "close", "settle", "settle_unsatisfied")


def _name(user: Any) -> str:
    return full_name(user) if user else ""


def _due(deadline: Any) -> str:
    return due_stamp(deadline.due_at, FULL) if deadline else ""


def _deed(line: History | None) -> str:
    """Who took a step and when, as a signature on the paper."""
    return f"{name_of(line.actor_id)} {stamp(line.moment)}" if line else ""


WORDS = {
    "channels": codes.CHANNELS,
    "natures": codes.NATURES,
    "severities": codes.SEVERITIES,
    "responsibilities": codes.RESPONSIBILITIES,
    "remedies": codes.REMEDIES,
    "satisfactions": codes.SATISFACTION,
    "methods": METHODS,
    "outcomes": codes.OUTCOMES,
    "criteria": codes.MAJOR_CRITERIA,
    "money": amount_in_words,
    "given_as": given_as,
    "recorded": recorded,
    "stamp": stamp,
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
        "phone": shown(record, "contact_phone"),
        "signed": {step: _deed(last.get(step)) for step in SIGNED_STEPS},
    }


def acknowledgement(record: Complaint | None) -> dict[str, Any]:
    """受理回执: the number, and a code by which the customer follows the complaint."""
    from app.extensions import db

    track = links.address(db.session, record.id, links.TRACK) if record else ""
    return {"stamp": stamp, "name_of": _name, "track": track, "track_code": qr_code(track) if track else ""}


PAPERS = (
    PaperForm(
        "complaint_record",
        "complaint",
        "顾客投诉及处理记录表",
        "Customer Complaint and Handling Record",
        "paper/complaint_record.html",
        context,
        "QR-8.2-01",
    ),
    PaperForm(
        "acknowledgement",
        "complaint",
        "投诉受理回执",
        "Acknowledgement of Receipt",
        "paper/acknowledgement.html",
        acknowledgement,
        "QR-8.2-02",
        kept_years=2,
    ),
)
