"""What follows when a complaint is over: the other one it went into, a new one, or nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import url_for
from markupsafe import Markup
from sqlalchemy.orm import Session

from app.core import settings
from app.core.text.wording import gettext as _
from app.core.time import clock

from .codes import S
from .models import Complaint


def linked_intake(record: Complaint) -> str:
    """The intake of a new complaint that repeats this one, with what is known already."""
    return url_for(
        "ComplaintView.add",
        recurrence_of=record.id,
        customer=record.customer_id,
        site_region=record.site_region_code,
        site_address=record.site_address,
        product=record.product_id,
        serial_no=record.serial_no,
        contact_name=record.contact_name,
        contact_phone=record.contact_phone,
        failure_mode=record.failure_mode_id,
    )


def afterwards(session: Session, record: Complaint) -> Any:
    """Where it goes on, or until when it may be taken up again."""
    if record.merged_into is not None:
        number = Markup('<a href="/complaint/show/{}">{}</a>').format(record.merged_into.id, record.merged_into.number)
        return Markup("{}{}{}").format(_("It goes on in the complaint it was merged into"), _(": "), number)
    if record.state == S.closed and record.closed_at:
        last = record.closed_at + timedelta(days=settings.get(session, "reopen_days"))
        if last >= clock.now():
            return _("Closed. It may be reopened until %(day)s.", day=clock.local(last).date())
        return _("Closed. If the fault comes back, a new complaint linked to this one is registered.")
    return _("Nothing more is to be done.")
