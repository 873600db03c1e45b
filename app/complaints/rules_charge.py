"""2.4: who pays. Each rule returns the sentence it refuses with, or None."""

from __future__ import annotations

from decimal import Decimal

from flask_babel import gettext as _

from app.core.workflow import Deed, Invalid

from . import codes
from .models import Complaint

D = Deed[Complaint]


def charge_fits_responsibility(deed: D) -> str | None:
    """2.4: our quality is free of charge; misuse is paid for, or says why not."""
    data = deed.data
    if data["responsibility"] == "own_quality":
        if data["charge"] != Decimal(0):
            return _("2.4: our own quality problem is free of charge: the charge must be 0.00.")
        if data["remedy"] not in codes.FREE_REMEDIES:
            return _("2.4: for our own quality choose return, exchange or free repair.")
    if data["responsibility"] == "misuse" and data["charge"] == 0 and not (data.get("free_reason") or "").strip():
        raise Invalid({"free_reason": [_("Misuse is chargeable: give the reason for charging nothing.")]})
    return None


def consent_given(deed: D) -> str | None:
    """2.4: no chargeable work without the customer's consent to a quotation."""
    charge = deed.data["charge"]
    if charge > deed.record.consented:
        return _("2.4: the customer has not accepted a quotation of %(charge)s yet.", charge=f"{charge:.2f}")
    return None


def not_own_quality(deed: D) -> str | None:
    """2.4: our own quality problem costs the customer nothing."""
    service = deed.record.service
    if service is not None and service.responsibility == "own_quality":
        return _("2.4: our own quality problem is free of charge, there is nothing to quote.")
    return None


def quote_adds_up(deed: D) -> str | None:
    """The total is the sum of the lines, to the fen."""
    total = sum((round(row["quantity"] * row["price"], 2) for row in deed.data["lines"]), Decimal(0))
    if total != deed.data["amount"]:
        raise Invalid({"amount": [_("The lines add up to %(total)s.", total=f"{total:.2f}")]})
    if total <= 0:
        raise Invalid({"amount": [_("A quotation needs an amount above 0.00.")]})
    return None


def quote_waits(deed: D) -> str | None:
    """An answer needs a question."""
    quote = deed.record.quote
    if quote is None or quote.accepted is not None or quote.round != deed.record.round:
        return _("there is no quotation that waits for an answer.")
    return None


def charged(deed: D) -> str | None:
    """2.4: only what was charged can be paid or waived."""
    if (deed.record.charge or 0) <= 0:
        return _("nothing was charged.")
    return None if deed.record.owed > 0 else _("everything is paid or waived already.")


def not_overpaid(deed: D) -> str | None:
    owed = deed.record.owed
    if not 0 < deed.data["amount"] <= owed:
        raise Invalid({"amount": [_("%(owed)s is owed: enter at most that.", owed=f"{owed:.2f}")]})
    return None


def nothing_owed(deed: D) -> str | None:
    """2.4: what was charged is paid or waived before the record is closed."""
    owed = deed.record.owed
    return _("2.4: %(owed)s of the charge is neither paid nor waived yet.", owed=f"{owed:.2f}") if owed > 0 else None
