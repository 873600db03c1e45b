"""The rounds of a complaint as the paper shows them: each with all it brought, the earlier ones never lost."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import Any

from app.core.record import attachments
from app.core.record.attachments import Attachment
from app.core.record.history import History
from app.core.record.signatures import Confirmation

from .charges import Quote
from .models import Assignment, Complaint
from .opinions import Disposition
from .services import SiteService

ENDS = ("reject", "dispute", "reopen")  # steps after which QC begins again


@dataclass(frozen=True)
class Signature:
    """顾客签名 with what was drawn; one that no longer holds says so (2.5)."""

    row: Confirmation
    ink: str


@dataclass(frozen=True)
class Work:
    """处理实施情况, one text after the other, each with the signatures under it."""

    row: SiteService
    signatures: list[Signature]


@dataclass(frozen=True)
class Round:
    """From QC's opinion to the customer's answer."""

    number: int
    consultations: list[Any] = field(default_factory=list)
    dispositions: list[Disposition] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    arrival: Any = None
    quotes: list[Quote] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)
    end: History | None = None


def rounds(record: Complaint) -> list[Round]:
    """Every round, the first one first."""
    ends = [line for line in record.history if line.step in ENDS]
    arrivals = [item for item in record.deadlines if item.code.startswith("ARRIVE_")]
    return [_round(record, number, ends, arrivals) for number in range(1, record.round + 1)]


def _round(record: Complaint, number: int, ends: list[History], arrivals: list[Any]) -> Round:
    def of(rows: Any) -> list[Any]:
        return [row for row in rows if row.round == number]

    end = ends[number - 1] if len(ends) >= number else None
    before = ends[number - 2].moment if number > 1 and len(ends) >= number - 1 else None
    mine = [
        item
        for item in arrivals
        if (before is None or item.started_at >= before) and (end is None or item.started_at <= end.moment)
    ]
    return Round(
        number,
        [row for row in of(record.consultations) if row.opinion],
        [row for row in of(record.dispositions) if row.issued_at],
        of(record.assignments),
        mine[-1] if mine else None,
        of(record.quotes),
        [Work(row, [_signature(record, item) for item in _under(record, row)]) for row in of(record.services)],
        end,
    )


def _under(record: Complaint, work: SiteService) -> list[Confirmation]:
    return [row for row in record.confirmations if row.subject_id == work.id]


def _signature(record: Complaint, row: Confirmation) -> Signature:
    """The drawn signature inside the page itself, so that the paper needs nothing from outside."""
    file = next((item for item in record.attachments if item.id == row.attachment_id), None)
    return Signature(row, _data_url(file) if file and file.mime in attachments.IMAGES else "")


def _data_url(file: Attachment) -> str:
    path = attachments.path_of(file)
    return f"data:{file.mime};base64,{base64.b64encode(path.read_bytes()).decode()}" if path.exists() else ""
