"""What REST tells of a complaint and its parts in a way of their own. Parts are written by steps only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypedDict

from sqlalchemy.orm import selectinload

from app.core.pages.views import table
from app.core.record.signatures import Confirmation
from app.core.rest.answers import plain
from app.core.rest.api import BaseApi
from app.core.rest.shapes import says
from app.core.rights.masking import shown

from .models import Complaint
from .scope import SignatureScope


def phone(record: Complaint) -> str | None:
    seen: str | None = shown(record, "contact_phone")
    return seen


class Named(TypedDict):
    """Another thing by number and name."""

    id: int
    name: str


def facts(item: Any, *names: str) -> dict[str, Any]:
    """A part of a complaint as JSON, with who wrote it and when."""
    return {"at": plain(item.at), "by_id": item.by_id, **{name: plain(getattr(item, name)) for name in names}}


def quotation(item: Any) -> dict[str, Any]:
    """报价 and the customer's answer (2.4)."""
    return facts(item, "round", "lines", "amount", "accepted", "answered_at", "signer_name", "evidence")


def payment(item: Any) -> dict[str, Any]:
    """收款 (2.4)."""
    return facts(item, "amount", "receipt_no", "paid_on")


TOLD: Mapping[str, Callable[[Any], Any]] = {
    "subject": says(str, lambda record: record.title),
    "customer": says(Named, lambda record: {"id": record.customer_id, "name": record.customer.name}),
    "contact_phone": phone,
    "site_region_name": says(str, lambda record: record.site_region.label),
    "owed": says(Decimal, lambda record: record.owed),
    "quotes": says(list[dict[str, Any]], lambda record: [quotation(item) for item in record.quotes]),
    "payments": says(list[dict[str, Any]], lambda record: [payment(item) for item in record.payments]),
}
UNTOLD = (
    *("department_id", "customer_id", "received_by_id", "contacts", "confirmations"),
    *("withdrawal_asked_by_id", "withdrawal_reason", "payment_waived_by_id"),
)


class _PartApi(BaseApi):
    """A part of a complaint: visible with it, written by its steps."""

    writes = frozenset()
    base_permissions = ["can_list", "can_show"]
    filters = ("id", "complaint_id", "round", "at")


class ConfirmationApi(_PartApi):
    resource_name = "confirmation"
    datamodel = table(Confirmation)
    class_permission_name = "Confirmation"
    base_filters = (("id", SignatureScope, None),)
    filters = ("id", "complaint_id", "round", "at")
    kept_as = {"complaint_id": "record_id"}
    fields = (
        "id",
        ("complaint_id", says(int, lambda row: row.record_id)),
        "round",
        "at",
        ("service_id", says(int, lambda row: row.subject_id)),
        "accepted",
        "method",
        "signer_name",
        "satisfaction",
        "remark",
        "attachment_id",
        "content_sha256",
        ("valid", says(bool, lambda row: row.holds)),
    )

    def __init__(self) -> None:
        super().__init__()
        work = selectinload(Confirmation.record.of_type(Complaint)).selectinload(Complaint.services)
        self.eager = (work,)  # said here: by now every model is known
