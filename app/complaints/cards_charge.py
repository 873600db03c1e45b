"""The blocks of the record page about money: quotation, consent, payment (2.4)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup

from app.core.capitals import in_capitals
from app.core.names import name_of
from app.core.show import tag
from app.core.web import stamp

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
            (_("Answered by"), item.signer_name and f"{item.signer_name} {stamp(item.answered_at)}"),
            (_("Evidence"), item.evidence),
        ]
    return rows


def answer(item: Quote) -> Markup:
    """The customer's answer as a tag; one that rests on a word alone says so."""
    if item.accepted is None:
        return tag(_("no answer yet"), "warn")
    said = tag(_("accepted"), "ok") if item.accepted else tag(_("refused"), "bad")
    return said if item.proven else said + " " + tag(_("no evidence"), "warn")


def payments(record: Complaint) -> Rows:
    if not record.charge:
        return []
    rows: Rows = [
        (str(item.paid_on), f"{item.amount:,.2f} · {item.receipt_no} · {name_of(item.by_id)}")
        for item in record.payments
    ]
    if record.payment_waived_by_id:
        rows.append((_("Waived by"), name_of(record.payment_waived_by_id)))
    if record.charge and record.owed > 0 and record.state not in ("closed", "merged", "void"):
        rows.append((_("Still owed"), tag(f"{record.owed:,.2f}", "warn")))
    return rows
