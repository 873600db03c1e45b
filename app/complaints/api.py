"""REST of the complaint line. Parts are written by steps only: their resources answer GET."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import selectinload

from app.core.api import BaseApi
from app.core.record_api import RecordApi
from app.core.rest import plain
from app.core.views import table
from app.core.workflow import Actor
from app.customers.names import masked
from app.extensions import db

from . import forms, intake
from .models import Assignment, Complaint, Confirmation, Disposition, SiteService
from .people import contact_visible
from .scope import ComplaintScope, PartScope
from .workflow import COMPLAINT


def phone(record: Complaint) -> Any:
    number = record.contact_phone
    return number if not number or contact_visible(record) else masked(number)


def facts(item: Any, *names: str) -> dict[str, Any]:
    """A part of a complaint as JSON, with who wrote it and when."""
    return {"at": plain(item.at), "by_id": item.by_id, **{name: plain(getattr(item, name)) for name in names}}


def quotation(item: Any) -> dict[str, Any]:
    """报价 and the customer's answer (2.4)."""
    return facts(item, "round", "lines", "amount", "accepted", "answered_at", "signer_name", "evidence")


class ComplaintApi(RecordApi):
    """顾客投诉及处理记录表 by REST."""

    resource_name = "complaint"
    datamodel = table(Complaint)
    class_permission_name = "Complaint"
    base_filters = (("id", ComplaintScope, None),)
    workflow = COMPLAINT
    form = forms.Intake
    correction = forms.Correction
    eager = (
        selectinload(Complaint.customer),
        selectinload(Complaint.site_region),
        selectinload(Complaint.assignments),
        selectinload(Complaint.payments),
        selectinload(Complaint.quotes),
    )
    filters = (
        "id",
        "number",
        "state",
        "title",
        "customer_id",
        "product_id",
        "channel",
        "nature",
        "is_major",
        "due_at",
        "received_at",
        "changed_at",
        "owner",
    )
    fields = (
        "id",
        "number",
        "state",
        "version",
        "title",
        "subject",
        "channel",
        "received_at",
        "backfilled",
        ("customer", lambda record: {"id": record.customer_id, "name": record.customer.name}),
        "complainant",
        "contact_name",
        ("contact_phone", phone),
        ("site_region", lambda record: record.site_region_code),
        ("site_region_name", lambda record: record.site_region.full_name),
        "site_address",
        ("product", lambda record: record.product_id),
        "serial_no",
        "batch_no",
        "quantity",
        "purchase_date",
        "contract",
        "description",
        "customer_demand",
        "claimed_loss",
        "severity",
        "nature",
        "is_major",
        "major_criteria",
        "solution_plan",
        "round",
        "responsibility",
        "remedy",
        "charge",
        "satisfaction",
        "unconfirmed",
        "outcome",
        "closed_at",
        "reopened_count",
        ("failure_mode", lambda record: record.failure_mode_id),
        ("recurrence_of", lambda record: record.recurrence_of_id),
        ("merged_into", lambda record: record.merged_into_id),
        "merged_hours",
        ("owed", lambda record: record.owed),
        ("quotes", lambda record: [quotation(item) for item in record.quotes]),
        ("payments", lambda record: [facts(item, "amount", "receipt_no", "paid_on") for item in record.payments]),
        "due_at",
        "created_at",
        "changed_at",
        "owner",
    )

    def create(self, values: dict[str, Any]) -> Complaint:
        return intake.create(db.session, values, self.actor())

    def editable(self, record: Any, actor: Actor) -> bool:
        return intake.editable(record, actor)

    def corrected(self, record: Any, values: dict[str, Any]) -> dict[str, Any]:
        return intake.correction(values)

    def as_correction(self, record: Any) -> dict[str, Any]:
        return intake.as_correction(record)


class _PartApi(BaseApi):
    """A part of a complaint: visible with it, written by its steps."""

    writes = frozenset()
    base_permissions = ["can_list", "can_show"]
    filters = ("id", "complaint_id", "round", "at")


class DispositionApi(_PartApi):
    resource_name = "disposition"
    datamodel = table(Disposition)
    class_permission_name = "Disposition"
    base_filters = (("id", PartScope, None),)
    fields = (
        "id",
        "complaint_id",
        "round",
        "at",
        "by_id",
        "analysis",
        "containment",
        "opinion",
        "remedy_proposed",
        "needs_site_visit",
        "issued_at",
        "issued_by_id",
    )


class AssignmentApi(_PartApi):
    resource_name = "assignment"
    datamodel = table(Assignment)
    class_permission_name = "Assignment"
    base_filters = (("id", PartScope, None),)
    eager = (selectinload(Assignment.technician), selectinload(Assignment.co_workers))
    fields = (
        "id",
        "complaint_id",
        "round",
        "at",
        ("technician", lambda row: row.technician.username),
        "kind",
        "zone",
        ("co_workers", lambda row: [worker.user.username for worker in row.co_workers]),
        "planned_on",
        "override_reason",
        "missing_competence",
        "accepted_at",
        "departed_at",
        "arrived_at",
        "agreed_date",
        "ended_at",
    )


class SiteServiceApi(_PartApi):
    resource_name = "site_service"
    datamodel = table(SiteService)
    class_permission_name = "SiteService"
    base_filters = (("id", PartScope, None),)
    fields = (
        "id",
        "complaint_id",
        "round",
        "at",
        "assignment_id",
        "remote",
        "phenomenon",
        "investigation",
        "cause_category",
        "responsibility",
        "remedy",
        "charge",
        "free_reason",
        "work_done",
        "parts_used",
        "hours",
        "travel_cost",
        "old_serial",
        "new_serial",
        "completed_at",
    )


class ConfirmationApi(_PartApi):
    resource_name = "confirmation"
    datamodel = table(Confirmation)
    class_permission_name = "Confirmation"
    base_filters = (("id", PartScope, None),)
    eager = (selectinload(Confirmation.service).selectinload(SiteService.complaint),)
    fields = (
        "id",
        "complaint_id",
        "round",
        "at",
        "service_id",
        "accepted",
        "method",
        "signer_name",
        "satisfaction",
        "remark",
        "attachment_id",
        "content_sha256",
        ("valid", lambda row: row.holds),
    )


__all__ = ["AssignmentApi", "ComplaintApi", "ConfirmationApi", "DispositionApi", "SiteServiceApi"]
