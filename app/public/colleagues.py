"""What colleagues do with a customer's links: show them, send a new one, withdraw one (2.5)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, current_app, flash, redirect, render_template, url_for

from app.core.kind import registry
from app.core.kind.contacting import LOG_CONTACT, speaks_with_customer
from app.core.kind.customer_page import PAGES, CustomerPage
from app.core.kind.kinds import Kind
from app.core.pages import printing
from app.core.pages.views import one_or_404
from app.core.process.locking import locked
from app.core.record import history, links
from app.core.record.links import PublicLink
from app.core.record.records import Record
from app.core.rights.actor import Actor
from app.core.rights.current import current_rights
from app.core.text.wording import gettext as _
from app.core.time import clock
from app.extensions import db
from app.notifications.listener import tell_customer

blueprint = Blueprint("customer_links", __name__)


@blueprint.get("/<code>/<int:number>/customer-links")
def show(code: str, number: int) -> Any:
    """The customer's links as text and code, for whoever may log a contact with the customer."""
    kind, record, _actor = _mine(code, number)
    page = PAGES[code]
    rows = [(purpose, page.label_of(purpose), *_standing(page, record, purpose)) for purpose in page.open(record)]
    return render_template(
        "public/for_colleagues.html", record=record, kind=kind, rows=rows, title=_("Customer's links"),
        base_template="portal/base.html", appbuilder=current_app.extensions["appbuilder"],
    )  # fmt: skip


@blueprint.post("/<code>/<int:number>/customer-links/<purpose>/renew")
def renew(code: str, number: int, purpose: str) -> Any:
    """A new link, also by mail where there is an address; the earlier one ends."""
    kind, seen, actor = _mine(code, number)
    page, record = _page_for(kind, purpose), locked(db.session, kind.model, seen.id)
    if purpose not in page.open(record):
        flash(_("The customer is no longer asked for this."), "warning")
        return redirect(url_for(".show", code=code, number=number), 303)
    links.issue(db.session, record, purpose, page.open(record)[purpose])
    seq = _note(kind, record, actor, "renew_link", purpose)
    mail = page.mail_of(purpose)
    mailed = bool(mail) and tell_customer(db.session, record, mail, str(seq))
    db.session.commit()
    by_hand = _("There is no mail address. Show or read out the new link.")
    flash(_("The new link is on its way to the customer by mail.") if mailed else by_hand, "info")
    return redirect(url_for(".show", code=code, number=number), 303)


@blueprint.post("/<code>/<int:number>/customer-links/<purpose>/revoke")
def revoke(code: str, number: int, purpose: str) -> Any:
    """The link no longer holds: sent to the wrong person, or no longer wanted."""
    kind, seen, actor = _mine(code, number)
    _page_for(kind, purpose)
    record = locked(db.session, kind.model, seen.id)
    if links.revoke(db.session, record, purpose):
        _note(kind, record, actor, "revoke_link", purpose)
        db.session.commit()
        flash(_("The link is no longer valid."), "info")
    return redirect(url_for(".show", code=code, number=number), 303)


def _mine(code: str, number: int) -> tuple[Kind[Any], Record, Actor]:
    """The record, for whoever may see it and speaks with its customer."""
    rights = current_rights()
    if code not in PAGES:
        abort(404)
    if not rights.user_id:
        abort(401)
    kind = registry.KINDS[code]
    record: Record = one_or_404(db.session.query(kind.model).filter(kind.visible(rights)), kind.model.id, number)
    actor = rights.actor(kind.thing)
    if not speaks_with_customer(kind.workflow, record, actor):
        abort(403)
    return kind, record, actor


def _page_for(kind: Kind[Any], purpose: str) -> CustomerPage[Any]:
    page = PAGES[kind.code]
    return page if purpose in (links.TRACK, *page.acts) else abort(404)


def _standing(page: CustomerPage[Any], record: Record, purpose: str) -> tuple[str, Any, PublicLink | None]:
    """Address, code and row of the link that holds now."""
    link = links.current(db.session, record.id, purpose)
    if link is None or link.subject_id != page.open(record)[purpose]:
        return "", "", None
    url = links.address(db.session, record.id, purpose)
    return url, printing.qr_code(url), link


def _note(kind: Kind[Any], record: Record, actor: Actor, step: str, purpose: str) -> int:
    """Who gave the customer a new link, or took one back."""
    line = history.append(
        db.session,
        record,
        clock.now(),
        step=step,
        source=record.state,
        target=record.state,
        actor_id=actor.user_id,
        clause=kind.workflow.rows(LOG_CONTACT)[0].clause,
        comment=str(PAGES[kind.code].label_of(purpose)),
    )
    return line.seq
