"""顾客投诉及处理记录表 as the auditors look for it: filled and blank."""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

from app.core import attachments, clock
from app.core.attachments import Attachment
from app.core.names import full_name
from app.core.printing import PaperForm, qr_code, register
from app.core.show import due_stamp
from app.customers.names import masked

from . import codes
from .models import Complaint
from .people import contact_visible


def _stamp(moment: datetime | None) -> str:
    return clock.local(moment).strftime("%Y-%m-%d %H:%M") if moment else ""


def _name(user: Any) -> str:
    return full_name(user) if user else ""


def context(record: Complaint | None) -> dict[str, Any]:
    """What the paper shows; the blank form shows the same boxes, empty."""
    words = {
        "channels": codes.CHANNELS,
        "natures": codes.NATURES,
        "responsibilities": codes.RESPONSIBILITIES,
        "remedies": codes.REMEDIES,
        "stamp": _stamp,
        "name_of": _name,
    }
    if record is None:
        return {
            **words,
            "dispositions": [],
            "assignment": None,
            "service": None,
            "confirmation": None,
            "lapsed": None,
            "arrival_due": "",
            "phone": "",
            "ink": "",
        }
    arrival = next((item for item in reversed(record.deadlines) if item.code.startswith("ARRIVE_")), None)
    return {
        **words,
        "dispositions": [item for item in record.dispositions if item.issued_at],
        "assignment": record.assignments[-1] if record.assignments else None,
        "service": record.service,
        "confirmation": record.confirmation,
        "lapsed": record.lapsed,
        "arrival_due": due_stamp(arrival.due_at, "%Y-%m-%d") if arrival else "",
        "phone": record.contact_phone if contact_visible(record) else masked(record.contact_phone),
        "ink": _ink(record),
    }


def acknowledgement(record: Complaint | None) -> dict[str, Any]:
    """受理回执: the number, and a code by which the customer follows the complaint."""
    from app.extensions import db
    from app.public import links
    from app.public.models import Purpose

    track = links.address(db.session, record.id, Purpose.track) if record else ""
    return {"stamp": _stamp, "name_of": _name, "track": track, "track_code": qr_code(track) if track else ""}


def _ink(record: Complaint) -> str:
    """The drawn signature inside the page itself, so that the paper needs nothing from outside."""
    number = record.confirmation.attachment_id if record.confirmation else None
    file = next((item for item in record.attachments if item.id == number), None)
    return _data_url(file) if file and file.mime in attachments.IMAGES else ""


def _data_url(file: Attachment) -> str:
    content = attachments.path_of(file).read_bytes()
    return f"data:{file.mime};base64,{base64.b64encode(content).decode()}"


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
