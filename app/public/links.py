"""Issuing, finding and using the customer's links.

A token is derived by HMAC from the link's row and the portal's secret key, so that a mail sent later can name it
while the database holds nothing but its SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.complaints.models import Complaint
from app.core import clock, settings
from app.core.workflow import Fired, after

from .models import PublicLink, Purpose

ACTS = (Purpose.confirm, Purpose.quote, Purpose.survey)
TRACKED = timedelta(days=730)


def token_of(link: PublicLink) -> str:
    """The 256-bit token of a link; known to whoever holds the portal's secret key alone."""
    secret = current_app.config["SECRET_KEY"]
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    mac = hmac.new(key, f"public-link:{link.purpose}:{link.salt}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def revoke(session: Session, record: Complaint, purpose: Purpose) -> bool:
    """The links for this purpose no longer hold; False when there was none. The caller commits."""
    unused = (PublicLink.complaint_id == record.id, PublicLink.purpose == purpose, PublicLink.used_at.is_(None))
    standing = update(PublicLink).where(*unused, PublicLink.revoked_at.is_(None))
    done: Any = session.execute(standing.values(revoked_at=clock.now()).execution_options(synchronize_session=False))
    return bool(done.rowcount)


def issue(session: Session, record: Complaint, purpose: Purpose, subject_id: int = 0) -> PublicLink:
    """A new link; an earlier one for the same purpose no longer holds."""
    now = clock.now()
    revoke(session, record, purpose)
    days = settings.get(session, "link_days")
    lasts = TRACKED if purpose == Purpose.track else timedelta(days=days)
    link = PublicLink(
        complaint_id=record.id,
        purpose=purpose,
        subject_id=subject_id,
        salt=secrets.token_hex(16),
        created_at=now,
        expires_at=now + lasts,
    )
    link.token_hash = fingerprint(token_of(link))
    session.add(link)
    session.flush()
    return link


def find(session: Session, token: str) -> PublicLink | None:
    """The link behind a token, unless it is revoked or expired; a used one is found."""
    if len(token) != 43:
        return None
    link = session.scalars(select(PublicLink).where(PublicLink.token_hash == fingerprint(token))).first()
    if link is None or link.revoked_at is not None or link.expires_at <= clock.now():
        return None
    return link


def consume(session: Session, link: PublicLink) -> bool:
    """Use it up; True for exactly one of those who try at once. The caller commits."""
    unused = (PublicLink.id == link.id, PublicLink.used_at.is_(None), PublicLink.revoked_at.is_(None))
    done: Any = session.execute(
        update(PublicLink).where(*unused).values(used_at=clock.now()).execution_options(synchronize_session=False)
    )
    return bool(done.rowcount)


def current(session: Session, complaint_id: int, purpose: Purpose) -> PublicLink | None:
    """The link that holds now for an act, or for tracking."""
    query = select(PublicLink).where(
        PublicLink.complaint_id == complaint_id,
        PublicLink.purpose == purpose,
        PublicLink.used_at.is_(None),
        PublicLink.revoked_at.is_(None),
        PublicLink.expires_at > clock.now(),
    )
    return session.scalars(query.order_by(PublicLink.id.desc()).limit(1)).first()


def address(session: Session, complaint_id: int, purpose: Purpose) -> str:
    """The full address of the present link, empty when there is none."""
    link = current(session, complaint_id, purpose)
    if link is None:
        return ""
    path = "t" if purpose == Purpose.track else "a"
    return f"{current_app.config['PUBLIC_URL']}/{path}/{token_of(link)}"


# ---- when links are given out


@after("complaint", "register")
def on_receipt(fired: Fired) -> None:
    assert isinstance(fired.record, Complaint)
    issue(fired.session, fired.record, Purpose.track)


@after("complaint", "complete", "handle_remotely", "amend")
def on_completion(fired: Fired) -> None:
    record = fired.record
    assert isinstance(record, Complaint) and record.service is not None
    issue(fired.session, record, Purpose.confirm, record.service.id)


@after("complaint", "quote")
def on_quotation(fired: Fired) -> None:
    record = fired.record
    assert isinstance(record, Complaint) and record.quote is not None
    issue(fired.session, record, Purpose.quote, record.quote.id)


@after("complaint", "close", "settle", "settle_unsatisfied", "approve_withdrawal")
def on_closure(fired: Fired) -> None:
    assert isinstance(fired.record, Complaint)
    issue(fired.session, fired.record, Purpose.survey)
