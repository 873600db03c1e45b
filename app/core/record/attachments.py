"""Files of a record: sniffed, hashed, stored under random names, served only through the record's own rights."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from flask import Response, abort, current_app, send_file
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from werkzeug.datastructures import FileStorage

from .. import settings
from ..files import file_kinds, files, press
from ..files.file_kinds import NotAccepted as NotAccepted
from ..model import Model
from ..text import cleaning
from ..text.wording import gettext as _
from ..text.wording import lazy_gettext as _l
from ..time.clock import now
from ..types import UtcDateTime
from . import witness
from .records import Record
from .shelf import refuse_files

if TYPE_CHECKING:
    from ..types import Text

FROZEN = "frozen"
DRAWN = "signature.png"  # the file of a signature drawn on the screen


@dataclass(frozen=True)
class Category:
    """What a file of a record is."""

    code: str
    label: Text
    any_format: bool = False  # a letter, a fax, a mail: old formats, too, where the settings take them


COMMON = (
    Category("signature", _l("Signed form (scan)")),
    Category("evidence", _l("Evidence")),
    Category(FROZEN, _l("Signed record (frozen)")),
    Category("other", _l("Other")),
)
CATEGORIES: dict[str, Text] = {each.code: each.label for each in COMMON}  # those of the kinds beside
ANY_FORMAT: set[str] = set()


def declare(categories: Iterable[Category]) -> None:
    """Make the categories of a kind known to the portal."""
    for each in categories:
        CATEGORIES[each.code] = each.label
        ANY_FORMAT.update({each.code} if each.any_format else ())


def offered(categories: Iterable[Category]) -> dict[str, Text]:
    """What a person may call a file of a kind: its own categories, then those of every record."""
    return {each.code: each.label for each in (*categories, *COMMON) if each.code != FROZEN}


IMAGES = frozenset({"image/jpeg", "image/png", "image/webp"})  # what is kept and can be looked at


class Attachment(Model):
    """A file beside a record; the name the person gave it is kept, the name on disk is random."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("record.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    storage: Mapped[str] = mapped_column(String(64), unique=True)
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(20))
    uploaded_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    uploaded_by_id: Mapped[int | None] = mapped_column(ForeignKey("ab_user.id"))

    record: Mapped[Record] = relationship(back_populates="attachments")

    def __repr__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Received:
    """A file that has been looked at, as it will be kept; made before any record is locked."""

    name: str
    content: bytes
    mime: str
    category: str
    upload: FileStorage | None = None  # as it was sent, for a form that is refused and shown again
    token: str = ""  # of an upload that is laid aside already

    @property
    def data_url(self) -> str:
        """What was drawn, as a page shows it again."""
        return f"data:{self.mime};base64,{base64.b64encode(self.content).decode()}"


def folder() -> Path:
    """Where the files lie."""
    return files.folder(current_app.config["UPLOAD_DIR"])


def path_of(attachment: Attachment) -> Path:
    return folder() / attachment.storage


def damage_of(attachment: Attachment) -> str | None:
    """What is wrong with the bytes on disk, in words; nothing when they are those that were taken."""
    path = path_of(attachment)
    if not path.is_file():
        return _("The file “%(name)s” is missing on the server.", name=attachment.name)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != attachment.sha256:
        return _("The file “%(name)s” was changed on the server after it was attached.", name=attachment.name)
    return None


def sent(attachment: Attachment, as_attachment: bool = False) -> Response:
    """The file itself; one that is missing or no longer what was attached is never handed out."""
    if damage := damage_of(attachment):
        current_app.logger.error("record %s: %s", attachment.record_id, damage)
        abort(410)
    path, name = path_of(attachment), attachment.name
    return send_file(path, mimetype=attachment.mime, download_name=name, max_age=0, as_attachment=as_attachment)


def thumbnail(attachment: Attachment) -> Response:
    """A small picture of a kept one, made once."""
    if damage_of(attachment):
        return sent(attachment)
    small = folder() / f"{attachment.storage}.small"
    if not small.exists():
        try:
            files.write(small, press.preview(path_of(attachment).read_bytes()))
        except press.Busy:
            return sent(attachment)
    answer = send_file(small, mimetype="image/jpeg", max_age=0)
    answer.headers["Cache-Control"] = "private, max-age=86400"
    return answer


def receive(upload: FileStorage, category: str) -> Received | NotAccepted:
    """Look at a file and make it ready to be kept; nothing may be locked meanwhile. Raises press.Busy."""
    upload.stream.seek(0)
    got = made(upload.filename or "", upload.stream.read(), category)
    return got if isinstance(got, NotAccepted) else replace(got, upload=upload)


def made(name: str, content: bytes, category: str) -> Received | NotAccepted:
    """The same for bytes that are already here. A refusal is told when the file is to be kept, not before."""
    session = current_app.extensions["sqlalchemy"].session
    try:
        if category not in CATEGORIES:
            raise NotAccepted(_("Choose what kind of file this is."))
        taken = settings.get(session, "more_file_kinds")
        more = taken == "all" or (taken == "letters" and category in ANY_FORMAT)
        return Received(*file_kinds.taken(_plain_name(name), content, more), category)
    except NotAccepted as refused:
        return refused


def drawn(data_url: str, category: str) -> Received | NotAccepted:
    """The same for what was drawn on a pad, as the browser sends it."""
    prefix = "data:image/png;base64,"
    try:
        if not data_url.startswith(prefix):
            raise file_kinds.not_drawn()
        content = base64.b64decode(data_url.removeprefix(prefix), validate=True)
        return Received(*file_kinds.drawn(DRAWN, content), category)
    except NotAccepted as refused:
        return refused
    except ValueError:
        return file_kinds.not_drawn()


def keep(session: Session, record: Record, got: Received | NotAccepted, user_id: int | None) -> Attachment:
    """Keep what was received with its record; the caller commits. Raises NotAccepted, Shelved."""
    if isinstance(got, NotAccepted) or got.category != FROZEN:  # what was signed is frozen after the closure, too
        refuse_files(record)
    if isinstance(got, NotAccepted):
        raise got
    if got.category == FROZEN and user_id is not None:
        raise NotAccepted(_("Choose what kind of file this is."))
    row = Attachment(
        record=record,
        name=got.name,
        storage=secrets.token_hex(24),
        mime=got.mime,
        size=len(got.content),
        sha256=hashlib.sha256(got.content).hexdigest(),
        category=got.category,
        uploaded_by_id=user_id,
    )
    files.write(folder() / row.storage, got.content)
    session.add(row)
    session.flush()
    return row


def _plain_name(name: str) -> str:
    """What a file is called, without the folders it came from; a long name keeps its ending."""
    plain = cleaning.line(name.replace("\\", "/").rsplit("/", 1)[-1])
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: 199 - len(ending)]}{dot}{ending}" if len(plain) > 200 > len(ending) else plain[:200]


witness.called("attachment", _l("File"), "name")
