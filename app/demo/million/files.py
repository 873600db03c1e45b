"""The files of the million: few contents under many names, which share their bytes where the disk can."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from app.core.files import files
from app.core.record import attachments


class Shelf:
    """Puts a content under one more name."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = contents
        self.last: dict[str, Path] = {}  # sha256 → a file that may still be linked to

    def put(self, sha256: str, name: str) -> None:
        path = attachments.folder() / name
        try:
            path.hardlink_to(self.last[sha256])
        except (KeyError, OSError):  # none yet, enough links, or a disk without them
            files.write(path, self.contents[sha256])
            self.last[sha256] = path
