"""Append-only history: one hash chain per record, sealed into one chain of blocks.

The chain of a record is serialised by the lock on the record itself. Every line is also queued in
`history_unsealed`, in its own transaction; `seal` closes a block over the queue. A tail that is cut off is
missing from its block, and the record still knows how many lines it had.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from flask import current_app, has_request_context, request
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import JSON, ForeignKey, Integer, String, Text, UniqueConstraint, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from ..model import Model
from ..remembered import learn, once_a_batch
from ..time.clock import now
from ..types import Json
from .codes import code_with, told
from .records import Record

BATCH = 20_000
APPEND_ONLY = ("history", "history_block", "decision")
FIELDS = (
    "record_id",
    "seq",
    "at",
    "actor_id",
    "on_behalf_id",
    "step",
    "source",
    "target",
    "clause",
    "version",
    "detail_digest",
)


class History(Model):
    """One step of one record. Holds no personal text itself: the digest commits to an erasable detail."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("record_id", "seq", name="uq_history_record_seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"))
    seq: Mapped[int]
    at: Mapped[str] = mapped_column(String(40))  # ISO text: what is hashed is what is stored
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    on_behalf_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))
    step: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(40), default="")
    target: Mapped[str] = mapped_column(String(40), default="")
    clause: Mapped[str] = mapped_column(String(20), default="")
    version: Mapped[int] = mapped_column(Integer, default=0)
    detail_digest: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    record: Mapped[Record] = relationship(back_populates="history")
    detail: Mapped[HistoryDetail | None] = relationship(back_populates="line", uselist=False)
    actor: Mapped[User | None] = relationship(foreign_keys=[actor_id])
    on_behalf_of: Mapped[User | None] = relationship(foreign_keys=[on_behalf_id])

    @property
    def moment(self) -> datetime:
        return datetime.fromisoformat(self.at)

    @property
    def comment(self) -> str:
        return self.detail.comment if self.detail else ""

    @property
    def changes(self) -> Json:
        return self.detail.changes if self.detail else {}


class HistoryDetail(Model):
    """Comment and old → new values of a line; may be erased with a customer, the chain still verifies."""

    __tablename__ = "history_detail"

    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"), primary_key=True)
    comment: Mapped[str] = mapped_column(Text, default="")
    changes: Mapped[Json] = mapped_column(JSON, default=dict)
    ip: Mapped[str] = mapped_column(String(45), default="")
    salt: Mapped[str] = mapped_column(String(32))

    line: Mapped[History] = relationship(back_populates="detail")


class HistoryUnsealed(Model):
    """A line that waits for its block."""

    __tablename__ = "history_unsealed"

    line_id: Mapped[int] = mapped_column(ForeignKey("history.id"), primary_key=True)


class HistoryBlock(Model):
    """A sealed set of lines; each block covers the one before."""

    __tablename__ = "history_block"

    id: Mapped[int] = mapped_column(primary_key=True)
    members: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(String(40))
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    noted: Mapped[int | None]  # how many blocks were noted outside by then; None before that was kept

    @property
    def facts(self) -> list[object]:
        """What the hash covers beside the block before and the lines."""
        return [self.members, self.at] if self.noted is None else [self.members, self.at, self.noted]


def key() -> bytes:
    """The secret of the chain, kept outside the database."""
    value: bytes = current_app.config["AUDIT_KEY"]
    return value


def digest(previous: str, facts: object, secret: bytes | None = None) -> str:
    """HMAC over the facts and what came before: who can write the database still cannot forge a chain."""
    return code_with(secret if secret is not None else key())(previous + told(facts))


def actor_of(session: Session, record_id: int, seq: int) -> int | None:
    """Who took the step a line tells of."""
    query = select(History.actor_id).where(History.record_id == record_id, History.seq == seq)
    return once_a_batch(("actor", record_id, seq), lambda: session.scalar(query))


def learn_actors(session: Session, lines: Collection[tuple[int, int]]) -> set[int]:
    """Who took the steps that the lines of a batch tell of, in one question; answers all of them."""
    numbers, places = {number for number, _seq in lines}, {seq for _number, seq in lines}
    query = select(History.record_id, History.seq, History.actor_id)
    rows = session.execute(query.where(History.record_id.in_(numbers), History.seq.in_(places))).all()
    learn({("actor", row.record_id, row.seq): row.actor_id for row in rows})
    return {row.actor_id for row in rows if row.actor_id is not None}


def append(
    session: Session,
    record: Record,
    at: datetime,
    *,
    step: str,
    source: str = "",
    target: str = "",
    actor_id: int | None = None,
    on_behalf_id: int | None = None,
    clause: str = "",
    comment: str = "",
    changes: Mapping[str, object] | None = None,
) -> History:
    """Write the next line of a record. The caller holds the lock on the record."""
    ip = (request.remote_addr or "") if has_request_context() else ""
    detail = {"comment": comment, "changes": changes or {}, "ip": ip}
    salt = secrets.token_hex(16)
    line = History(
        record_id=record.id,
        seq=record.seq + 1,
        at=at.isoformat(timespec="milliseconds"),
        actor_id=actor_id,
        on_behalf_id=on_behalf_id,
        step=step,
        source=source,
        target=target,
        clause=clause,
        version=record.version,
        detail_digest=digest(salt, detail),
        previous=record.head,
        hash="",
    )
    line.hash = digest(line.previous, [getattr(line, name) for name in FIELDS])
    record.seq, record.head = line.seq, line.hash
    line.detail = HistoryDetail(salt=salt, ip=ip, comment=comment, changes=changes or {})
    session.add(line)
    session.flush()
    session.add(HistoryUnsealed(line_id=line.id))
    return line


def seal(session: Session) -> int:
    """Close one block over what is committed and not yet sealed; its own transaction, one sealer at a time."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(4711)))
    rows = session.execute(
        select(History.id, History.hash)
        .join(HistoryUnsealed, HistoryUnsealed.line_id == History.id)
        .order_by(History.id)
        .limit(BATCH)
    ).all()
    if not rows:
        return 0
    block = close(session, [row.id for row in rows], [row.hash for row in rows])
    for first, last in _pairs(block.members):
        session.execute(delete(HistoryUnsealed).where(HistoryUnsealed.line_id.between(first, last)))
    return len(rows)


def close(session: Session, ids: list[int], hashes: list[str]) -> HistoryBlock:
    """The next block, over these lines; one at a time."""
    previous = session.scalar(select(HistoryBlock.hash).order_by(HistoryBlock.id.desc()).limit(1)) or ""
    at = now().isoformat(timespec="seconds")
    block = HistoryBlock(members=_to_ranges(ids), at=at, previous=previous, noted=len(_noted()))
    block.hash = digest(previous, [*block.facts, hashes])
    session.add(block)
    return block


def counts_notes(session: Session) -> bool:
    """Whether a block was sealed since what is noted outside, and what is witnessed, belong to the proof."""
    return session.scalar(select(HistoryBlock.id).where(HistoryBlock.noted.is_not(None)).limit(1)) is not None


def anchor_file() -> Path:
    """Where the last blocks are noted outside the database."""
    return Path(current_app.config["DATA_DIR"]) / "audit-anchor.log"


def _noted() -> list[str]:
    file = anchor_file()
    return file.read_text().splitlines() if file.exists() else []


def anchor(session: Session) -> None:
    """Note the blocks that are not noted yet: what is cut off the end of the history is missed here.

    A note that is lost is begun anew; the next block tells of it, as it keeps how many blocks were noted.
    """
    noted = _noted()
    last = int(noted[-1].split()[0]) if noted else 0
    new = session.execute(
        select(HistoryBlock.id, HistoryBlock.hash).where(HistoryBlock.id > last).order_by(HistoryBlock.id)
    )
    with anchor_file().open("a") as log:
        log.writelines(f"{row.id} {row.hash}\n" for row in new)


def _to_ranges(ids: list[int]) -> str:
    parts = []
    for _, group in itertools.groupby(enumerate(ids), lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(f"{run[0]}-{run[-1]}")
    return ",".join(parts)


def _pairs(members: str) -> Iterator[tuple[int, int]]:
    for part in members.split(","):
        first, last = part.split("-")
        yield int(first), int(last)


def from_ranges(members: str) -> Iterator[int]:
    """The line ids of a block."""
    for first, last in _pairs(members):
        yield from range(first, last + 1)
