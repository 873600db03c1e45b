"""Links for customers: issued, found, used once. Only their fingerprint is kept, and they expire.

A token is derived by HMAC from the link's row and the portal's secret key, so that a mail sent later can name it
while the database holds nothing but its SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from datetime import datetime, timedelta

from flask import current_app
from sqlalchemy import ForeignKey, Index, Select, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from .. import settings
from ..model import Model, rows_written
from ..remembered import learn, once_a_batch
from ..text.wording import lazy_gettext as _l
from ..time import clock
from ..types import UtcDateTime
from . import witness
from .records import Record

TRACK = "track"  # the purpose of the link that only tells; what else a link is for, each kind says
TRACKED = timedelta(days=730)


class PublicLink(Model):
    """One link a customer was given."""

    __tablename__ = "public_link"
    __table_args__ = (Index("ix_public_link_record", "record_id", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    purpose: Mapped[str] = mapped_column(String(20))
    subject_id: Mapped[int] = mapped_column(default=0)  # the row it is about
    salt: Mapped[str] = mapped_column(String(32))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    record: Mapped[Record] = relationship()


def token_of(link: PublicLink) -> str:
    """The 256-bit token of a link; known to whoever holds the portal's secret key alone."""
    return token_for(link.purpose, link.salt)


def token_for(purpose: str, salt: str) -> str:
    """The token of the link of this purpose and salt."""
    secret = current_app.config["SECRET_KEY"]
    key = secret if isinstance(secret, bytes) else str(secret).encode()
    mac = hmac.new(key, f"public-link:{purpose}:{salt}".encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def fingerprint(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def revoke(session: Session, record: Record, purpose: str) -> bool:
    """The links for this purpose no longer hold; False when there was none. The caller commits."""
    unused = (PublicLink.record_id == record.id, PublicLink.purpose == purpose, PublicLink.used_at.is_(None))
    standing = update(PublicLink).where(*unused, PublicLink.revoked_at.is_(None))
    revoked = standing.values(revoked_at=clock.now()).execution_options(synchronize_session=False)
    return rows_written(session, revoked) > 0


def issue(session: Session, record: Record, purpose: str, subject_id: int = 0) -> PublicLink:
    """A new link; an earlier one for the same purpose no longer holds."""
    now = clock.now()
    revoke(session, record, purpose)
    lasts = TRACKED if purpose == TRACK else timedelta(days=settings.get(session, "link_days"))
    link = PublicLink(
        record_id=record.id,
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
    used = update(PublicLink).where(*unused).values(used_at=clock.now()).execution_options(synchronize_session=False)
    return rows_written(session, used) > 0


def current(session: Session, record_id: int, purpose: str) -> PublicLink | None:
    """The link that holds now for a purpose."""
    query = _holding(record_id).where(PublicLink.purpose == purpose).order_by(PublicLink.id.desc()).limit(1)
    return once_a_batch(("link", record_id, purpose), lambda: session.scalars(query).first())


def learn_current(session: Session, wanted: Collection[tuple[int, str]]) -> None:
    """The links that hold now for the records and purposes of a batch, in one question."""
    if not wanted:
        return
    rows = session.scalars(_holding(*{number for number, _purpose in wanted}).order_by(PublicLink.id))
    last = {(row.record_id, row.purpose): row for row in rows}
    learn({("link", *pair): last.get(pair) for pair in wanted})


def _holding(*records: int) -> Select[PublicLink]:
    return select(PublicLink).where(
        PublicLink.record_id.in_(records),
        PublicLink.used_at.is_(None),
        PublicLink.revoked_at.is_(None),
        PublicLink.expires_at > clock.now(),
    )


def address(session: Session, record_id: int, purpose: str) -> str:
    """The full address of the present link, empty when there is none."""
    link = current(session, record_id, purpose)
    if link is None:
        return ""
    path = "t" if purpose == TRACK else "a"
    return f"{current_app.config['PUBLIC_URL']}/{path}/{token_of(link)}"


witness.called("public_link", _l("Customer's link"), "purpose")
