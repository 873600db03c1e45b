"""What the steps of chargeable service write: quotation, answer, payment (2.4)."""

from __future__ import annotations

from app.core.kind.signing import proof
from app.core.process.deeds import Deed
from app.core.process.workflow import Fired, after
from app.core.rights.actor import SYSTEM

from . import asks
from .charges import Quote
from .models import Complaint
from .steps import given, part

D = Deed[Complaint]


def quote(deed: D) -> None:
    """报价: an earlier one that nobody answered is replaced."""
    lines = [
        {"description": row["description"], "quantity": str(row["quantity"]), "price": f"{row['price']:.2f}"}
        for row in deed.data["lines"]
    ]
    deed.record.quotes.append(Quote(**part(deed), lines=lines, amount=deed.data["amount"]))
    deed.note(
        amount=f"{deed.data['amount']:.2f}",
        lines=[f"{row['description']} × {row['quantity']} @ {row['price']}" for row in lines],
    )


def answer_quote(deed: D) -> None:
    """The customer's yes or no, by whom and on what evidence."""
    row = deed.record.quote
    assert row is not None  # the guard has seen it
    for name, value in given(deed, asks.ANSWER, Quote).items():
        setattr(row, name, value)
    row.answered_at, row.answered_by_id = deed.at, deed.actor.user_id
    row.attachment_id = proof(deed)


def waive_payment(deed: D) -> None:
    deed.set(payment_waived_by_id=deed.actor.user_id)


@after("complaint", "answer_quote")
def refusal_goes_to_qc(fired: Fired) -> None:
    """拒绝有偿: who refuses the quotation has a dispute; QC decides again (2.4)."""
    from .workflow import COMPLAINT

    record = fired.record
    assert isinstance(record, Complaint)
    if record.quote is not None and record.quote.accepted is False:
        reason = f"{record.quote.signer_name}: {record.quote.amount:.2f}"
        COMPLAINT.fire(fired.session, record, "dispute", SYSTEM, {"reason": reason}, at=record.changed_at)
