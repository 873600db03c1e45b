"""The outbox by REST, read only."""

from __future__ import annotations

from sqlalchemy.orm import selectinload

from app.core.pages.views import table
from app.core.rest.api import BaseApi
from app.core.rest.shapes import says

from .models import OutboxMail


class OutboxMailApi(BaseApi):
    """发件箱, read only."""

    resource_name = "outbox_mail"
    datamodel = table(OutboxMail)
    class_permission_name = "OutboxMail"
    writes = frozenset()
    base_permissions = ["can_list", "can_show"]
    eager = (selectinload(OutboxMail.user), selectinload(OutboxMail.record))
    filters = ("id", "event", "state", "record_id", "user_id", "created_at", "attempts")
    fields = (
        "id",
        "event",
        "record_id",
        ("number", says(str | None, lambda mail: mail.record.number if mail.record else None)),
        "user_id",
        ("user", says(str | None, lambda mail: mail.user.username if mail.user else None)),
        "address",
        "locale",
        "urgent",
        "state",
        "attempts",
        "next_at",
        "last_error",
        "message_id",
        "created_at",
        "sent_at",
    )
