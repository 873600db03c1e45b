"""What everything with a life has: number, state, whose turn it is, earliest deadline, version."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..kind.facts import fact
from ..model import AnyColumn, Model, table_of
from ..text.wording import lazy_gettext as _l
from ..time.clock import now
from ..types import Json, UtcDateTime, extra_column

DUE = "due_at IS NOT NULL"  # what is done stands in no index of deadlines

if TYPE_CHECKING:
    from ..time.deadlines import Deadline
    from .attachments import Attachment
    from .contacts import ContactLog
    from .history import History
    from .signatures import Confirmation


def _contacts() -> type[ContactLog]:
    """A record's parts are known wherever it is."""
    from .contacts import ContactLog

    return ContactLog


def _signatures() -> type[Confirmation]:
    from .signatures import Confirmation

    return Confirmation


class Record(Model):
    """Anything with a life: a number, states, whose turn it is. Voided, never deleted."""

    __tablename__ = "record"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    number: Mapped[str] = fact(_l("Number"), String(40), unique=True, code=True)
    title: Mapped[str] = fact(_l("Subject"), String(200), default="", searchable=True)
    state: Mapped[str] = mapped_column(String(32))
    line: Mapped[str] = mapped_column(String(2), default="mf")
    department_id: Mapped[int | None] = fact(_l("Department"), ForeignKey("department.id"), lookup="department")
    customer_id: Mapped[int | None] = fact(_l("Customer"), ForeignKey("customer.id"), lookup="customer")
    version: Mapped[int] = mapped_column(default=1)
    owner: Mapped[str | None] = mapped_column(String(40))
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    changed_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    seq: Mapped[int] = mapped_column(default=0)
    head: Mapped[str] = mapped_column(String(64), default="")
    extra: Mapped[Json] = extra_column()

    history: Mapped[list[History]] = relationship(order_by="History.seq", back_populates="record", viewonly=True)
    deadlines: Mapped[list[Deadline]] = relationship(order_by="Deadline.id", back_populates="record")
    attachments: Mapped[list[Attachment]] = relationship(order_by="Attachment.id", back_populates="record")
    contacts: Mapped[list[ContactLog]] = relationship(
        _contacts, order_by=lambda: _contacts().id, back_populates="record"
    )
    confirmations: Mapped[list[Confirmation]] = relationship(
        _signatures, order_by=lambda: _signatures().id, back_populates="record"
    )
    created_by: Mapped[User | None] = relationship(foreign_keys=[created_by_id])

    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "record"}
    __table_args__ = (
        Index(
            "ix_record_work",
            "owner",
            "due_at",
            "id",
            sqlite_where=text("owner IS NOT NULL"),
            postgresql_where=text("owner IS NOT NULL"),
        ),
        Index(
            "ix_record_turn",
            "kind",
            "owner",
            "due_at",
            "id",
            sqlite_where=text("owner IS NOT NULL"),
            postgresql_where=text("owner IS NOT NULL"),
        ),
        Index("ix_record_tab", "kind", "state", "id"),
        Index("ix_record_newest", "kind", "id"),
        Index("ix_record_due", "kind", "due_at", "id", sqlite_where=text(DUE), postgresql_where=text(DUE)),
        Index("ix_record_stage", "kind", "state", "due_at", "id", sqlite_where=text(DUE), postgresql_where=text(DUE)),
        Index("ix_record_changed", "kind", "changed_at", "id"),
        Index("ix_record_customer", "customer_id", "id"),
    )

    def __repr__(self) -> str:
        return self.number

    @property
    def confirmation(self) -> Confirmation | None:
        """The customer's signature, while it holds."""
        from .signatures import holding

        return holding(self)

    @property
    def lapsed(self) -> Confirmation | None:
        """The customer's signature that no longer holds and must be given again."""
        from .signatures import lapsed

        return lapsed(self)


NUMBER: AnyColumn = table_of(Record).c.id  # what every kind's records are ordered by: the indexes know no other


class Comment(Model):
    """A note to colleagues on a record; it moves nothing."""

    __tablename__ = "comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    text: Mapped[str] = mapped_column(Text)


class Follower(Model):
    """Somebody who is told of every step of a record beside those whose turn it is."""

    __tablename__ = "follower"

    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id"), primary_key=True)
