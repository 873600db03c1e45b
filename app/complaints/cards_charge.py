"""The blocks of the record page about money: quotation, consent, payment (2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from markupsafe import Markup

from app.core.kind.facts import told_by
from app.core.pages.show import tag
from app.core.rights.people import name_of
from app.core.text.capitals import in_capitals
from app.core.text.wording import get_locale
from app.core.text.wording import gettext as _
from app.core.time.when import stamp

from . import codes
from .charges import Quote
from .models import Complaint

Rows = list[tuple[Any, Any]]


def amount_in_words(amount: Decimal) -> str:
    """3600.00, and 叁仟陆佰元整 beside it where Chinese is read."""
    plain = f"{amount:,.2f}"
    return f"{plain}（{in_capitals(amount)}）" if str(get_locale() or "zh").startswith("zh") else f"CNY {plain}"


def quotes(record: Complaint) -> Rows:
    rows: Rows = []
    for item in record.quotes:
        rows += [
            (_("Round %(n)s", n=item.round), Markup("{} {}").format(amount_in_words(item.amount), answer(item))),
            *((line["description"], f"{line['quantity']} × {line['price']}") for line in item.lines),
            (_("Quoted by"), f"{name_of(item.by_id)} {stamp(item.at)}"),
            (told_by(Quote.signer_name).label, item.signer_name and f"{item.signer_name} {stamp(item.answered_at)}"),
            (_("Given as"), given_as(item)),
            (told_by(Quote.evidence).label, item.evidence),
            (_("Recorded by"), recorded(item)),
        ]
    return rows


def given_as(item: Quote) -> str | None:
    """In which form the customer's word is there: the link, a signature, a scan, evidence in writing."""
    return " + ".join(str(codes.PROOF_KINDS[kind]) for kind in item.proofs) or None


def recorded(item: Quote) -> str | None:
    """The colleague who took the answer down; nobody when it came by the link."""
    return f"{name_of(item.answered_by_id)} {stamp(item.answered_at)}" if item.answered_by_id else None


def answer(item: Quote) -> Markup:
    """The customer's answer as a tag; one that rests on a word alone says so."""
    if item.accepted is None:
        return tag(_("no answer yet"), "warn")
    said = tag(_("accepted"), "ok") if item.accepted else tag(_("refused"), "bad")
    return said if item.proofs or not item.accepted else said + " " + tag(_("no evidence"), "bad")


def payments(record: Complaint) -> Rows:
    if not record.charge:
        return []
    rows: Rows = [
        (str(item.paid_on), f"{item.amount:,.2f} · {item.receipt_no} · {name_of(item.by_id)}")
        for item in record.payments
    ]
    if record.payment_waived_by_id:
        rows.append((told_by(Complaint.payment_waived_by_id).label, name_of(record.payment_waived_by_id)))
    if record.charge and record.owed > 0 and record.state not in ("closed", "merged", "void"):
        rows.append((_("Still owed"), tag(f"{record.owed:,.2f}", "warn")))
    return rows
