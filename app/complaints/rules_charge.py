"""2.4: who pays. Each rule returns the sentence it refuses with, or None."""

from __future__ import annotations

from decimal import Decimal

from app.core.kind.signing import own_file
from app.core.process.admission import demanded_by
from app.core.process.deeds import Deed, reads
from app.core.process.refused import Invalid
from app.core.text.wording import gettext as _

from . import codes
from .models import Complaint

D = Deed[Complaint]
TELLING = 6  # letters, signs or digits at least, of words that shall prove something


@demanded_by("2.4")
def charge_fits_responsibility(deed: D) -> str | None:
    """2.4: our quality is free of charge; misuse is paid for, or says why not."""
    data = deed.data
    if data["responsibility"] == "own_quality":
        if data["charge"] != Decimal(0):
            return _("Our own quality problem is free of charge: the charge must be 0.00.")
        if data["remedy"] not in codes.FREE_REMEDIES:
            return _("For our own quality problem choose return, exchange or free repair.")
    if data["responsibility"] == "misuse" and data["charge"] == 0 and not (data.get("free_reason") or "").strip():
        raise Invalid({"free_reason": [_("Misuse is chargeable: give the reason for charging nothing.")]})
    return None


@demanded_by("2.4")
def consent_given(deed: D) -> str | None:
    """2.4: no chargeable work without the customer's consent to a quotation."""
    charge = deed.data["charge"]
    if charge > deed.record.consented:
        return _("The customer has not accepted a quotation of %(charge)s yet.", charge=f"{charge:.2f}")
    return None


@reads("services")
def not_own_quality(deed: D) -> str | None:
    """2.4: our own quality problem costs the customer nothing."""
    service = deed.record.service
    if service is not None and service.responsibility == "own_quality":
        return _("Our own quality problem is free of charge: there is nothing to quote.")
    return None


def quote_adds_up(deed: D) -> str | None:
    """The total is the sum of the lines, to the fen; nobody need add it up."""
    total = sum((round(row["quantity"] * row["price"], 2) for row in deed.data["lines"]), Decimal(0))
    if deed.data["amount"] is None:
        deed.data["amount"] = total
    if total != deed.data["amount"]:
        raise Invalid({"amount": [_("The lines add up to %(total)s.", total=f"{total:.2f}")]})
    if total <= 0:
        raise Invalid({"amount": [_("A quotation needs an amount above 0.00.")]})
    return None


@reads("quotes")
def quote_waits(deed: D) -> str | None:
    """An answer needs a question."""
    quote = deed.record.quote
    if quote is None or quote.accepted is not None or quote.round != deed.record.round:
        return _("There is no quotation that waits for an answer.")
    return None


@demanded_by("2.4")
def consent_proven(deed: D) -> str | None:
    """2.4: nobody consents in the customer's place: link, signature, scan, or evidence of who, when and how."""
    data = deed.data
    own_file(deed, *codes.PROOFS)
    if not data["accepted"] or deed.actor.via or any(data.get(name) for name in ("signature", "scan", "attachment")):
        return None
    evidence = data.get("evidence") or ""
    if not evidence:
        sentence = _("Let the customer sign, attach the scan, or write down who agreed, when and how.")
        raise Invalid({"evidence": [sentence]})
    if sum(char.isalnum() for char in evidence) < TELLING:
        sentence = _("That is too short to prove anything: write who agreed, when, and by what means.")
        raise Invalid({"evidence": [sentence]})
    return None


@reads("payments")
def charged(deed: D) -> str | None:
    """2.4: only what was charged can be paid or waived."""
    if (deed.record.charge or 0) <= 0:
        return _("Nothing was charged.")
    return None if deed.record.owed > 0 else _("Everything is paid or waived already.")


def not_overpaid(deed: D) -> str | None:
    owed = deed.record.owed
    if not 0 < deed.data["amount"] <= owed:
        raise Invalid({"amount": [_("%(owed)s is owed: enter at most that.", owed=f"{owed:.2f}")]})
    return None


@reads("payments")
@demanded_by("2.4")
def nothing_owed(deed: D) -> str | None:
    """2.4: what was charged is paid or waived before the record is closed."""
    owed = deed.record.owed
    return _("Of the charge, %(owed)s is neither paid nor waived yet.", owed=f"{owed:.2f}") if owed > 0 else None
