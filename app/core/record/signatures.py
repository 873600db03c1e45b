"""顾客签名: a name under a text, bound to it by SHA-256; what the text is, each kind of record says itself."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..kind.choices import Choices
from ..kind.facts import fact
from ..kind.parts import Part, round_of
from ..text.wording import lazy_gettext as _l
from . import witness
from .records import Record

METHODS = Choices(
    "complaint.signing",  # as what administrators decided about it calls it
    _l("Way of signing"),
    {
        "onscreen": _l("Signed on the screen"),
        "paper_scan": _l("Signed on paper (scan)"),
        "link": _l("By link"),
        "return_slip": _l("Return slip"),
    },
    closed=_l("2.5: each way of signing asks for a proof of its own"),
    kept_in=("confirmation.method",),
)

Signable = Record | Part
PAPERS = ("signature", "return_slip")  # the files that may carry a signature


@dataclass(frozen=True)
class Signed:
    """What the customer signs of a kind: the text of a row. Where the record itself is no such row, its rows are."""

    text: Callable[[Any], str]
    rows: Callable[[Any], Iterable[Signable]] = lambda record: (record,)
    now: Callable[[Any], Signable | None] = lambda record: record  # what is to be signed; None while nothing is


SIGNED: dict[str, Signed] = {}  # kind → what is signed of it, as kinds are registered


class Confirmation(Part):
    """顾客确认/签名 under one row's text (2.5)."""

    __tablename__ = "confirmation"
    __table_args__ = (Index("ix_confirmation_at", "at"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    subject_id: Mapped[int]  # the row whose text was signed
    accepted: Mapped[bool] = mapped_column(default=True)
    method: Mapped[str] = fact(_l("Way of signing"), String(20), choices=METHODS)
    signer_name: Mapped[str] = fact(_l("Signed by"), String(80))
    satisfaction: Mapped[int | None] = fact(_l("Satisfaction"))
    remark: Mapped[str | None] = fact(_l("Customer's remark"), Text)
    attachment_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))
    content_sha256: Mapped[str] = mapped_column(String(64))
    valid: Mapped[bool] = mapped_column(default=True)
    frozen_id: Mapped[int | None] = mapped_column(ForeignKey("attachment.id"))  # the signed record as PDF

    record: Mapped[Record] = relationship(back_populates="confirmations")

    @property
    def holds(self) -> bool:
        """签名有效: not withdrawn by a correction, and the text is still the one that was signed (2.5)."""
        signed = SIGNED[self.record.kind]
        under = next((row for row in signed.rows(self.record) if row.id == self.subject_id), None)
        return self.valid and under is not None and self.content_sha256 == fingerprint(signed.text(under))


def fingerprint(text: str) -> str:
    """What a signature is bound to."""
    return hashlib.sha256(text.encode()).hexdigest()


def to_sign(record: Record) -> Signable | None:
    """The row that is to be signed now; None while there is none, or where nothing is ever signed."""
    signed = SIGNED.get(record.kind)
    return signed.now(record) if signed else None


def text_of(record: Record) -> str:
    """What is to be signed now."""
    return SIGNED[record.kind].text(to_sign(record))


def digest(record: Record) -> str:
    """Its fingerprint."""
    return fingerprint(text_of(record))


def holding(record: Record) -> Confirmation | None:
    """The customer's valid signature under what is to be signed now, if there is one (2.5)."""
    under = to_sign(record)
    valid = (item for item in reversed(record.confirmations) if item.holds)
    return next((item for item in valid if under is not None and item.subject_id == under.id), None)


def lapsed(record: Record) -> Confirmation | None:
    """签名失效: this round's signature, when the text was changed after it and nobody has signed again (2.5)."""
    mine = [item for item in record.confirmations if item.round == round_of(record)]
    return mine[-1] if mine and holding(record) is None else None


witness.called("confirmation", _l("Customer's signature"), "signer_name")
