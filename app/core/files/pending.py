"""A chosen file outlives the refusal of its form: kept a day for the person who chose it, for that form alone."""

from __future__ import annotations

import io
import secrets
import time
from collections.abc import Mapping
from pathlib import Path

from flask import current_app, request
from flask_login import current_user
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage
from werkzeug.utils import secure_filename

from ..record.attachments import folder
from . import files

SUFFIX = "-kept"  # scan-kept: the hidden field that stands for a file chosen before
DAY = 24 * 3600
MOST = 20  # files of one person


def keep(upload: FileStorage) -> str:
    """Lay a file aside; the token that brings it back, empty when nobody is signed in."""
    if not current_user.is_authenticated:
        return ""
    storage = f"{current_user.id}-{secrets.token_hex(24)}"
    for old in _newest(f"{current_user.id}-*")[MOST - 1 :]:
        old.unlink(missing_ok=True)
    upload.stream.seek(0)
    files.write(_place() / storage, upload.stream.read())
    return str(_sealed().dumps([storage, upload.filename, current_user.id, request.path]))


def kept(token: object) -> FileStorage | None:
    """The file behind a token: only its owner's, only in the form it was chosen in, only for a day."""
    path, name = _behind(token)
    return FileStorage(io.BytesIO(path.read_bytes()), filename=name) if path and path.is_file() else None


def forget(sent: Mapping[str, object]) -> None:
    """The form has been accepted: what was laid aside for it is not needed any more."""
    for key, token in sent.items():
        path, _name = _behind(token) if key.endswith(SUFFIX) else (None, "")
        if path:
            path.unlink(missing_ok=True)


def purge(_session: object = None) -> int:
    """Throw away what nobody came back for within a day."""
    old = [path for path in _newest("*") if _laid_aside(path) < time.time() - DAY]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def _behind(token: object) -> tuple[Path | None, str]:
    try:
        storage, name, user_id, there = _sealed().loads(token if isinstance(token, str) else "", max_age=DAY)
    except BadSignature:
        return None, ""
    mine = current_user.is_authenticated and user_id == current_user.id and there == request.path
    return (_place() / secure_filename(storage), name) if mine else (None, "")


def _place() -> Path:
    path = folder() / "pending"
    files.folder(path)
    return path


def _newest(pattern: str) -> list[Path]:
    return sorted(_place().glob(pattern), key=_laid_aside, reverse=True)


def _laid_aside(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:  # accepted or purged by another process
        return 0.0


def _sealed() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="pending-upload")
