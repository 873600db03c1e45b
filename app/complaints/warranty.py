"""2.4: whether the machine is still under warranty, from its serial number."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import object_session

from app.core.text.sameness import code_key
from app.customers.models import ProductUnit

from .models import Complaint


def warranty_until(record: Complaint) -> date | None:
    """The last day of the warranty of the unit complained about, if the unit is known."""
    session = object_session(record)
    serial = code_key(record.serial_no)
    if serial is None or session is None:
        return None
    return session.scalar(select(ProductUnit.warranty_until).where(ProductUnit.serial_key == serial))
