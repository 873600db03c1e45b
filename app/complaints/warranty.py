"""2.4: whether the machine is still under warranty, from its serial number."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import object_session

from app.customers.models import ProductUnit

from .models import Complaint


def warranty_until(record: Complaint) -> date | None:
    """The last day of the warranty of the unit complained about, if the unit is known."""
    session = object_session(record)
    if not record.serial_no or session is None:
        return None
    return session.scalar(select(ProductUnit.warranty_until).where(ProductUnit.serial_no == record.serial_no))
