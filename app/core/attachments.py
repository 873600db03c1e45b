"""Files of a record: sniffed, hashed, stored under random names, served only through the record's own rights."""

from __future__ import annotations

import hashlib
import io
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

import filetype
from flask import current_app
from flask_appbuilder import Model
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship
from werkzeug.datastructures import FileStorage

from .clock import now
from .records import Record
from .types import UtcDateTime

CATEGORIES = {
    "letter": _l("Complaint letter or fax"),  # 投诉函件, clause 2.1
    "photo": _l("Site photo"),
    "signature": _l("Signed form (scan)"),
    "return_slip": _l("Return slip"),
    "evidence": _l("Evidence"),
    "frozen": _l("Signed record (frozen)"),
    "other": _l("Other"),
}
IMAGES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
ALLOWED = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "txt": "text/plain",
}
MAX_PIXELS = 60_000_000
MAX_SIDE = 4000


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


class NotAccepted(ValueError):
    """The file can't be taken; str(e) says why and what to do."""


def folder() -> Path:
    """Where the files lie."""
    path = Path(current_app.config["UPLOAD_DIR"])
    path.mkdir(parents=True, exist_ok=True)
    return path


def path_of(attachment: Attachment) -> Path:
    return folder() / attachment.storage


def store(session: Session, record: Record, upload: FileStorage, category: str, user_id: int | None) -> Attachment:
    """Check a file and keep it with the record; the caller commits. Raises NotAccepted."""
    name = (upload.filename or "").replace("\0", "").replace("\\", "/").rsplit("/", 1)[-1].strip()[:200]
    return keep(session, record, name, upload.stream.read(), category, user_id)


def keep(session: Session, record: Record, name: str, content: bytes, category: str, user_id: int | None) -> Attachment:
    """The same for bytes that are already here (a signature drawn on the screen)."""
    if category not in CATEGORIES:
        raise NotAccepted(_("Choose what kind of file this is."))
    mime = _sniffed(name, content)
    if mime in IMAGES:
        content = _clean_image(content, IMAGES[mime])
    row = Attachment(
        record=record,
        name=name,
        storage=secrets.token_hex(24),
        mime=mime,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        category=category,
        uploaded_by_id=user_id,
    )
    (folder() / row.storage).write_bytes(content)
    session.add(row)
    session.flush()
    return row


def _sniffed(name: str, content: bytes) -> str:
    """The type by extension and by content, which must agree."""
    extension = name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if not content:
        raise NotAccepted(_("The file is empty. Choose it again."))
    if extension not in ALLOWED:
        raise NotAccepted(_("This kind of file is not taken. Use %(kinds)s.", kinds=", ".join(sorted(ALLOWED))))
    expected, found = ALLOWED[extension], filetype.guess_mime(content)
    if expected == "text/plain" and found is None and b"\0" not in content:
        return expected
    office = expected.startswith("application/vnd.openxml") and found in (expected, "application/zip")
    if found != expected and not office:
        raise NotAccepted(
            _("The content of the file is not what its name says. Save it again as %(kind)s.", kind=extension)
        )
    return expected


def _clean_image(content: bytes, kind: str) -> bytes:
    """Turned upright, without EXIF (position, device), and not larger than a form needs."""
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.width * image.height > MAX_PIXELS:
                raise NotAccepted(_("The picture is too large. Send it in a smaller size."))
            upright: Any = ImageOps.exif_transpose(image)
            upright.thumbnail((MAX_SIDE, MAX_SIDE))
            out = io.BytesIO()
            upright.save(out, kind)
            return out.getvalue()
    except (UnidentifiedImageError, OSError, Image.DecompressionBombError) as error:
        raise NotAccepted(_("The picture can't be read. Take it again.")) from error
