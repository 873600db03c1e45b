"""What colleagues do with a customer's links: show them, send a new one, withdraw one (2.5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.models import Complaint
from app.complaints.people import is_assigned_or_office
from app.complaints.scope import visible
from app.core import clock, history, printing
from app.core.locking import locked
from app.core.security import current_rights
from app.core.views import one_or_404
from app.core.workflow import Actor
from app.extensions import db
from app.notifications.listener import tell_customer

from . import links
from .acts import asked
from .models import PublicLink, Purpose

blueprint = Blueprint("customer_links", __name__)
LABELS = {
    Purpose.track: _l("Follow the complaint"),
    Purpose.confirm: _l("Confirm the work"),
    Purpose.quote: _l("Answer the quotation"),
    Purpose.survey: _l("Tell us how it was"),
}
MAILS = {
    Purpose.track: "complaint_created",
    Purpose.confirm: "customer_confirm",
    Purpose.quote: "customer_quote",
    Purpose.survey: "complaint_closed",
}


@blueprint.get("/complaint/<int:number>/customer-links")
def show(number: int) -> Any:
    """The customer's links as text and code, for whoever may log a contact with the customer."""
    record, _actor = _mine(number)
    rows = [(purpose, LABELS[purpose], *_standing(record, purpose)) for purpose in _open(record)]
    return render_template(
        "public/for_colleagues.html", record=record, rows=rows, title=_("Customer's links"),
        base_template="portal/base.html", appbuilder=current_app.extensions["appbuilder"],
    )  # fmt: skip


@blueprint.post("/complaint/<int:number>/customer-links/<name>/renew")
def renew(number: int, name: str) -> Any:
    """A new link, also by mail where there is an address; the earlier one ends."""
    seen, actor = _mine(number)
    purpose = Purpose(name) if name in set(Purpose) else abort(404)
    record = locked(db.session, Complaint, seen.id)
    if purpose not in _open(record):
        flash(_("The customer is not asked for this any more."), "warning")
        return redirect(url_for(".show", number=number), 303)
    links.issue(db.session, record, purpose, _open(record)[purpose])
    seq = _note(record, actor, "renew_link", purpose)
    mailed = tell_customer(db.session, record, MAILS[purpose], str(seq))
    db.session.commit()
    by_hand = _("There is no mail address. Show or read out the new link.")
    flash(_("The new link is on its way to the customer by mail.") if mailed else by_hand, "info")
    return redirect(url_for(".show", number=number), 303)


@blueprint.post("/complaint/<int:number>/customer-links/<name>/revoke")
def revoke(number: int, name: str) -> Any:
    """The link no longer holds: sent to the wrong person, or no longer wanted."""
    seen, actor = _mine(number)
    purpose = Purpose(name) if name in set(Purpose) else abort(404)
    record = locked(db.session, Complaint, seen.id)
    if links.revoke(db.session, record, purpose):
        _note(record, actor, "revoke_link", purpose)
        db.session.commit()
        flash(_("The link no longer holds."), "info")
    return redirect(url_for(".show", number=number), 303)


def _mine(number: int) -> tuple[Complaint, Actor]:
    rights = current_rights()
    if not rights.user_id:
        abort(401)
    record = one_or_404(db.session.query(Complaint).filter(visible(rights)), Complaint.id, number)
    actor = rights.actor("Complaint")
    if not actor.may("log_contact") or not is_assigned_or_office(record, actor):
        abort(403)
    return record, actor


def _open(record: Complaint) -> dict[Purpose, int]:
    """What there can be a link for now."""
    return {Purpose.track: 0, **asked(record)}


def _standing(record: Complaint, purpose: Purpose) -> tuple[str, Any, PublicLink | None]:
    """Address, code and row of the link that holds now."""
    link = links.current(db.session, record.id, purpose)
    if link is None or link.subject_id != _open(record)[purpose]:
        return "", "", None
    url = links.address(db.session, record.id, purpose)
    return url, printing.qr_code(url), link


def _note(record: Complaint, actor: Actor, step: str, purpose: Purpose) -> int:
    """Who gave the customer a new link, or took one back."""
    line = history.append(
        db.session,
        record,
        clock.now(),
        step=step,
        source=record.state,
        target=record.state,
        actor_id=actor.user_id,
        clause="2.5",
        comment=str(LABELS[purpose]),
    )
    return line.seq
