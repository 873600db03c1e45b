"""Files of the portal: for its own eyes alone, whole or not there at all."""

from __future__ import annotations

import errno
import os
import secrets
from pathlib import Path

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def folder(path: str | Path) -> Path:
    """A folder nobody else of the machine looks into."""
    place = Path(path)
    place.mkdir(parents=True, exist_ok=True, mode=PRIVATE_FOLDER)
    return place


def write(file: Path, content: bytes) -> None:
    """Write under another name, make sure of it, then rename: a full disk or a power cut leaves no half file."""
    half = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "wb") as new:
            new.write(content)
            new.flush()
            os.fsync(new.fileno())
        half.replace(file)
    finally:
        half.unlink(missing_ok=True)
    _made_sure(file.parent)


def _made_sure(place: Path) -> None:
    """The new name itself is on the disk."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_full(error: BaseException) -> bool:
    """Whether it failed for want of room."""
    return isinstance(error, OSError) and error.errno in FULL
