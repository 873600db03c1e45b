"""Mails that are owed, and what the bell shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.model import Model
from app.core.record.records import Record
from app.core.time.clock import now
from app.core.types import UtcDateTime

OPEN = "state IN ('pending', 'sending')"


class OutboxMail(Model):
    """A mail that is owed: written with the change that caused it, sent later by the engine."""

    __tablename__ = "outbox_mail"
    __table_args__ = (
        Index("ix_outbox_due", "next_at", sqlite_where=text(OPEN), postgresql_where=text(OPEN)),
        Index("ix_outbox_record", "record_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(160), unique=True)  # event, record, occurrence, person: nothing twice
    event: Mapped[str] = mapped_column(String(60))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    user_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    address: Mapped[str] = mapped_column(String(200), default="")  # of a customer; a colleague's is looked up when sent
    locale: Mapped[str] = mapped_column(String(8), default="")
    urgent: Mapped[bool] = mapped_column(default=False)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    message_id: Mapped[str] = mapped_column(String(120))
    state: Mapped[str] = mapped_column(String(20), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    token: Mapped[str] = mapped_column(String(40), default="")
    last_error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    record: Mapped[Record | None] = relationship()
    user: Mapped[User | None] = relationship()

    def __repr__(self) -> str:
        return f"{self.event} #{self.id}"


class Notice(Model):
    """站内通知: one line of the bell."""

    __tablename__ = "notice"
    __table_args__ = (
        Index(
            "ix_notice_unread",
            "user_id",
            "id",
            sqlite_where=text("read_at IS NULL"),
            postgresql_where=text("read_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"))
    record_id: Mapped[int | None] = mapped_column(ForeignKey("record.id"))
    event: Mapped[str] = mapped_column(String(60))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    read_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    record: Mapped[Record | None] = relationship()


class Heartbeat(Model):
    """When the engine last did its round."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class MailText(Model):
    """邮件用语: the words of an event's mail in a language. Earlier words stand among the decisions."""

    __tablename__ = "mail_text"
    __table_args__ = (UniqueConstraint("event", "lang", name="uq_mail_text_event_lang"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    event: Mapped[str] = mapped_column(String(60))
    lang: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    body: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=1)


class ToldBeside(Model):
    """另行通知: who an administrator has told of a step beside those the regulation names."""

    __tablename__ = "told_beside"
    __table_args__ = (UniqueConstraint("kind", "step", name="uq_told_beside_kind_step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    step: Mapped[str] = mapped_column(String(60))
    roles: Mapped[list[str]] = mapped_column(JSON, default=list)  # functions, or the company's own roles by name
    followers: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)
